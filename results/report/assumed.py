"""How much of a result comes from treatments whose number of patients nobody has stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.report.quantities import Quantity, Trace
from results.report.weekly import over_replications, shares

if TYPE_CHECKING:
    from results.report.subject import Subject
    from scenarios.load import Resolved

STATED = ("decision", "source")


def stated(resolved: Resolved, path: str) -> bool:
    """Whether a decision or a source states a value; else it is assumed, or derived from what is."""
    evidence = resolved.evidence.get(path)
    return evidence is not None and evidence.grade in STATED


def streams_assumed(resolved: Resolved) -> tuple[str, ...]:
    """The streams whose number of patients is an assumption, sorted."""
    grades = {s: resolved.evidence.get(f"streams.{s}.patients") for s in resolved.scenario.streams}
    return tuple(sorted(s for s, known in grades.items() if known is None or known.grade == "assumption"))


def share_assumed(subject: Subject, name: str) -> Quantity:
    """The share of a measure that can be summed over streams that comes from those, with its 95 % interval.

    Unknown (NaN) where there is nothing to share.
    """
    main, streams = subject.main, sorted(subject.resolved.scenario.streams)
    each = np.stack([subject.values(main, subject.row(name, "stream", stream)) for stream in streams])
    assumed = np.isin(streams, streams_assumed(subject.resolved))
    theirs, rest = (each[chosen].sum(axis=0) for chosen in (assumed, ~assumed))
    trace = Trace("assumed", main.label, f"{name}/{subject.window.name}", "mean")
    return over_replications(shares(theirs, theirs + rest), "share", trace)
