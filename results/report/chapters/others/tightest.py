"""Where those who are turned away for the transfer are: the units where fewest are seen in time already today."""

from __future__ import annotations

import numpy as np

from results.report.quantities import Quantity, Trace, path_of
from results.report.subject import Subject, run_label
from results.report.tightness import SEEN_IN_TIME, TURNED_AWAY
from results.statistics import summarise

FOURTH = 4


def at_the_tightest(subject: Subject, under: str) -> Quantity:
    """Requests a year that the transfer adds to those turned away, at the tightest fourth of the units.

    These are the units with the lowest share of requests within the guarantee without the transfer, a mean over
    replications; chosen by that, not by what the transfer adds, so that chance does not choose them. `under` names a
    calibration. With its 95 % interval, paired. Needs a `today`.
    """
    assert subject.today is not None
    main, today = subject.main, subject.today
    gaps = [
        subject.values(main, row, under=under) - subject.values(today, row, under=under)
        for row in (subject.row(TURNED_AWAY, "unit", unit) for unit in tightest(subject, under))
    ]
    found = summarise(np.sum(gaps, axis=0)[:, None])
    path, other = path_of(subject.row(TURNED_AWAY, "unit", "*")), run_label(today.label, under)
    trace = Trace("tightest fourth", run_label(main.label, under), path, f"less {other}")
    mean, low, high = float(found.mean[0]), float(found.low[0]), float(found.high[0])
    return Quantity(mean, "visits_per_year", trace, low, high, signed=True)


def tightest(subject: Subject, under: str) -> list[str]:
    """The fourth of the units, rounded down, where fewest requests are seen in time today, in their order."""
    assert subject.today is not None
    rows = {unit.key: subject.row(SEEN_IN_TIME, "unit", unit.key) for unit in subject.resolved.units}
    seen = {key: float(subject.values(subject.today, row, under=under).mean()) for key, row in rows.items()}
    known = sorted((key for key in seen if np.isfinite(seen[key])), key=lambda key: (seen[key], key))
    return known[: len(known) // FOURTH]
