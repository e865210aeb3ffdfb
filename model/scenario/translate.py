"""Pydantic's errors as sentences about key paths, given values and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from model.scenario.layers import Stated
from model.scenario.problems import NOTHING, Path, Problem, nearest, suggestion
from model.scenario.tables import ACTOR_KINDS, belongs, entry_of, expectation, known_keys, schema_at

_INSTRUMENTS = ("united_states", "instruments")
_INSTRUMENT_DEPTH = 3
_MOST_PLACES = 3
_EXACT = 1e15
BATCH_KEYS = (
    "replicates", "base_seed", "seeds", "reference", "record", "sweep", "one_at_a_time", "points", "design", "latin_hypercube",
    "variants", "parameters",
)  # fmt: skip
"""Keys of a batch file that a scenario has not."""


def problems_of(error: ValidationError, stated: Stated, kinds: dict[str, str], forcing: list[str]) -> Iterator[Problem]:
    """Translate every error of a validation.

    Args:
        error: what pydantic found.
        stated: what was validated, for who said it.
        kinds: actor's id -> kind.
        forcing: names of the entries of ``forcing``, in order.

    Yields:
        One problem an error; of several about one value, the first.
    """
    seen: set[tuple[Path, str]] = set()
    for item in error.errors(include_url=False):
        path = _path(item["loc"], forcing)
        about = (path, repr(item["input"]))
        if about not in seen:
            seen.add(about)
            in_list = isinstance(item["loc"][-1], int) and path[0] != "forcing"
            yield _problem(path, item["type"], item["input"], stated, kinds, in_list=in_list)


def _path(loc: tuple[int | str, ...], forcing: list[str]) -> Path:
    """Pydantic's location as the path in a file: without tags of unions, and with names for numbers of entries."""
    parts = list(loc)
    if len(parts) > 2 and parts[0] == "actors" and parts[2] in ACTOR_KINDS:
        del parts[2]
    if len(parts) > 1 and parts[0] == "forcing" and isinstance(parts[1], int):
        parts[1] = forcing[parts[1]]
    return tuple(str(part) for part in parts if not isinstance(part, int))


def _problem(path: Path, kind: str, value: Any, stated: Stated, kinds: dict[str, str], *, in_list: bool) -> Problem:
    source = stated.origin(path)
    if kind == "extra_forbidden":
        return _unknown_key(path, value, source, kinds)
    if kind == "missing":
        return _missing(path, stated, kinds)
    annotation, field = schema_at(path, kinds)
    if in_list:
        return Problem(source, path, f"each entry {expectation(entry_of(annotation), None)}", value)
    infinite = isinstance(value, float) and not math.isfinite(value)
    text = expectation(annotation, field, finite=infinite)
    if kind == "string_type" and isinstance(value, (int, float)):
        return Problem(source, path, text, value)
    if kind in ("int_type", "float_type", "bool_type") and isinstance(value, str):
        text = _unquoted(value, text)
    elif kind == "int_type" and isinstance(value, float) and value.is_integer():
        text = f"{text}; write {int(value)}"
    elif kind == "literal_error" and isinstance(value, str):
        near = nearest(value, [option.strip('"') for option in text.removeprefix("must be one of ").split(", ")])
        text += f"; did you mean '{near}'?" if near else ""
    return Problem(source, path, text, value)


def _unquoted(value: str, text: str) -> str:
    """Text where a number belongs: advise against the quotes when there is a number, or true or false, in them."""
    bare = value.strip().lower()
    try:
        number = float(bare)
    except ValueError:
        return f"{text}, not text in quotes; write {bare}" if bare in ("true", "false") else f"{text}, not text"
    if not math.isfinite(number):
        return f"{text}, not text"
    # As TOML has it: no sign of addition, no leading zero or point.
    written = int(number) if number.is_integer() and abs(number) < _EXACT else number
    return f"{text}, not text in quotes; write {written}"


def _unknown_key(path: Path, value: Any, source: str, kinds: dict[str, str]) -> Problem:
    """An unknown key or table: where one of that name belongs, else the nearest name that there is here."""
    key, is_table = path[-1], isinstance(value, dict)
    places = belongs(key)
    if key in BATCH_KEYS and len(path) == 1:
        hint = "; it belongs in a batch file, which lists scenarios"
    elif places:
        more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        hint = f"; it belongs at {' or '.join(places[:_MOST_PLACES])}{more}"
    else:
        hint = suggestion(key, known_keys(path[:-1], kinds)) or f"; see pangwa parameters --search {key}"
    return Problem(source, path, f"unknown {'table' if is_table else 'key'}{hint}", NOTHING if is_table else value)


def _missing(path: Path, stated: Stated, kinds: dict[str, str]) -> Problem:
    source = stated.origin(path)
    annotation, field = schema_at(path, kinds)
    text = f"is missing; {expectation(annotation, field)}"
    if path[:2] == _INSTRUMENTS and len(path) == _INSTRUMENT_DEPTH + 1 and path[-1] == "kind":
        everything = stated.get(_INSTRUMENTS)
        complete = [name for name, table in everything.items() if isinstance(table, dict) and "kind" in table]
        near = nearest(path[2], complete)
        if near is not None:
            return Problem(source, path[:-1], f"unknown instrument; did you mean '{near}'? A new one needs a kind")
        text += "; instruments here: " + ", ".join(complete) if complete else ""
    return Problem(source, path, text)
