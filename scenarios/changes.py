"""Which values two scenarios assume differently, as a reader is shown them; texts and evidence are left out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.levers import Path, differences
from scenarios.load import PLAN, REGISTER, Resolved, standing
from scenarios.tree import LEAF_MARKS


@dataclass(frozen=True, slots=True)
class Change:
    """One value or section that differs, without evidence; None where a scenario has none.

    `grade` is that of the value, or those of the section, in the second scenario, or in the first where the second
    has none; None for what needs no evidence.
    """

    key: str
    before: Any
    after: Any
    grade: str | None


def changes(before: Resolved, after: Resolved) -> list[Change]:
    """What the second scenario assumes differently, in the order of the file."""
    return [_change(before, after, path) for path in differences(before, after)]


def _change(before: Resolved, after: Resolved, path: Path) -> Change:
    one, other = _told(before, path), _told(after, path)
    if one == other:  # amounts in prices of different years
        one, other = (
            f"{_told(side, path)} of {standing(side, path)['price_year']}" for side in (before, after)
        )
    return Change(".".join(path), one, other, _grade(before if other is None else after, ".".join(path)))


def _grade(resolved: Resolved, key: str) -> str | None:
    grades = {
        evidence.grade for known, evidence in resolved.evidence.items() if f"{known}.".startswith(f"{key}.")
    }
    return ", ".join(sorted(grades)) or None


def _told(resolved: Resolved, path: Path) -> Any:
    """The values at a path; a file by what it holds, not by its name."""
    item = standing(resolved, path)
    if item is None or path not in (REGISTER, PLAN):
        return _bare(item)
    rows = f"{len(resolved.units)} units" if path == REGISTER else f"{len(resolved.plan or ())} rows"
    return f"{rows} ({hashlib.sha256(item).hexdigest()[:12]})"


def _bare(item: Any) -> Any:
    """Values without their evidence."""
    if not isinstance(item, Mapping):
        return item
    if item.keys() & LEAF_MARKS:
        return item.get("value")
    return {key: _bare(below) for key, below in item.items()}
