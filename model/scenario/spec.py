"""The frozen specification of a run: a run is a pure function of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from model import __version__

LARGEST_SEED = 2**53 - 1
"""The largest whole number that every table and every reader of JSON keeps exactly."""

MONTHLY_MAP = "control=monthly"
"""Extra of a specification: the map of every month, and what happened where, not the map of every year alone."""
MONTHLY_LANES = "lanes=monthly"
"""Extra of a specification: how far the lanes of each crossing are open, in every month. Single runs always have it."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that a run depends on; hashable, picklable, a few kilobytes.

    Args:
        label: the scenario's name, for tables and legends; no mechanism sees it.
        scenario: the resolved scenario as canonical JSON (sorted keys, every parameter present).
        replicate: number of the replicate, from 0.
        seed: of all draws, which follows from the base seed and the replicate; see :meth:`make`.
        point: number of the design point of a sweep.
        point_values: swept values as (dotted path, value as JSON text), for the columns of the table of runs.
        record: which extras to record; see :data:`MONTHLY_MAP` and :data:`MONTHLY_LANES`.
        world: digest of the world's files, see :func:`model.world.digest.world_digest`.
        past: for a run that continues others, (months done, resolved scenario up to then) of each, the first one first.
        base_seed: what people call the seed of a run: with the replicate it is all that is needed to repeat the draws.
    """

    label: str
    scenario: str
    replicate: int
    seed: int
    point: int = 0
    point_values: tuple[tuple[str, str], ...] = field(default=())
    record: tuple[str, ...] = field(default=())
    world: str = ""
    past: tuple[tuple[int, str], ...] = field(default=())
    base_seed: int = 0

    @classmethod
    def make(
        cls, label: str, resolved: dict[str, Any], *, replicate: int = 0, base_seed: int = 0, **extra: Any
    ) -> RunSpec:
        """Build a specification from a resolved scenario; the seed depends on base seed and replicate alone."""
        from model.draws import replicate_seed  # imports the compiler; processes that pass specifications on do without

        return cls(
            label=label,
            scenario=canonical_json(resolved),
            replicate=replicate,
            seed=replicate_seed(base_seed, replicate),
            base_seed=base_seed,
            world=digest_of(resolved),
            **extra,
        )

    def before(self) -> RunSpec:
        """The specification of the run that this one continues."""
        *earlier, (_, scenario) = self.past
        return replace(self, scenario=scenario, past=tuple(earlier))

    @property
    def run_id(self) -> str:
        """Sixteen hex digits from version, label, design point, resolved parameters, world, seed and replicate."""
        parts = [
            __version__,
            self.label,
            self.point,
            self.point_values,
            scenario_hash(self.scenario),
            self.world,
            self.seed,
            self.replicate,
            *([[done, scenario_hash(scenario)] for done, scenario in self.past]),
        ]
        return content_hash(json.dumps(parts))


def digest_of(resolved: Mapping[str, Any]) -> str:
    """The digest of the world of a resolved scenario; empty where it names none."""
    from model.world.digest import world_digest  # likewise

    return world_digest(resolved["world"]) if "world" in resolved else ""


@lru_cache(maxsize=64)
def scenario_hash(text: str) -> str:
    """Sixteen hex digits of a resolved scenario, wherever the folder of its world lies: of that the name counts, and its digest.

    Args:
        text: canonical JSON, in which the world comes last.
    """
    head, key, place = text.rpartition('"world":')
    if not key or ("/" not in place and "\\" not in place):
        return content_hash(text)
    name = re.split(r"[/\\]", json.loads(place.removesuffix("}")))[-1]
    return content_hash(head + key + canonical_json(name) + "}")


@lru_cache(maxsize=64)
def content_hash(text: str) -> str:
    """Sixteen hex digits of a text; the replicates of a scenario share theirs."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, so that equal scenarios are equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
