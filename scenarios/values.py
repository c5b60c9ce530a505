"""Every value of a resolved scenario with the answer to "says who?": a list to print, search or export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.evidence import Evidence, sources
from scenarios.explain import known_keys, meaning
from scenarios.faults import Fault, InputError, suggestion
from scenarios.load import Resolved
from scenarios.schema import Scenario
from scenarios.tree import LEAF_MARKS

WHY = "--why"


@dataclass(frozen=True, slots=True)
class Value:
    """One value: dotted key, what it is, what it rests on and where it was set (`file:line`)."""

    key: str
    value: Any
    evidence: Evidence | None
    set_at: str

    @property
    def section(self) -> str:
        """The part to which it belongs: `staffing`, `streams.iron`, or `scenario` for what concerns all."""
        first, *rest = self.key.split(".")
        if not rest or first in ("title", "description"):
            return "scenario"
        return f"{first}.{rest[0]}" if first == "streams" else first

    def as_json(self) -> dict[str, Any]:
        """The value with everything known of it, as plain values."""
        told = self.evidence.model_dump(mode="json") if self.evidence else {}
        return {
            "key": self.key,
            "value": self.value,
            "meaning": meaning(Scenario, self.key.split(".")),
            **{name: told.get(name) for name in Evidence.model_fields},
            "set_at": self.set_at or None,
        }


def values(resolved: Resolved) -> list[Value]:
    """Every value in the order of the file. Files are named as the user named them."""
    named = {"units": resolved.scenario.units, "transfer.plan": resolved.scenario.transfer.plan}
    return [
        Value(key, named.get(key, value), resolved.evidence.get(key), resolved.origin.get(key, ""))
        for key, value in _leaves(resolved.tree)
    ]


def why(resolved: Resolved, key: str) -> list[Value]:
    """The value at a key, or all values below it. Raises InputError for a key that does not exist."""
    every = values(resolved)
    found = [value for value in every if f"{value.key}.".startswith(f"{key}.")]
    if found:
        return found
    keys = {value.key for value in every}
    sections = {parent for known in keys for parent in _sections(known)}
    section, _, last = key.rpartition(".")
    if section in sections | {""} and last in known_keys(Scenario, section.split(".") if section else ()):
        return [Value(key, None, None, "")]
    same_end = sorted(known for known in keys if known.endswith(f".{key}"))[:3]
    hint = f"; did you mean {' or '.join(same_end)}?" if same_end else suggestion(key, keys | sections)
    raise InputError([Fault(WHY, 0, key[:60], f"unknown key{hint or '; show without --why lists them'}")])


def cited(shown: list[Value]) -> dict[str, dict[str, Any]]:
    """The sources that values cite, by key, sorted."""
    keys = {value.evidence.source for value in shown if value.evidence and value.evidence.source}
    return {key: sources()[key].model_dump(mode="json") for key in sorted(keys)}


def _sections(key: str) -> Iterator[str]:
    """`a.b.c` lies in the sections `a.b` and `a`."""
    while "." in key:
        key = key.rpartition(".")[0]
        yield key


def _leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in tree.items():
        below = f"{path}.{key}" if path else key
        if not isinstance(item, dict) or not item:
            yield below, item
        elif item.keys() & LEAF_MARKS:
            yield below, item["value"]
        else:
            yield from _leaves(item, below)
