"""Inputs that are odd and allowed, each run for a few months, twice: numbers at the ends of their ranges, worlds with little in them.

What must hold of every run that a scenario is taken for: it ends, its tables have no infinite number and no negative stock, towns
and fighters add up, and the same specification gives the same bytes again.
"""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np

from agents.instruments import KINDS
from model.experiments.codec import encode
from model.experiments.simulate import simulate
from model.forcing import Forcing
from model.output.result import RunResult
from model.parameters import Declaration
from model.scenario.listing import scenario_declarations
from model.scenario.problems import toml_value
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from model.world.digest import world_digest
from model.world.read import load_world

TINY = Path(__file__).parent / "tiny"
MONTHS = (0, 1, 2, 3, 4)
STOCKS = ("t REO", "t REO/month", "fighters", "posts", "townships", "persons", "fighter equivalents", "0-1", "t")
"""Units of which nobody has less than nothing."""
_NUMBERS = ("0", "1", "0.5", "1e-9", "3", "1e6", "12345.678")
_PLACED = ("row", "col", "lat", "lon")
"""Columns that say where a township lies."""
_LOOSE = ("income.csv", "roads.csv", "buyers.csv", "control.csv", "displaced.csv", "stances.csv", "troops.csv")
"""Tables whose rows no other table names."""
FORCINGS = get_args(Forcing.model_fields["kind"].annotation)
PLACES = ("T01", "T06", "T10", "PANGWA", "LAIZA", "CHIPWI-MINES")
TARGETS = ("KIA", "JUNTA", "NDA-K", "UWSA", "PDF-SAGAING", "NUG")


@cache
def declared() -> tuple[Declaration, ...]:
    """Every parameter of the scenarios in the world of twelve townships."""
    return tuple(scenario_declarations(load_scenario("engage_kia", [f"world={TINY.as_posix()}"])))


def value_within(one: Declaration, odd: random.Random) -> Any:
    """A value that the declaration allows: an end of the range, next to one, the usual value, or any between."""
    if one.options:
        return odd.choice(one.options)
    if isinstance(one.default, bool):
        return odd.random() < 0.5
    low = one.low if one.low is not None else 0.0
    high = one.high if one.high is not None else max(4.0 * float(one.default or 1), low)
    if isinstance(one.default, int):
        return odd.choice([math.ceil(low), math.floor(high), odd.randint(math.ceil(low), math.floor(high))])
    inside = (math.nextafter(low, high), math.nextafter(high, low), odd.uniform(low, high), low + (high - low) * 1e-12)
    return odd.choice([float(low), float(high), *inside])


def odd_sets(odd: random.Random) -> list[str]:
    """Overrides of one to twelve parameters."""
    free = [
        one for one in declared() if isinstance(one.default, int | float | str) and one.path not in ("months", "start")
    ]
    chosen = odd.sample(free, odd.choice((1, 2, 4, 12)))
    return [f"{one.path}={toml_value(value_within(one, odd))}" for one in chosen]


def odd_policy(odd: random.Random) -> str:
    """No to four instruments of any kind, with odd but allowed months."""
    entries = []
    for number in range(odd.choice((0, 1, 2, 4))):
        kind = odd.choice(list(KINDS))
        target = "" if KINDS[kind].untargeted else odd.choice(TARGETS)
        start = odd.choice((0, 0, 1, 2, 3))
        end = odd.choice((None, None, start + 1, 600))
        when = odd.choice(
            ("", "", "when={lane_open={PANGWA=false}}", "when={ceasefire={KIA=true}}", "when={holder={T01='KIA'}}")
        )
        level = odd.choice((0.0, 5e-324, 1e-9, 0.5, 1.0, KINDS[kind].most))
        parts = [f"name='i{number}'", f"kind='{kind}'", f"target='{target}'", f"level={level}", f"start={start}"]
        parts += (
            [f"end={end}"] * (end is not None) + [f"ramp={odd.choice((0.0, 1e-9, 6.0, 60.0))}"] + [when] * bool(when)
        )
        entries.append("{" + ",".join(parts) + "}")
    return f"united_states.instruments=[{','.join(entries)}]"


def odd_forcing(odd: random.Random) -> str:
    """No to three things that the outside world does."""
    entries = []
    for number in range(odd.choice((0, 1, 3))):
        kind = odd.choice(FORCINGS)
        about = {"holder": odd.choice(PLACES), "close_lanes": odd.choice(("China", "PANGWA", "")), "lanes": "China"}
        about["conscription"] = "JUNTA"
        value = odd.choice((0.0, 1.0, 0.3)) if "lanes" in kind else odd.choice((0.0, 1e-9, 1.0, 7.5, 1e3))
        parts = [f"name='f{number}'", f"kind='{kind}'", f"start='{odd.choice(('2025-08', '2025-09', '2020-01'))}'"]
        parts += [f"target='{about.get(kind)}'"] * (kind in about) + [f"value={value}"] * (kind != "holder")
        parts += [f"actor='{odd.choice(('KIA', 'JUNTA', 'nobody', 'UWSA'))}'"] * (kind == "holder")
        entries.append("{" + ",".join(parts) + "}")
    return f"forcing=[{','.join(entries)}]"


def odd_world(folder: Path, odd: random.Random) -> Path:
    """The world of twelve townships with one to six numbers replaced or rows left out of a table."""
    world = folder / "odd world"
    shutil.rmtree(world, ignore_errors=True)
    shutil.copytree(TINY, world)
    for _ in range(odd.randint(1, 6)):
        _change(odd.choice(sorted(world.rglob("*.csv"))), odd)
    return world


def _change(path: Path, odd: random.Random) -> None:
    """Replace numbers of a table by others that its column may have, or leave out rows that nothing names."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    cells, both_ways = [row.split(",") for row in rows], path.name == "borders.csv"
    free = [c for c, name in enumerate(header.split(",")) if name not in _PLACED]
    numbers = [(r, c) for r, row in enumerate(cells) for c in free if _is_number(row[c])]
    if numbers and odd.random() < 0.8:
        r, c = odd.choice(numbers)
        known = [row[c] for row in cells if _is_number(row[c])]
        scaled = str(round(float(cells[r][c]) * odd.choice((0.1, 10))))
        new = odd.choice(("0", "1", scaled, *known, *(_NUMBERS if any("." in one for one in known) else ())))
        for row in cells if both_ways or odd.random() < 0.3 else [cells[r]]:
            row[c] = new if _is_number(row[c]) else row[c]
    elif path.name in _LOOSE and cells:
        cells = odd.sample(cells, min(odd.choice((0, 1, len(cells) - 1)), len(cells)))
    path.write_text("\n".join([header, *map(",".join, cells)]) + "\n", encoding="utf-8")


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit()


def try_run(folder: Path, odd: random.Random) -> None:
    """A scenario that is odd and, most often, allowed: what it is taken for is run and looked at."""
    world = odd_world(folder, odd) if odd.random() < 0.4 else TINY
    load_world.cache_clear()
    world_digest.cache_clear()
    sets = [f"world={toml_value(world.as_posix())}", f"months={odd.choice(MONTHS)}", "start=2025-08"]
    sets += odd_sets(odd) if odd.random() < 0.8 else []
    sets += [odd_policy(odd)] if odd.random() < 0.6 else []
    sets += [odd_forcing(odd)] if odd.random() < 0.5 else []
    scenario = load_scenario(odd.choice(("status_quo", "engage_kia", "quad_india")), sets)
    spec = RunSpec.make(scenario.name, scenario.resolved(), base_seed=odd.randrange(2**31))
    result = simulate(spec)
    faults = list(faults_of(result, len(load_world(scenario.world).codes)))
    assert not faults, f"{faults}; {sets}"
    assert _bytes(simulate(spec), spec) == _bytes(result, spec), f"another result at the second time; {sets}"


def _bytes(result: RunResult, spec: RunSpec) -> bytes:
    return encode(spec.run_id, "ok", "", 0.0, result.outcomes, result.tables)


def faults_of(result: RunResult, townships: int) -> Iterator[str]:
    """A sentence for everything that no run may have in its record.

    Args:
        result: of a run.
        townships: of its world.
    """
    for name, value in result.outcomes.items():
        if value is not None and math.isinf(value):
            yield f"outcome {name} is {value}"
    for name, table in result.tables.items():
        for field in table.schema:
            yield from _faulty_numbers(name, field, table.column(field.name))
    actors, control = (result.tables[name].to_pandas() for name in ("actors", "control"))
    held = actors.groupby("month")["townships_held"].sum()
    if (held > townships).any():
        yield f"actors hold {held.max()} of {townships} townships"
    last = control[(control["month"] == control["month"].max()) & control["leader"].astype(str).ne("")]
    by_map = (last["holder"].astype(str) != "nobody").sum()
    if len(last) == townships and held.iloc[-1] != by_map:
        yield f"actors hold {held.iloc[-1]} townships, on the map they are {by_map}"
    monthly = result.tables["monthly"].to_pandas()
    exports = (
        result.tables["exports"].to_pandas().groupby("month")["tonnes"].sum().reindex(monthly["month"], fill_value=0.0)
    )
    flows = monthly[["exports_t_china_official", "exports_t_china_informal", "exports_t_quad"]].sum(axis=1)
    if not np.allclose(exports.to_numpy(), flows.to_numpy(), rtol=1e-9, atol=1e-6):
        yield "exports by mine do not add up to those of the month"


def _faulty_numbers(table: str, field: Any, column: Any) -> Iterator[str]:
    values = column.to_pandas()
    if values.dtype.kind not in "fi":
        return
    if values.dtype.kind == "f" and np.isinf(values).any():
        yield f"{table}.{field.name} has infinite numbers"
    unit = (field.metadata or {}).get(b"unit", b"").decode()
    if unit in STOCKS and (values < 0).any():
        yield f"{table}.{field.name} ({unit}) is {values.min()}"
    if unit == "0-1" and (values > 1 + 1e-9).any():
        yield f"{table}.{field.name} (0-1) is {values.max()}"
