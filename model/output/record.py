"""What a run records, month by month, and the result that it hands on.

Which columns the tables ``monthly`` and ``actors`` have, and how each is read, stands in :mod:`model.output.tables`.
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.account import Account
from agents.armed.actor import Junta, PeoplesDefenceForce
from agents.instruments import KINDS
from model.arrays import Floats, Ints
from model.output import road, tables
from model.output.blocks import Block, Coded, RunTables, Words, coded
from model.output.outcomes import compute
from model.output.result import RunResult as RunResult
from model.output.survey import Month
from model.run import Run
from model.scenario.spec import MONTHLY_MAP, RunSpec
from model.state import DESTINATIONS, NOBODY

_BY_PLACE = ("fallen", "posts", "attacks", "ore_t")


class Recorder:
    """The record of one run.

    Args:
        run: the run at its start; its agents must be there.
        spec: its specification (keys of the tables).
        months: how many months the run may take.
    """

    def __init__(self, run: Run, spec: RunSpec, months: int) -> None:
        world = run.world
        self.run, self.spec, self.world, self.months = run, spec, world, months
        self.force_ids, self.junta = world.force_ids, run.land.junta
        self.organisations = [
            actor.index for actor in run.agents.armed if not isinstance(actor, Junta | PeoplesDefenceForce)
        ]
        """Indices of the ethnic armed organisations."""
        self.us_demand = run.scenario.united_states.demand_t
        """T of Dy and Tb oxide a month."""
        self.months_done = 0
        self.dates: list[str] = []
        self.control: list[dict[str, Any]] = []
        self.holders = np.zeros((months + 1, len(world.place_ids)), np.int32)
        """By month and place: who holds it, -1 nobody."""
        self._now = Month(run)
        rows, mines = months + 1, len(world.mine_place)
        of_country, of_actors = (_read(table) for table in (tables.MONTHLY, tables.ACTORS))
        self._rows = np.zeros((rows, len(of_country)))
        self._read_row = list(of_country.values())
        self.monthly: dict[str, Floats] = {name: self._rows[:, k] for k, name in enumerate(of_country)}
        """Columns of the table of months, by name: (months + 1,)."""
        series = np.zeros((len(of_actors), rows, len(self.force_ids)))
        self.actors: dict[str, Floats] = dict(zip(of_actors, series, strict=True))
        """Columns of the table of actors, by name: (months + 1, F)."""
        self._read_actors = list(zip(of_actors.values(), series, strict=True))
        self._ore, self._crossing = np.zeros((rows, mines, 3)), np.zeros((rows, mines, 3), np.int64)
        """By month, mine and destination: t of ore, and the crossings that they used."""
        self._lanes = np.zeros((rows, len(world.crossing_ids), 3))

    @property
    def events(self) -> list[tuple[Any, ...]]:
        """Rows of the event log, see :func:`model.output.chronicle.log`."""
        return self.run.events

    def note(self, date: str) -> None:
        """Record the end of a month (or the start).

        Args:
            date: calendar month that has just ended; for the start, the first month.
        """
        state, now = self.run.state, self._now
        month = self.months_done = len(self.dates)
        self.dates.append(date)
        now.read()
        self._rows[month] = [read(now) for read in self._read_row]
        for read, series in self._read_actors:
            series[month] = read(now)
        self._ore[month], self._crossing[month] = state.flows.ore, state.flows.crossing
        self._lanes[month], self.holders[month] = state.lanes, state.holder
        if month % 12 == 0 or month == self.months or MONTHLY_MAP in self.spec.record:
            self.control.append(self._control(month))

    def holder_of(self, place: str) -> Ints | None:
        """Who held a place, by month (months_done + 1,); None in a world without it, or with several of that name."""
        try:
            return self.holders[: self.months_done + 1, self.world.find_place(place)].astype(np.int64)
        except (KeyError, ValueError):
            return None

    @property
    def exports(self) -> list[tuple[Any, ...]]:
        """Month, mine, seller, crossing, destination and tonnes of each flow of ore, by index."""
        return list(zip(*(column.tolist() for column in self._exported()), strict=True))

    def _exported(self) -> tuple[NDArray[Any], ...]:
        done = self.months_done + 1
        ore, crossing = (part[:done].ravel() for part in (self._ore, self._crossing))
        flow = np.flatnonzero(ore > 0)
        row, destination = np.divmod(flow, len(DESTINATIONS))  # rows: the months' mines, one after another
        month, mine = np.divmod(row, len(self.world.mine_place))
        seller = self.holders[month, self.world.mine_place[mine]]
        return month, mine, seller, crossing[flow], destination, ore[flow]

    def _control(self, month: int) -> dict[str, Any]:
        state = self.run.state
        leader = state.control.argmax(axis=0)
        attacks, deaths, ore = self._happened()
        return {
            "month": month,
            "holder": state.holder.copy(),
            "attacker": state.attacker.copy(),
            "fallen": state.siege_progress.copy(),
            "posts": state.posts.copy(),
            "leader": np.where(leader == len(self.force_ids), NOBODY, leader),
            "leader_share": state.control.max(axis=0),
            "junta_share": state.control[self.junta].copy() if self.junta >= 0 else np.zeros(state.control.shape[1]),
            "attacks": attacks,
            "deaths": deaths,
            "ore_t": ore,
        }

    def _happened(self) -> tuple[Floats, Floats, Floats]:
        """Of the month: attacks by place, fighters killed by township, ore by place; NaN unless every month is recorded."""
        run, places, towns = self.run, len(self.world.place_ids), len(self.world.codes)
        if MONTHLY_MAP not in self.spec.record:
            return np.full(places, np.nan), np.full(towns, np.nan), np.full(places, np.nan)
        ore = np.zeros(places)
        np.add.at(ore, self.world.mine_place, run.state.flows.ore.sum(axis=1))
        return run.plans.attack.sum(axis=0, dtype=np.float64), run.state.tally.deaths.astype(np.float64), ore

    def result(self) -> RunResult:
        """Outcomes and tables of the months recorded so far."""
        maps = self.control
        if maps[-1]["month"] < self.months_done:  # the run was stopped before its end
            maps = [*maps, self._control(self.months_done)]
        blocks = {
            "monthly": self._monthly(),
            "actors": self._of_actors(),
            "exports": self._of_exports(),
            "events": self._of_events(),
            "control": self._of_control(maps),
            "instruments": self._of_instruments(),
            "lanes": self._of_lanes(),
        }
        built = RunTables(self.spec.run_id, self.spec.label, self.spec.replicate, blocks)
        return RunResult(outcomes=compute(self), tables=built)

    def _monthly(self) -> Block:
        rows = self.months_done + 1
        numbers = {name: series[:rows] for name, series in self.monthly.items()} | {"month": np.arange(rows)}
        binds = road.binding({name: numbers[name] for name in road.COLUMNS})
        texts = {"date": (np.arange(rows), _words(tuple(self.dates))), "road_binds": (binds, _words((*road.BINDS, "")))}
        return Block.of("monthly", rows, numbers, texts)

    def _of_actors(self) -> Block:
        months, forces = self.months_done + 1, len(self.force_ids)
        numbers = {name: series[:months].ravel() for name, series in self.actors.items()}
        numbers["month"] = np.repeat(np.arange(months), forces)
        actor = _named(np.tile(np.arange(forces), months), self.force_ids)
        return Block.of("actors", months * forces, numbers, {"actor": actor})

    def _of_exports(self) -> Block:
        month, mine, seller, crossing, destination, tonnes = self._exported()
        texts = {
            "mine": _named(mine, self.world.mine_ids),
            "seller": _named(seller, self.force_ids, "nobody"),
            "crossing": _named(crossing, self.world.crossing_ids),
            "destination": _named(destination, DESTINATIONS),
        }
        return Block.of("exports", len(month), {"month": month, "tonnes": tonnes}, texts)

    def _of_events(self) -> Block:
        month, date, kind, actor, other, place, value, text = (
            zip(*self.events, strict=True) if self.events else [()] * 8
        )
        columns = {"date": date, "kind": kind, "actor": actor, "other": other, "place": place, "text": text}
        texts = {name: coded(values) for name, values in columns.items()}
        numbers = {"month": month, "value": np.array(value, np.float64)}  # NaN for None
        return Block.of("events", len(self.events), numbers, texts)

    def _of_control(self, maps: list[dict[str, Any]]) -> Block:
        places = len(self.world.place_ids)
        sites = places - len(self.world.codes)
        numbers = {
            "month": np.repeat([part["month"] for part in maps], places),
            **{name: np.concatenate([part[name] for part in maps]) for name in _BY_PLACE},
            **{name: _towns(maps, name, np.full(sites, np.nan)) for name in ("leader_share", "junta_share", "deaths")},
        }
        holder, attacker = (np.concatenate([part[name] for part in maps]) for name in ("holder", "attacker"))
        texts = {
            "place": _named(np.tile(np.arange(places), len(maps)), self.world.place_ids),
            "holder": _named(holder, self.force_ids, "nobody"),
            "attacker": _named(attacker, self.force_ids),
            "leader": _named(_towns(maps, "leader", np.full(sites, NOBODY - 1)), self.force_ids, "nobody"),
        }
        return Block.of("control", places * len(maps), numbers, texts)

    def _of_instruments(self) -> Block:
        us = self.run.agents.united_states
        known = {} if us is None else us.parameters.instruments
        accounts = [] if us is None else [us.accounts.get(name, Account()) for name in known]
        texts = {"instrument": coded(list(known))}
        texts |= {name: coded([str(getattr(one, name)) for one in known.values()]) for name in ("kind", "target")}
        kinds = [KINDS[one.kind] for one in known.values()]
        texts["unit"] = coded([kind.unit for kind in kinds])
        numbers = {field.name: np.array([getattr(one, field.name) for one in accounts]) for field in fields(Account)}
        sizes = [None if us is None else kind.amount(1.0, us.parameters) for kind in kinds]
        numbers["per_level"] = np.array([np.nan if size is None else size for size in sizes])
        return Block.of("instruments", len(accounts), numbers, texts)

    def _of_lanes(self) -> Block:
        months, crossings = self.months_done + 1, len(self.world.crossing_ids)
        open_by = self._lanes[:months].reshape(-1, 3)
        numbers: dict[str, Any] = dict(zip(("ore", "reagent", "goods"), open_by.T, strict=True))
        numbers["month"] = np.repeat(np.arange(months), crossings)
        crossing = _named(np.tile(np.arange(crossings), months), self.world.crossing_ids)
        return Block.of("lanes", months * crossings, numbers, {"crossing": crossing})


def _read(columns: tuple[tables.Column, ...]) -> dict[str, tables.Reader]:
    """How the columns are read off a run that are not keys."""
    read = {column.name: column.read for column in columns if column.read is not None}
    return {name: attrgetter(how) if isinstance(how, str) else how for name, how in read.items()}


def _named(index: Ints, names: tuple[str, ...], other: str = "") -> Coded:
    """Names by index as a column of texts; -1 stands for ``other``, anything below for the empty text."""
    extra = (other, "") if other else ("",)
    if index.size and index.min() < 0:
        index = np.where(index < 0, len(names) + np.minimum(NOBODY - index, len(extra) - 1), index)
    return index, _words((*names, *extra))


@lru_cache(maxsize=64)
def _words(texts: tuple[str, ...]) -> Words:
    return Words.of(texts)


def _towns(maps: list[dict[str, Any]], name: str, of_sites: NDArray[Any]) -> NDArray[Any]:
    """A column of the map that sites have no values for."""
    return np.concatenate([piece for part in maps for piece in (part[name], of_sites)])
