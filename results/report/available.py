"""The uplift at each share of it that might be left for these streams: nobody has stated which."""

from __future__ import annotations

from results.measures import available_shares
from results.report.quantities import Quantity, Trace
from results.report.rules import Fit, least_that_fits
from results.report.subject import Subject


def available(subject: Subject, share: float) -> Quantity:
    """A share of the uplift that is told, as a number of the run's rows."""
    return Quantity(share, "share", Trace("available", subject.main.label, f"{share:g}"))


def key_at(subject: Subject, share: float, *, readiness: bool = True) -> str:
    """The key of a region's row at an available share, with or without readiness; the scenario's own has none."""
    own = subject.resolved.scenario.money.available_share
    parts = ("" if share == own else f"available={share:g}", "" if readiness else "readiness=no")
    return ";".join(part for part in parts if part)


def fitting(subject: Subject, *, readiness: bool = True) -> Fit:
    """Down to which share of the uplift the cost fits, also in a year as dear as one in twenty."""
    keys = {
        share: key_at(subject, share, readiness=readiness) for share in available_shares(subject.resolved)
    }
    used = {
        share: subject.quantile(subject.main, "p95", "uplift_share_used", key=key).value
        for share, key in keys.items()
    }
    return least_that_fits(used)
