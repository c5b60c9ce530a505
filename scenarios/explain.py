"""A planner's words: what the schema says of a key, and of a fault where it is, what is wrong, what to do."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios.faults import Fault, suggestion
from scenarios.tree import LEAF_MARKS, Branch, Leaf, at

MAX_FAULTS = 1_000  # a reader gains nothing from more, and a hostile file could hold very many
FEW_KEYS = 6
WANTED = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text (in quotes, if it looks like something else)",
    "string_pattern_mismatch": "must be 1 to 60 of a-z, 0-9 and -, not first -",
}


def scenario_faults(
    error: ValidationError, model: type[BaseModel], item: Branch | Leaf, prefix: str = ""
) -> Iterator[Fault]:
    """One fault per error, with the file and line where the offending key stands."""
    for details in islice(error.errors(include_url=False), MAX_FAULTS):
        loc = tuple(part for part in details["loc"] if part != "[key]")
        if loc[-1:] == ("sek",) and isinstance(item, Branch) and isinstance(at(item, loc[:-1]), Leaf):
            loc = loc[:-1]  # an amount written as a bare number
        found = at(item, loc) if isinstance(item, Branch) else item
        where = ".".join([*([prefix] if prefix else []), *(str(part)[:60] for part in loc)])
        extra = LEAF_MARKS if prefix and len(loc) == 1 else ()
        yield Fault(found.file, found.line, where, _message(details, model, loc, extra))


def meaning(model: type[BaseModel], path: Sequence[str]) -> str:
    """What the schema says of the value or section at a path; empty for a key that it does not know."""
    return _described(model, path)[1]


def words(model: type[BaseModel], path: Sequence[str]) -> tuple[str, ...]:
    """The words that the value at a path may be; empty where it may be anything else."""
    kind, _ = _described(model, path)
    return typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else ()


def known_keys(model: type[BaseModel], path: Sequence[Any]) -> tuple[str, ...]:
    """The keys that the schema knows in the mapping at a path; empty where any key may stand."""
    kind: Any = model
    for key in path:
        if _is_model(kind):
            field = kind.model_fields.get(str(key))
            kind = _mapping_type(field.annotation) if field else None
        elif typing.get_origin(kind) is dict:
            kind = _mapping_type(typing.get_args(kind)[1])
        else:
            return ()
    return tuple(kind.model_fields) if _is_model(kind) else ()


def _described(model: type[BaseModel], path: Sequence[str]) -> tuple[Any, str]:
    """The type of the value at a path and what the schema says of it; (None, "") for an unknown key."""
    kind: Any = model
    said = ""
    for key in path:
        if _is_model(kind):
            field = kind.model_fields.get(key)
            kind, said = (_mapping_type(field.annotation), field.description or "") if field else (None, "")
        elif typing.get_origin(kind) is dict:
            kind = _mapping_type(typing.get_args(kind)[1])
            said = (kind.__doc__ or said).partition("\n")[0] if _is_model(kind) else said
        else:
            return None, ""
    return kind, said


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _mapping_type(annotation: Any) -> Any:
    """The model or dict inside an annotation, through Annotated and Optional."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _mapping_type(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = (_mapping_type(arg) for arg in typing.get_args(annotation))
        return next((kind for kind in inner if kind is not type(None)), None)
    return annotation


def _message(details: Any, model: type[BaseModel], loc: tuple[Any, ...], extra: Iterable[str]) -> str:
    context, given = details.get("ctx", {}), _shown(details.get("input"))
    match details["type"]:
        case "extra_forbidden":
            said = f"unknown key{suggestion(str(loc[-1])[:60], (*known_keys(model, loc[:-1]), *extra))}"
        case "missing":
            said = "missing; give it a value or extend a scenario that has one"
        case "value_error":
            said = str(context["error"])
        case "literal_error":
            words = [word.strip("' ") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
            said = f"must be one of {', '.join(words)}, not {given}{suggestion(given.strip(chr(39)), words)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            keys = known_keys(model, loc)
            wanted = f"with {', '.join(keys)}" if 0 < len(keys) <= FEW_KEYS else "of keys to values"
            said = f"must be a mapping {wanted}, not {given}"
        case kind if kind in WANTED:
            said = f"{WANTED[kind]}, not {given}"
        case _:
            rest = details["msg"].removeprefix("Input should ")
            said = f"must {rest}, not {given}" if rest != details["msg"] else f"{rest}; it is {given}"
    return said


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "null"
    text = repr(value if not isinstance(value, str) else value[:61])
    return text if len(text) <= 60 else text[:57] + "..."
