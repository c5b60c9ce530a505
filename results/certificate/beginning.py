"""The warm-up and the draws: the transfer begins at day zero, others before it, and no policy reaches a draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from results.certificate.finding import Finding
from results.certificate.others import requests_expected
from results.windows import calendar_windows, year_windows
from scenarios.load import Resolved
from sim.records import DRAWS, NEVER, Records

SURELY = 30  # a day on which so many same-day requests are expected has at least one, but for once in 10^13


def warmed_up(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """Other patients from the start of the warm-up on, nothing of the transfer before day zero, no window before it."""
    days = resolved.scenario.warm_up_days
    if days == 0:
        return
    expected = requests_expected(resolved, records)[:, 0, :days].sum(axis=0)
    due = np.flatnonzero(expected > SURELY)
    seen = records.others["day"]
    rows = np.bincount(seen[seen < 0] + days, minlength=days)
    yield Finding(
        "warm_up", "open days of it with other patients", due.size, int((rows[due] > 0).sum()), allowed=0
    )
    for what, day in {
        "visits": records.visits["day"],
        "doses": records.doses["given"],
        "referrals": records.referrals["written"],
        "patients": records.patients["entered"],
    }.items():
        before = int(((day < 0) & (day != NEVER)).sum())
        yield Finding("warm_up", f"{what} of the transfer before day 0", 0, before, allowed=0)
    minutes = float(records.used_by_transferred[:days].sum())
    yield Finding("warm_up", "minutes of the transfer before day 0", 0, minutes, allowed=0)
    windows = (*year_windows(resolved), *calendar_windows(resolved))
    yield Finding(
        "warm_up", "windows that begin before day 0", 0, sum(w.first < 0 for w in windows), allowed=0
    )


def aligned(records: Records, afresh: Sequence[str] | None) -> Iterator[Finding]:
    """What was drawn inside the run is what is drawn apart from it, without the transfer; None: not drawn again."""
    for draw, own, other in zip(DRAWS, records.fingerprints, afresh or (), strict=False):
        yield Finding("draws", f"{draw}, {own}", 1, int(own == other), allowed=0)
