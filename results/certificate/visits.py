"""Doses: those given at units are the dose visits there, far enough apart, and about as many as expected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from results.certificate.finding import Finding
from results.certificate.patients import sojourn_days
from scenarios.load import Resolved
from scenarios.schema import Stream
from sim.records import AT_UNITS, ATTENDED, DOSE, FAILED, UNIT, Records


def spaced(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """Each dose visit attended at a unit is a dose given there, and none comes sooner after the last than it may.

    The next is due an interval after the last (a new patient's first ones less), and booked no earlier than its window.
    """
    doses = records.doses[(records.doses["site"] == UNIT) & (records.doses["given"] >= 0)]
    visits = records.visits[_took_place(records) & (records.visits["outcome"] == ATTENDED)]
    for number, name in enumerate(records.streams):
        given = doses[records.patients["stream"][doses["patient"]] == number]
        seen = visits[records.patients["stream"][visits["patient"]] == number]
        if given.size or seen.size:
            yield Finding("doses_conserved", f"{name}, given at units", seen.size, given.size, allowed=0)
            soonest = least_days_between(resolved.scenario.streams[name])
            early = int((_days_between(seen["patient"], seen["day"]) < soonest).sum())
            yield Finding(
                "doses_conserved", f"{name}, less than {soonest} days after the last", 0, early, allowed=0
            )


def least_days_between(stream: Stream) -> int:
    """The fewest days that can lie between two doses."""
    first_doses = np.diff(stream.loading_days)
    return int(min([stream.interval_days, *first_doses])) - stream.early_days


def _days_between(patient: NDArray[np.int32], day: NDArray[np.int32]) -> NDArray[np.int32]:
    """Days between each event and the next of the same patient."""
    order = np.lexsort((day, patient))
    same = np.diff(patient[order]) == 0
    return np.asarray(np.diff(day[order])[same])


def _took_place(records: Records) -> NDArray[np.bool_]:
    visits = records.visits
    took_place = np.isin(visits["outcome"], (ATTENDED, FAILED))
    return np.asarray(took_place & (visits["kind"] == DOSE) & (visits["site"] == UNIT))


def expected(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """Dose visits at units beside patient-days there ÷ interval: an approximation, told and not tested.

    It knows nothing of missed and withheld doses, which lengthen the interval, of first doses, which shorten it, and of
    unplanned needs, which restart it.
    """
    at_units = sojourn_days(records, resolved.scenario.horizon_days)[:, AT_UNITS:-1].sum(axis=1)
    visits = records.visits["patient"][_took_place(records)]
    found = np.bincount(records.patients["stream"][visits], minlength=len(records.streams))
    for number, name in enumerate(records.streams):
        if at_units[number]:
            arithmetic = int(at_units[number]) / resolved.scenario.streams[name].interval_days
            yield Finding("visits_expected", name, arithmetic, int(found[number]))
