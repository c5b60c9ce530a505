"""The chapter weeks."""

from __future__ import annotations

from results.report.document import Section
from results.report.language import Language
from results.report.subject import Subject


def chapter(subject: Subject, say: Language) -> Section | None:
    """Nothing yet."""
    return None
