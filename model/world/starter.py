"""A small world to start one's own from: four townships, two actors, a mine and a gate; all of it invented."""

from __future__ import annotations

from pathlib import Path

FORMAT = Path(__file__).parent / "README.md"
"""The written format of a world's folder, which goes into a new one."""

_STATE = "initial/2025-08"
TABLES: dict[str, str] = {
    "territories.csv": """\
code,name,state,row,col,lat,lon,population,area_km2,terrain,river,source
A1,Alder,Uplands,1,1,25.4,97.4,120000,4000,hills,0,invented
A2,Birch,Uplands,1,2,25.4,98.0,40000,3500,mountain,0,invented
B1,Cedar,Lowlands,2,1,24.9,97.1,210000,2500,plain,1,invented
B2,Dogwood,Lowlands,2,2,24.9,97.7,90000,2800,hills,0,invented
""",
    "sites.csv": """\
id,name,kind,parent,lat,lon,source
EAST-GATE,East gate,gate,A2,25.4,98.3,invented
BIRCH-MINES,Birch mines,mine,A2,25.5,98.1,invented
""",
    "borders.csv": """\
a,b,km,kind,source
A1,A2,60,land,invented
A2,A1,60,land,invented
A1,B1,45,land,invented
B1,A1,45,land,invented
A1,B2,40,land,invented
B2,A1,40,land,invented
A2,B2,50,land,invented
B2,A2,50,land,invented
B1,B2,70,water,invented
B2,B1,70,water,invented
""",
    "roads.csv": """\
a,b,km,terrain,name,source
B1,A1,70,hills,North road,invented
B1,B2,75,plain,River road,invented
B2,A2,95,mountain,Mine road,invented
A1,A2,85,mountain,Ridge road,invented
A2,BIRCH-MINES,20,mountain,Mine road,invented
BIRCH-MINES,EAST-GATE,30,mountain,Mine road,invented
""",
    "crossings.csv": """\
id,name,place,country,ore_t,reagent_t,goods_musd,source
EAST,East gate,EAST-GATE,China,500,4000,5,invented
""",
    "mines.csv": """\
id,name,place,crossing,cost_yuan_per_t,source
BIRCH,Birch mines,BIRCH-MINES,EAST,90000,invented
""",
    "income.csv": """\
place,kind,usd_per_month,source
B1,trade,500000,invented
""",
    "forces.csv": """\
id,kind,name,home,homeland,dependence_on_china,treasury_usd,outside_revenue_usd,source
GOV,Junta,Government,B1,all,0.3,20000000,2000000,invented
UPA,EthnicArmedOrganization,Upland Army,A2,Uplands,0.5,5000000,100000,invented
""",
    "buyers.csv": """\
id,name,crossing,market_share,source
EASTERN,Eastern buyers,EAST,1,invented
""",
    f"{_STATE}/places.csv": """\
place,holder,attacker,posts,source
A1,GOV,UPA,6,invented
A2,UPA,,4,invented
B1,GOV,,12,invented
B2,GOV,,6,invented
EAST-GATE,UPA,,2,invented
BIRCH-MINES,UPA,,2,invented
""",
    f"{_STATE}/control.csv": """\
territory,actor,share,source
A1,GOV,0.4,invented
A1,UPA,0.5,invented
A1,nobody,0.1,invented
A2,UPA,0.95,invented
A2,nobody,0.05,invented
B1,GOV,1,invented
B2,GOV,0.7,invented
B2,UPA,0.2,invented
B2,nobody,0.1,invented
""",
    f"{_STATE}/troops.csv": """\
place,actor,troops,low,high,source
A1,GOV,800,600,1000,invented
B1,GOV,1500,1000,2000,invented
B2,GOV,700,500,900,invented
A2,UPA,1400,1000,1800,invented
EAST-GATE,UPA,200,150,250,invented
BIRCH-MINES,UPA,200,150,250,invented
""",
    f"{_STATE}/lanes.csv": """\
crossing,ore,reagent,goods,source
EAST,1,1,0.5,invented
""",
    f"{_STATE}/mines.csv": """\
mine,capacity,operating,reagent,in_process,stock,source
BIRCH,300,0.7,1500,100,50,invented
""",
    f"{_STATE}/stances.csv": """\
a,b,stance,source
GOV,UPA,war,invented
""",
    f"{_STATE}/displaced.csv": """\
territory,persons,source
A1,15000,invented
""",
}
"""File -> its text. A column ``source`` is kept and not read: say there where each row comes from."""

SCENARIO = """\
# A scenario in this world: pangwa run scenario.toml
extends = "status_quo"
title = "No new US policy, in a world of my own"
world = "."
start = "2025-08"
months = 24
"""


def write_starter(folder: Path) -> list[Path]:
    """Write a new world: its tables, the written format as ``README.md``, and ``scenario.toml``.

    Args:
        folder: new or empty.

    Returns:
        The paths written.
    """
    texts = TABLES | {
        "README.md": FORMAT.read_text(encoding="utf-8"),
        "scenario.toml": SCENARIO,
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
