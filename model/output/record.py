"""What a run records, month by month, and the result that it hands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from model.dynamics.ground import Ground, heads, over_heads
from model.kernels import compiled, notes
from model.kernels.bound import Gatherer, bind
from model.output import tables
from model.output.blocks import Block, Coded, RunTables, Words, coded
from model.output.observe import FULL_AUTHORITY, MEASURES, WRIT, _weights, observe
from model.output.outcomes import compute
from model.scenario.spec import RunSpec
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, DESTINATIONS, NOBODY, QUAD, State
from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Sums = tuple[list[float], float, float, float, float, float, float]

ACTOR_ROWS = (
    "townships_held",
    "population_share",
    "seat_population_share",
    "troops",
    "posts",
    "posts_taken",
    "dead",
    "deserted",
    "arms",
    "treasury_usd",
    "revenue_usd",
    "ore_revenue_usd",
    "ore_tax_yuan_per_t",
    "legitimacy",
    "services",
    "hope",
    "us_partner",
    "recognition",
    "pressure",
)
"""Columns of the actors' record, in the order in which kernels fill them in."""


@dataclass(frozen=True)
class RunResult:
    """What a run leaves behind.

    Args:
        outcomes: value of every outcome of :func:`model.output.outcomes.outcome_list`; None where it is not defined.
        tables: ``monthly, actors, exports, events, control`` with the schema of ``model.output.tables``, and ``lanes``
            (month, crossing, ore, reagent, goods), which figures of a single run use and batches do not store.
            Those of :class:`model.output.blocks.RunTables` are made when they are asked for.
    """

    outcomes: dict[str, float | None]
    tables: Mapping[str, pa.Table]


class Recorder(Gatherer):
    """The record of one run.

    Args:
        spec: the run's specification (keys of the tables).
        world: the world.
        ground: its static arrays.
        months: how many months the run may take.
        us_demand: t of Dy and Tb oxide a month.
        is_eao: for each armed actor, whether it is an ethnic organisation.
        junta: index of the junta, -1 for none.
    """

    def __init__(
        self, spec: RunSpec, world: World, ground: Ground, months: int, us_demand: float, is_eao: list[bool], junta: int
    ) -> None:
        self.spec, self.world, self.ground = spec, world, ground
        self.months, self.us_demand, self.is_eao, self.junta = months, us_demand, is_eao, junta
        self.force_ids = world.force_ids
        self.months_done = 0
        skip = ("run_id", "scenario", "replicate", "month", "date", "actor")
        columns = [c.name for c in tables.MONTHLY if c.name not in skip]
        self._columns = itemgetter(*columns)
        self._rows = np.zeros((months + 1, len(columns)))
        self.monthly: dict[str, Floats] = {name: self._rows[:, k] for k, name in enumerate(columns)}
        self._block = np.zeros((len(ACTOR_ROWS), months + 1, len(self.force_ids)))
        self.actors: dict[str, Floats] = {
            c.name: self._block[ACTOR_ROWS.index(c.name)] for c in tables.ACTORS if c.name not in skip
        }
        self.dates: list[str] = []
        mines, crossings = len(world.mine_place), len(world.crossing_ids)
        self._flows = (np.zeros((months + 1, mines, 3)), np.zeros((months + 1, mines, 3), np.int64))
        """By month, mine and destination: t of ore, and the crossings that they used."""
        self._sellers = np.zeros((months + 1, mines), np.int64)
        """By month and mine."""
        self._lanes = np.zeros((months + 1, crossings, 3))
        self.events: list[tuple[int, str, str, str, str, str, float | None, str]] = []
        """Month, date, kind, actor, other, place, value and sentence; :func:`model.output.chronicle.tell` writes them."""
        self.control: list[dict[str, Any]] = []
        self._bhamo = self._find("Bhamo")
        self._total = max(float(world.population.sum()), 1.0)
        self._shares = _shares_of(world)
        self._chinese = world.chinese_crossings.nonzero()[0]
        self._bhamo_holder: list[int] = []
        self._numbers, self._seen = np.zeros(10), np.zeros((5, len(world.codes)))

    def _gather(self, state: State) -> None:
        tally, world = state.tally, self.world
        people = (state.control, state.legitimacy, state.services, world.population, self._total)
        counts = (tally.posts_taken, tally.dead, tally.deserted, tally.income)
        places = (state.holder, state.attacker, state.posts, state.troops, state.stance)
        flows = state.flows
        now = (state.arms, state.treasury, state.hope, state.recognition, state.pressure, flows.tax_usd)
        works = (state.stock, state.capacity, state.operating)
        trade = (*works, state.lanes, world.mine_crossing, self._chinese, state.displaced)
        fixed = (world.mine_place, self.junta, (FULL_AUTHORITY, WRIT))
        out = (*self._flows, self._sellers, self._lanes, self._numbers, self._seen)
        self._bound = bind(self._block, places, people, counts, now, (flows.ore, flows.crossing), trade, *fixed, out)

    def _find(self, name: str) -> int:
        try:
            return self.world.find_place(name)
        except KeyError:
            return -1

    def note(self, date: str, state: State, extra: dict[str, float], taxes: Floats, partner: int) -> None:
        """Record the end of a month (or the start).

        Args:
            date: calendar month that has just ended; for the start, the first month.
            state: the state.
            extra: values of the monthly table that are not in the state.
            taxes: (F,) tax in yuan/t at this month's price.
            partner: index of the armed actor that Washington has picked as its partner; -1 none.
        """
        month = self.months_done if not self.dates else self.months_done + 1
        self.months_done = month
        self.dates.append(date)
        if compiled():
            self._read(month, state, taxes, partner)
            *ore, stock, capacity, at_work, behind, goods, displaced, polls = self._numbers.tolist()
            sums = (ore, stock, capacity, at_work, behind, goods, displaced)
            self._note_month(month, state, extra, sums, self._weigh(self._seen, polls))
        else:
            self._note_month(month, state, extra, self._sums(state), observe(self.world, state, self.junta))
            self._note_actors(month, state, taxes, partner)
            self._note_exports(month, state)
        if self._bhamo >= 0:
            self._bhamo_holder.append(int(state.holder[self._bhamo]))
        if month % 12 == 0 or month == self.months or "control=monthly" in self.spec.record:
            self.control.append(self._control(month, state))

    def _read(self, month: int, state: State, taxes: Floats, partner: int) -> None:
        """Note actors, exports and lanes by a kernel, and read what the record of the month sums up."""
        if self.finds_another(state):
            self._gather(state)
        notes.note(self._bound, month, taxes, partner)

    def _weigh(self, seen: Floats, polls: float) -> dict[str, float]:
        """What :func:`model.output.observe.observe` gives, of what it weighs in each township."""
        if self.junta < 0:
            return dict.fromkeys(MEASURES, 0.0)
        full, j2, r2, writ, resistance = seen
        area, people, one = self._shares
        weighed = (area.dot(full), people.dot(full), area.dot(j2), area.dot(r2), one.dot(writ), one.dot(resistance))
        return dict(zip(MEASURES, (*weighed, polls), strict=True))

    def _note_month(
        self, month: int, state: State, extra: dict[str, float], sums: _Sums, measures: dict[str, float]
    ) -> None:
        tally, market = state.tally, state.market
        ore, stock, capacity, at_work, behind, goods, displaced = sums
        values = {
            "exports_t_china_official": ore[CHINA_OFFICIAL],
            "exports_t_china_informal": ore[CHINA_INFORMAL],
            "exports_t_quad": ore[QUAD],
            "mined_t": state.totals.mined,
            "stock_t": stock,
            "capacity_t": capacity,
            "operating_share": at_work / max(capacity, 1e-9),
            "price_ore_yuan_per_t": market.price_ore,
            "price_tb_yuan_per_kg": market.price_tb,
            "price_dy_yuan_per_kg": market.price_dy,
            "ore_lanes_open": behind / max(capacity, 1e-9),
            "goods_lanes_open": goods,
            "towns_changed_hands": state.totals.towns_changed,
            "operations": state.totals.operations,
            "deaths_fighters": sum(tally.dead.tolist()),
            "deaths_civilians": state.totals.civilians_dead,
            "displaced_persons": displaced,
            "leachate_t": state.totals.leachate,
            "us_heavy_ree_supply_share": state.totals.us_oxide / self.us_demand,
            "india_route_capacity_t": market.route_capacity,
            "india_processing_revenue_usd": state.totals.india_revenue,
            "separated_t_australia": state.totals.separated,
            "other_origins_t": market.other_origins,
            "federal_settlement": state.accord.in_force,
            **measures,
            "elections_held": state.accord.elections,
            **extra,
        }
        self._rows[month] = self._columns(values)

    def _sums(self, state: State) -> _Sums:
        """Ore by destination, stock, capacity, that at work, that behind open lanes, goods lanes open, displaced persons."""
        ore, mines, lanes, chinese = state.flows.ore, self.world.mine_crossing, state.lanes, self._chinese
        goods = float(lanes[chinese, 2].mean()) if chinese.size else 0.0
        parts = (state.stock, state.capacity, state.operating * state.capacity, lanes[mines, 0] * state.capacity)
        stock, capacity, at_work, behind = (float(part.sum()) for part in parts)
        tonnes = [float(ore[:, way].sum()) for way in range(len(DESTINATIONS))]
        return tonnes, stock, capacity, at_work, behind, goods, float(state.displaced.sum())

    def _note_actors(self, month: int, state: State, taxes: Floats, partner: int) -> None:
        total = self._total
        held, posts, troops, seats, people, consent, served = self._standing(state)
        values = {
            "townships_held": held,
            "population_share": people / total,
            "seat_population_share": seats / total,
            "troops": troops,
            "posts": posts,
            "posts_taken": state.tally.posts_taken,
            "dead": state.tally.dead,
            "deserted": state.tally.deserted,
            "arms": state.arms,
            "treasury_usd": state.treasury,
            "revenue_usd": state.tally.income,
            "ore_revenue_usd": state.flows.tax_usd,
            "ore_tax_yuan_per_t": taxes,
            "legitimacy": consent / np.maximum(people, 1.0),
            "services": served / np.maximum(people, 1.0),
            "hope": state.hope,
            "us_partner": np.arange(len(self.force_ids)) == partner,
            "recognition": state.recognition,
            "pressure": state.pressure,
        }
        for name, series in self.actors.items():
            series[month] = values[name]

    def _standing(self, state: State) -> tuple[Floats, ...]:
        """(F,) townships held, posts, fighters, people of townships held, people under control, with consent, served."""
        world, forces = self.world, len(self.force_ids)
        # One slot more, at index 0, for places that nobody holds.
        slot = state.holder + 1
        seat = slot[: len(world.codes)]
        held = np.bincount(seat, minlength=forces + 1)[1:]
        posts = np.bincount(slot, state.posts, minlength=forces + 1)[1:]
        seats = np.bincount(seat, world.population, minlength=forces + 1)[1:]
        sizes = (heads(world, state), *(over_heads(world, state, part) for part in (state.legitimacy, state.services)))
        return held, posts, state.troops.sum(axis=1), seats, *sizes

    def _note_exports(self, month: int, state: State) -> None:
        self._flows[0][month], self._flows[1][month] = state.flows.ore, state.flows.crossing
        self._sellers[month], self._lanes[month] = state.holder[self.world.mine_place], state.lanes

    @property
    def exports(self) -> list[tuple[Any, ...]]:
        """Month, mine, seller, crossing, destination and tonnes of each flow of ore, by index."""
        return list(zip(*(column.tolist() for column in self._exported()), strict=True))

    def _exported(self) -> tuple[NDArray[Any], ...]:
        done = self.months_done + 1
        ore, crossing = (part[:done].ravel() for part in self._flows)
        flow = np.flatnonzero(ore > 0)
        row, destination = np.divmod(flow, len(DESTINATIONS))  # rows: the months' mines, one after another
        month, mine = np.divmod(row, self._sellers.shape[1])
        return month, mine, self._sellers.ravel()[row], crossing[flow], destination, ore[flow]

    def _control(self, month: int, state: State) -> dict[str, Any]:
        leader = state.control.argmax(axis=0)
        return {
            "month": month,
            "holder": state.holder.copy(),
            "attacker": state.attacker.copy(),
            "fallen": state.siege_progress.copy(),
            "posts": state.posts.copy(),
            "leader": np.where(leader == len(self.force_ids), NOBODY, leader),
            "leader_share": state.control.max(axis=0),
            "junta_share": state.control[self.junta].copy() if self.junta >= 0 else np.zeros(state.control.shape[1]),
        }

    def bhamo(self) -> dict[str, float | None]:
        """The outcomes about Bhamo; null in a world without it."""
        if self._bhamo < 0:
            return {"bhamo_fallen": None, "bhamo_months_held": None}
        lost = [month for month, holder in enumerate(self._bhamo_holder) if holder != self._bhamo_holder[0]]
        return {"bhamo_fallen": float(bool(lost)), "bhamo_months_held": float(lost[0] if lost else self.months_done)}

    def result(self, *, lanes: bool = True) -> RunResult:
        """Outcomes and tables of the months recorded so far.

        Args:
            lanes: whether the table of lanes is wanted, which batches do not store.
        """
        blocks = {
            "monthly": self._monthly(),
            "actors": self._of_actors(),
            "exports": self._of_exports(),
            "events": self._of_events(),
            "control": self._of_control(),
        }
        others = {"lanes": self._lanes_table()} if lanes else {}
        built = RunTables(self.spec.run_id, self.spec.label, self.spec.replicate, blocks, others)
        return RunResult(outcomes=compute(self), tables=built)

    def _monthly(self) -> Block:
        rows = self.months_done + 1
        numbers = {name: series[:rows] for name, series in self.monthly.items()} | {"month": np.arange(rows)}
        return Block.of("monthly", rows, numbers, {"date": (np.arange(rows), _words(tuple(self.dates)))})

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

    def _of_control(self) -> Block:
        places, maps = len(self.world.place_ids), len(self.control)
        sites = places - len(self.world.codes)
        numbers = {
            "month": np.repeat([part["month"] for part in self.control], places),
            **{name: np.concatenate([part[name] for part in self.control]) for name in ("fallen", "posts")},
            **{name: self._towns(name, np.full(sites, np.nan)) for name in ("leader_share", "junta_share")},
        }
        holder, attacker = (np.concatenate([part[name] for part in self.control]) for name in ("holder", "attacker"))
        texts = {
            "place": _named(np.tile(np.arange(places), maps), self.world.place_ids),
            "holder": _named(holder, self.force_ids, "nobody"),
            "attacker": _named(attacker, self.force_ids),
            "leader": _named(self._towns("leader", np.full(sites, NOBODY - 1)), self.force_ids, "nobody"),
        }
        return Block.of("control", places * maps, numbers, texts)

    def _towns(self, name: str, of_sites: NDArray[Any]) -> NDArray[Any]:
        """A column of the map that sites have no values for."""
        return np.concatenate([piece for part in self.control for piece in (part[name], of_sites)])

    def _lanes_table(self) -> pa.Table:
        months, crossings = self.months_done + 1, len(self.world.crossing_ids)
        columns: dict[str, Any] = {
            "month": np.repeat(np.arange(months), crossings),
            "crossing": pa.array(self.world.crossing_ids * months, pa.string()),
        }
        lanes = self._lanes[:months].reshape(-1, 3)
        columns |= {name: lanes[:, index] for index, name in enumerate(("ore", "reagent", "goods"))}
        return pa.table(columns)


@lru_cache(maxsize=16)
def _shares_of(world: World) -> tuple[Floats, ...]:
    """(N,) what :func:`model.output.observe.observe` weighs townships by: area, population, each the same."""
    return tuple(_weights(world))


def _named(index: Ints, names: tuple[str, ...], other: str = "") -> Coded:
    """Names by index as a column of texts; -1 stands for ``other``, anything below for the empty text."""
    extra = (other, "") if other else ("",)
    if index.size and index.min() < 0:
        index = np.where(index < 0, len(names) + np.minimum(NOBODY - index, len(extra) - 1), index)
    return index, _words((*names, *extra))


@lru_cache(maxsize=64)
def _words(texts: tuple[str, ...]) -> Words:
    return Words.of(texts)
