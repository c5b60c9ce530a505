"""Evidence split off from values: what a tree says of each number, and the bare values for the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from scenarios.evidence import Evidence
from scenarios.explain import scenario_faults
from scenarios.faults import Fault
from scenarios.tree import Branch, Leaf, leaves

WITHOUT_EVIDENCE = frozenset({"schema_version", "horizon_years", "warm_up_weeks", "money.price_year"})
NO_EVIDENCE = "has no evidence; give it a grade and a source or range"


def evidence_in(
    tree: Branch, faults: list[Fault], strict: bool
) -> tuple[dict[str, Evidence], tuple[str, ...]]:
    """Evidence per dotted path, and the paths of numbers that have none.

    A number without evidence is an assumption of whoever wrote it. `strict` makes that and every other gap
    a fault.
    """
    evidence: dict[str, Evidence] = {}
    bare: list[str] = []
    for path, leaf in leaves(tree):
        if leaf.evidence is None and is_number(leaf.value) and path not in WITHOUT_EVIDENCE:
            evidence[path] = Evidence(grade="assumption", note=f"given in {leaf.file} without evidence")
            bare.append(path)
        elif leaf.evidence is not None:
            try:
                evidence[path] = Evidence.model_validate(leaf.evidence)
            except ValidationError as error:
                faults.extend(scenario_faults(error, Evidence, leaf, path))
                continue
            told = _problems(path, leaf, evidence[path], strict)
            faults.extend(Fault(leaf.file, leaf.line, path, message) for message in told)
    if strict:
        where = dict(leaves(tree))
        faults.extend(Fault(where[path].file, where[path].line, path, NO_EVIDENCE) for path in bare)
    return evidence, tuple(bare)


def _problems(path: str, leaf: Leaf, evidence: Evidence, strict: bool) -> Iterator[str]:
    yield from evidence.problems(leaf.value)
    if evidence.price_year is not None and not path.endswith("_sek"):
        yield "price_year belongs to an amount in SEK, a key that ends in _sek"
    if strict and is_number(leaf.value):
        yield from evidence.gaps()
        if path.endswith("_sek") and evidence.price_year is None:
            yield "an amount in SEK needs its price_year"


def is_number(value: Any) -> bool:
    """Whether a value is a number, or a list of nothing else."""
    if isinstance(value, list | tuple):
        return bool(value) and all(is_number(item) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def bare_values(item: Branch | Leaf, evidence: Mapping[str, Evidence], path: str = "") -> Any:
    """Values without evidence, as the schema wants them; an amount keeps its price year."""
    if isinstance(item, Branch):
        return {
            key: bare_values(below, evidence, f"{path}.{key}" if path else key)
            for key, below in item.items.items()
        }
    price_year = evidence[path].price_year if path in evidence else None
    if price_year is not None and path.endswith("_sek"):
        return {"sek": item.value, "price_year": price_year}
    return tuple(item.value) if isinstance(item.value, list) else item.value
