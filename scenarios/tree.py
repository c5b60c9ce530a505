"""A scenario file as a tree that remembers where everything stands.

Reads YAML 1.2 into branches and leaves with file and line, and merges a child over its parent as
JSON Merge Patch (RFC 7396) does: maps merge, everything else replaces, null deletes. A number with its
evidence is one leaf, so a new value never keeps an old source. Says nothing of what keys mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from scenarios.faults import Fault

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
LEAF_MARKS = frozenset({"value", "grade"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value, the evidence written beside it (raw, as in the file) and where it stands."""

    value: Any
    evidence: dict[str, Any] | None
    file: str
    line: int


@dataclass(slots=True)
class Branch:
    """A mapping and where it stands."""

    file: str
    line: int
    items: dict[str, Branch | Leaf] = field(default_factory=dict)


def parse(text: str, file: str, faults: list[Fault], first_line: int = 1) -> Branch | Leaf | None:
    """Parse one YAML document; append every fault found. None where nothing usable is left."""
    try:
        if not _allowed(text, file, faults):
            return None
        node = YAML(typ="safe", pure=True).compose(text)
    except RecursionError:
        faults.append(Fault(file, 0, "", "nested too deeply"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else 0
        faults.append(Fault(file, line, "", f"not valid YAML: {error.problem or error.context}"))
    except (YAMLError, ValueError) as error:
        faults.append(Fault(file, 0, "", f"not valid YAML: {str(error).splitlines()[0][:200]}"))
    else:
        if node is None:
            faults.append(Fault(file, 0, "", "the file is empty; a scenario needs at least name and extends"))
            return None
        return _tree(node, file, "", faults, first_line)
    return None


def merge(parent: Branch, child: Branch) -> Branch:
    """The child's patch applied over the parent; neither is changed."""
    merged = Branch(child.file, child.line, dict(parent.items))
    for key, item in child.items.items():
        below = parent.items.get(key)
        if isinstance(item, Leaf):
            merged.items.pop(key, None)
            if item.value is not None or item.evidence is not None:
                merged.items[key] = item
        else:
            merged.items[key] = merge(below if isinstance(below, Branch) else Branch(item.file, item.line), item)
    return merged


def leaves(tree: Branch | Leaf, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf with its dotted path, in file order."""
    if isinstance(tree, Leaf):
        yield path, tree
        return
    for key, item in tree.items.items():
        yield from leaves(item, f"{path}.{key}" if path else key)


def at(tree: Branch, path: tuple[str | int, ...]) -> Branch | Leaf:
    """The deepest item on the way to a path: where a reader should look for a fault there."""
    item: Branch | Leaf = tree
    for key in path:
        if not isinstance(item, Branch) or str(key) not in item.items:
            break
        item = item.items[str(key)]
    return item


def _allowed(text: str, file: str, faults: list[Fault]) -> bool:
    """Refuse anchors, aliases, tags, several documents and deep nesting before anything is built."""
    found = len(faults)
    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        kind = type(event).__name__
        line = event.start_mark.line + 1
        documents += kind == "DocumentStartEvent"
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if documents > 1:
            faults.append(Fault(file, line, "", "more than one document; keep one scenario in a file"))
            break
        if depth > MAX_DEPTH:
            faults.append(Fault(file, line, "", f"nested deeper than {MAX_DEPTH} levels"))
            break
        if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
            faults.append(Fault(file, line, "", "anchors and aliases are not allowed; write the value out"))
            break
        if getattr(event, "tag", None) is not None:
            faults.append(Fault(file, line, "", "tags are not allowed; write a plain value"))
            break
    return len(faults) == found


def _tree(node: Node, file: str, path: str, faults: list[Fault], first_line: int) -> Branch | Leaf:
    line = node.start_mark.line + first_line
    if not isinstance(node, MappingNode):
        return Leaf(_plain(node, file, path, faults, first_line), None, file, line)
    branch = Branch(file, line)
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            faults.append(Fault(file, key_node.start_mark.line + first_line, path, "a key must be plain text"))
            continue
        key = str(key_node.value)
        where = f"{path}.{key}" if path else key
        at_line = key_node.start_mark.line + first_line
        if key in branch.items:
            faults.append(Fault(file, at_line, where, f"given twice; first on line {branch.items[key].line}"))
            continue
        item = _tree(value_node, file, where, faults, first_line)
        branch.items[key] = _on_line(item, at_line)
    return _leaf(branch) if branch.items.keys() & LEAF_MARKS else branch


def _on_line(item: Branch | Leaf, line: int) -> Branch | Leaf:
    """Let an item stand on the line of its key, which is where a reader looks."""
    if isinstance(item, Leaf):
        return Leaf(item.value, item.evidence, item.file, line)
    item.line = line
    return item


def _leaf(branch: Branch) -> Leaf:
    """A mapping with `value` or `grade` is one value with its evidence."""
    raw = {key: plain(item) for key, item in branch.items.items()}
    return Leaf(raw.pop("value", None), raw, branch.file, branch.line)


def plain(item: Branch | Leaf) -> Any:
    """The item as plain Python values, evidence included as it was written."""
    if isinstance(item, Branch):
        return {key: plain(below) for key, below in item.items.items()}
    return item.value if item.evidence is None else {"value": item.value, **item.evidence}


def _plain(node: Node, file: str, path: str, faults: list[Fault], first_line: int) -> Any:
    if isinstance(node, SequenceNode):
        return [plain(_tree(below, file, path, faults, first_line)) for below in node.value]
    return _scalar(node, file, path, faults, first_line)


def _scalar(node: ScalarNode, file: str, path: str, faults: list[Fault], first_line: int) -> Any:
    kind = str(node.tag).rsplit(":", 1)[-1]
    text = str(node.value)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text.replace("_", ""), 0) if text.lower().startswith(("0x", "0o")) else int(text)
        if kind == "float":
            number = float(text.replace("_", ""))
            if math.isfinite(number):
                return number
            raise ValueError
    except ValueError:
        faults.append(Fault(file, node.start_mark.line + first_line, path, f"not a number: {text[:40]!r}"))
        return None
    return text
