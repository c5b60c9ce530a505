"""From a scenario's name or path to one tree: its file merged over its parents, then the `--set` values.

Finds and reads files; what keys mean and whether values fit is decided in `load.py`.
"""

from __future__ import annotations

import functools
import importlib.resources
from dataclasses import dataclass
from pathlib import Path

from scenarios.faults import Fault, InputError, suggestion
from scenarios.tree import Branch, Leaf, merge, parse, patch_at, plain
from scenarios.yaml_nodes import MAX_DEPTH

LIBRARY = Path(str(importlib.resources.files("scenarios")))
NOT_SCENARIOS = frozenset({"sources"})
FIRST = ("decision-2026", "no-transfer", "tight-everywhere")  # what the others are held against
SET = "--set"
EXTENDS = ("extends",)
NOT_A_VALUE = "stands in a file; name the scenario itself on the command line"
MAX_BYTES = 1_000_000
MAX_PARENTS = 20


@dataclass(frozen=True, slots=True)
class _Place:
    """A scenario file: where it lies and what it is called in messages."""

    path: Path
    shown: str


@functools.cache
def library() -> tuple[str, ...]:
    """Names of the scenarios that ship: those that others are held against, then the rest by name."""
    names = {path.stem for path in LIBRARY.glob("*.yaml")} - NOT_SCENARIOS
    return (*FIRST, *sorted(names.difference(FIRST)))


def lineage(scenario: str, folders: dict[str, Path], faults: list[Fault]) -> Branch | None:
    """The scenario's file merged over its parents; None if one of them cannot be used.

    `scenario` is a library name or, if it holds a path separator or ends in .yaml, a path. `folders` learns
    in which folder each file lies, by the name that the file has in messages.
    """
    asked = Leaf(scenario, None, scenario, 0)
    return _with_parents(_find(scenario, None, folders), asked, (), folders, faults)


def headline(name: str) -> dict[str, dict[str, str]]:
    """Title and description of a scenario, each by language, without reading anything else of it."""
    faults: list[Fault] = []
    tree = lineage(name, {}, faults)
    if tree is None or faults:
        raise InputError(faults)
    return {key: plain(tree.items[key]) for key in ("title", "description")}


def setting(text: str, faults: list[Fault]) -> Branch | None:
    """`a.b=value` as a patch; the value is one YAML 1.2 value."""
    key, equals, value = text.partition("=")
    keys = path_of(key)
    if not equals or keys is None:
        what = f"write {key.strip()[:60]!r} as key=value, such as streams.iron.patients=200"
        faults.append(Fault(SET, 0, "", what))
        return None
    if keys == EXTENDS:
        faults.append(Fault(SET, 0, "extends", NOT_A_VALUE))
        return None
    item = parse(value, SET, faults, first_line=0, path=".".join(keys))
    return None if item is None else patch_at(keys, item)


def path_of(key: str) -> tuple[str, ...] | None:
    """A dotted key as a path; None where it is none, or deeper than any scenario."""
    path = tuple(key.strip().split("."))
    return path if all(path) and len(path) <= MAX_DEPTH else None


def _with_parents(
    place: _Place, asked: Leaf, below: tuple[Path, ...], folders: dict[str, Path], faults: list[Fault]
) -> Branch | None:
    """A file merged over its parents. `asked` is what named it, `below` are its children's files."""
    text = _text(place, asked, faults)
    if text is None:
        return None
    path = place.path.resolve()
    if path in below or len(below) >= MAX_PARENTS:
        faults.append(Fault(asked.file, asked.line, "extends", "goes round in a circle; leave it out of one"))
        return None
    folders[place.shown] = place.path.parent
    tree, found = _parsed(text, place.shown)
    faults.extend(found)
    if isinstance(tree, Leaf):
        faults.append(Fault(place.shown, tree.line, "", "a scenario is a mapping of keys to values"))
    if not isinstance(tree, Branch):
        return None
    parent = tree.items.get("extends")
    tree = Branch(tree.file, tree.line, {key: item for key, item in tree.items.items() if key != "extends"})
    if parent is None:
        return tree
    if not isinstance(parent, Leaf) or not isinstance(parent.value, str):
        faults.append(
            Fault(place.shown, parent.line, "extends", "must be the name or the path of one parent")
        )
        return None
    if "name" not in tree.items:
        faults.append(Fault(place.shown, 0, "name", "missing; give the scenario a name of its own"))
    ancestor = _find(parent.value, place.path, folders)
    base = _with_parents(ancestor, parent, (*below, path), folders, faults)
    return merge(base, tree) if base else None


@functools.lru_cache(maxsize=16)
def _parsed(text: str, shown: str) -> tuple[Branch | Leaf | None, tuple[Fault, ...]]:
    """A file's tree and its faults, remembered: scenarios share parents. Nobody changes a tree."""
    faults: list[Fault] = []
    return parse(text, shown, faults), tuple(faults)


def _find(scenario: str, child: Path | None, folders: dict[str, Path]) -> _Place:
    """Where a scenario lies; a parent's path is relative to its child. No two files are shown alike."""
    if "/" in scenario or "\\" in scenario or scenario.endswith(".yaml"):
        path = Path(scenario) if child is None else child.parent / scenario
        return _Place(path, str(path))
    shown = f"{scenario}.yaml"
    return _Place(LIBRARY / shown, f"library/{shown}" if shown in folders else shown)


def _text(place: _Place, asked: Leaf, faults: list[Fault]) -> str | None:
    """The text of a file. What is not there is a fault of whoever asked for it, by `extends` or by name."""
    path, where = place.path, "extends" if asked.line else ""
    try:
        if path.parent == LIBRARY and path.stem not in library():
            faults.append(Fault(asked.file, asked.line, where, _unknown(str(asked.value))))
        elif path.is_dir():
            faults.append(Fault(asked.file, asked.line, where, "is a folder; name a .yaml file in it"))
        elif not path.exists():
            faults.append(
                Fault(asked.file, asked.line, where, "no such file" + (f": {place.shown}" if where else ""))
            )
        elif not path.is_file():
            faults.append(Fault(place.shown, 0, "", "is not a regular file"))  # a pipe would wait for ever
        else:
            return _decoded(path, place.shown, faults)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        what = getattr(error, "strerror", None) or error
        faults.append(Fault(place.shown[:200], 0, "", f"cannot be read: {what}"))
    return None


def _unknown(name: str) -> str:
    return f"no scenario {name[:60]!r}{suggestion(name[:60], library()) or '; `vardflode list` shows them'}"


def _decoded(path: Path, shown: str, faults: list[Fault]) -> str | None:
    with path.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        faults.append(
            Fault(shown, 0, "", f"is larger than {MAX_BYTES // 1_000_000} MB; that is not a scenario")
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.append(Fault(shown, line, "", "is not UTF-8 text; save it as UTF-8, or name another file"))
    return None
