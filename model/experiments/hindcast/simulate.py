"""A run of a hindcast: the model's run, and the numbers of the record's patterns read off it as outcomes."""

from __future__ import annotations

import pyarrow as pa

from model.experiments.hindcast.patterns import CALIBRATION, UNTESTABLE, of_use, patterns
from model.experiments.hindcast.statistics import STATISTICS
from model.experiments.hindcast.trace import Spell, Trace, trace_of
from model.experiments.simulate import simulate, takes_warm_up
from model.output import tables
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from model.world.read import load_world

ATTACK = {True: "attack_fell", False: "attack_ended"}
"""Kinds of the events that tell how long each attack on a town took (``value``, months)."""
ATTACK_ON = "attack_unfinished"


@takes_warm_up
def simulate_hindcast(spec: RunSpec) -> RunResult:
    """Run a hindcast; its outcomes are the statistics of all its patterns.

    Args:
        spec: a specification recorded with ``control=monthly``.

    Returns:
        The run's tables, with the map of every twelfth month only and the attacks on towns among the events.
    """
    result = simulate(spec)
    trace, outcomes = _read(result, spec, [one.statistic for one in patterns() if one.use != UNTESTABLE])
    kept = dict(result.tables)
    kept["control"] = _yearly(result.tables["control"], trace.months)
    kept["events"] = _with_attacks(result.tables["events"], trace, spec)
    return RunResult(outcomes=outcomes, tables=kept)


@takes_warm_up
def simulate_for_calibration(spec: RunSpec) -> RunResult:
    """Run a hindcast for its calibration patterns alone: no other number is looked at, and no table is kept."""
    result = simulate(spec)
    wanted = [one.statistic for one in of_use(CALIBRATION) if one.scenario == spec.label]
    _, outcomes = _read(result, spec, wanted)
    return RunResult(outcomes=outcomes, tables={name: table.slice(0, 0) for name, table in result.tables.items()})


def _read(result: RunResult, spec: RunSpec, wanted: list[str]) -> tuple[Trace, dict[str, float | None]]:
    import json

    world = load_world(json.loads(spec.scenario)["world"])
    trace = trace_of(result, len(world.codes))
    here = {one.statistic for one in patterns() if one.scenario == spec.label}
    return trace, {name: STATISTICS[name](trace, world) if name in here else None for name in wanted}


def _yearly(control: pa.Table, months: int) -> pa.Table:
    import pyarrow.compute as pc

    month = control.column("month")
    year = pc.multiply(pc.divide(month, 12), 12)
    return control.filter(pc.or_(pc.equal(month, year), pc.equal(month, months)))


def _with_attacks(events: pa.Table, trace: Trace, spec: RunSpec) -> pa.Table:
    spells = trace.attacked
    names = [ATTACK_ON if spell.censored else ATTACK[spell.fell] for spell in spells]
    columns = {
        "run_id": [spec.run_id] * len(spells),
        "scenario": [spec.label] * len(spells),
        "replicate": [spec.replicate] * len(spells),
        "month": [spell.last for spell in spells],
        "date": ["" for _ in spells],
        "kind": names,
        "actor": [spell.attacker for spell in spells],
        "other": ["" for _ in spells],
        "place": [spell.place for spell in spells],
        "value": [spell.length for spell in spells],
        "text": [_sentence(spell) for spell in spells],
    }
    schema = tables.schema("events")
    more = pa.Table.from_arrays([pa.array(columns[f.name]).cast(f.type) for f in schema], schema=schema)
    return pa.concat_tables([events, more]).unify_dictionaries().combine_chunks()


def _sentence(spell: Spell) -> str:
    end = "it fell" if spell.fell else "unfinished" if spell.censored else "it stood"
    return f"{spell.attacker}'s attack on {spell.place} took {spell.length:g} months: {end}"
