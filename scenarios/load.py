"""From a scenario's name or file to a validated `Resolved` scenario, or every fault at once.

`resolve("decision-2026", sets=["streams.denosumab.patients=400"])` reads the file and its parents, applies
the settings left to right, splits evidence from values, validates both, reads the unit register and the
plan, and checks that they fit together. `patched` does the same for a scenario with some items replaced, `Base` for
many variants of one, as `--set` would make them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenarios import cross_checks
from scenarios.evidence import Evidence
from scenarios.explain import scenario_faults
from scenarios.faults import Fault, InputError
from scenarios.hubs import Hubs, hubs_in_force, out_of_reach
from scenarios.lineage import SET, lineage, setting
from scenarios.plan import PlanRow, read_plan
from scenarios.register import Unit, read_register
from scenarios.schema import ProcedureGroup, Scenario
from scenarios.split import bare_values, evidence_in
from scenarios.tree import Branch, Leaf, at, grown, leaves, merge, patch_at, plain

REGISTER, PLAN = ("units",), ("transfer", "plan")  # where a scenario names files of its own
COPIES = {REGISTER: "units.csv", PLAN: "plan.csv"}  # their names beside a stored scenario


@dataclass(frozen=True, slots=True, repr=False)
class Resolved:
    """A validated scenario with the evidence of its values, its register and where it all stands.

    `evidence` and `origin` are keyed by dotted path; `origin` says `file:line`. `tree` is the resolved
    scenario as plain values with evidence, as it is stored with a run. `bare` are the paths of numbers
    that were given without evidence. `hubs` are the hubs in force, named or chosen, by procedure group.
    """

    scenario: Scenario
    units: tuple[Unit, ...]
    plan: tuple[PlanRow, ...] | None
    evidence: Mapping[str, Evidence]
    origin: Mapping[str, str]
    tree: Mapping[str, Any]
    register_bytes: bytes
    plan_bytes: bytes | None
    hubs: Mapping[ProcedureGroup, Hubs]
    bare: tuple[str, ...] = ()

    def __repr__(self) -> str:
        name, streams = self.scenario.name, self.scenario.streams
        return f"<Resolved {name}: {len(streams)} streams, {len(self.units)} units>"

    def digest(self) -> str:
        """SHA-256 over everything that is assumed: resolved values with evidence, register and plan."""
        told = json.dumps(self.tree, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
        digest = hashlib.sha256(told.encode())
        for content in (self.register_bytes, self.plan_bytes or b""):
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()


def resolve(
    scenario: str | Path, sets: Sequence[str] = (), *, plan: str | Path | None = None, strict: bool = False
) -> Resolved:
    """Read, merge and validate a scenario.

    `scenario` is a library name or, if it holds a path separator or ends in .yaml, a path. `sets` are
    `key=value` settings. `strict` also demands evidence on every number. Raises `InputError` with every
    fault found.
    """
    planned = () if plan is None else (f"transfer.plan={json.dumps(str(plan), ensure_ascii=False)}",)
    base = merged(scenario, (*sets, *planned))
    return _resolved(base.tree, base.folders, [*base.faults], strict)


@dataclass(frozen=True, slots=True, repr=False)
class Base:
    """A scenario read and merged once and not yet validated, from which variants are made.

    `folders` says where the files lie, by the names that they have in messages; `faults` are those of reading.
    """

    tree: Branch
    folders: Mapping[str, Path]
    faults: tuple[Fault, ...]

    def __repr__(self) -> str:
        return f"<Base {self.tree.file}>"

    def variant(self, patches: Iterable[Branch]) -> Resolved:
        """The scenario with patches merged over it, left to right. Raises InputError with every fault."""
        return _resolved(self._with(patches), self.folders, [*self.faults], strict=False)

    def checked(self, patches: Iterable[Branch]) -> Resolved:
        """The same without the hubs that the tool would choose, which takes seconds. Raises InputError."""
        return _checked(self._with(patches), self.folders, [*self.faults], strict=False)

    def _with(self, patches: Iterable[Branch]) -> Branch:
        return functools.reduce(merge, patches, self.tree)


def merged(scenario: str | Path, sets: Sequence[str] = (), folders: Mapping[str, Path] | None = None) -> Base:
    """A scenario's file merged over its parents, and the settings over it.

    `folders` says where files lie that patches come from. Raises InputError where nothing usable is left.
    """
    faults: list[Fault] = []
    found = {SET: Path(), **(folders or {})}
    tree = _tree(str(scenario), sets, found, faults)
    if tree is None:
        raise InputError(faults)
    return Base(tree, found, tuple(faults))


def patched(resolved: Resolved, changes: Mapping[tuple[str, ...], Any]) -> Resolved:
    """The scenario with some of its items changed, validated anew.

    `changes` says per path what shall stand there: a plain item as in `tree`, with its evidence or without;
    None deletes. At `REGISTER` and `PLAN` it is the content of the file. Raises `InputError` with every fault.
    """
    name = resolved.scenario.name
    tree = Branch(name, 0, {key: grown(item, name) for key, item in resolved.tree.items()})
    for path, item in changes.items():
        stands = None if item is None else COPIES.get(path, item)
        tree = merge(tree, patch_at(path, grown(stands, name)))
    with tempfile.TemporaryDirectory() as folder:
        for path, file in COPIES.items():
            content = changes.get(path, standing(resolved, path))
            if content is not None:
                Path(folder, file).write_bytes(content)
        return _resolved(tree, {name: Path(folder)}, [], strict=False)


def standing(resolved: Resolved, path: tuple[str, ...]) -> Any:
    """What stands at a path, in the form in which `patched` takes it; None where nothing does."""
    if path in COPIES:
        return resolved.register_bytes if path == REGISTER else resolved.plan_bytes
    item: Any = resolved.tree
    for key in path:
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def _resolved(tree: Branch, folders: Mapping[str, Path], faults: list[Fault], strict: bool) -> Resolved:
    """A merged tree with the files that it names, as a scenario, if nothing is wrong."""
    checked = _checked(tree, folders, faults, strict)
    return replace(checked, hubs=_hubs(tree, checked.scenario, checked.units))


def _checked(tree: Branch, folders: Mapping[str, Path], faults: list[Fault], strict: bool) -> Resolved:
    """The same without its hubs."""
    validated, evidence, bare = _validated(tree, strict, faults)
    units, register_bytes = _register(tree, folders, validated, faults)
    rows, plan_bytes = _plan(tree, folders, units, faults)
    if validated is not None and units:
        faults.extend(cross_checks.scenario_faults(validated, tree, units))
    if validated is not None and not faults:
        groups = out_of_reach(validated, units)
        faults.extend(_without_hubs(tree, group, str(error)) for group, error in groups)
    if validated is None or faults:
        raise InputError(faults)
    origin = {path: f"{leaf.file}:{leaf.line}" if leaf.line else leaf.file for path, leaf in leaves(tree)}
    return Resolved(
        validated, units, rows, evidence, origin, _stored(tree), register_bytes, plan_bytes, {}, bare
    )


def _hubs(tree: Branch, scenario: Scenario, units: tuple[Unit, ...]) -> dict[ProcedureGroup, Hubs]:
    """The hubs in force. Raises InputError where the tool is to choose and cannot."""
    found: dict[ProcedureGroup, Hubs] = {}
    faults = []
    for group, hubs in hubs_in_force(scenario, units).items():
        if isinstance(hubs, Hubs):
            found[group] = hubs
        else:
            faults.append(_without_hubs(tree, group, str(hubs)))
    if faults:
        raise InputError(faults)
    return found


def _without_hubs(tree: Branch, group: ProcedureGroup, why: str) -> Fault:
    path = ("booking", "chosen_hubs", group, "minimum_visits_per_year")
    where = at(tree, path)
    return Fault(where.file, where.line, ".".join(path), why)


def _tree(scenario: str, sets: Sequence[str], folders: dict[str, Path], faults: list[Fault]) -> Branch | None:
    """The scenario merged over its parents, and the settings over it."""
    tree = lineage(scenario, folders, faults)
    for text in sets:
        patch = setting(text, faults)
        tree = merge(tree, patch) if tree and patch else tree
    return tree


def _validated(
    tree: Branch, strict: bool, faults: list[Fault]
) -> tuple[Scenario | None, dict[str, Evidence], tuple[str, ...]]:
    """The scenario, the evidence of its values and the numbers without any."""
    unreadable = {fault.where.removesuffix(".value") for fault in faults if fault.where}
    found: list[Fault] = []
    evidence, bare = evidence_in(tree, found, strict)
    scenario = None
    try:
        scenario = Scenario.model_validate(bare_values(tree, evidence))
    except ValidationError as error:
        found.extend(scenario_faults(error, Scenario, tree))
    # What else is said of a key that could not be read would only repeat it.
    faults.extend(fault for fault in found if fault.where not in unreadable)
    return scenario, evidence, bare


def _named_file(tree: Branch, folders: Mapping[str, Path], path: tuple[str, ...]) -> tuple[Path, str] | None:
    """A file named in the scenario: relative to the scenario's file, in --set to the current folder."""
    leaf = at(tree, path)
    if not isinstance(leaf, Leaf) or not isinstance(leaf.value, str) or not leaf.value:
        return None
    return folders[leaf.file] / leaf.value, leaf.value


def _register(
    tree: Branch, folders: Mapping[str, Path], scenario: Scenario | None, faults: list[Fault]
) -> tuple[tuple[Unit, ...], bytes]:
    named = _named_file(tree, folders, REGISTER)
    if named is None:
        return (), b""
    path, shown = named
    content = _content(path)
    try:
        units = _units(path, shown, content)
    except InputError as error:
        faults.extend(error.faults)
        return (), b""
    faults.extend(cross_checks.register_faults(units, scenario, path, shown))
    return units, content


def _content(path: Path) -> bytes:
    """What a file holds; nothing where it cannot be read, which its reader tells."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except (OSError, ValueError):  # ValueError: a null character in the path
        return b""


@functools.lru_cache(maxsize=16)
def _units(path: Path, shown: str, content: bytes) -> tuple[Unit, ...]:
    """The register that a file holds with this content, remembered: variants of a scenario share it."""
    return read_register(path, shown)


def _plan(
    tree: Branch, folders: Mapping[str, Path], units: tuple[Unit, ...], faults: list[Fault]
) -> tuple[tuple[PlanRow, ...] | None, bytes | None]:
    named = _named_file(tree, folders, PLAN)
    streams = tree.items.get("streams")
    if named is None or not units or not isinstance(streams, Branch):
        return None, None
    path, shown = named
    try:
        return read_plan(path, shown, units=units, streams=tuple(streams.items)), path.read_bytes()
    except InputError as error:
        faults.extend(error.faults)
        return None, None


def _stored(tree: Branch) -> dict[str, Any]:
    """The resolved tree as a run stores it: files are named as their copies in the run folder."""
    stored: dict[str, Any] = plain(tree)
    stored["units"] = COPIES[REGISTER]
    if isinstance(transfer := stored.get("transfer"), dict) and transfer.get("plan"):
        transfer["plan"] = COPIES[PLAN]
    return stored
