"""The chapters of a report, in reading order: each a function from what it is about and in which language to a section.

A chapter that has nothing to say of these runs gives None.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from results.report.document import Section
from results.report.language import Language
from results.report.subject import Subject

Chapter = Callable[[Subject, Language], Section | None]

NAMES = (
    "answer",
    "certificate",
    "side_by_side",
    "load",
    "doses",
    "others",
    "skill",
    "ledger",
    "uplift",
    "ownership",
    "geography",
    "units",
    "weeks",
    "beyond",
    "register",
    "method",
    "glossary",
)


def chapters() -> tuple[Chapter, ...]:
    """Every chapter's function, in reading order."""
    return tuple(importlib.import_module(f"{__name__}.{name}").chapter for name in NAMES)
