"""The JSON Schema from which an editor completes and checks a scenario file while it is written.

Made from the schema in `schema.py`. It differs where a file differs from a resolved scenario: a child is a
patch over its parent (so nothing but its name is required, and null deletes), and any value may be written
with its evidence. What joins two keys, such as a window that fits its interval, is left to the loader.
"""

from __future__ import annotations

from typing import Any

from scenarios.evidence import Evidence
from scenarios.schema import Scenario

Schema = dict[str, Any]
BARE = ("schema_version", "name", "extends")  # need no evidence and are never deleted
TIME_OF_DAY = {"type": "string", "pattern": "^[0-2]?[0-9]:[0-5][0-9]$"}
TIMES = ("opens", "closes", "half_day_closes")
NULL: Schema = {"type": "null"}


def json_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a scenario file."""
    schema = Scenario.model_json_schema()
    definitions: dict[str, Schema] = schema.pop("$defs")
    definitions.pop("Price")  # in a file an amount is a number, its price year stands in its evidence
    evidence = Evidence.model_json_schema()
    definitions |= evidence.pop("$defs")
    evidence["properties"] = {"value": {"description": "The value itself."}, **evidence["properties"]}
    evidence["required"] = ["value", "grade"]
    for part in (schema, *(part for name, part in definitions.items() if name not in ("Range", "Choice"))):
        if "properties" in part:
            part.pop("required", None)
            part["properties"] = {key: _property(key, below) for key, below in part["properties"].items()}
    definitions["Evidence"] = evidence
    parent = {"type": "string", "description": "One parent: a library name, or a path relative to this file."}
    schema["properties"] = {"extends": parent, **schema["properties"]}
    schema["required"] = ["name"]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "vardflode scenario"}
    return {**head, **{key: below for key, below in schema.items() if key != "title"}, "$defs": definitions}


def _property(key: str, schema: Schema) -> Schema:
    """A property as a file may hold it: the value, the value with evidence, or null."""
    schema = {name: below for name, below in schema.items() if name not in ("title", "default")}
    told = {"description": schema.pop("description")} if "description" in schema else {}
    if key in BARE:
        return {**told, **schema}
    wanted = [below for below in schema.get("anyOf", [schema]) if below != NULL]
    if any(_is_section(below) for below in wanted):
        return {**told, "anyOf": [*(_section(below) for below in wanted), NULL]}
    value = _written(key, wanted)
    leaf = {"$ref": "#/$defs/Evidence", "properties": {"value": value}}
    return {**told, "anyOf": [value, leaf, NULL]}


def _section(schema: Schema) -> Schema:
    """A mapping; where its keys are free, such as the names of streams, each may be deleted too."""
    kept = {key: below for key, below in schema.items() if key not in ("minProperties", "patternProperties")}
    for pattern, below in schema.get("patternProperties", {}).items():
        kept |= {"propertyNames": {"pattern": pattern}, "additionalProperties": below}
    if "additionalProperties" in kept:
        kept["additionalProperties"] = _property("", kept["additionalProperties"])
    return kept


def _is_section(schema: Schema) -> bool:
    """Whether a value is a mapping of further keys, and so carries no evidence of its own."""
    return schema.get("type") == "object" or ("$ref" in schema and schema["$ref"] != "#/$defs/Price")


def _written(key: str, wanted: list[Schema]) -> Schema:
    """The value as it stands in a file, where the model has another type for it."""
    if key in TIMES and wanted[0].get("type") == "integer":
        return TIME_OF_DAY
    if wanted == [{"$ref": "#/$defs/Price"}]:
        return {"type": "number", "minimum": 0}
    return wanted[0] if len(wanted) == 1 else {"anyOf": wanted}
