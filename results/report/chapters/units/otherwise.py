"""What another scenario would change at a unit: of the alternatives the one that changes its staff's hours most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from results.comparison import Side
from results.report.document import Text
from results.report.language import Language
from results.report.naming import called
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject
from results.statistics import summarise
from scenarios.register import Unit

PROFESSIONS = ("nurse_hours_per_year", "doctor_hours_per_year")
LEAST = 1.0  # hours a year


def otherwise(subject: Subject, unit: Unit, say: Language) -> Iterator[Text]:
    """A sentence, if any of the alternatives changes an hour a year in the mean."""
    gaps = [(_gap(subject, side, unit), side) for side in subject.alternatives]
    known = [(gap, side) for gap, side in gaps if np.isfinite(gap).all() and abs(gap.mean()) >= LEAST]
    if not known:
        return
    gap, side = max(known, key=lambda found: abs(found[0].mean()))
    found = summarise(gap[:, None])
    trace = Trace("hours apart", side.label, unit.key, f"less {subject.main.label}")
    hours = Quantity(
        float(found.mean[0]),
        "hours_per_year",
        trace,
        float(found.p5[0]),
        float(found.p95[0]),
        signed=True,
        decimals=0,
    )
    yield say("cards.otherwise", scenario=called(subject, side, say), hours=hours)


def _gap(subject: Subject, side: Side, unit: Unit) -> NDArray[np.float64]:
    """Hours of nurses and doctors at a unit in another scenario less those in question, shape (replications,)."""
    rows = [subject.row(name, "unit", unit.key) for name in PROFESSIONS]
    return np.asarray(
        sum(subject.values(side, row) - subject.values(subject.main, row) for row in rows), dtype=np.float64
    )
