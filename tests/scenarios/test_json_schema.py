import json
import re
from typing import Any

import pytest

from scenarios.evidence import Evidence
from scenarios.json_schema import json_schema
from scenarios.lineage import LIBRARY, library
from scenarios.schema import Scenario
from scenarios.tree import Branch, parse, plain

SCHEMA = json_schema()
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def accepts(schema: Any, value: Any) -> bool:
    """As much of JSON Schema as ours uses, so that no validator needs to be installed."""
    checks = {
        "$ref": lambda ref: accepts(SCHEMA["$defs"][ref.removeprefix("#/$defs/")], value),
        "anyOf": lambda options: any(accepts(option, value) for option in options),
        "const": lambda wanted: value == wanted,
        "enum": lambda wanted: value in wanted,
        "type": lambda name: (
            isinstance(value, TYPES[name]) and (name == "boolean") == isinstance(value, bool)
        ),
        "pattern": lambda pattern: re.search(pattern, value) is not None,
        "minimum": lambda limit: value >= limit,
        "maximum": lambda limit: value <= limit,
        "exclusiveMinimum": lambda limit: value > limit,
        "exclusiveMaximum": lambda limit: value < limit,
        "minLength": lambda limit: len(value) >= limit,
        "maxLength": lambda limit: len(value) <= limit,
        "minItems": lambda limit: len(value) >= limit,
        "items": lambda below: all(accepts(below, item) for item in value),
        "required": lambda keys: set(keys) <= set(value),
        "maxProperties": lambda limit: len(value) <= limit,
        "propertyNames": lambda names: all(accepts({"type": "string", **names}, key) for key in value),
        "properties": lambda known: all(
            accepts(known[key], item) for key, item in value.items() if key in known
        ),
    }
    first = [key for key in ("type", "$ref", "anyOf") if key in schema]
    rest = [key for key in schema if key in checks and key not in first]
    unknown = set(schema) - set(checks) - {"additionalProperties", "description", "title", "default"}
    assert unknown <= {"$schema", "$defs", "format"}, unknown
    return all(checks[key](schema[key]) for key in (*first, *rest)) and _no_more(schema, value)


def _no_more(schema: Any, value: Any) -> bool:
    more = schema.get("additionalProperties", True)
    others = [] if more is True else [value[key] for key in value if key not in schema.get("properties", {})]
    return not others if more is False else all(accepts(more, item) for item in others)


def written(text: str) -> Any:
    faults: list[Any] = []
    tree = parse(text, "mine.yaml", faults)
    assert not faults
    assert isinstance(tree, Branch)
    return plain(tree)


@pytest.mark.parametrize("name", library())
def test_the_library_fits_the_json_schema(name: str):
    assert accepts(SCHEMA, written((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "name: a",
        "name: a\nextends: decision-2026\nstreams: {iron: {patients: 3}}",
        "name: a\nstreams: {iron: {patients: {value: 3, grade: assumption, range: {low: 1, high: 9}}}}",
        "name: a\nstreams: {iron: null, catheter: {check: null}}",
        "name: a\ncalendar: {opening: {friday: null, monday: {opens: '7:30'}}}",
        "name: a\nmoney: {nurse_hour_sek: 700}",
        "name: a\nbooking: {hubs: {infusion: [u001]}}",
        "name: a\nunit_changes: {u001: {closes: '2027-03-01', goes_to: null, staff_moves_share: 0.5}}",
    ],
)
def test_what_a_child_may_hold(text: str):
    assert accepts(SCHEMA, written(text))


@pytest.mark.parametrize(
    "text",
    [
        "extends: decision-2026",
        "name: A",
        "name: a\nhorizon_year: 3",
        "name: a\nhorizon_years: 3.5",
        "name: a\nstreams: {iron: {patients: -1}}",
        "name: a\nstreams: {iron: {patients: {value: -1, grade: assumption}}}",
        "name: a\nstreams: {iron: {patients: {value: 1}}}",
        "name: a\nstreams: {iron: {patients: {value: 1, grade: guess}}}",
        "name: a\nstreams: {Iron: {patients: 1}}",
        "name: a\ncalendar: {opening: {mondy: {opens: '08:00'}}}",
        "name: a\ncalendar: {half_day_closes: noon}",
        "name: a\nunit_changes: {u001: {closes: 480}}",
        "name: a\nmoney: {nurse_hour_sek: {sek: 700}}",
    ],
)
def test_what_it_may_not(text: str):
    assert not accepts(SCHEMA, written(text))


def test_every_key_of_every_part_is_there_with_its_meaning():
    parts = {"Scenario": SCHEMA, **SCHEMA["$defs"]}
    assert set(parts["Scenario"]["properties"]) == {"extends", *Scenario.model_fields}
    assert set(parts["Evidence"]["properties"]) == {"value", *Evidence.model_fields}
    for part in parts.values():
        for schema in part["properties"].values():
            refers = [option["$ref"] for option in schema.get("anyOf", ()) if "$ref" in option]
            assert schema.get("description") or refers  # a section is described where it is defined


def test_it_is_json_and_says_what_it_is():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"].endswith("2020-12/schema")
    assert SCHEMA["required"] == ["name"]
