"""The JSON Schema of scenario files, for editors that complete and check TOML as it is typed."""

from __future__ import annotations

from typing import Any

from agents.armed.parameters import ArmedActorParameters
from model.scenario.schema import Scenario
from model.scenario.tables import ARMED_KINDS


def editor_schema() -> dict[str, Any]:
    """The schema of a scenario *file*: nothing is required in it, and it may extend another.

    Returns:
        A JSON Schema (2020-12) as plain data. Names of actors and places depend on the world and are left to
        ``pangwa check``.
    """
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Pangwa scenario"
    schema["description"] = "A what-if for Pangwa; it states only how it differs from the scenario that it extends."
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "the parent: a shipped scenario, or a path relative to this file",
    }
    del schema["properties"]["plugins"]
    _share(schema["$defs"])
    _relax(schema)
    _allow_clearing(schema)
    return schema


def _share(tables: dict[str, Any]) -> None:
    """What kinds of armed actors share stands in one table; theirs refer to it."""
    shared = ArmedActorParameters.model_json_schema()["properties"]
    tables[ArmedActorParameters.__name__] = {"properties": shared}
    for kind in ARMED_KINDS.values():
        fields = tables[kind.__name__]["properties"]
        for name in [name for name, field in fields.items() if field == shared.get(name)]:
            fields[name] = {"$ref": f"#/$defs/{ArmedActorParameters.__name__}/properties/{name}"}


def _relax(node: Any) -> None:
    """Files may leave out anything, and an actor's kind with it, so that several kinds may fit: any of them will do."""
    if isinstance(node, dict):
        node.pop("required", None)
        node.pop("discriminator", None)
        if "oneOf" in node:
            node["anyOf"] = node.pop("oneOf")
        for value in node.values():
            _relax(value)
    elif isinstance(node, list):
        for item in node:
            _relax(item)


def _allow_clearing(schema: dict[str, Any]) -> None:
    """Instruments may be an empty list (none); entries of ``forcing`` may be given by name."""
    instruments = schema["$defs"]["UnitedStatesParameters"]["properties"]["instruments"]
    instruments["type"] = ["object", "array"]
    instruments["items"] = instruments["additionalProperties"]
    forcing = schema["properties"]["forcing"]
    forcing["type"] = ["array", "object"]
    forcing["additionalProperties"] = forcing["items"]
