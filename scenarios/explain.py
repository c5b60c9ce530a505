"""Validation errors in a planner's words: where, what, and what to do."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios.faults import Fault, suggestion
from scenarios.tree import Branch, Leaf, at


def scenario_faults(
    error: ValidationError, model: type[BaseModel], item: Branch | Leaf, prefix: str = ""
) -> Iterator[Fault]:
    """One fault per error, with the file and line where the offending key stands."""
    for details in error.errors(include_url=False):
        loc = tuple(part for part in details["loc"] if part != "[key]")
        found = at(item, loc) if isinstance(item, Branch) else item
        where = ".".join([*([prefix] if prefix else []), *(str(part)[:60] for part in loc)])
        yield Fault(found.file, found.line, where, _message(details, model, loc))


def known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> tuple[str, ...]:
    """The keys that the schema knows in the mapping at a path; empty where any key may stand."""
    kind: Any = model
    for key in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(key))
            kind = _mapping_type(field.annotation) if field else None
        elif typing.get_origin(kind) is dict:
            kind = _mapping_type(typing.get_args(kind)[1])
        else:
            return ()
    return tuple(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else ()


def _mapping_type(annotation: Any) -> Any:
    """The model or dict inside an annotation, through Annotated and Optional."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _mapping_type(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = (_mapping_type(arg) for arg in typing.get_args(annotation))
        return next((kind for kind in inner if kind is not type(None)), None)
    return annotation


def _message(details: Any, model: type[BaseModel], loc: tuple[Any, ...]) -> str:
    kind, context, given = details["type"], details.get("ctx", {}), _shown(details.get("input"))
    match kind:
        case "extra_forbidden":
            return f"unknown key{suggestion(str(loc[-1]), known_keys(model, loc[:-1]))}"
        case "missing":
            return "missing; give it a value or extend a scenario that has one"
        case "literal_error":
            expected = str(context["expected"])
            words = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
            return f"must be one of {', '.join(words)}, not {given}{suggestion(given.strip(chr(39)), words)}"
        case "value_error":
            return str(context["error"])
        case "int_type" | "int_from_float":
            return f"must be a whole number, not {given}"
        case "float_type":
            return f"must be a number, not {given}"
        case "string_pattern_mismatch":
            return f"must match {context['pattern']}, not {given}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"must be a mapping of keys to values, not {given}"
        case _:
            return f"{details['msg'][0].lower()}{details['msg'][1:]}, not {given}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
