"""YAML 1.2 from outside, read as hostile input: text to nodes that know their line, or what is wrong.

Whatever could hide, repeat or blow up values (aliases, tags, directives, deep nesting) is refused as it
comes, before anything is built from it. Says nothing of what a scenario is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode
from ruamel.yaml.parser import Parser

MAX_DEPTH = 20
MAX_EVENTS = 40_000  # keys, values and brackets; the base scenario has a seventh
MAX_DIGITS = 40  # of a whole number: Python refuses to write out very long ones
LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class YamlError(ValueError):
    """What is wrong with a YAML text, in words; `line` counts from 0 and is None where it is not known."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def compose(text: str) -> Node | None:
    """The root node of the one document in a text; None if it holds nothing. Raises YamlError."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Parser = _Careful
    try:
        node: Node | None = yaml.compose(text)
    except _NotAllowedError as error:
        raise YamlError(str(error.problem), _line(error)) from None
    except MarkedYAMLError as error:
        raise YamlError(f"not valid YAML: {error.problem or error.context}", _line(error)) from None
    except (YAMLError, ValueError) as error:
        raise YamlError(f"not valid YAML: {str(error).splitlines()[0][:200]}", None) from None
    return node


def scalar(node: ScalarNode) -> Any:
    """The plain value of a scalar: text, number, truth value or None. Raises ValueError for a bad number."""
    kind, text = str(node.tag).rsplit(":", 1)[-1], str(node.value)
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _whole_number(text)
        case "float":
            number = float(text.replace("_", ""))
            if not math.isfinite(number):
                raise ValueError(text)
            return number
    return text


def _whole_number(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(text)
    return int(text, 0) if text.lower().startswith(("0x", "0o")) else int(text)


def _line(error: MarkedYAMLError) -> int | None:
    return error.problem_mark.line if error.problem_mark else None


class _NotAllowedError(MarkedYAMLError):
    """YAML that a scenario may not use; `problem` says what, and what to do instead."""


class _Careful(Parser):
    """The parser of ruamel.yaml, which stops at the first thing that is not allowed."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self.events = self.depth = self.documents = 0

    def get_event(self) -> Any:
        event = super().get_event()
        for problem in self._problems(event):
            raise _NotAllowedError(problem=problem, problem_mark=event.start_mark)
        return event

    def _problems(self, event: Any) -> Iterator[str]:
        kind = type(event).__name__
        self.events += 1
        self.documents += kind == "DocumentStartEvent"
        self.depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if self.documents > 1:
            yield "more than one document; keep one scenario in a file"
        if self.events > MAX_EVENTS:
            yield f"holds more than {MAX_EVENTS:,} keys and values; that is not a scenario"
        if self.depth > MAX_DEPTH:
            yield f"nested deeper than {MAX_DEPTH} levels"
        if kind == "DocumentStartEvent" and (event.version or event.tags):
            yield "directives (%YAML, %TAG) are not allowed; leave the line out"
        if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
            yield "anchors and aliases are not allowed; write the value out"
        if getattr(event, "tag", None) is not None:
            yield "tags are not allowed; write a plain value"
        if kind == "ScalarEvent" and LONE_SURROGATE.search(event.value):
            yield "holds half a character (a lone surrogate); remove it"
