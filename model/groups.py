"""Numba's side of :func:`model.compile.hand_over`: groups of named values that compiled code takes by reference.

It stands on numba's documented extension points alone (``structref``, ``overload``, ``unbox``, ``register_model``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import numba
from numba import types
from numba.experimental import structref
from numba.extending import NativeValue, models, overload, register_model, unbox


@structref.register
class Group(types.StructRef):  # type: ignore[misc]
    """Numba's type of a group: its fields' names and types."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        # Numba writes a type's name into the name of every function that takes it.
        self.name: str = f"Group({hashlib.blake2b(self.name.encode(), digest_size=8).hexdigest()})"


class GroupRef(structref.StructRefProxy):  # type: ignore[misc]
    """What Python holds of a group: a reference to hand to compiled functions."""

    __slots__ = ()
    # Numba asks for this at every call; the slot itself answers without running any Python.
    _numba_type_ = structref.StructRefProxy._type


structref.define_boxing(Group, GroupRef)


class Names(types.Opaque):  # type: ignore[misc]
    """Numba's type of :class:`FieldNames`: nothing but the names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"Names{names}")


register_model(Names)(models.OpaqueModel)


class FieldNames:
    """Names of a group's fields, as an argument for :func:`_make`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._numba_type_ = Names(names)


@unbox(Names)  # type: ignore[untyped-decorator]
def _unbox_names(kind: Any, value: Any, c: Any) -> NativeValue:
    return NativeValue(c.context.get_dummy_value())


def _assemble(names: Any, values: Any, inner: Any) -> Any:
    raise NotImplementedError("compiled code has its own")


@overload(_assemble)  # type: ignore[untyped-decorator]
def _assemble_compiled(names: Any, values: Any, inner: Any) -> Any:
    """Arrays without a dimension stand for the record in them."""
    records = [isinstance(kind, types.Array) and kind.ndim == 0 for kind in values.types]
    kinds = [kind.dtype if record else kind for kind, record in zip(values.types, records, strict=True)]
    read = [f"values[{k}]{'[()]' if record else ''}" for k, record in enumerate(records)]
    read += [f"inner[{k}]" for k in range(len(inner.types))]
    fields = list(zip(names.names, [*kinds, *inner.types], strict=True))
    scope: dict[str, Any] = {"new": structref.new, "group": Group(fields)}
    body = "".join(f"    made.{name} = {value}\n" for name, value in zip(names.names, read, strict=True))
    text = f"def assemble(names: Any, values: Any, inner: Any) -> Any:\n    made = new(group)\n{body}    return made\n"
    exec(text, scope)
    return scope["assemble"]


@numba.njit(cache=True, no_cfunc_wrapper=True)  # type: ignore[untyped-decorator]
def _make(names: Any, values: Any, *inner: Any) -> Any:
    return _assemble(names, values, inner)


_field_names = cache(FieldNames)


def make(values: Mapping[str, Any]) -> GroupRef:
    """Make a group.

    Args:
        values: arrays, numbers and groups by name; a record as an array without a dimension, which shares its memory.
    """
    # Groups are handed over one by one: a tuple that holds any takes numba a hundred times as long to look at.
    inner = {name: value for name, value in values.items() if isinstance(value, GroupRef)}
    others = {name: value for name, value in values.items() if name not in inner}
    return _make(_field_names((*others, *inner)), tuple(others.values()), *inner.values())
