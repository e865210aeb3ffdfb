"""What an outcome is, and of which kinds: the decorators with which outcomes are declared.

The shipped ones stand in :mod:`model.output.outcomes`; a file given with ``--plugin`` declares more in the same way::

    from model.outcome import level

    @level("0-1", "Pangwa is in the hands of the KIA", "Pangwa held by the KIA")
    def pangwa_kia(record):
        return record.holder_of("Pangwa") == record.force_ids.index("KIA")

Such an *own* outcome is a column of results, with a window for each suffix, like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats

T = TypeVar("T")

SUFFIXES = {"": "last 12 months or end", "_y1": "months 1-12", "_y2": "months 13-24", "_all": "whole run"}


class Recorded(Protocol):
    """What outcomes read of the record of a run; see :class:`model.output.record.Recorder`."""

    months_done: int
    force_ids: tuple[str, ...]
    monthly: dict[str, Floats]
    actors: dict[str, Floats]
    organisations: list[int]
    us_demand: float

    def holder_of(self, place: str) -> NDArray[np.int64] | None:
        """Who held a place, by month; None in a world without it."""


class Ratio(NamedTuple):
    """A share of two flows by month, null in windows in which the whole does not come to ``least``."""

    part: Floats
    whole: Floats
    least: float


@dataclass(frozen=True)
class Outcome:
    """An outcome: a column of the table of runs.

    Args:
        name: of the column.
        unit: of its values.
        meaning: what it is, in words.
        title: the same in a few words, as inside a sentence.
    """

    name: str
    unit: str
    meaning: str
    title: str


class Kind(Generic[T]):
    """The outcomes of a kind, in the order of their columns; calling it makes the decorator of an outcome's function.

    Args:
        of_actors: whether there is a column for each armed actor, whose id stands in meaning, and as ``{}`` in the title.
    """

    def __init__(self, *, of_actors: bool = False) -> None:
        self.of_actors = of_actors
        self.read: dict[str, Callable[[Any], T]] = {}
        self.outcomes: dict[str, Outcome] = {}

    def __call__(self, unit: str, meaning: str, title: str) -> Callable[[Callable[[Any], T]], Callable[[Any], T]]:
        """Declare an outcome.

        Args:
            unit: of its values.
            meaning: what it is, in words.
            title: the same in a few words, as inside a sentence.

        Returns:
            The decorator of the function that reads it off a record.
        """

        def declare(function: Callable[[Any], T]) -> Callable[[Any], T]:
            self._add(function.__name__, unit, meaning, title, function)
            return function

        return declare

    def recorded(self: Kind[Floats], name: str, unit: str, meaning: str, title: str) -> None:
        """Declare an outcome that is a column of the record by itself; arguments as of a call, after its name."""
        self._add(name, unit, meaning, title, _actors_column(name) if self.of_actors else _monthly_column(name))

    def _add(self, name: str, unit: str, meaning: str, title: str, read: Callable[[Any], T]) -> None:
        declared = Declared(self, Outcome(name, unit, meaning, title), read)
        if _collected:
            _collected[-1].append(declared)
        elif reason := reason_against(name):
            raise ValueError(f"the outcome '{name}' {reason}")
        else:
            self.outcomes[name], self.read[name] = declared.outcome, read


class Declared(NamedTuple):
    """An outcome as it was declared: its kind, its words, and what reads it off a record."""

    kind: Kind[Any]
    outcome: Outcome
    read: Callable[[Any], Any]

    def fitting(self, value: Any, record: Recorded) -> Any:
        """A value that was read, as its kind needs it.

        Raises:
            UnfitOutcomeError: it is something else.
        """
        if self.kind is once:
            return None if value is None else float(value)
        shape = (record.months_done + 1, *((len(record.force_ids),) if self.kind.of_actors else ()))
        if self.kind is share:
            if not isinstance(value, Ratio):
                raise UnfitOutcomeError("must return Ratio(part, whole, least), a share being a ratio of two flows")
            return Ratio(_series(value.part, shape), _series(value.whole, shape), float(value.least))
        return _series(value, shape)


class UnfitOutcomeError(ValueError):
    """What an own outcome returned is not of its kind."""


def _series(value: Any, shape: tuple[int, ...]) -> Floats:
    numbers = np.asarray(value, np.float64)
    if numbers.shape != shape:
        months = "a number for the start and each month" + (", by armed actor" if len(shape) > 1 else "")
        raise UnfitOutcomeError(f"must return {months}, an array of shape {shape}; it returned one of {numbers.shape}")
    return numbers


def _monthly_column(name: str) -> Callable[[Recorded], Floats]:
    return lambda record: record.monthly[name]


def _actors_column(name: str) -> Callable[[Recorded], Floats]:
    return lambda record: record.actors[name]


flow, level, share = Kind[Floats](), Kind[Floats](), Kind[Ratio]()
actor_level, actor_flow = Kind[Floats](of_actors=True), Kind[Floats](of_actors=True)
once = Kind[float | None]()

KINDS: dict[str, Kind[Any]] = {
    "flow": flow, "share": share, "level": level, "actor_level": actor_level, "actor_flow": actor_flow, "once": once,
}  # fmt: skip
"""The kinds by the names of their decorators."""

RESERVED = ("run_id", "scenario", "replicate", "seed", "point", "status", "error", "vector")
"""Columns of the table of runs that are no outcomes."""

# own outcomes ---------------------------------------------------------------------------------------------------------

_collected: list[list[Declared]] = []
_own: list[Declared] = []


def reason_against(name: str) -> str:
    """Why an outcome cannot have a name; empty where it can."""
    if name in RESERVED:
        return "has the name of a column of the table of runs"
    ending = next((end for end in SUFFIXES if end and name.endswith(end)), "")
    if ending:
        return f"ends in '{ending}', which stands for a window of months"
    own = own_names()
    stems = tuple(f"{stem}_" for kind in (actor_level, actor_flow) for stem in kind.read if stem not in own)
    if name.startswith(stems) or (name not in own and any(name in kind.read for kind in KINDS.values())):
        return "already exists"
    return ""


@contextmanager
def collected() -> Iterator[list[Declared]]:
    """Collect the outcomes that are declared inside instead of making them known."""
    _collected.append([])
    try:
        yield _collected[-1]
    finally:
        _collected.pop()


def use_own(outcomes: Sequence[Declared]) -> None:
    """Make these outcomes, and no others, known beside the shipped ones.

    Args:
        outcomes: as they were collected; their names are free (:func:`reason_against`).
    """
    for kind, outcome, _ in _own:
        del kind.outcomes[outcome.name], kind.read[outcome.name]
    _own[:] = outcomes
    for kind, outcome, read in _own:
        kind.outcomes[outcome.name], kind.read[outcome.name] = outcome, read


def own_names() -> tuple[str, ...]:
    """Names of the own outcomes in use."""
    return tuple(one.outcome.name for one in _own)


def description(outcomes: Sequence[Declared]) -> list[dict[str, str]]:
    """Own outcomes as a manifest keeps them: words and kind, without what reads them."""
    names = {id(kind): name for name, kind in KINDS.items()}
    return [{"kind": names[id(one.kind)], **asdict(one.outcome)} for one in outcomes]


def describe(described: Any) -> None:
    """Let own outcomes of results be called by their words; nothing of them is run.

    Args:
        described: what :func:`description` gave, as read from a file: what is not of its form is left out.
    """
    for one in described if isinstance(described, list) else ():
        words = one if isinstance(one, Mapping) else {}
        texts = [words.get(key) for key in ("kind", "name", "unit", "meaning", "title")]
        kind = KINDS.get(str(texts[0]))
        if kind is not None and all(isinstance(text, str) for text in texts) and not reason_against(words["name"]):
            kind.outcomes[words["name"]] = Outcome(*map(str, texts[1:]))
