"""From a scenario's name or file to a validated `Resolved` scenario, or every fault at once.

`resolve("decision-2026", sets=["streams.denosumab.patients=400"])` reads the file and its parents, applies
the settings left to right, splits evidence from values, validates both, and reads the unit register.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenarios.evidence import Evidence
from scenarios.explain import scenario_faults
from scenarios.faults import Fault, InputError, suggestion
from scenarios.plan import PlanRow, read_plan
from scenarios.register import Unit, read_register
from scenarios.schema import Scenario
from scenarios.tree import MAX_BYTES, Branch, Leaf, at, leaves, merge, parse, plain

LIBRARY = Path(str(importlib.resources.files("scenarios")))
NOT_SCENARIOS = frozenset({"sources.yaml"})
WITHOUT_EVIDENCE = frozenset({"schema_version", "horizon_years", "warm_up_weeks", "money.price_year"})
SET = "--set"
MAX_PARENTS = 20


@dataclass(frozen=True, slots=True, repr=False)
class Resolved:
    """A validated scenario with the evidence of its values, its register and where it all stands.

    `evidence` and `origin` are keyed by dotted path; `origin` says `file:line`. `tree` is the resolved
    scenario as plain values with evidence, as it is stored with a run.
    """

    scenario: Scenario
    units: tuple[Unit, ...]
    plan: tuple[PlanRow, ...] | None
    evidence: Mapping[str, Evidence]
    origin: Mapping[str, str]
    tree: Mapping[str, Any]
    register_bytes: bytes
    plan_bytes: bytes | None

    def __repr__(self) -> str:
        return f"<Resolved {self.scenario.name}: {len(self.scenario.streams)} streams, {len(self.units)} units>"

    def digest(self) -> str:
        """SHA-256 over everything that is assumed: resolved values with evidence, register and plan."""
        told = json.dumps(self.tree, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
        digest = hashlib.sha256(told.encode())
        for content in (self.register_bytes, self.plan_bytes or b""):
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()


def library() -> tuple[str, ...]:
    """Names of the scenarios that ship, sorted."""
    return tuple(sorted(p.stem for p in LIBRARY.glob("*.yaml") if p.name not in NOT_SCENARIOS))


def resolve(
    scenario: str | Path, sets: Sequence[str] = (), *, plan: str | Path | None = None, strict: bool = False
) -> Resolved:
    """Read, merge and validate a scenario.

    `scenario` is a library name or, if it holds a path separator or ends in .yaml, a path. `sets` are
    `key=value` settings. `strict` also demands evidence on every number. Raises `InputError` with every
    fault found.
    """
    faults: list[Fault] = []
    folders = {SET: Path()}
    tree = _lineage(str(scenario), folders, faults)
    for setting in [*sets, *([f"transfer.plan={json.dumps(str(plan))}"] if plan is not None else [])]:
        patch = _setting(setting, faults)
        tree = merge(tree, patch) if tree and patch else tree
    if tree is None or faults:
        raise InputError(faults)
    evidence = _evidence(tree, faults, strict)
    validated = _validated(tree, evidence, faults)
    units, register_bytes = _register(tree, folders, faults)
    rows, plan_bytes = _plan(tree, folders, validated, units, faults)
    if validated is None or faults:
        raise InputError(faults)
    stored = _stored(tree)
    origin = {path: f"{leaf.file}:{leaf.line}" if leaf.line else leaf.file for path, leaf in leaves(tree)}
    return Resolved(validated, units, rows, evidence, origin, stored, register_bytes, plan_bytes)


def _lineage(scenario: str, folders: dict[str, Path], faults: list[Fault]) -> Branch | None:
    """The scenario's file merged over its parents; `folders` learns where each file lies."""
    chain: list[Branch] = []
    seen: list[Path] = []
    path, shown = _find(scenario, None)
    while True:
        if path.resolve() in seen or len(seen) >= MAX_PARENTS:
            faults.append(Fault(shown, 0, "extends", "goes round in a circle; a scenario cannot be its own parent"))
            return None
        seen.append(path.resolve())
        folders[shown] = path.parent
        tree = _read(path, shown, faults)
        if tree is None:
            return None
        chain.append(tree)
        parent = tree.items.pop("extends", None)
        if parent is None or (isinstance(parent, Leaf) and parent.value is None):
            break
        if not isinstance(parent, Leaf) or not isinstance(parent.value, str):
            faults.append(Fault(shown, parent.line, "extends", "must be the name or the path of one parent"))
            return None
        child, line = shown, parent.line
        path, shown = _find(parent.value, path)
        if not path.is_file():
            faults.append(Fault(child, line, "extends", _unknown(parent.value)))
            return None
    merged = chain.pop()
    while chain:
        merged = merge(merged, chain.pop())
    return merged


def _find(scenario: str, child: Path | None) -> tuple[Path, str]:
    """Path and shown name of a scenario; a parent's path is relative to its child."""
    if "/" in scenario or "\\" in scenario or scenario.endswith(".yaml"):
        path = Path(scenario) if child is None else child.parent / scenario
        return path, str(path)
    return LIBRARY / f"{scenario}.yaml", f"{scenario}.yaml"


def _unknown(name: str) -> str:
    names = library()
    return f"no scenario {name[:60]!r}{suggestion(name, names) or '; `vardflode list` shows them'}"


def _read(path: Path, shown: str, faults: list[Fault]) -> Branch | None:
    """One file as a tree; every fault of reading it is appended."""
    text = _text(path, shown, faults)
    if text is None:
        return None
    found = len(faults)
    tree = parse(text, shown, faults)
    if isinstance(tree, Leaf):
        faults.append(Fault(shown, tree.line, "", "a scenario is a mapping of keys to values"))
    return tree if isinstance(tree, Branch) and len(faults) == found else None


def _text(path: Path, shown: str, faults: list[Fault]) -> str | None:
    if not path.is_file() or path.name in NOT_SCENARIOS:
        is_name = path.parent == LIBRARY and shown == path.name
        message = _unknown(path.stem) if is_name else "no such file; give the path of a scenario or a library name"
        faults.append(Fault(path.stem if is_name else shown, 0, "", message))
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            faults.append(Fault(shown, 0, "", f"larger than {MAX_BYTES // 1_000_000} MB; that is not a scenario"))
            return None
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        faults.append(Fault(shown, 0, "", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError:
        faults.append(Fault(shown, 0, "", "not UTF-8 text; is it a scenario at all?"))
    return None


def _setting(setting: str, faults: list[Fault]) -> Branch | None:
    """`a.b=value` as a patch; the value is one YAML 1.2 value."""
    key, equals, text = setting.partition("=")
    keys = key.strip().split(".")
    if not equals or not all(keys):
        faults.append(Fault(SET, 0, key[:60], "write it as key=value, such as streams.iron.patients=200"))
        return None
    value = parse(text, SET, faults, first_line=0) if text.strip() else Leaf("", None, SET, 0)
    if value is None:
        return None
    item: Branch | Leaf = value
    for name in reversed(keys):
        item = Branch(SET, 0, {name: item})
    assert isinstance(item, Branch)
    return item


def _evidence(tree: Branch, faults: list[Fault], strict: bool) -> dict[str, Evidence]:
    """Evidence per path; a number without any is an assumption of whoever wrote it."""
    evidence: dict[str, Evidence] = {}
    for path, leaf in leaves(tree):
        if leaf.evidence is None:
            if _is_number(leaf.value) and path not in WITHOUT_EVIDENCE:
                evidence[path] = Evidence(grade="assumption", note=f"given in {leaf.file} without evidence")
                if strict:
                    faults.append(Fault(leaf.file, leaf.line, path, "has no evidence; give it a grade and a source or range"))
            continue
        try:
            found = Evidence.model_validate(leaf.evidence)
        except ValidationError as error:
            faults.extend(scenario_faults(error, Evidence, leaf, path))
            continue
        evidence[path] = found
        told = [*found.problems(leaf.value), *(found.gaps() if strict and _is_number(leaf.value) else ())]
        if strict and path.endswith("_sek") and found.price_year is None:
            told.append("an amount in SEK needs its price_year")
        faults.extend(Fault(leaf.file, leaf.line, path, message) for message in told)
    return evidence


def _is_number(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(_is_number(v) for v in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _validated(tree: Branch, evidence: Mapping[str, Evidence], faults: list[Fault]) -> Scenario | None:
    try:
        return Scenario.model_validate(_values(tree, evidence))
    except ValidationError as error:
        faults.extend(scenario_faults(error, Scenario, tree))
        return None


def _values(item: Branch | Leaf, evidence: Mapping[str, Evidence], path: str = "") -> Any:
    """Plain values without evidence; an amount with a price year keeps it."""
    if isinstance(item, Branch):
        return {k: _values(below, evidence, f"{path}.{k}" if path else k) for k, below in item.items.items()}
    price_year = evidence[path].price_year if path in evidence else None
    if price_year is not None:
        return {"sek": item.value, "price_year": price_year}
    return tuple(item.value) if isinstance(item.value, list) else item.value


def _named_file(tree: Branch, folders: Mapping[str, Path], path: tuple[str, ...]) -> tuple[Path, str] | None:
    """A file named in the scenario: relative to the scenario's file, in --set to the current folder."""
    leaf = at(tree, path)
    if not isinstance(leaf, Leaf) or not isinstance(leaf.value, str):
        return None
    return folders[leaf.file] / leaf.value, leaf.value


def _register(
    tree: Branch, folders: Mapping[str, Path], faults: list[Fault]
) -> tuple[tuple[Unit, ...], bytes]:
    named = _named_file(tree, folders, ("units",))
    if named is None:
        return (), b""
    path, shown = named
    try:
        return read_register(path, shown), path.read_bytes()
    except InputError as error:
        faults.extend(error.faults)
        return (), b""


def _plan(
    tree: Branch,
    folders: Mapping[str, Path],
    scenario: Scenario | None,
    units: tuple[Unit, ...],
    faults: list[Fault],
) -> tuple[tuple[PlanRow, ...] | None, bytes | None]:
    named = _named_file(tree, folders, ("transfer", "plan"))
    if named is None or scenario is None:
        return None, None
    path, shown = named
    try:
        rows = read_plan(path, shown, units=units, streams=tuple(scenario.streams))
        return rows, path.read_bytes()
    except InputError as error:
        faults.extend(error.faults)
        return None, None


def _stored(tree: Branch) -> dict[str, Any]:
    """The resolved tree as a run stores it: files are named as their copies in the run folder."""
    stored: dict[str, Any] = plain(tree)
    stored["units"] = "units.csv"
    if isinstance(transfer := stored.get("transfer"), dict) and transfer.get("plan"):
        transfer["plan"] = "plan.csv"
    return stored

