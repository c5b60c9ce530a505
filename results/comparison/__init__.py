"""Scenarios against a baseline: paired differences, simultaneous intervals, and what may be said of them.

`compare` takes samples of runs and gives a `Comparison`, from which `sections`, `as_data`, `as_csv` and `workbook`
write. Nothing here reads or makes a run.
"""

from results.comparison.as_data import as_csv, as_data
from results.comparison.compared import Calibration, Comparison, Difference, Sample, Side, compare
from results.comparison.sections import ONE_CALIBRATION, heading, scenario_heading, sections
from results.comparison.view import View
from results.comparison.workbook import workbook

__all__ = [
    "ONE_CALIBRATION",
    "Calibration",
    "Comparison",
    "Difference",
    "Sample",
    "Side",
    "View",
    "as_csv",
    "as_data",
    "compare",
    "heading",
    "scenario_heading",
    "sections",
    "workbook",
]
