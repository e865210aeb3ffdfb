"""How a parameter is declared: once, with everything that anyone needs to know of it.

A *parameter table* is a pydantic model whose fields are made with :func:`parameter` (numbers) or :func:`choice`
(named alternatives). From that one declaration come the scenario schema and its checks, ``--set``, the verb
``pangwa parameters``, the ranges of sensitivity analyses and the tables of the model's description.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Status = Literal["observed", "weakly identified", "assumed", "definition"]
"""How well a number is known. ``definition`` marks conventions (a calendar, a switch), which no evidence can decide."""


def _describe(schema: dict[str, Any], table: type[ParameterTable]) -> None:
    """Write into a table's JSON schema what its parameters mean and where they come from."""
    for name, (meaning, source) in docstrings(table).items():
        schema["properties"][name] |= {"description": meaning} | ({"source": source} if source else {})


class ParameterTable(BaseModel):
    """A table of parameters: frozen, strict about names, types and ranges, without NaN or infinity."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        json_schema_extra=_describe,
    )


def parameter(
    default: float | int | bool | None,
    *,
    low: float | None = None,
    high: float | None = None,
    unit: str,
    status: Status = "assumed",
    off: float | Literal["none"] | None = None,
    meaning: str | None = None,
    source: str = "assumed",
) -> Any:
    """Declare a number of the model.

    The docstring below it says in a sentence what it means, then where it comes from, unless it is just assumed: "Source:", and a
    publication, a row of the facts, or the reason for assuming it.

    Args:
        default: the value used where nothing else is said; its Python type is the field's annotation.
        low: the smallest value allowed; with ``high`` also the range that sensitivity analyses sweep.
        high: the largest value allowed.
        unit: the unit of measurement, "-" for pure numbers.
        status: "observed", "weakly identified", "assumed" or "definition".
        off: the value that takes out what the parameter stands for, "none" where no value does; by the rule of
            :func:`off_value` when not given.
        meaning: what it means, where no docstring says so.
        source: where it comes from, likewise.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "status": status, "low": low, "high": high}
    if off is not None:
        extra["off"] = off
    return Field(default=default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def off_value(low: float | None, high: float | None, unit: str) -> float | None:
    """The value of a parameter that takes out what it stands for, where its declaration does not say.

    Args:
        low: the smallest value allowed.
        high: the largest.
        unit: of the parameter.

    Returns:
        0 where the range reaches from 0 up or holds it; otherwise 1 for factors ("x", "x price") whose range holds 1;
        otherwise None. Log-odds a month have none: 0 would be an even chance.
    """
    if low is None or high is None or unit == "logit/month":
        return None
    if low <= 0 < high:
        return 0.0
    return 1.0 if unit.split()[0] == "x" and low <= 1 <= high else None


def choice(default: str, *, status: Status = "assumed", meaning: str | None = None, source: str = "assumed") -> Any:
    """Declare a named alternative, as :func:`parameter`; the field's annotation is the ``Literal`` of the names allowed."""
    extra: dict[str, Any] = {"unit": "-", "source": source, "status": status}
    return Field(default=default, description=meaning, json_schema_extra=extra)


def record_of(**tables: ParameterTable) -> Any:
    """The numbers of several tables as one record, read by name in Python and in compiled code: ``rules.combat.air``.

    Named alternatives become their position among the alternatives; what is neither number nor alternative is left out.

    Args:
        **tables: by the name under which the record has them; tables within a table become records within its record.
    """
    numbers = {name: _numbers(table) for name, table in tables.items()}
    made = np.zeros(1, _kind_of(numbers)).view(np.recarray)
    made[0] = _values_of(numbers)
    return made[0]


def rows_of(tables: Sequence[ParameterTable], names: Sequence[str]) -> Any:
    """(len(tables),) records of some numbers of tables; 0 where a table has no such number."""
    made = np.zeros(len(tables), kind_of_rows(tuple(names)))
    for row, table in zip(made, tables, strict=True):
        numbers = _numbers(table)
        for name in names:
            row[name] = numbers.get(name, 0.0)
    return made


@lru_cache(maxsize=64)
def kind_of_rows(names: tuple[str, ...]) -> np.dtype[np.void]:
    """The type of records of some numbers; the same object for the same names, by which numba knows it again."""
    return np.dtype([(name, np.float64) for name in names])


def numbers_in(table: type[ParameterTable]) -> list[str]:
    """Names of the parameters of a table that are numbers or named alternatives."""
    return list(_numbers(table()))


def _numbers(table: ParameterTable) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table:
        if isinstance(value, ParameterTable):
            found[name] = _numbers(value)
        elif isinstance(value, int | float):
            found[name] = float(value)
        elif isinstance(value, str) and len(options := get_args(type(table).model_fields[name].annotation)) > 1:
            found[name] = float(options.index(value))
    return found


def _kind_of(numbers: Mapping[str, Any]) -> np.dtype[np.void]:
    fields = [(n, _kind_of(v) if isinstance(v, Mapping) else np.float64) for n, v in numbers.items()]
    return np.dtype((np.record, fields))


def _values_of(numbers: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(_values_of(value) if isinstance(value, Mapping) else value for value in numbers.values())


@dataclass(frozen=True)
class Declaration:
    """A parameter as declared, for printing: path ``processes.combat.decisiveness`` and all that belongs to it."""

    path: str
    default: Any
    low: float | None
    high: float | None
    options: tuple[str, ...]
    unit: str
    meaning: str
    source: str
    status: str
    off: float | None = None


def declarations(table: type[ParameterTable] | ParameterTable, prefix: str) -> Iterator[Declaration]:
    """List every parameter of a table in the order of declaration; nested tables follow with their own prefix.

    Args:
        table: a table class (its defaults are listed) or an instance (its values are listed as defaults).
        prefix: the path in a scenario file under which the table stands, such as ``processes.combat``.
    """
    cls = table if isinstance(table, type) else type(table)
    for name, field in cls.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        value = field.get_default(call_default_factory=True) if isinstance(table, type) else getattr(table, name)
        nested = value if isinstance(value, ParameterTable) else _table_class(field.annotation)
        if nested is not None:
            yield from declarations(nested, path)
            continue
        one = declaration(cls, name, path, value)
        if one is not None:
            yield one


def declaration(table: type[ParameterTable], name: str, path: str, value: Any) -> Declaration | None:
    """A parameter of a table as declared, by another path and with another value; None for other fields."""
    field = table.model_fields[name]
    extra: Any = field.json_schema_extra
    if extra is None or "unit" not in extra:
        return None
    meaning, source = docstrings(table).get(name, (field.description or "", ""))
    return Declaration(
        path=path,
        default=value,
        low=extra.get("low"),
        high=extra.get("high"),
        options=tuple(str(option) for option in get_args(field.annotation)) if "low" not in extra else (),
        unit=extra["unit"],
        meaning=meaning,
        source=source or extra["source"],
        status=extra["status"],
        off=_off(extra, value),
    )


@cache
def docstrings(table: type[ParameterTable]) -> dict[str, tuple[str, str]]:
    """Meaning and source in the docstrings below a table's fields; pydantic would read them whenever the model is imported."""
    found: dict[str, tuple[str, str]] = {}
    for base in [base for base in reversed(table.__mro__) if issubclass(base, ParameterTable)]:
        with suppress(OSError, TypeError):  # a table that stands in no file
            definition: Any = ast.parse(dedent(inspect.getsource(base))).body[0]
            found |= dict(_documented(definition.body))
    return found


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, tuple[str, str]]]:
    for pair in pairwise(body):
        match pair:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                meaning, _, source = " ".join(text.split()).partition(" Source: ")
                yield name, (meaning, source.removesuffix("."))


def _off(extra: Mapping[str, Any], value: Any) -> float | None:
    """What takes a parameter out, as a whole number where its values are."""
    off = extra.get("off", off_value(extra.get("low"), extra.get("high"), str(extra["unit"])))
    if off in (None, "none") or value is None:
        return None
    return int(off) if isinstance(value, int) else float(off)


def _table_class(annotation: Any) -> type[ParameterTable] | None:
    if isinstance(annotation, type) and issubclass(annotation, ParameterTable):
        return annotation
    return None
