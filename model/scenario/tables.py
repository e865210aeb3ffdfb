"""Walking the schema along the key paths of a scenario file: which table stands where, and what a key may hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from agents.armed.parameters import (
    EthnicArmedOrganizationParameters,
    JuntaParameters,
    PeoplesDefenceForceParameters,
)
from agents.buyer_parameters import ChineseBuyerParameters
from model.parameters import ParameterTable
from model.scenario.problems import Path
from model.scenario.schema import Scenario

ARMED_KINDS: dict[str, type[ParameterTable]] = {
    "Junta": JuntaParameters,
    "EthnicArmedOrganization": EthnicArmedOrganizationParameters,
    "PeoplesDefenceForce": PeoplesDefenceForceParameters,
}
BUYER_KIND = "ChineseBuyer"
ACTOR_KINDS: dict[str, type[ParameterTable]] = {**ARMED_KINDS, BUYER_KIND: ChineseBuyerParameters}
OWN_KINDS: dict[str, type[ParameterTable]] = {}
"""The armed kinds that come from plugins; they stand in the two tables above as well."""

_SUFFIX = "Parameters"

_MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"
_ACTOR_DEPTH = 2


def owner_of(table: type[ParameterTable], name: str) -> str:
    """Whose parameter it is: the kind of actor that declares it, or ``ArmedActor`` for what all armed kinds share.

    Args:
        table: of an actor's kind.
        name: of the parameter.
    """
    owner = next(one for one in table.__mro__ if name in get_annotations(one))
    return owner.__name__.removesuffix(_SUFFIX)


def schema_at(path: Path, kinds: dict[str, str]) -> tuple[Any, FieldInfo | None]:
    """What the schema has at a path.

    Args:
        path: keys from the top of a scenario.
        kinds: actor's id -> kind.

    Returns:
        The annotation there, and the field where the path ends at one; ``(None, None)`` for an unknown key.
    """
    annotation: Any = Scenario
    field: FieldInfo | None = None
    for depth, key in enumerate(path):
        if depth == _ACTOR_DEPTH - 1 and path[0] == "actors":
            annotation, field = ACTOR_KINDS.get(kinds.get(key, ""), ParameterTable), None
            continue
        table = table_in(annotation)
        if table is not None:
            field = table.model_fields.get(key)
            annotation = field.annotation if field is not None else None
        elif _container(annotation) is not None:
            annotation, field = get_args(_container(annotation))[-1], None
        if annotation is None:
            return None, None
    return annotation, field


def table_in(annotation: Any) -> type[ParameterTable] | None:
    """The parameter table that an annotation stands for, looking into ``X | None``."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, ParameterTable) else None
    if get_origin(annotation) in (Union, UnionType):
        found = [table_in(option) for option in get_args(annotation)]
        return next((table for table in found if table is not None), None)
    return None


def known_keys(path: Path, kinds: dict[str, str]) -> list[str]:
    """The keys that a table in a file may have; nothing where the path is not a table of the schema."""
    table = table_in(schema_at(path, kinds)[0])
    if table is None:
        return []
    top = ["extends"] if not path else []
    return [*table.model_fields, *top]


def belongs(key: str) -> list[str]:
    """Where in a scenario file a key of this name may stand; ID stands for an actor, NAME for an entry."""
    return _places(tuple(ACTOR_KINDS)).get(key, [])


@lru_cache(maxsize=4)
def _places(kinds: tuple[str, ...]) -> dict[str, list[str]]:
    """Where every key may stand, with these kinds of actors."""
    places: dict[str, list[str]] = {}
    actors = (f"actors.ID.{name}" for kind in kinds for name in ACTOR_KINDS[kind].model_fields)
    for path in dict.fromkeys([*_paths(Scenario, ()), *actors]):
        places.setdefault(path.rpartition(".")[2], []).append(path)
    return places


def _paths(annotation: Any, path: Path) -> Iterator[str]:
    """The dotted paths of all keys of a table, or of the entries of one, and of the tables in it."""
    table = table_in(annotation)
    container = None if table is not None else _container(annotation)
    if container is not None and path != ("actors",):
        yield from _paths(get_args(container)[-1], (*path, "NAME"))
    for name, field in table.model_fields.items() if table is not None else ():
        yield ".".join((*path, name))
        yield from _paths(field.annotation, (*path, name))


def expectation(annotation: Any, field: FieldInfo | None, *, finite: bool = False) -> str:
    """What a key may hold, in words: "must be a whole number between 0 and 12".

    Args:
        annotation: the type of the key's value.
        field: its declaration, for the range.
        finite: whether to say that the number must be finite.
    """
    options = _options(annotation)
    if options is not None:
        return "must be one of " + ", ".join(f'"{option}"' for option in options)
    plain = _plain(annotation)
    if plain is bool:
        return "must be true or false"
    if plain in (int, float):
        number = f"{'finite ' if finite else ''}{'whole ' if plain is int else ''}number"
        return f"must be a {number}{_range(field)}"
    if table_in(annotation) is not None or get_origin(_container(annotation)) is dict:
        return "must be a table"
    if get_origin(_container(annotation)) is list:
        return "must be a list in square brackets"
    if field is not None and any(getattr(item, "pattern", None) == _MONTH_PATTERN for item in field.metadata):
        return 'must be a month in quotes, such as "2025-08"'
    return "must be text in quotes"


def entry_of(annotation: Any) -> Any:
    """The type of the entries of a list."""
    return get_args(_plain(annotation))[-1]


def _options(annotation: Any) -> tuple[str, ...] | None:
    plain = _plain(annotation)
    return tuple(str(option) for option in get_args(plain)) if get_origin(plain) is Literal else None


def _plain(annotation: Any) -> Any:
    """The annotation without ``Annotated`` and ``| None``."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        rest = [option for option in get_args(annotation) if option is not NoneType]
        return _plain(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _container(annotation: Any) -> Any:
    plain = _plain(annotation)
    return plain if get_origin(plain) in (dict, list) else None


def _range(field: FieldInfo | None) -> str:
    metadata = field.metadata if field is not None else []
    low = next((item.ge for item in metadata if hasattr(item, "ge")), None)
    high = next((item.le for item in metadata if hasattr(item, "le")), None)
    if low is not None and high is not None:
        return f" between {number_text(low)} and {number_text(high)}"
    if low is not None:
        return f", {number_text(low)} or more"
    return f", {number_text(high)} or less" if high is not None else ""


def number_text(number: float) -> str:
    """A number for people: no ``.0``, no needless exponent."""
    return f"{number:.10g}" if isinstance(number, float) else str(number)
