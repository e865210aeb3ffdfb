"""Reading a world's folder: what a good one gives, and the sentence for each thing that can be wrong."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.world.read import load_world
from model.world.world import World, WorldError

TINY = Path(__file__).parents[1] / "tiny"
STATE = "initial/2025-08"

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny world that a test may spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "spoilt"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace a text in one of the copy's tables; the text must be there exactly once."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


def problems(folder: Path) -> list[str]:
    """What reading the folder complains of."""
    with pytest.raises(WorldError) as caught:
        load_world(str(folder))
    return caught.value.problems


def tiny() -> World:
    """The tiny world."""
    return load_world(str(TINY))


def test_the_tiny_world_is_read_as_written() -> None:
    world = tiny()
    state = world.initial["2025-08"]
    bhamo, laiza = world.find_place("Bhamo"), world.find_place("laiza")
    assert world.codes == tuple(f"T{number:02d}" for number in range(1, 13))
    assert world.force_ids == ("JUNTA", "KIA", "NDA-K", "PDF-SAGAING", "UWSA")
    assert world.place_territory[laiza] == world.find_place("T07")
    assert state.holder[bhamo] == world.force_index["JUNTA"]
    assert state.attacker[bhamo] == world.force_index["KIA"]
    assert state.posts[bhamo] == 12
    assert state.troops[world.force_index["KIA"], bhamo] == 1300
    assert state.control[:, bhamo].tolist() == [0.05, 0.85, 0.0, 0.0, 0.0, 0.1]
    assert state.stance[world.force_index["JUNTA"], world.force_index["NDA-K"]] == 1
    assert state.lanes[world.crossing_index["PANGWA"]].tolist() == [1.0, 0.5, 0.2]
    assert world.forces[1].settings["ore_tax_yuan_per_t"] == 35000
    assert "air_support" not in world.forces[1].settings


def test_strength_is_summed_over_places() -> None:
    state = tiny().initial["2025-08"]
    assert (state.strength[:, 1] == state.troops.sum(axis=1)).all()
    assert state.strength[0].tolist() == [5291, 7560, 9828]


def test_the_same_name_gives_the_same_world() -> None:
    assert load_world(str(TINY)) is load_world(str(TINY))


def test_arrays_cannot_be_written_to() -> None:
    world = tiny()
    derived = {name: getattr(world, name) for name in ("neighbours", "near", "betweenness", "home", "mine_km")}
    for thing in (world, world.initial["2025-08"]):
        derived |= {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    arrays = {name: value for name, value in derived.items() if isinstance(value, np.ndarray)}
    assert len(arrays) > 30
    assert [name for name, value in arrays.items() if value.flags.writeable] == []


def test_byte_order_marks_and_the_text_na_are_kept_out_of_the_way(folder: Path, edit: Edit) -> None:
    edit("territories.csv", "T02,Injangyang", "T02,NA")
    path = folder / "territories.csv"
    path.write_text("\ufeff" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_world(str(folder)).names[1] == "NA"


def test_a_run_starts_from_the_latest_state_before_it(folder: Path) -> None:
    shutil.copytree(folder / STATE, folder / "initial/2023-10")
    world = load_world(str(folder))
    assert [world.initial_at(start).date for start in ("2023-10", "2025-07", "2030-01")] == [
        "2023-10",
        "2023-10",
        "2025-08",
    ]
    with pytest.raises(WorldError, match="no initial state for a start in 2023-09; its dates are 2023-10, 2025-08"):
        world.initial_at("2023-09")


WRONG = [
    pytest.param(
        "borders.csv", "T01,T02,45", "T01,T99,45", "borders.csv line 2: b is 'T99', which is not a territory's code", id="code"
    ),
    pytest.param(
        "borders.csv",
        "T01,T02,45,land\n",
        "",
        "borders.csv line 3: the border T02-T01 is given one way only; add T01,T02",
        id="border one way",
    ),
    pytest.param(
        "borders.csv",
        "T01,T02,45",
        "T01,T02,46",
        "borders.csv line 4: the border T02-T01 has 45 km one way and 46 km back",
        id="border of two lengths",
    ),
    pytest.param(
        "borders.csv", "T01,T02,45,land", "T01,T02,45,lnd", "kind is 'lnd'; allowed are land, water, sea; did you mean land?",
        id="border kind",
    ),
    pytest.param(
        "sites.csv", "gate,T03,25.6,98.38", "gate,T33,25.6,98.38",
        "sites.csv line 3: parent is 'T33', which is not a territory's code; did you mean T03?", id="site without parent",
    ),
    pytest.param(
        "sites.csv", "25.6,98.38", "25.6,89.38",
        "site PANGWA lies 877 km from its territory T03, outside the map; at most 250 km are allowed", id="site outside",
    ),
    pytest.param("sites.csv", "PANGWA,Pangwa,gate", "PANGWA,Pangwa,gat", "did you mean gate?", id="site kind"),
    pytest.param(
        "sites.csv", "LAIZA,Laiza", "T07,Laiza", "id T07 is a territory's code; a site needs an id of its own",
        id="site with a code",
    ),
    pytest.param(
        "territories.csv", "T05,Hpakant,North,1,0", "T05,Hpakant,North,1,1",
        "territories.csv line 7: T06 is on the tile of T05, row 1 column 1", id="two on a tile",
    ),
    pytest.param(
        "territories.csv", "T02,Injangyang", "T01,Injangyang", "territories.csv line 3: T01 is given twice, first in line 2",
        id="id twice",
    ),
    pytest.param(
        "territories.csv", "60000,12000,mountain", "60000,12000,mountains",
        "terrain is 'mountains'; allowed are lowland, plain, hills, rugged_hills, plateau, mountain; did you mean mountain?",
        id="terrain",
    ),
    pytest.param(
        "territories.csv", "60000,12000", "-60000,12000",
        "population is '-60000'; must be a number of 0 or more", id="negative number",
    ),
    pytest.param("territories.csv", "60000,12000", "nan,12000", "population is 'nan'; must be a number of 0", id="not a number"),
    pytest.param("territories.csv", "60000,12000,mountain,0", "60000,12000,mountain", "line 2 has 10 cells; the header has 11",
                 id="cell missing"),
    pytest.param("territories.csv", "code,name", "cod,name", "territories.csv has no column code", id="column missing"),
    pytest.param(
        "roads.csv", "T01,PANGSAU", "T01,PANGSU",
        "roads.csv line 2: b is 'PANGSU', which is not a territory's code or a site's id; did you mean PANGSAU?",
        id="road to nowhere",
    ),
    pytest.param(
        "roads.csv", "T01,PANGSAU,130,mountain", "T01,PANGSAU,130,mire", "terrain is 'mire'; allowed are lowland", id="road terrain"
    ),
    pytest.param("roads.csv", "T01,T06,170", "PANGSAU,T01,170", "the road PANGSAU-T01 was already given in line 2",
                 id="road twice"),
    pytest.param("roads.csv", "T01,T06,170", "T01,T01,170", "the road T01-T01 connects a place with itself", id="road to itself"),
    pytest.param("territories.csv", "North,0,0,26.36,96.72", "North,0,0,0,0", "T01 at 0, 0 lies 10", id="off the map"),
    pytest.param("territories.csv", "North,0,0,26.36,96.72", "North,5000,0,26.36,96.72",
                 "row is '5000'; must be a whole number from 0 to 999", id="row 5000"),
    pytest.param("roads.csv", "T01,T06,170", "T01,T06,1e308", "km is '1e308'; must be a number from 0.1 to 2000", id="road to the moon"),
    pytest.param("crossings.csv", "PANGWA,China,3000", "PANGWA,China,1e300", "ore_t is '1e300'; must be a number from 0 to 1e+12",
                 id="boundless gate"),
    pytest.param("crossings.csv", "Pangwa / Diantan,PANGWA", "Pangwa / Diantan,PANWA", "did you mean PANGWA?",
                 id="crossing nowhere"),
    pytest.param("mines.csv", "TSAWLAW-MINES,PANGWA", "TSAWLAW-MINES,PHIMA",
                 "crossing is 'PHIMA', which is not a crossing's id; did you mean PHIMAW?", id="mine without crossing"),
    pytest.param("buyers.csv", "Tengchong buyers,PANGWA", "Tengchong buyers,LAIZA", "which is not a crossing's id",
                 id="buyer without crossing"),
    pytest.param("income.csv", "T05,jade", "T50,jade", "which is not a place of the world", id="income nowhere"),
    pytest.param("forces.csv", "KIA,EthnicArmedOrganization", "KIA,EthnicArmedOrganisation",
                 "did you mean EthnicArmedOrganization?", id="kind of actor"),
    pytest.param("forces.csv", "North;East;T10", "North;West;T10", "homeland has 'West', which is not a code, a state or 'all'",
                 id="homeland"),
]  # fmt: skip

WRONG_STATE = [
    pytest.param("places.csv", "PANGWA,KIA", "PANGWA,KIO", "holder is 'KIO', which is not an armed actor of forces.csv; "
                 "did you mean KIA?", id="holder"),
    pytest.param("places.csv", "T10,JUNTA,KIA", "T10,JUNTA,JUNTA", "T10 is held and attacked by JUNTA", id="attacks itself"),
    pytest.param("places.csv", "T10,JUNTA,KIA,12,invented,invented\n", "", f"{STATE}/places.csv has no row for place T10",
                 id="place missing"),
    pytest.param("places.csv", "T10,JUNTA,KIA,12", "T10,JUNTA,KIA,1.5", "posts is '1.5'; must be a whole number of 0 or more",
                 id="half a post"),
    pytest.param("control.csv", "T02,KIA,0.95", "T02,KIA,0.85", f"{STATE}/control.csv: the shares of T02 sum to 0.9; "
                 "they must sum to 1", id="shares"),
    pytest.param("control.csv", "T02,KIA,0.95", "T02,KIA,1.95", "share is '1.95'; must be a number from 0 to 1", id="share above 1"),
    pytest.param("troops.csv", "T10,KIA,1300,909,1690", "T10,KIA,1300,1909,1690",
                 "troops 1300 are outside their own range 1909 to 1690", id="range of troops"),
    pytest.param("troops.csv", "T10,KIA,1300", f"T10,KIA,{10**400}", "must be a whole number from 0 to 1000000000",
                 id="boundless troops"),
    pytest.param("troops.csv", "T10,KIA,1300", "T10,KIA,-1300", "troops is '-1300'; must be a whole number", id="negative troops"),
    pytest.param("lanes.csv", "PANGWA,1,0.5", "PANGWA,2,0.5", "ore is '2'; must be a number from 0 to 1", id="lane"),
    pytest.param("mines.csv", "TSAWLAW,400", "TSAWLO,400", "mine is 'TSAWLO', which is not a mine's id; did you mean TSAWLAW?",
                 id="mine"),
    pytest.param("stances.csv", "JUNTA,KIA,war", "JUNTA,KIA,wr", "stance is 'wr'; allowed are war, ceasefire, none, allied",
                 id="stance"),
    pytest.param("stances.csv", "KIA,NDA-K,war", "KIA,JUNTA,allied", "the stance KIA-JUNTA was already given in line 2",
                 id="stance twice"),
    pytest.param("displaced.csv", "T06,40000", "T06,-4", "persons is '-4'; must be a number of 0 or more", id="displaced"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), WRONG)
def test_what_is_wrong_is_said(folder: Path, edit: Edit, file: str, old: str, new: str, sentence: str) -> None:
    edit(file, old, new)
    found = problems(folder)
    assert any(sentence in problem for problem in found), found
    assert all(problem.startswith(f"{folder}: ") for problem in found)


@pytest.mark.parametrize(("file", "old", "new", "sentence"), WRONG_STATE)
def test_what_is_wrong_in_a_state_is_said(
    folder: Path, edit: Edit, file: str, old: str, new: str, sentence: str
) -> None:
    edit(f"{STATE}/{file}", old, new)
    found = problems(folder)
    assert any(sentence in problem for problem in found), found


def test_all_problems_are_said_at_once(folder: Path, edit: Edit) -> None:
    edit("territories.csv", "60000,12000", "-1,12000")
    edit("roads.csv", "T01,PANGSAU", "T01,PANGSU")
    edit("buyers.csv", "Menglian buyers,MONG-PAWK", "Menglian buyers,MONGPAWK")
    assert [problem.split(": ")[1].split()[0] for problem in problems(folder)] == [
        "territories.csv",
        "roads.csv",
        "buyers.csv",
    ]


def test_missing_and_empty_tables_are_said(folder: Path) -> None:
    (folder / "buyers.csv").unlink()
    assert problems(folder) == [f"{folder}: buyers.csv is missing"]


def test_a_world_needs_actors(folder: Path) -> None:
    header = (folder / "forces.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "forces.csv").write_text(header + "\n", encoding="utf-8")
    assert problems(folder) == [f"{folder}: forces.csv has no rows; at least one is needed"]


def test_a_world_needs_a_state(folder: Path) -> None:
    shutil.rmtree(folder / "initial")
    assert problems(folder) == [f"{folder}: initial/ contains no dated state such as initial/2025-08"]


def test_an_unknown_world_is_named_with_the_nearest() -> None:
    with pytest.raises(
        WorldError, match=r"there is no world 'mianmar': the shipped ones are kivu, myanmar.*did you mean myanmar\?"
    ):
        load_world("mianmar")


def test_what_is_left_of_arms_is_read_by_actor(folder: Path) -> None:
    (folder / STATE / "arms.csv").write_text("actor,left,source\nKIA,0.6,assumed\n", encoding="utf-8")
    world = load_world(str(folder))
    left = world.initial["2025-08"].arms_left
    assert left[world.force_index["KIA"]] == 0.6
    assert left.sum() == len(left) - 0.4
    assert (tiny().initial["2025-08"].arms_left == 1).all()


def test_arms_of_an_unknown_actor_are_a_problem(folder: Path) -> None:
    (folder / STATE / "arms.csv").write_text("actor,left,source\nKAI,0.6,assumed\n", encoding="utf-8")
    assert any("arms.csv" in problem and "'KAI'" in problem and "KIA" in problem for problem in problems(folder))
