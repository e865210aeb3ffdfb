"""The written format of a world against what the reader asks for, and the commands that start and check one."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from model.cli import app
from model.world.book import MOST, MOST_WHOLE, Book, Row
from model.world.placing import Actors
from model.world.read import FARTHEST_SITE_KM, FARTHEST_TOWN_KM, SHIPPED, load_world, world_folder
from model.world.starter import FORMAT, TABLES, write_starter

TEXT = FORMAT.read_text(encoding="utf-8")
OPTIONAL = "parameters.csv", "initial/YYYY-MM/homes.csv", "initial/YYYY-MM/arms.csv", "record/actors.csv"


def written() -> dict[str, dict[str, str]]:
    """File -> column -> what the document says is allowed."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^### ", TEXT, flags=re.M)[1:]:
        rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")][2:]
        columns = {name.strip(): cells[2].strip() for cells in rows[: _table(part)] for name in cells[0].split(",")}
        found[part.split("`")[1]] = columns
    return found


def _table(part: str) -> int:
    """Rows of the first table of a part, without its head."""
    first = re.search(r"(?:^\|.*\n)+", part, flags=re.M)
    return 0 if first is None else first[0].count("\n") - 2


class Asked:
    """What the reader asks of files: columns, words, ranges of numbers, whole numbers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.columns: dict[str, set[str]] = {}
        self.allowed: dict[tuple[str, str], str] = {}
        table, number, whole, one_of = Book.table, Book.number, Book.whole, Book.one_of

        def columns(book: Book, file: str, names: str) -> list[Row]:
            self.columns[self.named(file)] = set(names.split(","))
            return table(book, file, names)

        def ranged(book: Book, row: Row, column: str, low: float = 0.0, high: float = MOST) -> float:
            text = f"{low:g} or more" if high >= MOST else f"{low:g} to {high:g}"
            self.allowed[self.named(row.file), column] = text
            return number(book, row, column, low, high)

        def wholes(book: Book, row: Row, column: str, high: int = MOST_WHOLE) -> int:
            ends = "of 0 or more" if high == MOST_WHOLE else f"from 0 to {high}"
            self.allowed[self.named(row.file), column] = f"a whole number {ends}"
            return whole(book, row, column, high)

        def words(book: Book, row: Row, column: str, allowed: Collection[str]) -> str:
            if self.named(row.file) != "record/actors.csv":
                self.allowed[self.named(row.file), column] = ", ".join(allowed)
            return one_of(book, row, column, allowed)

        for name, spy in (("table", columns), ("number", ranged), ("whole", wholes), ("one_of", words)):
            monkeypatch.setattr(Book, name, spy)

    @staticmethod
    def named(file: str) -> str:
        return "record/actors.csv" if file == "actors.csv" else re.sub(r"\d{4}-\d\d", "YYYY-MM", file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new world with every optional table."""
    write_starter(tmp_path / "w")
    more = {
        "parameters.csv": "parameter,value,source\nprocesses.combat.attacker_loss,0.05,invented\n",
        "initial/2025-08/homes.csv": "actor,home\nUPA,A2\n",
        "initial/2025-08/arms.csv": "actor,left\nUPA,0.9\n",
        "record/actors.csv": "published,actor,publisher,source\nUpland*,UPA,ACLED,invented\n",
    }
    for name, text in more.items():
        (tmp_path / "w" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "w" / name).write_text(text)
    return tmp_path / "w"


def test_the_document_says_what_the_reader_asks_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, document = Asked(monkeypatch), written()
    Actors(load_world(str(folder)), world_folder(str(folder)))
    assert {file: set(columns) for file, columns in document.items()} == asked.columns
    assert len(asked.allowed) > 30
    for (file, column), allowed in asked.allowed.items():
        said = document[file][column]
        assert said == allowed or said.startswith(f"{allowed};"), (file, column)
    for km in (f"at most {FARTHEST_SITE_KM:.0f} km", f"more than {FARTHEST_TOWN_KM:.0f} km apart"):
        assert km in TEXT


def test_optional_tables_are_those_that_the_document_calls_so(folder: Path) -> None:
    assert set(re.findall(r"^### `(.*)` \(optional\)$", TEXT, flags=re.M)) == set(OPTIONAL)
    for name in OPTIONAL:
        (folder / name.replace("YYYY-MM", "2025-08")).unlink()
    assert load_world(str(folder)).codes == ("A1", "A2", "B1", "B2")
    assert set(TABLES) == {name.replace("YYYY-MM", "2025-08") for name in written()} - {
        name.replace("YYYY-MM", "2025-08") for name in OPTIONAL
    }


def pangwa(*words: Any) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_new_world_is_sound_and_overwrites_nothing(tmp_path: Path) -> None:
    new = pangwa("world", "new", tmp_path / "mine")
    assert new.exit_code == 0, new.output
    assert (tmp_path / "mine" / "README.md").read_text(encoding="utf-8") == TEXT
    for command in (("world", "check", tmp_path / "mine"), ("check", tmp_path / "mine" / "scenario.toml")):
        done = pangwa(*command)
        assert done.exit_code == 0 and "ok" in done.stdout, done.output
    again = pangwa("world", "new", tmp_path / "mine")
    assert again.exit_code == 2 and "is not overwritten" in again.output


def test_check_says_what_a_world_holds() -> None:
    for path in sorted(SHIPPED.glob("*/territories.csv")):
        told = pangwa("world", "check", path.parent.name)
        assert told.exit_code == 0, told.output
        assert re.search(rf"^territories +{len(load_world(path.parent.name).codes)} ", told.stdout, flags=re.M)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "territories.csv",
            "hills,0,invented\nA2",
            "cliffs,0,invented\nA2",
            "territories.csv line 2: terrain is 'cliffs'",
        ),
        ("forces.csv", "treasury_usd", "tresury_usd", "tresury_usd"),
        ("parameters.csv", "combat.attacker_loss", "combat.atacker_loss", "atacker_loss"),
        ("record/actors.csv", "UPA", "UPB", "actors.csv line 2: actor is 'UPB'"),
        ("initial/2025-08/control.csv", "A1,GOV,0.4", "A1,GOV,0.3", "the shares of A1 sum to 0.9"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(folder: Path, file: str, old: str, new: str, words: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = pangwa("world", "check", folder)
    assert done.exit_code != 0
    assert words in str(done.exception), done.exception
