"""Records of a user's own: known by their columns, placed row by row, and refused with line and reason. All rows are made up."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from model.experiments.hindcast.given import SERIES_NAMES, unit_of
from model.world.given_record import ACLED, CONTROL, SERIES, UCDP, Given, RecordFileError, read_given
from model.world.placing import Actors, Townships, UnplacedError, month_of
from model.world.read import load_world, world_folder

TINY = str(Path(__file__).parents[1] / "tiny")

# As published, notes of several lines included.
ACLED_HEAD = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,"
    "assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,"
    "geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
UCDP_HEAD = (
    "id,relid,year,type_of_violence,conflict_name,side_a,side_b,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,"
    "country,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low"
)


def write(path: Path, head: str, rows: Sequence[dict[str, object]]) -> str:
    """Write rows; a column that a row leaves out is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, head.split(","))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def acled(path: Path, *rows: dict[str, object], world: str = TINY) -> Given:
    usual = {
        "event_date": "17 May 2026",
        "event_type": "Battles",
        "actor1": "KIA",
        "actor2": "JUNTA",
        "latitude": "26.36",
        "longitude": "96.72",
        "geo_precision": "1",
        "notes": "made up,\nover two lines",
        "fatalities": 0,
    }
    return read_given(write(path, ACLED_HEAD, [usual | row for row in rows]), world, SERIES_NAMES)


def test_battles_are_fights_and_what_is_not_compared_is_counted(tmp_path: Path) -> None:
    given = acled(
        tmp_path / "acled.csv",
        {"admin1": "North", "admin3": "Tanai", "fatalities": 7},
        {"admin3": "unheard of", "latitude": 25.9, "longitude": 98.1, "fatalities": 2},
        {"event_type": "Protests"},
        {"actor2": "A Group Nobody Knows"},
    )
    assert given.kind == ACLED and given.refused == []
    assert [(one.line, one.month, one.township, one.dead) for one in given.fights] == [
        (2, "2026-05", 0, 7),
        (4, "2026-05", 2, 2),
        (8, "2026-05", 0, 0),
    ]
    assert dict(given.found) == {"name": 1, "nearest centre": 3}
    assert dict(given.passed) == {"Protests": 1}
    assert dict(given.unknown) == {"A Group Nobody Knows": 1}


def test_each_row_without_a_place_is_refused_with_its_line(tmp_path: Path) -> None:
    given = acled(
        tmp_path / "acled.csv",
        {"event_date": "05/06/2026"},
        {"latitude": 48.1, "longitude": 11.6},
        {"geo_precision": 3},
        {"fatalities": "some"},
        {"fatalities": -1},
        {"latitude": "", "longitude": ""},
        {"latitude": "north"},
    )
    reasons = (
        (2, "date '05/06/2026' is not recognised; give a month such as 2024-05"),
        (4, "lies 7,"),
        (6, "known only to a region"),
        (8, "fatalities 'some' is not a number"),
        (10, "fatalities '-1' is not a count of persons"),
        (12, "no township and no coordinates are given"),
        (14, "latitude 'north' and longitude '96.72' are not a point on earth"),
    )
    assert given.placed == 0
    for (line, why), (expected, words) in zip(given.refused, reasons, strict=True):
        assert line == expected and words in why, why


def test_the_dead_of_ucdp_are_those_who_were_no_civilians(tmp_path: Path) -> None:
    usual: dict[str, object] = {
        "type_of_violence": 1,
        "side_a": "JUNTA",
        "side_b": "KIA",
        "latitude": 26.36,
        "longitude": 96.72,
        "where_prec": 3,
        "date_prec": 1,
        "date_start": "2026-05-17 00:00:00.000",
        "date_end": "2026-05-18 00:00:00.000",
        "deaths_civilians": 4,
        "best": 10,
    }
    rows: list[dict[str, object]] = [
        usual,
        usual | {"type_of_violence": 3},
        usual | {"where_prec": 4},
        usual | {"date_prec": 5},
        usual | {"date_end": "2026-09-01"},
    ]
    given = read_given(write(tmp_path / "ged.csv", UCDP_HEAD, rows), TINY, SERIES_NAMES)
    assert given.kind == UCDP
    assert [(one.line, one.dead) for one in given.fights] == [(2, 6)]
    assert dict(given.passed) == {"one-sided violence": 1}
    assert [line for line, _ in given.refused] == [4, 5, 6]


@pytest.mark.parametrize("text", ["month;series;value\n", "date\timports\n"])
def test_a_file_of_headings_alone_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(text.replace("imports", "price_tb_yuan_per_kg"))
    with pytest.raises(RecordFileError, match="has no rows"):
        read_given(str(path), TINY, SERIES_NAMES)


def test_series_come_in_rows_or_side_by_side(tmp_path: Path) -> None:
    long, wide = tmp_path / "long.csv", tmp_path / "wide.csv"
    long.write_text(
        "Month;Series;Value\n2026-01;TB;5000\n2026-02;tb;5100\n2026-02;TB;1\n2026-03;GOLD;1\n2026-04;TB;1,5\n"
    )
    wide.write_text("date,price_tb_yuan_per_kg,S-OX,note\nJan 2026,5000,3000,x\nFeb 2026,,3100,\nMarch 2026,,,\n")
    first, second = (read_given(str(path), TINY, SERIES_NAMES) for path in (long, wide))
    assert first.kind == second.kind == SERIES
    assert first.series == {"price_tb_yuan_per_kg": {"2026-01": 5000, "2026-02": 5100}}
    why = dict(first.refused)
    assert sorted(why) == [4, 5, 6]
    assert "already has a value for 2026-02" in why[4]
    assert "series 'GOLD' is not a series of the model" in why[5]
    assert "'1,5' is not a number; use a decimal point" in why[6]
    assert second.series["exports_t_china"] == {"2026-01": 3000, "2026-02": 3100}
    assert second.refused == [(4, "has no value")]
    assert unit_of("exports_t_china") == "t REO" and unit_of("price_tb_yuan_per_kg") == "yuan/kg"


def test_a_control_map_goes_by_code_or_by_a_name_that_is_clear(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text(
        "month,code,township,state,holder\n"
        "2022-01,MMR001001,,,KIA\n"
        "2022-01,,hpakant township,Kachin,Kachin Independence Army\n"
        "2022-01,,Minhla,,Tatmadaw\n"
        "2022-01,,Minhla,Magway,Military Forces of Myanmar (2021-)\n"
        "2022-01,MMR999999,,,KIA\n"
        "2022-01,,Kale,,NUG\n"
        "2022-01,,Bhamo,,Nobody In Particular\n"
        "2022-01,MMR001001,,,AA\n"
        "2022-01,,Hpakant,Chin,AA\n"
        "2022-01,,Loikaw,,\n"
        "2022-01,,Loikaw\n"
        "2022-02,,Loikaw,,nobody\n",
        encoding="utf-8",
    )
    given = read_given(str(path), "myanmar", SERIES_NAMES)
    world, why = load_world("myanmar"), dict(given.refused)
    held = {world.codes[place]: holder for place, holder in given.holders["2022-01"].items()}
    magway = next(code for code, name, state in zip(world.codes, world.names, world.states, strict=True)
                  if (name, state) == ("Minhla", "Magway"))  # fmt: skip
    kale = world.codes[world.find_place("Kale")]
    assert given.kind == CONTROL
    assert held == {"MMR001001": "KIA", "MMR001009": "KIA", magway: "JUNTA", kale: "PDF-SAGAING"}
    assert list(given.holders["2022-02"].values()) == ["nobody"]
    assert sorted(why) == [4, 6, 8, 9, 10, 11, 12]
    assert f"Minhla {magway} in Magway" in why[4] and " or Minhla MMR" in why[4] and "give the code" in why[4]
    assert "is not that of a township" in why[6]
    assert "is not an actor of the world" in why[8]
    assert "MMR001001 already has a holder in 2022-01" in why[9]
    assert "name 'Hpakant' is Hpakant MMR001009 in Kachin, not in Chin" in why[10]
    assert why[11] == "has no holder" and "the 5 cells of the header" in why[12]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("unlike.csv", "date,value\n2026-01,3\n", "a column named after a series, such as exports_t_china"),
        ("notes.csv", "a,b\n1,2\n", "cannot be recognised by its columns a, b: an ACLED export has event_date"),
        ("latin.csv", b"date,\xe9t\xe9\n", "is not UTF-8 text"),
        ("quote.csv", 'date,TB\n2026-01,"3\n', "cannot be read as a CSV file at line 2"),
        ("empty.csv", "", "cannot be recognised by its columns"),
    ],
)
def test_a_file_that_is_none_of_the_four_is_refused_in_a_sentence(
    tmp_path: Path, name: str, text: str | bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RecordFileError) as told:
        read_given(str(path), TINY, SERIES_NAMES)
    assert words in str(told.value) and "\n" not in str(told.value)
    with pytest.raises(RecordFileError, match="cannot be read: No such file"):
        read_given(str(tmp_path / "absent.csv"), TINY, SERIES_NAMES)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2024-05", "2024-05"),
        ("2024/5/7", "2024-05"),
        ("202405", "2024-05"),
        ("2024-05-17T10:00", "2024-05"),
        ("17 May 2024", "2024-05"),
        ("1-Sep-2024", "2024-09"),
        ("september 2024", "2024-09"),
    ],
)
def test_months_as_publishers_write_them(text: str, month: str) -> None:
    assert month_of(text) == month


@pytest.mark.parametrize("text", ["2024", "2024-13", "05/04/2024", "17 Mai 2024", "2024-05-40", "1024-05", ""])
def test_dates_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UnplacedError, match="is not recognised"):
        month_of(text)


def test_published_names_of_the_shipped_table_are_actors_of_the_world() -> None:
    world = load_world("myanmar")
    actors = Actors(world, world_folder("myanmar"))
    assert actors.find("KIO/KIA: Kachin Independence Organization/Kachin Independence Army") == "KIA"
    assert actors.find("Government of Myanmar (Burma)") == actors.find("Police Forces of Myanmar (2021-)") == "JUNTA"
    assert actors.find("ULA") == actors.find("Arakan Army") == "AA"
    kale, bhamo = (Townships(world).find(name=name)[0] for name in ("Kale", "Bhamo"))
    assert actors.find("PDF: Kale", kale) == "PDF-SAGAING"
    assert actors.find("PDF: Bhamo", bhamo) is None and actors.find("Unidentified Armed Group") is None
