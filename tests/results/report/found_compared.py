"""Looks up what a report tells of a comparison: how many measures differ, and what each lever adds."""

import math

from results.report.subject import Subject
from results.statistics import summarise
from results.table import Row

Found = tuple[float, float, float]
OTHER_PATIENTS = ("background_", "displacement_")


def compared(subject: Subject, label: str, of: str, how: str) -> Found:
    """Measures told as sure or unsure: neither other patients nor what only repeats another measure."""
    verdicts = {"sure": ("more", "less"), "unsure": ("not distinguishable",)}[of]
    number = sum(
        each.scenario == label
        and each.verdict in verdicts
        and not each.row.name.startswith(OTHER_PATIENTS)
        and each.row.name != "late_share"
        and not each.row.key.startswith(("available=", "profession="))
        for each in subject.comparison.differences
    )
    return float(number), math.nan, math.nan


def attribution(subject: Subject, label: str, of: str, how: str) -> Found:
    """What a lever adds, from the explanation; all together is the difference of the two runs."""
    explanation = subject.comparison.explanations[label]
    lever, name, scope, *key, window = of.split("/")
    row = Row(name, scope, "/".join(key), window)
    if lever == "total":
        one, two = (subject.runs[each] for each in (how.removeprefix("less "), label))
        (rows, before), (others, after) = (run.measures(explanation.replications) for run in (one, two))
        parts = after[:, others.index(row)] - before[:, rows.index(row)]
    else:
        names = [each.name for each in explanation.levers]
        parts = explanation.contributions[names.index(lever)][:, explanation.rows.index(row)]
    found = summarise(parts[:, None])
    return float(found.mean[0]), float(found.low[0]), float(found.high[0])


def family(subject: Subject, label: str) -> int:
    """Differences that have an interval: those shown, and other patients under calibrations that no run has itself."""
    shown = [each for each in subject.comparison.differences if each.verdict not in ("equal", "undefined")]
    beyond = [
        each
        for (scenario, calibration), found in subject.comparison.displacement.items()
        for each in found
        if each.verdict not in ("equal", "undefined")
        and not all(
            side.under[calibration] is side.sample
            for side in subject.sides
            if side.label in (scenario, subject.main.label)
        )
    ]
    return sum(math.isfinite(each.low) for each in (*shown, *beyond))


COMPARED = {"compared": compared, "attribution": attribution}
