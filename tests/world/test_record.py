"""The record of what was observed is read, checked, and its series are kept apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.output.observe import MEASURES
from model.world.read import load_world
from model.world.record import Record, load_record
from model.world.world import WorldError

SHIPPED = Path(__file__).parents[2] / "model" / "world" / "myanmar" / "record"
TABLES = ("series", "quantities", "prices", "lanes", "towns", "sites", "control", "strength", "sieges")


def test_every_table_of_the_shipped_record_is_sound() -> None:
    record = load_record("myanmar")
    for table in TABLES:
        assert getattr(record, table), table
    assert {reading.measure for reading in record.control} <= set(MEASURES)


def test_seats_taken_in_fourteen_months_are_those_of_the_facts() -> None:
    taken = [
        one
        for one in load_record("myanmar").towns
        if one.holder not in ("JUNTA", "") and "2023-10-27" <= one.date <= "2024-12-23"
    ]
    assert sum(one.place in load_world("myanmar").codes for one in taken) == 49


def test_series_are_kept_apart() -> None:
    record = load_record("myanmar")
    (year,) = [one.value for one in record.amounts("S-OX") if (one.start, one.end) == ("2023-01", "2023-12")]
    assert year == 41_700
    with pytest.raises(KeyError, match="no series 'S-ALL'"):
        record.amounts("S-ALL")


def test_mistakes_are_told_with_their_place(tmp_path: Path) -> None:
    folder = tmp_path / "record"
    shutil.copytree(SHIPPED, folder)
    (folder / "exports.csv").write_text(
        "series,start,end,value,kind,grade,source\nS-XX,2024-13,2024-01,-3,guessed,D,\n", encoding="utf-8"
    )
    with pytest.raises(WorldError) as told:
        _ = Record(load_world("myanmar"), folder).quantities
    text = str(told.value)
    for word in ("'S-XX'", "'2024-13'", "'-3'", "'guessed'", "'D'", "source is empty"):
        assert word in text


def test_a_world_without_a_record_says_so() -> None:
    with pytest.raises(WorldError, match="no folder 'record'"):
        load_record(str(Path(__file__).parents[1] / "tiny"))
