"""What a sensitivity analysis moves: the declared parameters of a scenario as factors, each with a level from 0 to 1.

A factor is one parameter of a process, of Beijing, the United States, the Quad, Western governments or ``structure``; or one
parameter of actors, moved together, because eighteen armed actors times forty parameters would be more factors than anyone
could read: what all that share it hold to be the same is one factor (``actors.ArmedActor.siege_cost``), what differs between
them is one for each kind (``actors.EthnicArmedOrganization.troops``). Patterns name single ones: ``actors.KIA.*``.

Ranges: level 0 is the lowest and level 1 the highest declared value. A parameter that differs between actors describes them
(troops, treasury, dependence on China): its declared range is wide enough for every actor, so each actor's value goes from
half to double its own instead, within that range. Named alternatives share the levels evenly. Policy instruments are levers,
not uncertainties, and conventions (status *definition*) are no knowledge: neither is a factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from model.experiments.errors import PlanError
from model.experiments.plan import Resolved
from model.parameters import Declaration
from model.scenario.layers import parse_set
from model.scenario.listing import scenario_declarations
from model.scenario.problems import dotted, suggestion
from model.scenario.schema import Scenario
from model.scenario.tables import owner_of, schema_at

T = TypeVar("T")

_WHOSE = {
    "actors.ArmedActor": "armed actors",
    "actors.EthnicArmedOrganization": "ethnic armed organisations",
    "actors.PeoplesDefenceForce": "People's Defence Forces",
    "actors.Junta": "junta",
    "actors.ChineseBuyer": "Chinese buyers",
    "beijing": "Beijing",
    "united_states": "Washington",
    "quad": "Quad",
    "western": "Western governments",
    "structure": "rival mechanisms",
}
_DIGITS = 6
_SPREAD = 2.0


def value_at(
    level: float, ends: tuple[float, float], options: Sequence[Any], *, whole: bool, scaled: bool = False
) -> Any:
    """The value of a parameter at a level from 0 to 1.

    Args:
        level: where between its ends.
        ends: lowest and highest value.
        options: the alternatives of a choice, of which each takes the same share of levels; then ``ends`` do not matter.
        whole: whether it is a whole number.
        scaled: whether equal steps of level are equal factors.
    """
    if options:
        return options[min(int(level * len(options)), len(options) - 1)]
    low, high = ends
    value = low * (high / low) ** level if scaled else low + level * (high - low)
    return round(value) if whole else float(f"{value:.{_DIGITS}g}")


@dataclass(frozen=True)
class Member:
    """One parameter that a factor sets.

    Args:
        keys: its path in a resolved scenario.
        low: the value at level 0.
        high: the value at level 1.
        options: named alternatives instead of a range.
        whole: whether values are whole numbers.
        scaled: whether levels multiply (half to double) rather than add.
    """

    keys: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    options: tuple[Any, ...] = ()
    whole: bool = False
    scaled: bool = False

    def value(self, level: float) -> Any:
        """The value at a level from 0 to 1."""
        return value_at(level, (self.low, self.high), self.options, whole=self.whole, scaled=self.scaled)


@dataclass(frozen=True)
class Factor:
    """A parameter, or one of several actors.

    Args:
        name: dotted path; for a group its kind stands in the actor's place.
        members: the parameters that it sets.
        status: the weakest status of its members.
        unit: of the parameter.
        meaning: of the parameter.
    """

    name: str
    members: tuple[Member, ...]
    status: str
    unit: str
    meaning: str

    @property
    def words(self) -> str:
        """Its meaning, and in brackets whose or what it is: "Worth of an arms cache (Junta)"."""
        meaning = self.meaning.rstrip(".")
        first, _, rest = self.name.partition(".")
        whose = rest.partition(".")[0] if first in ("actors", "processes") else first
        if f"{first}.{whose}" in _WHOSE or first in _WHOSE:
            whose = _WHOSE.get(f"{first}.{whose}", "") or _WHOSE[first]
        return f"{meaning} ({whose.replace('_', ' ')})"

    @property
    def range_text(self) -> str:
        """Its range in words."""
        first = self.members[0]
        if first.options:
            return "|".join(str(option) for option in first.options)
        if first.scaled:
            return "half to double" if len(self.members) > 1 else f"{first.low:g} to {first.high:g}"
        return f"{first.low:g} to {first.high:g}"


def factors_of(scenario: Scenario, patterns: Sequence[str] = ()) -> list[Factor]:
    """The factors of a scenario in the order of its declarations.

    Args:
        scenario: resolved.
        patterns: names of factors or paths of single parameters, in which ``*`` stands for anything; a pattern that fits
            groups takes those, else single parameters. All factors when empty.

    Raises:
        PlanError: a pattern fits nothing that has a range.
    """
    groups, singles = _factors(scenario, grouped=True), _factors(scenario, grouped=False)
    if not patterns:
        return list(groups.values())
    chosen: dict[str, Factor] = {}
    problems = []
    for pattern in patterns:
        found = fitting(groups, pattern) or fitting(singles, pattern)
        if not found:
            problems.append(f"--parameters {pattern}: matches no parameter with a range{suggestion(pattern, singles)}")
        chosen |= found
    if problems:
        raise PlanError(problems)
    return list(chosen.values())


def declared_range(scenario: Scenario, path: str) -> tuple[float, float] | None:
    """Lowest and highest value of a single parameter or of a lever's number; None where nothing is declared.

    Args:
        scenario: resolved.
        path: dotted. A parameter that describes an actor goes from half to double its value, see the module's docstring.
    """
    factor = _factors(scenario, grouped=False).get(path)
    if factor is not None:
        member = factor.members[0]
        return None if member.options else (member.low, member.high)
    kinds: dict[str, str] = {name: actor.kind for name, actor in scenario.actors.items()}
    _, field = schema_at(parse_set(f"{path}=0")[0], kinds)
    limits = field.metadata if field is not None else []
    low = next((float(one.ge) for one in limits if hasattr(one, "ge")), None)
    high = next((float(one.le) for one in limits if hasattr(one, "le")), None)
    return None if low is None or high is None else (low, high)


def fitting(named: Mapping[str, T], pattern: str) -> dict[str, T]:
    """Those whose names fit a pattern, in which ``*`` stands for anything."""
    return {name: one for name, one in named.items() if fnmatchcase(name, pattern)}


def name_by_kind(scenario: Scenario, keys: Sequence[str]) -> str:
    """The dotted path of a parameter, an actor's with the actor's kind in its place.

    Args:
        scenario: resolved.
        keys: path of the parameter.
    """
    return _named(keys, scenario.actors[keys[1]].kind if keys[0] == "actors" else "")


def name_by_owner(scenario: Scenario, keys: Sequence[str]) -> str:
    """The same with the kind that declares it, ``ArmedActor`` for what all armed kinds share."""
    return _named(keys, owner_of(type(scenario.actors[keys[1]]), keys[2]) if keys[0] == "actors" else "")


def _named(keys: Sequence[str], owner: str) -> str:
    return ".".join(("actors", owner, *keys[2:])) if owner else dotted(keys)


_WEAKEST = ("assumed", "weakly identified", "observed", "definition")


def weakest(statuses: Iterable[str]) -> str:
    """The status of what is known least of."""
    return min(statuses, key=_WEAKEST.index)


def _factors(scenario: Scenario, *, grouped: bool) -> dict[str, Factor]:
    declared = [(parse_set(f"{one.path}=0")[0], one) for one in scenario_declarations(scenario)]
    differing = _differing(declared)
    collected: dict[str, list[tuple[Member, Declaration]]] = {}
    for keys, one in declared:
        describes = keys[0] == "actors" and keys[2] in differing
        member = _member(keys, one, describes=describes)
        if member is None:
            continue
        name = name_by_kind(scenario, keys) if describes else name_by_owner(scenario, keys)
        collected.setdefault(name if grouped else one.path, []).append((member, one))
    found = {}
    for name, parts in collected.items():
        status = weakest(one.status for _, one in parts)
        one = parts[0][1]
        found[name] = Factor(name, tuple(member for member, _ in parts), status, one.unit, one.meaning)
    return found


def _differing(declared: Sequence[tuple[tuple[str, ...], Declaration]]) -> set[str]:
    """Names of the parameters whose values differ between actors."""
    values: dict[str, set[Any]] = {}
    for keys, one in declared:
        if keys[0] == "actors" and one.low is not None:
            values.setdefault(keys[2], set()).add(one.default)
    return {name for name, found in values.items() if len(found) > 1}


def _member(keys: tuple[str, ...], one: Declaration, *, describes: bool) -> Member | None:
    if one.status == "definition" or one.default is None:
        return None
    if one.options:
        return Member(keys, options=tuple(one.options))
    if isinstance(one.default, bool):
        return Member(keys, options=(False, True))
    if one.low is None or one.high is None or one.low == one.high:
        return None
    whole, low, high = isinstance(one.default, int), float(one.low), float(one.high)
    if describes:
        ends = one.default / _SPREAD, one.default * _SPREAD
        low, high = max(min(ends), low), min(max(ends), high)
        if low == high or one.default == 0:
            return None
    return Member(keys, low, high, whole=whole, scaled=describes)


def settled(resolved: Resolved, factors: Sequence[Factor], levels: Sequence[float]) -> dict[str, Any]:
    """A resolved scenario with every factor at its level.

    Args:
        resolved: as plain data; it is not changed.
        factors: k of them.
        levels: (k,) numbers from 0 to 1.
    """
    return changed(resolved, _settings(factors, levels))


def changed(resolved: Resolved, settings: Iterable[tuple[Sequence[str], Any]]) -> dict[str, Any]:
    """A copy of a resolved scenario with some of its values set.

    Args:
        resolved: as plain data; it is not changed.
        settings: (path, value) of each.
    """
    tree: dict[str, Any] = deepcopy(dict(resolved))
    for keys, value in settings:
        here = tree
        for key in keys[:-1]:
            here = here[key]
        here[keys[-1]] = value
    return tree


def _settings(factors: Sequence[Factor], levels: Sequence[float]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for factor, level in zip(factors, levels, strict=True):
        for member in factor.members:
            yield member.keys, member.value(float(level))
