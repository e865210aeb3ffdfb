"""A world with an empty table of each kind runs and is drawn, or is refused in a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from model.api import single
from model.scenario.read import ScenarioError
from model.views.figures import OF_A_RUN, draw

TINY = Path(__file__).parents[1] / "tiny"
STATE = "initial/2025-08/"
ONE = "T10"


class Tables:
    """The tables of a copy of the tiny world, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(shutil.copytree(TINY, folder / "world"))
        self.frames = {
            path.relative_to(self.folder).as_posix().removesuffix(".csv"): pd.read_csv(
                path, dtype=str, keep_default_na=False
            )
            for path in self.folder.rglob("*.csv")
        }

    def keep(self, name: str, column: str, known: set[str]) -> None:
        """Only the rows whose cell is known."""
        self.frames[name] = self.frames[name][self.frames[name][column].isin(known)]

    def ids(self, name: str, column: str = "id") -> set[str]:
        return set(self.frames[name][column])

    def consistent(self) -> None:
        """Drop what refers to places, crossings, mines and actors that are gone."""
        self.keep("sites", "parent", self.ids("territories", "code"))
        places = self.ids("territories", "code") | self.ids("sites")
        for name, column in (
            ("roads", "a"), ("roads", "b"), ("borders", "a"), ("borders", "b"), ("crossings", "place"),
            ("mines", "place"), ("income", "place"), (f"{STATE}places", "place"), (f"{STATE}troops", "place"),
            (f"{STATE}control", "territory"), (f"{STATE}displaced", "territory"),
        ):  # fmt: skip
            self.keep(name, column, places)
        for name in ("mines", "buyers", f"{STATE}lanes"):
            self.keep(name, "crossing", self.ids("crossings"))
        self.keep(f"{STATE}mines", "mine", self.ids("mines"))
        forces, actors = self.frames["forces"], self.ids("forces")
        forces["home"] = [home if home in places else min(places) for home in forces["home"]]
        forces["homeland"] = [";".join(sorted({*land.split(";")} & {*places, "all"})) for land in forces["homeland"]]
        held, control = self.frames[f"{STATE}places"], self.frames[f"{STATE}control"]
        held["holder"] = [holder if holder in actors else "nobody" for holder in held["holder"]]
        held["attacker"] = [attacker if attacker in actors else "" for attacker in held["attacker"]]
        control["actor"] = [actor if actor in actors else "nobody" for actor in control["actor"]]
        summed = control.assign(share=control["share"].astype(float)).groupby(["territory", "actor"], as_index=False)
        self.frames[f"{STATE}control"] = pd.DataFrame(summed["share"].sum())
        for name, column in ((f"{STATE}troops", "actor"), (f"{STATE}stances", "a"), (f"{STATE}stances", "b")):
            self.keep(name, column, actors)

    def write(self) -> str:
        for name, frame in self.frames.items():
            frame.to_csv(self.folder / f"{name}.csv", index=False)
        return str(self.folder)


def without(*names: str) -> Callable[[Tables], None]:
    """A world without a row in some tables, and without what refers to one."""

    def make(tables: Tables) -> None:
        for name in names:
            tables.frames[name] = tables.frames[name].iloc[:0]
        tables.consistent()

    return make


def only(name: str, column: str, *kept: str) -> Callable[[Tables], None]:
    """A world with these rows of a table alone, and what refers to no other."""

    def make(tables: Tables) -> None:
        tables.keep(name, column, {*kept})
        tables.consistent()

    return make


def one_actor_in_one_township(tables: Tables) -> None:
    tables.keep("forces", "id", {"KIA"})
    only("territories", "code", ONE)(tables)


RUN: dict[str, Callable[[Tables], None]] = {
    **{
        name: without(name)
        for name in (
            "sites", "borders", "roads", "crossings", "mines", "income", "buyers", f"{STATE}troops", f"{STATE}stances",
            f"{STATE}displaced",
        )
    },
    "roads and borders": without("roads", "borders"),
    "mines and buyers": without("mines", "buyers"),
    "the junta alone": only("forces", "id", "JUNTA"),
    "no junta": only("forces", "id", "KIA", "UWSA"),
    "one township": only("territories", "code", ONE),
    "one actor in one township": one_actor_in_one_township,
}  # fmt: skip
REFUSED = {
    "territories": "territories.csv has no rows; at least one is needed",
    "forces": "forces.csv has no rows; at least one is needed",
    f"{STATE}control": "the shares of T01 sum to 0",
    f"{STATE}places": "places.csv has no row for place T01",
    f"{STATE}lanes": "lanes.csv has no row for crossing PANGWA",
    f"{STATE}mines": "mines.csv has no row for mine ",
}


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tables:
    monkeypatch.chdir(tmp_path)
    Path("empty.toml").write_text('[united_states.instruments.t]\nkind = "tariff"\n')
    return Tables(tmp_path)


@pytest.mark.parametrize("what", RUN)
def test_a_world_without_some_things_runs_and_is_drawn(what: str, tables: Tables) -> None:
    RUN[what](tables)
    run = single.run("empty.toml", set={"world": tables.write()}, months=1)
    assert run.months == 1 and run.story()
    assert all(value is None or value == value for value in run.result.outcomes.values())
    for kind in OF_A_RUN:
        draw(run._results, kind)


@pytest.mark.parametrize("what", REFUSED)
def test_a_world_without_what_it_needs_is_refused(what: str, tables: Tables) -> None:
    tables.frames[what] = tables.frames[what].iloc[:0]
    with pytest.raises(ScenarioError, match=REFUSED[what].replace(".", r"\.")):
        single.run("empty.toml", set={"world": tables.write()}, months=1)
