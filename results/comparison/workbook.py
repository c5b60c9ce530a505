"""A comparison as an Excel workbook: a sheet for each question, the values that differ, and where it is all from.

Text is written as text: no cell can be a formula or a link. Needs xlsxwriter, of the extra `report`.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from results.catalogue import MEASURES, QUESTIONS
from results.comparison import wording
from results.comparison.compared import Comparison, Difference
from results.comparison.explained import contributions
from results.comparison.sections import TITLES, heading
from results.figures.lettering import harmless
from results.table import Row
from scenarios.changes import changes
from scenarios.evidence import written

if TYPE_CHECKING:
    from xlsxwriter import Workbook

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SHEETS = {**TITLES, "others": "Displacement"}
COLUMNS = {  # and how wide each is, characters
    "scenario": 24, "what": 60, "calibration": 18, "baseline": 12, "scenario's": 12, "difference": 12, "low": 12,
    "high": 12, "unit": 18, "verdict": 20, "measure": 34, "scope": 10, "key": 22, "window": 10, "n": 6,
}  # fmt: skip
PARTS = {
    "scenario": 24, "what": 60, "lever": 36, "adds": 12, "low": 12, "high": 12, "unit": 18, "measure": 34, "n": 6,
}  # fmt: skip
VALUES = {"scenario": 24, "key": 50, "baseline": 40, "value": 40, "grade": 14}
RUNS = {
    "role": 22, "scenario": 24, "title": 50, "seed": 8, "replications": 12, "run": 70, "model version": 14,
    "vardflode": 12, "python": 12, "commit": 45,
}  # fmt: skip
MADE = dt.datetime(2026, 1, 1)  # as the file says, so that equal comparisons are equal files


class Figure(NamedTuple):
    """A number and the number format in which it is shown."""

    value: float
    form: str


Cell = str | Figure | None


def workbook(comparison: Comparison) -> bytes:
    """The content of an .xlsx file. Raises ImportError without xlsxwriter."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        book.set_properties({"created": MADE})
        for question, measures in QUESTIONS.items():
            _sheet(book, SHEETS[question], COLUMNS, _question(comparison, question, measures))
        if comparison.explanations:
            _sheet(book, "Attribution", PARTS, _parts(comparison))
        _sheet(book, "Values that differ", VALUES, _values(comparison))
        _sheet(book, "Provenance", RUNS, _provenance(comparison))
    return content.getvalue()


def _sheet(book: Workbook, name: str, columns: Mapping[str, int], lines: Iterable[Sequence[Cell]]) -> None:
    """A sheet with a header that stays in sight. Numbers are numbers, and all else is text."""
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for place, (header, width) in enumerate(columns.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, header, bold)
    for number, cells in enumerate(lines, 1):
        for place, cell in enumerate(cells):
            if isinstance(cell, Figure):
                if math.isfinite(cell.value):
                    sheet.write_number(number, place, cell.value, book.add_format({"num_format": cell.form}))
            elif cell:
                sheet.write_string(number, place, harmless(cell))


def _question(comparison: Comparison, question: str, measures: Collection[str]) -> Iterator[tuple[Cell, ...]]:
    """Every difference about a question; about other patients under every calibration."""
    window = comparison.view.window
    for side in comparison.scenarios:
        found = [("", difference) for difference in comparison.of(side.label)]
        if question == "others":
            told = [(c.name, comparison.displacement[side.label, c.name]) for c in comparison.calibrations]
            apart = {difference.row for _, differences in told for difference in differences}
            found = [("", difference) for _, difference in found if difference.row not in apart]
            found += [(name, difference) for name, differences in told for difference in differences]
        chosen = [(name, difference) for name, difference in found if difference.row.name in measures]
        for name, difference in sorted(chosen, key=lambda told: wording.reading_order(told[1].row, window)):
            yield _difference(comparison, name, difference)


def _difference(comparison: Comparison, calibration: str, difference: Difference) -> tuple[Cell, ...]:
    row = difference.row
    variant = wording.variant(row, comparison.view.window)
    what = ": ".join(part for part in (MEASURES[row.name].meaning, variant) if part)
    means = (_mean(row, mean) for mean in (difference.baseline_mean, difference.scenario_mean))
    return (
        difference.scenario, what, calibration, *means, *_sizes(difference), wording.unit(row), difference.verdict,
        row.name, row.scope, row.key, row.window, Figure(difference.n, "0"),
    )  # fmt: skip


def _sizes(told: wording.Told) -> Iterator[Figure]:
    """The difference and the bounds of its interval, with sign."""
    places = "." + "0" * digits if (digits := wording.decimals(told)) else ""
    return (Figure(size, f"+#,##0{places};-#,##0{places};0") for size in wording.bounds(told))


def _parts(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    for side in comparison.scenarios:
        for part in contributions(comparison, side):
            yield (
                side.label, MEASURES[part.row.name].meaning, part.title, *_sizes(part), wording.unit(part.row),
                part.row.name, Figure(part.n, "0"),
            )  # fmt: skip


def _mean(row: Row, mean: float) -> Figure:
    if wording.is_share(row):
        return Figure(mean, "0.0%")
    return Figure(mean, "#,##0" if abs(mean) >= 100 else "#,##0.0" if abs(mean) >= 10 else "#,##0.00")


def _values(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    for side in comparison.scenarios:
        for change in changes(comparison.baseline.resolved, side.resolved):
            yield side.label, change.key, _written(change.before), _written(change.after), change.grade


def _written(value: Any) -> Cell:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Figure(value, "General") if number else None if value is None else written(value)


def _provenance(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    """Every run behind the figures, and what their intervals mean."""
    for number, side in enumerate((comparison.baseline, *comparison.scenarios)):
        samples = {"scenario" if number else "baseline": side.sample}
        samples |= {
            f"under {name}": sample for name, sample in side.under.items() if sample is not side.sample
        }
        versions = side.manifest["versions"]
        for role, sample in samples.items():
            yield (
                role, side.label, side.resolved.scenario.title.en, Figure(side.manifest["seed"], "0"),
                Figure(len(sample.values), "0"), sample.run, side.manifest["model_version"],
                versions["vardflode"], versions["python"], side.manifest["commit"],
            )  # fmt: skip
    yield ()
    yield ("", "", heading(comparison))
