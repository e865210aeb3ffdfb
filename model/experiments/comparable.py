"""What scenarios of one batch must share to be compared, and what else than instruments the compared ones differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from model.experiments.design import flat
from model.experiments.errors import PlanError

Resolved = Mapping[str, Any]

_SHARED = {"world": "world", "start": "first month", "months": "length in months"}
"""Keys of resolved scenarios that must be equal, in words: runs of other length or time add up other things."""
_POLICY = "united_states.instruments"
_NAMES = frozenset({"name", "title", "description", "extends", "plugins"})
_MOST_NAMED = 4


def check_comparable(scenarios: Mapping[str, Resolved]) -> None:
    """Refuse scenarios whose outcomes cannot be compared: of other worlds, or of other start or length.

    Args:
        scenarios: label -> resolved.

    Raises:
        PlanError: a sentence for each thing that they do not share.
    """
    problems = list(_problems(scenarios))
    if problems:
        raise PlanError(problems)


def _problems(scenarios: Mapping[str, Resolved]) -> Iterator[str]:
    for key, words in _SHARED.items():
        by_value: dict[Any, list[str]] = {}
        for label, resolved in scenarios.items():
            by_value.setdefault(resolved.get(key), []).append(label)
        if len(by_value) > 1:
            said = "; ".join(f"{value} in {', '.join(labels)}" for value, labels in by_value.items())
            yield f"the scenarios differ in {key} ({words}: {said}), so their outcomes cannot be compared: {_way_out(key, by_value)}"


def _way_out(key: str, by_value: Mapping[Any, list[str]]) -> str:
    if key == "months":
        return f"--months {min(by_value)} gives all of them the same length, or run each as its own batch"
    return "run each as its own batch"


def other_differences(scenarios: Mapping[str, Resolved], reference: str) -> dict[str, list[str]]:
    """What besides instruments differs from the reference: label -> paths of parameters, sections of the scenario.

    Args:
        scenarios: label -> resolved, as the manifest keeps them.
        reference: label.
    """
    if reference not in scenarios:
        return {}
    base = dict(flat(scenarios[reference]))
    found = {}
    for label, resolved in scenarios.items():
        ours = dict(flat(resolved))
        paths = [path for path in dict.fromkeys([*base, *ours]) if base.get(path) != ours.get(path)]
        if rest := [path for path in paths if not path.startswith(_POLICY) and path.partition(".")[0] not in _NAMES]:
            found[label] = rest
    return found


def difference_words(scenarios: Mapping[str, Resolved], reference: str) -> str:
    """A sentence on what besides instruments differs between scenarios that are compared; empty where nothing does."""
    parts = []
    for label, paths in other_differences(scenarios, reference).items():
        more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
        parts.append(f"{label} in {', '.join(paths[:_MOST_NAMED])}{more}")
    if not parts:
        return ""
    return f"Not only instruments differ from {reference}: {'; '.join(parts)}; effects are of all these together."
