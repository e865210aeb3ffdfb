"""Runs that continue others: ``pangwa run --until 24 --save FILE``, then ``pangwa run --from FILE`` with another policy.

A run is a pure function of its specification, so a saved state is a specification and a number of months: whoever continues it
repeats these months, which takes a fraction of a second, and goes on under the new scenario. The file also has a digest of the state,
so that a repetition which differs in a single bit (another version of the model, another kind of processor) is refused.

The new scenario counts from the month of the branch on: its instruments begin then, or at their own ``start``, in months since the start
of the first run. What counts only before the first month (the date, fighters, money, homes) must be as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model import __version__
from model.experiments.batch_file import settings
from model.experiments.errors import PlanError, StoreError
from model.experiments.files import read_json, with_digest, write_new
from model.experiments.plan import VECTOR, checked_record
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec, canonical_json, digest_of
from model.world.where import found_again
from model.world.world import WorldError

FORMAT = "pangwa state 2"

AT_START = ("world", "start", "plugins", "western.governments", "processes.mining.lead_months")
"""Keys of a scenario that count before the first month only."""

OF_ACTORS_AT_START = (
    *("kind", "home", "homeland", "core", "allies", "enemies", "troops", "arms_per_fighter", "treasury_usd"),
    "operations_per_month",
)
"""The same, of an actor."""


@dataclass(frozen=True)
class SavedState:
    """A run up to some month.

    Args:
        spec: of the run.
        months: done by then.
    """

    spec: RunSpec
    months: int


def save_state(path: Path, spec: RunSpec, months: int) -> None:
    """Write down a run up to some month.

    Args:
        path: a new file.
        spec: of the run.
        months: done by then.

    Raises:
        PlanError: the file is there already, or the run is shorter.
    """
    length = json.loads(spec.scenario)["months"]
    if not 0 < months <= length:
        raise PlanError(f"--until {months}: must be a month of the run, from 1 to {length}")
    digest = state_digest(spec, months)
    content = {"format": FORMAT, "version": __version__, "spec": asdict(spec), "months": months, "state": digest}
    try:
        write_new(path, json.dumps(with_digest(content), indent=1))
    except FileExistsError:
        raise PlanError(f"{path}: already exists; give another name") from None
    except OSError as error:
        raise PlanError(f"{path}: cannot be written: {error.strerror}") from None


def read_state(path: Path) -> SavedState:
    """Read a saved state, and make sure that this model comes to it again.

    Raises:
        PlanError: the file is none, is of another version, or the model comes to another state.
    """
    try:
        content = {"format": "", **read_json(path)}
        if content["format"] != FORMAT or "version" not in content:
            raise ValueError(f"the format is not {FORMAT}")
        saved, digest = SavedState(_spec(content["spec"]), int(content["months"])), str(content["state"])
    except StoreError as error:
        raise PlanError(error.problems) from None
    except (ValueError, KeyError, TypeError):
        raise PlanError(f"{path}: is not a state written by pangwa run --save") from None
    if content["version"] != __version__:
        raise PlanError(
            f"{path}: was saved by version {content['version']}, this is {__version__}; save it again with this version"
        )
    saved = replace(saved, spec=_with_world_found(saved.spec, path))
    if _digest_again(path, saved) != digest:
        raise PlanError(
            f"{path}: this installation does not reproduce the saved state, because its code or kind of processor differs; "
            "save it again here"
        )
    return saved


def _with_world_found(spec: RunSpec, path: Path) -> RunSpec:
    """The specification with its world where that lies now.

    Raises:
        WorldError: it is nowhere.
    """
    try:
        place = json.loads(spec.scenario)["world"]
        found = found_again(place, spec.world, path)
    except WorldError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PlanError(f"{path}: is damaged: it names no world") from None
    if found == place:
        return spec

    def there(text: str) -> str:
        return canonical_json(json.loads(text) | {"world": found})

    past = tuple((done, there(text)) for done, text in spec.past)
    return replace(spec, scenario=there(spec.scenario), past=past)


def _digest_again(path: Path, saved: SavedState) -> str:
    try:
        if 0 < saved.months <= json.loads(saved.spec.scenario)["months"]:
            return state_digest(saved.spec, saved.months)
    except (ValueError, KeyError, TypeError):
        pass
    raise PlanError(f"{path}: is damaged: it contains no run of that many months")


def _spec(plain: dict[str, Any]) -> RunSpec:
    """A specification from JSON, whose lists are tuples."""
    pairs = {name: tuple(tuple(pair) for pair in plain[name]) for name in ("point_values", "past")}
    return RunSpec(**{**plain, **pairs, "record": tuple(plain["record"])})


def read_continued(
    saved: SavedState, file: str | None = None, *, sets: Sequence[str] = (), record: Sequence[str] = ()
) -> tuple[Scenario, RunSpec]:
    """A run that continues a saved one, with its random draws and its vector of parameters.

    Args:
        saved: the run up to a month.
        file: the scenario from then on, a shipped name or a file; the same as before when None.
        sets: overrides ``dotted.path=value`` that count from then on.
        record: extras to record.

    Raises:
        ScenarioError: with one sentence for each thing that is wrong with the scenario.
        PlanError: it is too short, or differs in something that counts before the first month only.
    """
    from model.scenario.read import load_resolved, load_scenario

    if file is None:
        scenario = load_resolved(json.loads(saved.spec.scenario), saved.spec.label, sets)
    else:
        drawn = tuple(pair for pair in saved.spec.point_values if pair[0] != VECTOR)
        scenario = load_scenario(file, [*settings(drawn), *sets])
    return scenario, _specification(saved, scenario, record)


def _specification(saved: SavedState, scenario: Scenario, record: Sequence[str]) -> RunSpec:
    before, after = json.loads(saved.spec.scenario), json.loads(canonical_json(scenario.resolved()))
    if digest_of(after) == saved.spec.world:  # the same files, wherever they lie
        before["world"] = after["world"]
    problems = list(_differences_at_start(before, after))
    if after["months"] < saved.months:
        problems.append(f"months = {after['months']}: the saved run is already in month {saved.months}")
    if problems:
        raise PlanError("\n".join(problems))
    past = (*saved.spec.past, (saved.months, saved.spec.scenario))
    return replace(
        saved.spec, label=scenario.name, scenario=canonical_json(after), past=past, record=checked_record(record)
    )


def _differences_at_start(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """A sentence for everything that only counts before the first month and that a scenario has otherwise than the run so far."""
    for path in AT_START:
        old, new = _at(before, path), _at(after, path)
        if old != new:
            yield f"{path} = {new}: only takes effect at the start of a run; the saved run has {old}"
    if before["actors"].keys() != after["actors"].keys():
        others = sorted(before["actors"].keys() ^ after["actors"].keys())
        yield f"actors: the saved run and the scenario must have the same actors; only one of them has {', '.join(others)}"
        return
    for actor, old in before["actors"].items():
        new = after["actors"][actor]
        for name in OF_ACTORS_AT_START:
            if old.get(name) != new.get(name):
                yield (
                    f"actors.{actor}.{name} = {new.get(name)}: only takes effect at the start of a run; the saved run has {old.get(name)}"
                )


def _at(tree: Any, path: str) -> Any:
    for key in path.split("."):
        tree = tree.get(key, {})
    return tree


def state_digest(spec: RunSpec, months: int) -> str:
    """Sixteen hex digits of everything that a run has become after some months, to the last bit."""
    from model.copying import taken_from
    from model.experiments.simulate import dispose
    from model.model import RareEarthModel

    model = RareEarthModel(spec=spec)
    while model.month < months:
        model.step()
    digest = hashlib.blake2b(digest_size=8)
    for part in _parts(taken_from(model.run)["groups"]):
        digest.update(part)
    dispose(model)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """The bytes of arrays and records in a group of groups, in the order of their names."""
    if isinstance(value, np.ndarray | np.void):
        yield value.tobytes()
        return
    for _, part in sorted((value if isinstance(value, dict) else getattr(value, "__dict__", {})).items()):
        yield from _parts(part)
