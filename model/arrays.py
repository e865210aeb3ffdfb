"""Groups of named arrays, each declared once: its kind, its shape, and what stands in it at first.

The fields of a group are arrays (:func:`per`), records of numbers (:func:`record`), other groups (:func:`group`) and numbers::

    @dataclass
    class Battles(ArrayGroup):
        defender: Ints = per("P", start=-1)
        air: Floats = per("2, P")
        result: Any = record(record_maker(("count", int)))

    Battles.begin({"P": 391}).defender

Shapes are written in the index letters of the run: ``"F + 1, N"`` has a row for each armed actor and one more, ``"F P"`` is a
single row of all pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields, is_dataclass
from functools import cache, partial
from math import prod
from typing import Any, Self, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Sizes = Mapping[str, int]
"""How many there are, by index letter."""

Maker = Callable[[], Any]


def record_maker(*fields: tuple[str, type]) -> Callable[..., Any]:
    """What makes records of some numbers: read and written by name, from Python and from compiled code alike."""
    kind = np.dtype([(name, {float: np.float64, int: np.int64, bool: np.bool_}[of]) for name, of in fields])

    def make(**values: float) -> Any:
        made = np.zeros(1, kind).view(np.recarray)[0]
        for name, value in values.items():
            made[name] = value
        return made

    return make


def per(shape: str, *, start: float = 0) -> Any:
    """Declare an array; its annotation says of which kind it is.

    Args:
        shape: its dimensions in index letters, see the module's docstring.
        start: the number that stands in all of it at first.
    """
    dimensions = [dimension.split("+") for dimension in shape.split(",")]

    def maker(kind: Any, sizes: Sizes) -> Maker:
        lengths = [sum(_length(term, sizes) for term in terms) for terms in dimensions]
        return partial(np.full, lengths, start, kind) if start else partial(np.zeros, lengths, kind)

    return field(metadata={"maker": maker, "start": start})


def _length(term: str, sizes: Sizes) -> int:
    return prod(int(word) if word.isdigit() else sizes[word] for word in term.split())


def record(maker: Callable[..., Any], **start: float) -> Any:
    """Declare a record.

    Args:
        maker: what makes it (:func:`record_maker`).
        **start: its numbers at first that are not 0.
    """
    return field(metadata={"maker": lambda *_: partial(maker, **start)})


def group(kind: type[ArrayGroup]) -> Any:
    """Declare a group within the group."""
    return field(metadata={"maker": lambda _, sizes: partial(kind.begin, sizes)})


class ArrayGroup:
    """Arrays, records and groups of these by name; its classes are dataclasses.

    Arrays keep their place: what is assigned to an array's name is copied into the array that stands there. So compiled code,
    which is handed the arrays once a run, always sees what they hold now.
    """

    @classmethod
    def begin(cls, sizes: Sizes) -> Self:
        """A group of its own arrays, as it is at first.

        Args:
            sizes: how many there are, by index letter.
        """
        kind: Any = cls
        made: Self = kind(**{name: make() for name, make in _makers(kind, tuple(sizes.items())).items()})
        return made

    def clear(self) -> None:
        """Set the arrays to what stands in them at first, in the same arrays."""
        kind: Any = type(self)
        for name, start in _starts(kind):
            getattr(self, name).fill(start)

    def copy(self) -> Self:
        """The same in arrays of its own."""
        made: Self = _copied(self)
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        """Assign a value; to an array, its numbers.

        Raises:
            TypeError: the numbers are of another kind, such as fractions for counts.
            ValueError: they are of another shape.
        """
        there = self.__dict__.get(name)
        if isinstance(there, np.ndarray):
            np.copyto(there, value, casting="same_kind")
        else:
            object.__setattr__(self, name, value)


@cache
def _makers(kind: Any, sizes: tuple[tuple[str, int], ...]) -> dict[str, Maker]:
    """What makes each field of a group that is declared as above."""
    hints, declared = get_type_hints(kind), [one for one in fields(kind) if "maker" in one.metadata]
    return {one.name: one.metadata["maker"](_numbers(hints[one.name]), dict(sizes)) for one in declared}


@cache
def _starts(kind: Any) -> tuple[tuple[str, float], ...]:
    """By array of a group, what stands in it at first."""
    return tuple((one.name, one.metadata["start"]) for one in fields(kind) if "start" in one.metadata)


def _numbers(hint: Any) -> Any:
    """The kind of numbers in arrays of a type; None for other types."""
    return get_args(get_args(hint)[1])[0] if get_args(hint) else None


def _copied(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.void):
        return value.copy()
    if not is_dataclass(value):
        return value
    other = object.__new__(type(value))
    vars(other).update((name, _copied(part)) for name, part in vars(value).items())
    return other
