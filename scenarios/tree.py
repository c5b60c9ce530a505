"""A scenario file as a tree that remembers where everything stands.

Branches and leaves with file and line, and a child merged over its parent as JSON Merge Patch (RFC 7396)
does: maps merge, everything else replaces, null deletes. A number with its evidence is one leaf, so a new
value never keeps an old source. Says nothing of what keys mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from scenarios.faults import Fault
from scenarios.yaml_nodes import YamlError, compose, scalar

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


def parse(
    text: str, file: str, faults: list[Fault], first_line: int = 1, path: str = ""
) -> Branch | Leaf | None:
    """One YAML document as a tree; None where nothing usable is left. Every fault found is appended.

    `path` is the dotted key at which the document stands, empty for a whole scenario.
    """
    try:
        node = compose(text)
    except YamlError as error:
        faults.append(Fault(file, 0 if error.line is None else error.line + first_line, path, str(error)))
        return None
    if node is None:
        what = (
            "has no value; write null to delete the key"
            if path
            else "is empty; give at least name and extends"
        )
        faults.append(Fault(file, 0, path, what))
        return None
    return _Reader(file, faults, first_line).tree(node, path)


def merge(parent: Branch, child: Branch) -> Branch:
    """The child's patch applied over the parent; neither is changed."""
    merged = Branch(child.file, child.line, dict(parent.items))
    for key, item in child.items.items():
        if isinstance(item, Branch):
            below = parent.items.get(key)
            under = below if isinstance(below, Branch) else Branch(item.file, item.line)
            merged.items[key] = merge(under, item)
        elif item.value is None and item.evidence is None:
            merged.items.pop(key, None)
        else:
            merged.items[key] = item
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


def plain(item: Branch | Leaf) -> Any:
    """The item as plain Python values, evidence included as it was written."""
    if isinstance(item, Branch):
        return {key: plain(below) for key, below in item.items.items()}
    return item.value if item.evidence is None else {"value": item.value, **item.evidence}


def grown(item: Any, file: str) -> Branch | Leaf:
    """The tree that `plain` would make these values of: mappings, and values with evidence or without."""
    if not isinstance(item, Mapping):
        return Leaf(item, None, file, 0)
    if item.keys() & LEAF_MARKS:
        return Leaf(item.get("value"), {key: said for key, said in item.items() if key != "value"}, file, 0)
    return Branch(file, 0, {key: grown(below, file) for key, below in item.items()})


def patch_at(path: Sequence[str], item: Branch | Leaf) -> Branch:
    """A patch for `merge` that holds the item at a path and nothing else."""
    *above, last = path
    patch = Branch(item.file, item.line, {last: item})
    for key in reversed(above):
        patch = Branch(item.file, item.line, {key: patch})
    return patch


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the nodes of one file into a tree, and notes what is wrong on the way."""

    file: str
    faults: list[Fault]
    first_line: int

    def tree(self, node: Node, path: str) -> Branch | Leaf:
        if isinstance(node, MappingNode):
            return self._branch(node, path)
        return Leaf(self._value(node, path), None, self.file, self._line(node))

    def _branch(self, node: MappingNode, path: str) -> Branch | Leaf:
        branch = Branch(self.file, self._line(node))
        for key_node, value_node in node.value:
            line = self._line(key_node)
            if not isinstance(key_node, ScalarNode):
                self._fault(line, path, "a key must be plain text")
                continue
            key = str(key_node.value)
            where = f"{path}.{key}" if path else key
            if key in branch.items:
                self._fault(line, where, f"given twice; first on line {branch.items[key].line}")
                continue
            branch.items[key] = _on_line(self.tree(value_node, where), line)
        return self._leaf(branch, path) if branch.items.keys() & LEAF_MARKS else branch

    def _leaf(self, branch: Branch, path: str) -> Leaf:
        """A mapping with `value` or `grade` is one value with its evidence."""
        raw = {key: plain(item) for key, item in branch.items.items()}
        if "value" not in raw:
            self._fault(branch.line, path, "has a grade but no value")
        return Leaf(raw.pop("value", None), raw, branch.file, branch.line)

    def _value(self, node: Node, path: str) -> Any:
        if not isinstance(node, ScalarNode):
            return [plain(self.tree(below, path)) for below in node.value]
        try:
            return scalar(node)
        except ValueError:
            self._fault(self._line(node), path, f"not a number that can be used: {str(node.value)[:40]!r}")
            return None

    def _line(self, node: Node) -> int:
        return int(node.start_mark.line) + self.first_line

    def _fault(self, line: int, where: str, message: str) -> None:
        self.faults.append(Fault(self.file, line, where, message))


def _on_line(item: Branch | Leaf, line: int) -> Branch | Leaf:
    """Let an item stand on the line of its key, which is where a reader looks."""
    if isinstance(item, Leaf):
        return Leaf(item.value, item.evidence, item.file, line)
    item.line = line
    return item
