"""The method, item by item of STRESS-DES, made from the model and from this run's own configuration.

The items are those of Monks T, Currie CSM, Onggo BS, Robinson S, Kunc M, Taylor SJE, J Simul 2019;13(1):55–67,
doi 10.1080/17477778.2018.1442155.
"""

from __future__ import annotations

from results.report.chapters.method import access, data, experimentation, implementation, logic, objectives
from results.report.document import Paragraph, Section
from results.report.language import Language
from results.report.subject import Subject

THEMES = {
    "objectives": objectives.blocks,
    "logic": logic.blocks,
    "data": data.blocks,
    "experimentation": experimentation.blocks,
    "implementation": implementation.blocks,
    "access": access.blocks,
}


def chapter(subject: Subject, say: Language) -> Section:
    """Every item, theme by theme."""
    return Section(
        "method",
        say("method.title"),
        (Paragraph(say("method.lead")), Paragraph(say("method.reference"), "note")),
        tuple(
            Section(f"method-{theme}", say(f"method.{theme}"), tuple(blocks(subject, say)))
            for theme, blocks in THEMES.items()
        ),
    )
