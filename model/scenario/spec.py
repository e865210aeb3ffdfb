"""The frozen specification of a run: a run is a pure function of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from model import __version__
from model.draws import replicate_seed


@dataclass(frozen=True)
class RunSpec:
    """Everything that a run depends on; hashable, picklable, a few kilobytes.

    Args:
        label: the scenario's name, for tables and legends; no mechanism sees it.
        scenario: the resolved scenario as canonical JSON (sorted keys, every parameter present).
        replicate: number of the replicate, from 0.
        seed: seed of all draws; see :meth:`make`.
        point: number of the design point of a sweep.
        point_values: swept values as (dotted path, value as JSON text), for the columns of the table of runs.
        record: which extras to record; ``control=monthly`` keeps the map of every month.
    """

    label: str
    scenario: str
    replicate: int
    seed: int
    point: int = 0
    point_values: tuple[tuple[str, str], ...] = field(default=())
    record: tuple[str, ...] = field(default=())

    @classmethod
    def make(
        cls, label: str, resolved: dict[str, Any], *, replicate: int = 0, base_seed: int = 0, **extra: Any
    ) -> RunSpec:
        """Build a specification from a resolved scenario; the seed depends on base seed and replicate alone."""
        return cls(
            label=label,
            scenario=canonical_json(resolved),
            replicate=replicate,
            seed=replicate_seed(base_seed, replicate),
            **extra,
        )

    @property
    def run_id(self) -> str:
        """Sixteen hex digits from version, label, design point, resolved parameters, seed and replicate."""
        parts = [__version__, self.label, self.point, self.point_values, self.scenario, self.seed, self.replicate]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, so that equal scenarios are equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
