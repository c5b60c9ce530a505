"""A comparison as a planner reads it: for each scenario what it assumes otherwise, and what comes of it.

Sections of plain cells, one per question, as in the summary of a run. Text comes from scenarios and is not escaped
here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from results.catalogue import MEASURES, QUESTIONS
from results.comparison import wording
from results.comparison.compared import Calibration, Comparison, Difference, Side
from results.comparison.explained import contributions
from results.summary.figures import Section
from results.windows import year_windows
from scenarios.changes import changes
from scenarios.evidence import written

BOUND = "displacement_bound_visits_per_year"
TITLES = {
    "load": "Load at the units",
    "doses": "Doses",
    "transfer": "Transfer",
    "waiting": "Waiting in the clinic",
    "others": "Other patients",
    "skill": "Skill",
    "money": "Money",
}
MOST_CHANGES = 30
LONGEST_VALUE = 100  # characters
ONE_CALIBRATION = (
    "How tight units are is not known, and displacement rests on it: under one calibration alone nothing can be "
    "concluded about it."
)


def heading(comparison: Comparison) -> str:
    """What is compared with what, over what, and what the intervals mean."""
    baseline = comparison.baseline
    (window,) = (w for w in year_windows(baseline.resolved) if w.name == comparison.view.window)
    sample = f"{_counted(comparison.replications, 'replication')} of seed {baseline.manifest['seed']}"
    if comparison.paired:
        sample += ", paired"
    else:
        seeds = (f"{side.label} {side.manifest['seed']}" for side in comparison.scenarios)
        sample += f", against other seeds ({', '.join(seeds)}): not paired, intervals after Welch"
    return (
        f"Compared with {baseline.resolved.scenario.title.en} ({baseline.label}): weeks {window.first // 7 + 1}–"
        f"{window.end // 7} ({window.name}), {sample}; {_about_intervals(comparison)}"
    )


def scenario_heading(side: Side) -> str:
    """Which scenario it is that differs."""
    return f"{side.resolved.scenario.title.en} ({side.label})"


def sections(comparison: Comparison, side: Side) -> Iterator[Section]:
    """One scenario against the baseline."""
    differences = comparison.of(side.label)
    yield _in_short(differences)
    yield _values_that_differ(comparison, side)
    others = _displacement(comparison, side)
    apart = {difference.row for _, difference in others}
    for question, measures in QUESTIONS.items():
        if question == "others" and others:
            yield _other_patients(comparison, side, others)
        rows = tuple(
            _rows(comparison, (d for d in differences if d.row.name in measures and d.row not in apart))
        )
        if rows:
            title = TITLES[question] + (", as the scenarios are" if question == "others" and others else "")
            remarks = (ONE_CALIBRATION,) if question == "others" else ()
            yield Section(title, _columns(comparison, side), rows, remarks)
    if side.label in comparison.explanations:
        yield _explained(comparison, side)


def _about_intervals(comparison: Comparison) -> str:
    if comparison.replications == 1:
        return "one replication, so no interval, and nothing can be told from chance"
    return f"differences with 95 % intervals that hold for all {comparison.family} of them at once"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _columns(comparison: Comparison, side: Side) -> tuple[str, ...]:
    return ("", comparison.baseline.label, side.label, "difference (interval)", "unit", "")


def _in_short(differences: tuple[Difference, ...]) -> Section:
    """How many figures differ, and how surely."""
    sure = sum(difference.distinguishable for difference in differences)
    unsure = sum(difference.verdict == "not distinguishable" for difference in differences)
    undefined = sum(difference.verdict == "undefined" for difference in differences)
    differing = _counted(sure + unsure, "figure") + (" differs" if sure + unsure == 1 else " differ")
    split = f"{differing}: {sure} can be told from chance, {unsure} not distinguishable."
    told = [split if sure + unsure else "No figure differs."]
    if undefined:
        told.append(f"{_counted(undefined, 'figure')} on one side only, with nothing to subtract.")
    return Section("In short", (), (), (" ".join(told),))


def _values_that_differ(comparison: Comparison, side: Side) -> Section:
    """The values that the scenario assumes otherwise, as many as can be taken in."""
    found = changes(comparison.baseline.resolved, side.resolved)
    shown = found if comparison.view.everything else found[:MOST_CHANGES]
    rows = tuple((c.key, _written(c.before), _written(c.after), c.grade or "") for c in shown)
    remarks = () if rows else ("None: the two assume the same.",)
    if len(shown) < len(found):
        remarks = (f"and {_counted(len(found) - len(shown), 'more value')}; --all lists them",)
    columns = ("key", comparison.baseline.label, side.label, "grade") if rows else ()
    return Section("Values that differ", columns, rows, remarks)


def _written(value: Any) -> str:
    """A value as a scenario file could hold it; of a stream its patients, for it has some forty values."""
    if value is None:
        return "–"
    if isinstance(value, dict) and "patients" in value:
        return f"{value['patients']:,} patients, and {len(value) - 1} more keys"
    text = written(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _rows(comparison: Comparison, differences: Iterable[Difference]) -> Iterator[tuple[str, ...]]:
    """A line for each difference; a measure's name stands on the first of its lines."""
    window, last = comparison.view.window, ""
    for difference in sorted(differences, key=lambda d: wording.reading_order(d.row, window)):
        row = difference.row
        meaning, variant = MEASURES[row.name].meaning, wording.variant(row, window)
        told = ": ".join(part for part in (meaning, variant) if part)
        yield (f"  {variant}" if variant and row.name == last else told, *_cells(comparison, difference))
        last = row.name


def _cells(comparison: Comparison, difference: Difference) -> tuple[str, ...]:
    row = difference.row
    means = (wording.value(row, mean) for mean in (difference.baseline_mean, difference.scenario_mean))
    return (*means, wording.amount(difference), wording.unit(row), _verdict(comparison, difference))


def _verdict(comparison: Comparison, difference: Difference) -> str:
    if difference.verdict != "undefined":
        return difference.verdict
    missing = [
        label
        for label, mean in (
            (comparison.baseline.label, difference.baseline_mean),
            (difference.scenario, difference.scenario_mean),
        )
        if math.isnan(mean)
    ]
    return f"undefined in {' and '.join(missing)}"


def _displacement(comparison: Comparison, side: Side) -> list[tuple[Calibration, Difference]]:
    """What is told of other patients, by measure and then calibration."""
    found = [
        (calibration, difference)
        for calibration in comparison.calibrations
        for difference in comparison.displacement[side.label, calibration.name]
    ]
    return sorted(found, key=lambda told: wording.ORDER[told[1].row.name])


def _other_patients(
    comparison: Comparison, side: Side, others: list[tuple[Calibration, Difference]]
) -> Section:
    """Other patients under each calibration side by side, and what may be said of them."""
    rows, last = [], ""
    for calibration, difference in others:
        name = difference.row.name
        meaning = "" if name == last else MEASURES[name].meaning
        rows.append((meaning, calibration.name, *_cells(comparison, difference)))
        last = name
    _, *columns = _columns(comparison, side)
    remarks = (*_about_calibrations(comparison), _what_holds(comparison, [d for _, d in others]))
    return Section("Other patients", ("", "calibration", *columns), tuple(rows), remarks)


def _about_calibrations(comparison: Comparison) -> Iterator[str]:
    told = (
        f"{c.name}: load factor {c.load_factor:g}, spread between units {c.unit_load_cv:g}"
        + (" (fitted on another register)" if c.elsewhere else "")
        for c in comparison.calibrations
    )
    yield f"How tight units are is not known; told under each of these. {'; '.join(told)}."
    own = {
        name
        for side in (comparison.baseline, *comparison.scenarios)
        for name, sample in side.under.items()
        if sample is side.sample
    }
    if len(own) > 1:
        yield (
            "The scenarios differ in this themselves. All other figures are of the scenarios as they are; here each is "
            "told under every calibration, so that only the rest of what differs is seen."
        )


def _what_holds(comparison: Comparison, differences: list[Difference]) -> str:
    """What may be said of displacement: only what is told from chance under every calibration."""
    agreed = []
    for name in dict.fromkeys(d.row.name for d in differences if d.row.name != BOUND):
        verdicts = {d.verdict for d in differences if d.row.name == name}
        if len(verdicts) == 1 and verdicts <= {"more", "less"}:
            agreed.append(f"{MEASURES[name].meaning}: {verdicts.pop()}")
    if not agreed:
        return "Nothing about other patients can be told from chance under every calibration."
    said = "; ".join(agreed)
    return f"Can be told from chance under every calibration: {said}. Say no more of displacement than that."


def _explained(comparison: Comparison, side: Side) -> Section:
    """What each lever adds, a line for each headline; the last but one column is the sum of those before."""
    found = list(contributions(comparison, side))
    titles = tuple(dict.fromkeys(part.title for part in found))
    rows = tuple(
        (MEASURES[row.name].meaning, *map(wording.amount, parts), wording.unit(row))
        for row, parts in groupby(found, key=lambda part: part.row)
    )
    explanation = comparison.explanations[side.label]
    if not rows:
        return Section("What each lever adds", (), (), ("No headline differs.",))
    levers = "; ".join(
        f"{lever.en}: {', '.join('.'.join(path) for path in paths)}"
        for lever, paths in explanation.levers.items()
    )
    of_others = any(part.row.name in QUESTIONS["others"] for part in found)
    remarks = (
        f"The mean of what a lever adds over all orders of pulling them (Shapley), over "
        f"{_counted(len(explanation.replications), 'replication')}; each interval is 95 % by itself.",
        f"Levers. {levers}.",
        *([ONE_CALIBRATION] if of_others else []),
    )
    return Section("What each lever adds", ("", *titles, "unit"), rows, remarks)
