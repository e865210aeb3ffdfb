"""A dated state carried on to a later date by what the record dates between them: ``python -m model.world.dated 2024-03 2024-10``.

Nothing observed after the new date is used, except that fighters lie on the straight line between the totals of two dated states, as
``SOURCES.md`` says. Town and site: the last dated capture before the first of the month, contested ones left out. What follows from a
capture (countryside, posts, garrisons) is coded by the rules of ``SOURCES.md``; whoever took a place from another is at war with it;
sieges and lanes are those that the record has under way on the first of the month. All other tables are those of the earlier state.
"""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.world.read import SHIPPED, load_world
from model.world.record import Change, load_record
from model.world.world import LANES

Row = dict[str, str]
WORLD = "myanmar"
TOTALS = ("2023-10", "2025-08")
"""The states between whose totals of fighters those of the new date lie."""
NEW, OLD, NOBODYS = 0.65, 0.10, 0.25
"""Shares of the countryside of a township whose town was taken: of the new holder, of the old one, of nobody."""
SITE_POSTS = {"JUNTA": 6, "NDA-K": 6}
UNSURE = 0.3
"""How far fighters may be off either way."""
CONFIDENCE = {"A": "high", "B": "medium", "C": "low"}


@dataclass
class Tables:
    """The tables of a dated state as rows, and the captures that are being put in."""

    folder: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Tables:
        """All tables of a folder."""
        found = cls(folder)
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as stream:
                found.rows[path.stem] = list(csv.DictReader(stream))
        return found

    def write(self, folder: Path) -> None:
        """Write all tables into a folder; those without a row are left out."""
        folder.mkdir()
        for name, rows in self.rows.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def totals(self) -> dict[str, float]:
        """Fighters by actor."""
        found: dict[str, float] = {}
        for row in self.rows["troops"]:
            found[row["actor"]] = found.get(row["actor"], 0.0) + float(row["troops"])
        return found


def carry(since: str, until: str) -> Tables:
    """The state of a date, from that of an earlier one.

    Args:
        since: date of a state of Myanmar, as 2024-03.
        until: the new date.
    """
    initial = SHIPPED / WORLD / "initial"
    state = Tables.read(initial / since)
    taken = _captures(state, since, until)
    for place, (loser, change) in taken.items():
        _hand_over(state, place, loser, change)
    _place_fighters(state, taken, _totals(initial, until))
    _begin_sieges(state, until)
    _open_lanes(state, until)
    return state


def _captures(state: Tables, since: str, until: str) -> dict[str, tuple[str, Change]]:
    """Place -> who held it at the earlier date, and the last capture since, where it has another holder now."""
    record, held = load_record(WORLD), {row["place"]: row["holder"] for row in state.rows["places"]}
    last: dict[str, Change] = {}
    for change in sorted((*record.towns, *record.sites), key=lambda one: one.date):
        if change.place in held and change.holder and not change.contested and since <= change.date[:7] < until:
            last[change.place] = change
    return {place: (held[place], one) for place, one in last.items() if one.holder != held[place]}


def _hand_over(state: Tables, place: str, loser: str, change: Change) -> None:
    """The place to its new holder, with posts, countryside and the war between the two."""
    world, sure = load_world(WORLD), CONFIDENCE[change.grade]
    town = place in world.codes
    people = float(world.population[world.codes.index(place)]) if town else 0.0
    base = 3 if change.holder == "JUNTA" else 2
    posts = base + min(5, int(people // 80_000)) if town else SITE_POSTS.get(change.holder, 4)
    for row in state.rows["places"]:
        if row["place"] == place:
            row.update(holder=change.holder, attacker="", posts=str(posts), confidence=sure, source=change.source)
    if town:
        shares = ((change.holder, NEW), (loser, OLD), ("nobody", NOBODYS))
        fresh = [{"territory": place, "actor": actor, "share": f"{share:g}", "confidence": sure, "source": change.source}
                 for actor, share in sorted(shares)]  # fmt: skip
        state.rows["control"] = sorted(
            [row for row in state.rows["control"] if row["territory"] != place] + fresh,
            key=lambda row: (row["territory"], row["actor"]),
        )
    _at_war(state, loser, change)


def _at_war(state: Tables, loser: str, change: Change) -> None:
    pair = {loser, change.holder}
    known = [row for row in state.rows["stances"] if {row["a"], row["b"]} == pair]
    if "nobody" in pair or any(row["stance"] == "war" for row in known):
        return
    source = f"{change.source}: {change.holder} took {change.name} from {loser}"
    kept = [row for row in state.rows["stances"] if row not in known]
    state.rows["stances"] = [*kept, {"a": loser, "b": change.holder, "stance": "war", "source": source}]


def _totals(initial: Path, until: str) -> dict[str, float]:
    """Fighters by actor on the line between two dated states."""
    first, last = (_month(date) for date in TOTALS)
    before, after = (Tables.read(initial / date).totals() for date in TOTALS)
    part = (_month(until) - first) / (last - first)
    return {actor: before[actor] + part * (after[actor] - before[actor]) for actor in before}


def _month(date: str) -> int:
    return 12 * int(date[:4]) + int(date[5:7])


def _place_fighters(state: Tables, taken: dict[str, tuple[str, Change]], totals: dict[str, float]) -> None:
    """The loser's garrison goes to its other places, the winner's new one gets the rate of its others, all in proportion."""
    world = load_world(WORLD)
    here: dict[str, dict[str, float]] = {}
    for row in state.rows["troops"]:
        here.setdefault(row["actor"], {})[row["place"]] = float(row["troops"])
    weight = {code: 0.5 + float(people) / 100_000 for code, people in zip(world.codes, world.population, strict=True)}
    for place, (loser, change) in taken.items():
        mine = here.setdefault(change.holder, {})
        rate = sum(mine.values()) / max(sum(weight.get(one, 0.8) for one in mine), 0.8)
        mine[place] = max(mine.get(place, 0.0), rate * weight.get(place, 0.8))
        here.get(loser, {}).pop(place, None)
    rows = []
    for actor, total in totals.items():
        now = sum(here[actor].values())
        for place, fighters in here[actor].items():
            best = round(fighters * total / now)
            ends = {"low": str(round((1 - UNSURE) * best)), "high": str(round((1 + UNSURE) * best))}
            source = "SOURCES P24-P33; earlier state after the captures, rule of SOURCES.md"
            rows.append({"place": place, "actor": actor, "troops": str(best), **ends, "source": source})
    state.rows["troops"] = sorted(rows, key=lambda row: (row["actor"], row["place"]))


def _begin_sieges(state: Tables, until: str) -> None:
    first = f"{until}-01"
    besieged = {one.place: one.attacker for one in load_record(WORLD).sieges if one.start <= first < one.end}
    for row in state.rows["places"]:
        attacker = besieged.get(row["place"], "")
        row["attacker"] = "" if attacker == row["holder"] else attacker


def _open_lanes(state: Tables, until: str) -> None:
    first, world = f"{until}-01", load_world(WORLD)
    country = dict(zip(world.crossing_ids, world.crossing_country, strict=True))
    for one in load_record(WORLD).lanes:
        if one.start <= first <= one.end:
            for row in state.rows["lanes"]:
                if one.target in (row["crossing"], country[row["crossing"]]):
                    named = LANES if one.lane == "all" else (one.lane,)
                    row.update(dict.fromkeys(named, f"{one.opening:g}"), source=f"SOURCES {one.source}")


def main(arguments: Sequence[str]) -> None:
    """Write the state of a date beside the shipped ones; a folder that is there is coded again."""
    since, until = arguments
    state, folder = carry(since, until), SHIPPED / WORLD / "initial" / until
    shutil.rmtree(folder, ignore_errors=True)
    state.write(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
