"""What an ablation leaves out: settings that take a mechanism, a number or a policy instrument out of a scenario.

A switch is a parameter that has an *off value* (:func:`model.parameters.off_value`: a weight, chance or share at 0, a factor
at 1, or what its declaration says), or an instrument of the policy. A parameter of actors is one switch for all actors that
have it, named ``actors.*.weight_headquarters``; patterns name those of a kind or of one actor. Parameters that stand at their off
value already, as an instrument that a scenario does not have, are no switch of that scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.experiments.errors import PlanError
from model.experiments.factors import changed, fitting, name_by_kind, weakest
from model.experiments.plan import Resolved
from model.parameters import Declaration
from model.scenario.layers import parse_set
from model.scenario.listing import scenario_declarations
from model.scenario.problems import dotted, suggestion
from model.scenario.schema import Scenario

Keys = tuple[str, ...]
INSTRUMENTS: Keys = ("united_states", "instruments")


@dataclass(frozen=True)
class Switch:
    """Something that can be left out of a scenario.

    Args:
        name: dotted path; ``*`` or a kind stands in the place of several actors.
        off: (path, value) of every parameter that it sets; empty where it is off already, and for an instrument.
        left_out: path of an instrument that it removes; empty for parameters.
        value: the off value in words.
        unit: of the parameter.
        status: the weakest status of its parameters.
        meaning: of the parameter, or the kind and target of the instrument.
    """

    name: str
    off: tuple[tuple[Keys, float], ...]
    left_out: Keys
    value: str
    unit: str
    status: str
    meaning: str

    @property
    def table(self) -> str:
        """The table of parameters that it stands in: ``processes.combat``, ``actors.*``."""
        return self.name.rpartition(".")[0]

    @property
    def on(self) -> bool:
        """Whether leaving it out changes the scenario."""
        return bool(self.off or self.left_out)

    def without(self, resolved: Resolved) -> dict[str, Any]:
        """A resolved scenario with this left out; the given one is not changed."""
        tree = changed(resolved, self.off)
        here = tree
        for key in self.left_out[:-1]:
            here = here[key]
        if self.left_out:
            del here[self.left_out[-1]]
        return tree


def switches_of(scenario: Scenario, patterns: Sequence[str] = ()) -> list[Switch]:
    """The switches of a scenario in the order of its declarations, then its instruments; those that are off already, too.

    Args:
        scenario: resolved.
        patterns: names in which ``*`` stands for anything. Each takes what fits of the parameters of all actors together and
            the others, or else of those of a kind, or else of single actors. All of the first when empty.
    """
    levels = _levels(scenario)
    if not patterns:
        return list(levels[0].values())
    chosen: dict[str, Switch] = {}
    for pattern in patterns:
        chosen |= next((found for level in levels if (found := fitting(level, pattern))), {})
    return list(chosen.values())


def check_patterns(scenarios: Sequence[Scenario], patterns: Sequence[str]) -> None:
    """Refuse patterns that fit no switch of any scenario.

    Args:
        scenarios: resolved.
        patterns: as for :func:`switches_of`.

    Raises:
        PlanError: a sentence for each of them.
    """
    unknown = [one for one in patterns if not any(switches_of(scenario, [one]) for scenario in scenarios)]
    if unknown:
        known = [name for scenario in scenarios for level in _levels(scenario) for name in level]
        raise PlanError(
            [f"--switches {one}: matches nothing that can be removed{suggestion(one, known)}" for one in unknown]
        )


def without_off_value(scenario: Scenario) -> list[str]:
    """Parameters that are numbers and have no off value within their range, those of all actors together once."""
    declared = [(keys, one) for keys, one in _declared(scenario) if not one.options and one.default is not None]
    named: dict[str, bool] = {}
    for keys, one in declared:
        name = _of_all(keys)
        named[name] = named.get(name, False) or one.off is not None
    return [name for name, has_one in named.items() if not has_one]


def _levels(scenario: Scenario) -> list[dict[str, Switch]]:
    """Switches by name: of all actors together, of each kind, of each actor; instruments stand in the first."""
    declared = [(keys, one) for keys, one in _declared(scenario) if one.off is not None]
    together = _switches([(_of_all(keys), keys, one) for keys, one in declared])
    by_kind = _switches([(name_by_kind(scenario, keys), keys, one) for keys, one in declared])
    single = _switches([(one.path, keys, one) for keys, one in declared])
    return [together | {one.name: one for one in _instruments(scenario)}, by_kind, single]


def _declared(scenario: Scenario) -> Iterator[tuple[Keys, Declaration]]:
    return ((parse_set(f"{one.path}=0")[0], one) for one in scenario_declarations(scenario))


def _of_all(keys: Keys) -> str:
    return ".".join(("actors", "*", *keys[2:])) if keys[0] == "actors" else dotted(keys)


def _switches(named: Sequence[tuple[str, Keys, Declaration]]) -> dict[str, Switch]:
    groups: dict[str, list[tuple[Keys, Declaration]]] = {}
    for name, keys, one in named:
        groups.setdefault(name, []).append((keys, one))
    return {name: _switch(name, parts) for name, parts in groups.items()}


def _switch(name: str, parts: Sequence[tuple[Keys, Declaration]]) -> Switch:
    off = tuple((keys, one.off) for keys, one in parts if one.off is not None and one.default != one.off)
    values = ", ".join(dict.fromkeys(f"{one.off:g}" for _, one in parts if one.off is not None))
    first = parts[0][1]
    return Switch(name, off, (), values, first.unit, weakest(one.status for _, one in parts), first.meaning)


def _instruments(scenario: Scenario) -> Iterator[Switch]:
    instruments: Mapping[str, Any] = scenario.united_states.instruments
    for name, one in instruments.items():
        keys = (*INSTRUMENTS, name)
        meaning = f"Instrument: {one.kind}{f' for {one.target}' if one.target else ''}, level {one.level:g}."
        yield Switch(dotted(keys), (), keys, "left out", "-", "definition", meaning)
