"""Read scenarios: files, what they extend, overrides and the world's record become one resolved :class:`Scenario`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from model.scenario import plugins
from model.scenario.idle import idle_inputs
from model.scenario.layers import SET, Stated, apply_sets, read_layers
from model.scenario.problems import NOTHING, Path, Problem, ScenarioError
from model.scenario.references import reference_problems
from model.scenario.resolve import kinds_of, lay_calibrated, recorded_actors, resolve_actors, start_of, validation_input
from model.scenario.schema import Scenario
from model.scenario.translate import problems_of
from model.world.names import both_called, folded
from model.world.read import load_world
from model.world.world import World, WorldError

__all__ = ["ScenarioError", "load_resolved", "load_scenario", "load_scenarios"]


def load_scenario(name_or_path: str, sets: Sequence[str] = ()) -> Scenario:
    """Read a scenario and resolve it: every actor of its world is present, every parameter set.

    Args:
        name_or_path: the name of a shipped scenario, or the path of a TOML file.
        sets: overrides as ``dotted.path=value``, laid over the file in their order.

    Raises:
        ScenarioError: with one sentence for each thing that is wrong, all of them at once.
    """
    plugins.reading()
    stated, path = read_layers(name_or_path)
    return _resolve(stated, path.stem, sets)


def load_resolved(resolved: Mapping[str, Any], source: str, sets: Sequence[str] = ()) -> Scenario:
    """A scenario from the parameters of another run, with overrides laid over them.

    Args:
        resolved: every parameter, see :meth:`model.scenario.schema.Scenario.resolved`.
        source: what errors call it.
        sets: overrides as ``dotted.path=value``.

    Raises:
        ScenarioError: with one sentence for each thing that is wrong.
    """
    plugins.reading()
    stated = Stated(origins={(): source})
    stated.lay({key: value for key, value in resolved.items() if key != "plugins"}, source)
    return _resolve(stated, FilePath(source).stem, sets)


def _resolve(stated: Stated, name: str, sets: Sequence[str]) -> Scenario:
    """What layers say, with overrides, the world's record and defaults, as a scenario."""
    if stated.get(("name",)) is NOTHING:
        stated.put(("name",), name, stated.origins[()])
    apply_sets(stated, sets)
    if stated.get(("plugins",)) is not NOTHING:
        stated.problems.append(Problem(stated.origin(("plugins",)), ("plugins",), "cannot be set; use --plugin FILE"))
        stated.drop(("plugins",))
    world = _world(stated)
    kinds: dict[str, str] = {}
    if world is not None:
        recorded = recorded_actors(world, start_of(stated))
        stated.problems += resolve_actors(stated, recorded, world, f"world '{world.name}', forces or buyers")
        lay_calibrated(stated, world)
        kinds = kinds_of(stated)
        stated.tree["plugins"] = plugins.needed_plugins(set(kinds.values()))
    else:
        stated.drop(("actors",))
    scenario = _validated(stated, kinds)
    if world is not None:
        stated.problems += _without(reference_problems(stated, world, kinds), stated.problems)
    if scenario is None or stated.problems:
        raise ScenarioError([problem.sentence() for problem in _in_order(stated)])
    ours = (stated.origins[()], SET)
    own = [one.name for one in scenario.forcing if stated.origin(("forcing", one.name)) in ours]
    scenario.take_notes(idle_inputs(scenario.resolved(), own))
    return scenario


def load_scenarios(names: Iterable[str], sets: Sequence[str] = ()) -> list[Scenario]:
    """Read several scenarios; their problems come out together, and two of one name are refused.

    Args:
        names: as for :func:`load_scenario`.
        sets: overrides for all of them.

    Raises:
        ScenarioError: see :func:`load_scenario`; a problem that several scenarios share is said once.
    """
    scenarios: dict[str, tuple[str, Scenario]] = {}
    problems: dict[str, None] = {}
    for name in names:
        try:
            scenario = load_scenario(name, sets)
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
            continue
        if folded(scenario.name) in scenarios:
            other, first = scenarios[folded(scenario.name)]
            problems |= {both_called(other, name, first.name, scenario.name): None}
        scenarios[folded(scenario.name)] = (name, scenario)
    if problems:
        raise ScenarioError(list(problems))
    return [scenario for _, scenario in scenarios.values()]


def _world(stated: Stated) -> World | None:
    """The scenario's world, or None and a problem; a wrong type of the key is left to the schema."""
    named = stated.get(("world",))
    if named is not NOTHING and not isinstance(named, str):
        return None
    try:
        return load_world(named if isinstance(named, str) else str(Scenario.model_fields["world"].default))
    except WorldError as error:
        source = stated.origin(("world",))
        stated.problems += [Problem(source, ("world",), problem, named) for problem in error.problems]
        return None


def _validated(stated: Stated, kinds: dict[str, str]) -> Scenario | None:
    tree, forcing = validation_input(stated)
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        stated.problems += _without(problems_of(error, stated, kinds, forcing), stated.problems)
        return None


def _without(problems: Iterable[Problem], known: Sequence[Problem]) -> list[Problem]:
    """Leave out problems about a value that has one already."""
    told = {(problem.path, repr(problem.value)) for problem in known if problem.path}
    return [problem for problem in problems if (problem.path, repr(problem.value)) not in told]


def _in_order(stated: Stated) -> list[Problem]:
    """Problems in the order in which the keys were read, those of ``--set`` last."""
    order: dict[Path, int] = {path: number for number, path in enumerate(stated.origins)}

    def place(problem: Problem) -> tuple[bool, int]:
        path: Any = problem.path
        while path and path not in order:
            path = path[:-1]
        return problem.source in ("", SET), order.get(path, 0)

    return sorted(stated.problems, key=place)
