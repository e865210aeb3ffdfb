"""A plan as plain data: kept beside the spool, compared on resuming, read again on merging."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from model import __version__
from model.experiments.plan import BatchPlan, vector_columns
from model.scenario.spec import RunSpec, canonical_json, scenario_hash

FORMAT = 4
"""Of the frozen plan and of the runs' ids; folders of another one cannot be gone on with."""

_HOUSE = Path(__file__).parents[2]
_ROOMS = ("dynamics", "output", "phases", "scenario", "world")
_SOURCES = (
    "agents/**/*.py",
    "model/*.py",
    "model/experiments/simulate.py",
    *(f"model/{room}/**/*.py" for room in _ROOMS),
)
_MOST_NAMED = 4

PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow")


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on, and the kind of processor, likewise."""
    found = {"python": platform.python_version(), "processor": processor()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


@cache
def processor() -> str:
    """The kind of this machine's processor, on whose vector units the last digits of sums depend."""
    fields: dict[str, str] = {}
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
        fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
    except OSError:
        pass
    known = [fields[key] for key in ("vendor_id", "cpu family", "model") if key in fields]
    flags = fields.get("flags", "").split()
    known += [flag for flag in ("fma", "avx2", "avx512f") if flag in flags]
    return " ".join([platform.machine(), *(known or [platform.processor()])]).strip()


@cache
def code_digests() -> dict[str, str]:
    """File -> eight hex digits, for the files that what happens in a run depends on."""
    files = {path for pattern in _SOURCES for path in _HOUSE.glob(pattern)}
    return {
        path.relative_to(_HOUSE).as_posix(): hashlib.blake2b(path.read_bytes(), digest_size=4).hexdigest()
        for path in sorted(files)
    }


def changed_code(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Names of the files that differ, the first few of them; empty where none does."""
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def mixed_packages(before: Mapping[str, Sequence[str]]) -> tuple[dict[str, list[str]], str]:
    """The versions that a batch has been computed with, those of this process among them.

    Args:
        before: name -> versions so far.

    Returns:
        Name -> versions, and a sentence where this process has others than before.
    """
    ours = package_versions()
    new = [name for name, one in ours.items() if one not in before.get(name, ())]
    mixed = {name: list(dict.fromkeys([*before.get(name, ()), one])) for name, one in ours.items()}
    if not new:
        return mixed, ""
    told = ", ".join(f"{name} {'/'.join(before.get(name, ())) or 'unknown'} (now {ours[name]})" for name in new)
    return mixed, f"the existing runs were computed with {told}: numbers may differ in their last digits"


def frozen(plan: BatchPlan) -> dict[str, Any]:
    """What identifies a plan's runs, as plain data."""
    at_points = _hashes(plan)
    return {
        "format": FORMAT,
        "version": __version__,
        "code": dict(code_digests()),
        "plan_id": plan.plan_id,
        "name": plan.name,
        "description": plan.description,
        "prose": {label: dict(words) for label, words in plan.prose.items()},
        "commands": {label: list(words) for label, words in plan.commands.items()},
        "reference": plan.reference,
        "replicates": plan.replicates,
        "base_seed": plan.base_seed,
        "seeds": list(plan.seeds),
        "record": list(plan.record),
        "shard": None if plan.shard is None else list(plan.shard),
        "points": [[list(pair) for pair in point] for point in plan.points],
        "vectors": [[list(pair) for pair in vector] for vector in plan.vectors],
        "pinned": {label: list(paths) for label, paths in plan.pinned.items()},
        "scenarios": {
            label: {
                "resolved": json.loads(canonical_json(resolved)),
                "world": plan.worlds.get(label, ""),
                "at_points": at_points[label],
            }
            for label, resolved in plan.scenarios.items()
        },
        "runs": [
            [spec.label, spec.point, spec.replicate, run] for run, spec in zip(plan.run_ids, plan.specs, strict=True)
        ],
    }


def _hashes(plan: BatchPlan) -> dict[str, list[list[str]]]:
    """Label -> for every point, the hashes of what the scenario is with the parameter vectors in use."""
    used = min(len(plan.vectors), plan.replicates) or 1
    found: dict[str, list[list[str]]] = {label: [[] for _ in plan.points] for label in plan.scenarios}
    for spec in plan.specs:
        if spec.replicate < used:
            found[spec.label][spec.point].append(scenario_hash(spec.scenario))
    return found


def plan_of(content: Mapping[str, Any]) -> BatchPlan:
    """The plan that was frozen, without the text of its scenarios: its runs can be put into tables, not computed."""
    points = tuple(tuple((path, text) for path, text in point) for point in content["points"])
    vectors = tuple(tuple((path, text) for path, text in vector) for vector in content["vectors"])
    columns = vector_columns(content["scenarios"], vectors, content["pinned"])
    specs = []
    for label, point, replicate, _ in content["runs"]:
        values = points[point] + columns[label][replicate % len(columns[label])]
        specs.append(RunSpec(label, "", replicate, 0, point, values, base_seed=content["seeds"][replicate]))
    return BatchPlan(
        name=content["name"],
        reference=content["reference"],
        scenarios={label: scenario["resolved"] for label, scenario in content["scenarios"].items()},
        points=points,
        replicates=content["replicates"],
        base_seed=content["base_seed"],
        seeds=tuple(content["seeds"]),
        record=tuple(content["record"]),
        specs=tuple(specs),
        vectors=vectors,
        pinned={label: tuple(paths) for label, paths in content["pinned"].items()},
        worlds={label: scenario["world"] for label, scenario in content["scenarios"].items()},
        description=content["description"],
        prose=content.get("prose", {}),
        commands={label: tuple(words) for label, words in content.get("commands", {}).items()},
        known_ids=tuple(run for *_, run in content["runs"]),
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Why a batch cannot go on as another; empty when the second is the first, or has more of the same runs."""
    if before.get("format") != now["format"]:
        return ["it was started by another version of pangwa, which named its runs differently"]
    found = []
    for key, words in (
        ("version", "pangwa's version"),
        ("base_seed", "base_seed"),
        ("record", "record"),
        ("shard", "shard"),
    ):
        if before[key] != now[key]:
            found.append(f"{words} was {_shown(before[key])}, is {_shown(now[key])}")
    if now["replicates"] < before["replicates"]:
        found.append(f"replicates was {before['replicates']}, is {now['replicates']}: it can grow, not shrink")
    elif now["base_seed"] is None and now["seeds"][: before["replicates"]] != before["seeds"]:
        found.append("the given seeds differ")
    if now["points"][: len(before["points"])] != before["points"]:
        found.append("the design points of the sweep differ")
    if now["vectors"] != before["vectors"]:
        found.append("the parameter vectors differ")
    for label, scenario in before["scenarios"].items():
        if label not in now["scenarios"]:
            found.append(f"scenario '{label}' has been removed")
        else:
            found += _scenario_differences(label, scenario, now["scenarios"][label])
    return found


def _scenario_differences(label: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if before["world"] != now["world"] and before["resolved"].get("world") == now["resolved"].get("world"):
        return [f"scenario '{label}': the files of its world have changed"]
    paths = list(_changed(before["resolved"], now["resolved"], ""))
    if before["world"] == now["world"]:  # the same files, wherever they lie
        paths = [one for one in paths if one[0] != "world"]
    told = [f"{path} was {_shown(a)}, is {_shown(b)}" for path, a, b in paths[:5]]
    if len(paths) > len(told):
        told.append(f"{len(paths) - len(told)} more parameters differ")
    if not told and not _begins(before["at_points"], now["at_points"]):
        told = ["the scenario differs at a design point of the sweep"]
    return [f"scenario '{label}': {sentence}" for sentence in told]


_ABSENT = object()


def _changed(before: Any, now: Any, path: str) -> list[tuple[str, Any, Any]]:
    """Paths at which two trees differ, with both values."""
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return [] if before == now else [(path, before, now)]
    found = []
    for key in [*before, *(key for key in now if key not in before)]:
        here = f"{path}.{key}" if path else key
        found += _changed(before.get(key, _ABSENT), now.get(key, _ABSENT), here)
    return found


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _begins(before: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> bool:
    """Whether every point of before is there, with the same vectors first."""
    return len(before) <= len(now) and all(new[: len(old)] == old for old, new in zip(before, now, strict=False))
