"""Two runs as the page draws them: places month by month, curves, events that mark what only one has, outcomes in words."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from model.arrays import Floats
from model.experiments.simulate import simulate
from model.output.outcomes import heading_of
from model.output.result import RunResult
from model.output.units import amount_words, number, shown_in, signed, units_of
from model.scenario.spec import RunSpec
from model.views import panels, style
from model.views.binds import binding_words
from model.views.words import HEADLINES, TIERS

if TYPE_CHECKING:
    from model.model import RareEarthModel


BENCH = threading.RLock()
"""Runs are made one at a time: they share the processor's time anyway, and every page gets its turn after a single run."""
_KEPT = 8
_kept: OrderedDict[RunSpec, Played] = OrderedDict()


class GoneError(Exception):
    """Nobody waits for the answer any more."""


class RunFailedError(Exception):
    """A run has failed; the sentence says in which month, and of what."""


@dataclass
class Played:
    """A run, and what the map shows of it: lists with an entry for the start and for each month.

    Args:
        names: ids of the armed actors; -1 is nobody.
        holder: (T + 1, P) who holds each town and site.
        attacker: (T + 1, P) who besieges it, -1 where nobody does.
        leader: (T + 1, N) who has the largest share of the countryside.
        share: (T + 1, N) that share, percent.
        supply: (T + 1, N) supply of the holder's fighters, percent.
        stock: (T + 1, N) concentrate in store, t REO.
        result: outcomes and tables; None until the run is over.
    """

    names: tuple[str, ...] = ()
    holder: list[list[int]] = field(default_factory=list)
    attacker: list[list[int]] = field(default_factory=list)
    leader: list[list[int]] = field(default_factory=list)
    share: list[list[int]] = field(default_factory=list)
    supply: list[list[int]] = field(default_factory=list)
    stock: list[list[int]] = field(default_factory=list)
    result: RunResult | None = None

    def watch(self, model: RareEarthModel) -> None:
        """Take down a month."""
        state, world, count = model.state, model.world, len(model.run.actors)
        towns = np.arange(len(world.codes))
        held = state.holder[: len(towns)]
        leader = state.control.argmax(axis=0)
        stock = np.bincount(world.place_territory[world.mine_place], state.stock, minlength=len(towns))
        supply = np.where(held >= 0, state.supply[held, towns], 0.0)
        self.names = tuple(model.run.name(actor) for actor in range(count))
        self.holder.append(state.holder.tolist())
        self.attacker.append(state.attacker.tolist())
        self.leader.append(np.where(leader < count, leader, -1).tolist())
        for kept, values in (
            (self.share, 100 * state.control.max(axis=0)),
            (self.supply, 100 * supply),
            (self.stock, stock),
        ):
            kept.append(np.rint(values).astype(int).tolist())


def played(spec: RunSpec, gone: Callable[[], bool], unbroken: RunSpec | None = None) -> Played:
    """Run a specification, or find it among those that ran last.

    Args:
        spec: of the run.
        gone: whether nobody waits any more; asked every month.
        unbroken: the run that it continues, gone on with; its map serves for the months before.

    Raises:
        GoneError: nobody waits any more.
        RunFailedError: the model failed.
    """
    with BENCH:
        if spec in _kept:
            _kept.move_to_end(spec)
            return _kept[spec]
        run = Played()
        if spec.past and unbroken is not None:
            first = played(unbroken, gone)
            for name in ("holder", "attacker", "leader", "share", "supply", "stock"):
                getattr(run, name).extend(getattr(first, name)[: spec.past[-1][0]])
        run.result = finished(spec, gone, run.watch)
        _kept[spec] = run
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
        return run


def finished(
    spec: RunSpec, gone: Callable[[], bool], watch: Callable[[RareEarthModel], None] | None = None
) -> RunResult:
    """What a run leaves behind.

    Args:
        spec: of the run.
        gone: whether nobody waits any more; asked every month.
        watch: called with the model at the start and after each month.

    Raises:
        GoneError: nobody waits any more.
        RunFailedError: the model failed.
    """
    reached = ""

    def look(model: RareEarthModel) -> None:
        nonlocal reached
        reached = f"Month {model.month + 1} ({model.date}) failed"
        if gone():
            raise GoneError
        if watch is not None:
            watch(model)

    with BENCH:
        try:
            return simulate(spec, watch=look)
        except GoneError:
            raise
        except Exception as error:
            raise RunFailedError(f"{reached or 'The run cannot start'}: {type(error).__name__}: {error}") from error


# both runs -----------------------------------------------------------------------------------------------------------


def shown(policy: Played, reference: Played, start: str) -> dict[str, Any]:
    """All that the page shows of the two runs.

    Args:
        policy: with its result.
        reference: likewise, of the same months.
        start: first month.

    Returns:
        ``dates`` of the months; ``actors`` with letter and colour; ``runs`` with the lists of :class:`Played`, holders as places in
        ``actors``; ``curves`` with ``values`` of both runs; ``events``; ``outcomes``; ``instruments``; ``binds``.
    """
    results = [run.result for run in (policy, reference)]
    assert results[0] is not None and results[1] is not None
    actors = [*dict.fromkeys([*policy.names, *reference.names]), style.NOBODY]
    looks = style.actor_looks(actors)
    months = len(policy.holder)
    tables = results[0].tables
    return {
        "dates": [panels.date_of(start, month) for month in range(months)],
        "actors": [
            {
                "id": name,
                "code": looks[name].code,
                "colour": looks[name].colour,
                "dark": style.is_dark(looks[name].colour),
            }
            for name in actors
        ],
        "legend": _legend(looks),
        "runs": [_places(run, actors) for run in (policy, reference)],
        "curves": [
            {**about, "values": [ours, theirs]}
            for (about, ours), (_, theirs) in zip(*(curves(one) for one in results if one), strict=False)
        ],
        "events": both_logs(*(one.tables["events"].to_pandas() for one in results if one)),
        "outcomes": _outcomes(results[0].outcomes, results[1].outcomes),
        "instruments": {row["instrument"]: _arrived(row) for row in tables["instruments"].to_pylist()},
        "binds": binding_words(lambda table, columns: tables[table].select(list(columns)).to_pandas())
        if months > 1
        else [],
    }


def _places(run: Played, actors: Sequence[str]) -> dict[str, Any]:
    at = [*(actors.index(name) for name in run.names), len(actors) - 1]
    return {
        "holder": [[at[actor] for actor in month] for month in run.holder],
        "leader": [[at[actor] for actor in month] for month in run.leader],
        "attacker": [{place: at[actor] for place, actor in enumerate(month) if actor >= 0} for month in run.attacker],
        **{name: getattr(run, name) for name in ("share", "supply", "stock")},
    }


def _legend(looks: Mapping[str, style.ActorLook]) -> list[dict[str, str]]:
    """Colour, label and members of each family that is there."""
    rows = []
    for family in style.FAMILIES:
        members = [look for look in looks.values() if look.family is family and not look.id.startswith("PDF-")]
        pools = (
            ["P PDF"] if any(look.id.startswith("PDF-") and look.family is family for look in looks.values()) else []
        )
        letters = [*(f"{look.code} {look.id}" for look in members), *pools]
        if letters:
            rows.append({"colour": family.colour, "label": family.label, "members": ", ".join(letters)})
    return rows


# curves --------------------------------------------------------------------------------------------------------------

_CHINA = ("exports_t_china_official", "exports_t_china_informal")
_OF_COUNTRY = {
    "exports_t_china": ("Ore to China", "t REO"),
    "exports_t_quad": ("Ore to India and the Quad", "t REO"),
    "us_heavy_ree_supply_share": ("US demand for heavy rare earths met", "0-1"),
    "stock_t": ("Ore stored at the mines", "t REO"),
    "price_dy_yuan_per_kg": ("Price of dysprosium oxide in China", "yuan/kg"),
    "ore_lanes_open": ("Border crossings open to ore", "0-1"),
    "goods_lanes_open": ("Border crossings open to goods", "0-1"),
    "towns_changed_hands": ("Towns that change hands", "towns"),
    "deaths_fighters": ("Fighters killed", "persons"),
    "deaths_civilians": ("Civilians killed", "persons"),
    "displaced_persons": ("Displaced", "persons"),
    "leachate_t": ("Leachate released", "t"),
    "us_attention": ("Washington's attention", "0-1"),
}
"""Columns of the table ``monthly``, with title and unit; both ways to China are one."""
_FLOWS = (
    *("exports_t_china", "exports_t_quad", "us_heavy_ree_supply_share", "towns_changed_hands", "deaths_fighters"),
    *("deaths_civilians", "leachate_t", "revenue_usd"),
)
"""Of a month, so that the start has none."""
_OF_ACTOR = {
    "townships_held": ("Towns held by {}", "towns"),
    "troops": ("Fighters of {}", "fighters"),
    "revenue_usd": ("Income of {}", "USD"),
}


def curves(result: RunResult) -> list[tuple[dict[str, str], list[float | None]]]:
    """The curves of a run: key, title and unit of each, and its values from the start on, in that unit; None where there is none."""
    monthly, actors = result.tables["monthly"], result.tables["actors"]
    found = []
    for name, (title, unit) in _OF_COUNTRY.items():
        values = sum(_floats(monthly, one) for one in (_CHINA if name == "exports_t_china" else (name,)))
        found.append(_curve(name, title, unit, np.asarray(values)))
    who = np.array(actors.column("actor").to_pylist())
    for actor in dict.fromkeys(who.tolist()):
        rows = who == actor
        for name, (title, unit) in _OF_ACTOR.items():
            found.append(_curve(f"{name}.{actor}", title.format(actor), unit, _floats(actors, name)[rows]))
    return found


def _floats(table: pa.Table, column: str) -> Floats:
    return np.asarray(table.column(column).to_numpy(), dtype=np.float64)


def _curve(key: str, title: str, unit: str, values: Floats) -> tuple[dict[str, str], list[float | None]]:
    scale = shown_in(unit)
    shown: list[float | None] = (scale.factor * values).tolist()
    if key.partition(".")[0] in _FLOWS:
        shown[0] = None
    per_month = " per month" if key.partition(".")[0] in _FLOWS and unit != "0-1" else ""
    return {"key": key, "title": title, "unit": scale.level + per_month}, shown


# words ---------------------------------------------------------------------------------------------------------------


def both_logs(policy: pd.DataFrame, reference: pd.DataFrame) -> list[dict[str, Any]]:
    """The events of both runs in one log.

    Args:
        policy: its table of events.
        reference: likewise.

    Returns:
        In the order of months: month, date, text, place, ``tier`` (0 is the most telling, see :data:`model.views.words.TIERS`),
        ``only`` ("" in both in the same month, "policy", "reference"), and ``other``, the dates of the same event in the other run.
    """
    logs = [
        list(zip(*(log[name].astype(str) for name in ("date", "text", "kind", "place")), log["month"], strict=True))
        for log in (policy, reference)
    ]
    counts = [Counter((month, text) for _, text, _, _, month in log) for log in logs]
    common = counts[0] & counts[1]
    dates: list[dict[str, list[str]]] = [{}, {}]
    for own, log in zip(dates, logs, strict=True):
        for date, text, *_ in log:
            own.setdefault(text, []).append(date)
    rows = []
    for side, (name, log) in enumerate(zip(("policy", "reference"), logs, strict=True)):
        left = Counter(common)
        for date, text, kind, place, month in log:
            shared = left[month, text] > 0
            left[month, text] -= 1
            if shared and side:
                continue
            other = [] if shared else [one for one in dates[1 - side].get(text, ()) if one != date]
            tier = next((tier for tier, kinds in enumerate(TIERS) if kind in kinds), len(TIERS))
            about = {"month": int(month), "date": date, "text": text, "place": place, "tier": tier}
            rows.append({**about, "only": "" if shared else name, "other": other})
    return sorted(rows, key=lambda row: row["month"])


def _outcomes(ours: Mapping[str, float | None], theirs: Mapping[str, float | None]) -> list[dict[str, str]]:
    """The headlines of both runs, and their difference, as people are shown them."""
    units = units_of(HEADLINES)
    rows = []
    for name in (name for name in HEADLINES if name in ours and name in theirs):
        scale = shown_in(units[name])
        values = [np.nan if value is None else scale.factor * value for value in (ours[name], theirs[name])]
        texts = [number(value) for value in values]
        change = values[0] - values[1]
        rows.append(
            {"name": name, "heading": heading_of(name), "unit": scale.level, "policy": texts[0], "reference": texts[1]}
        )
        rows[-1]["difference"] = "-" if np.isnan(change) else signed(change)
    return rows


def _arrived(row: Mapping[str, Any]) -> str:
    """What came of an instrument: a few words."""
    due, taken = int(row["due"]), float(row["taken"])
    if not due:
        return "never due in this run"
    reasons = {
        "refused for fear of Beijing": row["refused_fear"],
        "refused to keep autonomy": row["refused_autonomy"],
        "no answer yet": row["waiting"],
    }
    not_taken = [f"{name} {number(months)}" for name, months in reasons.items() if months >= 0.5]
    text = f"in operation in {number(taken)} of {due} months"
    if not_taken and taken < due:
        text += f" (else: {', '.join(not_taken)})"
    size = row["per_level"]
    if not taken:
        return text
    if row["unit"] and size:
        text += f"; arrived: {amount_words(float(row['delivered']) / due * size, str(row['unit']))} on average"
    else:
        text += f"; arrived: level {number(float(row['delivered']) / due)} on average"
    return text
