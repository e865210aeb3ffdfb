"""An agent's parameters as its run uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args

import numpy as np
from pydantic import ValidationError

from model.parameters import ParameterTable


@cache
def _readers(table: type[ParameterTable], names: tuple[str, ...]) -> dict[str, Callable[[Any], Any]]:
    """By parameter that stands in a record, what makes of the number there the value that a table has."""
    return {name: _reader(field.annotation) for name, field in table.model_fields.items() if name in names}


def _reader(kind: Any) -> Callable[[Any], Any]:
    options = get_args(kind)
    if options and isinstance(options[0], str):
        return lambda number: options[int(number)]
    return kind if kind in (int, bool) else float


class LiveParameters:
    """The parameters of an agent, read and written by name: ``agent.parameters.commit_share = 0.5``.

    Numbers and named alternatives stand in the record that compiled code reads, so that a change counts from the next decision
    on; everything else is what the scenario says and cannot be changed.

    Args:
        table: the table as the scenario has it, which knows what values are allowed; or what stands for it in a run.
        record: the row of the run's records.
        also: elements of other arrays that hold a parameter as well, as (array, index) by name.
    """

    __slots__ = ("_also", "_fields", "_numbers", "_readers", "_record", "_table")

    def __init__(
        self,
        table: ParameterTable | LiveParameters,
        record: Any,
        also: Mapping[str, tuple[np.ndarray[Any, Any], int]] | None = None,
    ) -> None:
        # Whoever takes another agent's place may be given that one's live parameters as its table.
        known = table._table if isinstance(table, LiveParameters) else table
        kind: Any = type(known)
        object.__setattr__(self, "_table", known)
        object.__setattr__(self, "_fields", kind.model_fields)
        object.__setattr__(self, "_readers", _readers(kind, record.dtype.names))
        object.__setattr__(self, "_record", record)
        # The same memory without NumPy's class of records, whose fields take three times as long to read.
        object.__setattr__(self, "_numbers", np.frombuffer(record, np.dtype((np.void, record.dtype)))[0])
        object.__setattr__(self, "_also", dict(also or {}))

    def __getattr__(self, name: str) -> Any:
        """The value in use.

        Raises:
            AttributeError: there is no such parameter; the message names the nearest one.
        """
        read = self._readers.get(name)
        if read is not None:
            return read(self._numbers[name])
        if name not in self._fields:
            raise AttributeError(self._unknown(name))
        return getattr(self._table, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Change the value in use.

        Raises:
            AttributeError: there is no such parameter, or it cannot be changed in a run.
            ValueError: the value is not allowed; the message says what is.
        """
        if name not in self._fields:
            raise AttributeError(self._unknown(name))
        if name not in self._readers:
            raise AttributeError(f"{name} is fixed by the scenario and cannot be changed in a run")
        try:
            checked = type(self._table).model_validate({**dict(self._table), name: value})
        except ValidationError as error:
            why = error.errors()[0]["msg"]
            raise ValueError(f"{name}: {value!r} is not allowed: {why[0].lower()}{why[1:]}") from None
        options = get_args(self._fields[name].annotation)
        found = getattr(checked, name)
        self._record[name] = float(options.index(found)) if isinstance(found, str) else float(found)
        if name in self._also:
            array, index = self._also[name]
            array[index] = self._record[name]

    def __dir__(self) -> list[str]:
        """Names of the parameters, for completion in notebooks."""
        return list(self._fields)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in dir(self))
        return f"{type(self._table).__name__}({values})"

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self._fields, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"{type(self._table).__name__} has no parameter {name}{hint}"
