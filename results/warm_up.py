"""Whether other patients' queues settled within the warm-up, and whether they can at all.

The queue that is judged is the one for the same day, by the mean days that those seen have waited, week by week, mean
over replications (Welch 1983). It is what the load is fitted on, and it gets what diaries leave, so it settles after
they have. Seasons come again each year, so a year later is the yardstick: what is judged is how far each week lies from
the same week 52 weeks later. Only ordinary weeks count, both times; each is a batch of its open days, five as a rule.
Of these batches MSER-5 (White 1997, doi 10.1177/003754979706900601; White, Cobb and Spratt 2000) says how many to cut.
See docs/decisions/0008-warm-up.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.settling import NEAR, PROFESSIONS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
YEAR_WEEKS = 52
LEAST_BATCHES = 5  # that MSER leaves, so that an error of their mean can be told
QUARTER = 13  # weeks after a short warm-up that are looked at
MATTERS = 0.1  # of the wait a year later
SURELY = 3.0  # standard errors
NORMAL_FROM_MAD, MEDIAN_ERROR = 1.4826, 1.2533  # standard deviations, where numbers are normal
FULL = 1.0  # of the minutes that there are
TOLD_FROM = 0.01  # of the booked requests


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How other patients' queues came to rest.

    The `judged` ordinary weeks of the `weeks` of warm-up, and as many after them (a quarter at least), are compared
    with a year later; MSER-5 would `cut` so many of them, up to the week `settled_from` (weeks count from 1; the
    warm-up ends with 0). `apart` is how far the waits soon after the warm-up lie from those a year later, as a share of
    these, and `error` its standard error. `asked` is the share of their minutes that nurses and doctors are asked for
    by other patients. Of `queues`, one per unit and profession, `saturated` are asked for `NEAR` or more of the booked
    visits that their diaries can hold; these are `saturated_share` of all.
    """

    weeks: int
    judged: int
    cut: int | None
    settled_from: int | None
    apart: float | None
    error: float | None
    asked: dict[str, float]
    queues: int
    saturated: float
    saturated_share: float

    @property
    def settled(self) -> bool | None:
        """Whether the queue was as it is a year later when the warm-up ended; None where that cannot be told."""
        if self.cut is None or self.apart is None or self.error is None:
            return None
        return abs(self.apart) <= max(MATTERS, SURELY * self.error)

    def as_json(self) -> dict[str, Any]:
        """As the manifest has it."""
        return {
            "weeks": self.weeks,
            "settled": self.settled,
            "settled_from_week": self.settled_from,
            "weeks_compared": self.judged,
            "weeks_cut": self.cut,
            "apart_from_a_year_later": self.apart,
            "standard_error": self.error,
            "asked_of_staff": self.asked,
            "queues": self.queues,
            "saturated_queues": self.saturated,
            "saturated_share_of_booked": self.saturated_share,
        }

    def warnings(self) -> Iterator[str]:
        """What makes figures of other patients unsure."""
        over = {profession: share for profession, share in self.asked.items() if share >= FULL}
        if over:
            told = " and ".join(f"{profession}s for {share:.0%}" for profession, share in over.items())
            yield (
                f"too close to saturation to settle: other patients ask {told} of the minutes that there are, so "
                "waits say how long diaries and patience are, not how long a queue is; is the load_factor right?"
            )
        if self.weeks == 0 and self.queues:
            yield "there is no warm-up: diaries and queues of other patients begin empty, and waits too short"
        elif self.settled is False and self.cut is not None and self.cut > self.judged:
            yield (
                f"other patients' queues have not settled within the {self.weeks} weeks of warm-up: soon after it "
                f"those seen on short notice wait {self._far()}, and MSER-5 cuts until week {self.settled_from}; "
                "let warm_up_weeks be more"
            )
        elif self.settled is False:
            yield (
                f"soon after the warm-up other patients on short notice wait {self._far()}: either its {self.weeks} "
                "weeks are too few for their queues to settle, or the scenario itself changes from year to year"
            )

    def remarks(self) -> Iterator[str]:
        """What is to be known of queues that never settle, and of what could not be judged."""
        if self.saturated_share >= TOLD_FROM:
            yield (
                f"{self.saturated:.0f} of {self.queues} queues for booked visits (one per unit and profession; "
                f"{self.saturated_share:.0%} of these visits) are asked for {NEAR:.0%} or more of what diaries can "
                "hold: waits there settle late or never, whatever the warm-up; hold runs against each other, not years"
            )
        if self.weeks and self.queues and self.settled is None:
            yield (
                "whether other patients' queues settled cannot be judged: that takes as many weeks after the warm-up "
                "as within it, and the same weeks a year later; --years 2 would give more"
            )

    def _far(self) -> str:
        assert self.apart is not None
        return f"{abs(self.apart):.0%} {'less' if self.apart < 0 else 'more'} than a year later"


def warm_up(table: pd.DataFrame) -> WarmUp:
    """Judge a run by its table `settling`, of any number of replications."""
    weeks = int(
        (table.loc[table["replication"] == table["replication"].min(), "week"].drop_duplicates() < 1).sum()
    )
    same_day = table[table["queue"] == "same_day"]
    asked = {
        profession: _ratio(
            float(table.loc[table["profession"] == profession, "wanted_minutes"].sum()),
            float(same_day.loc[same_day["profession"] == profession, "room_minutes"].sum()),
        )
        for profession in PROFESSIONS
    }
    some = table["seen"].sum() + table["diverted"].sum() > 0
    full, booked = (table[table["queue"].isin(names)] for names in (["saturated"], ["saturated", "booked"]))
    in_full, in_all = (float((part["seen"] + part["diverted"]).sum()) for part in (full, booked))
    weeks_made = same_day.groupby(["replication", "week"]).ngroups
    return WarmUp(
        weeks,
        *_judged(same_day, weeks),
        asked=asked,
        queues=int(same_day["queues"].sum() / weeks_made) if some else 0,
        saturated=float(full["queues"].sum() / weeks_made),
        saturated_share=_ratio(in_full, in_all),
    )


def warm_up_of(folder: Path) -> WarmUp:
    """Judge the run in a folder."""
    import pyarrow.parquet as pq

    return warm_up(pq.read_table(folder / "settling.parquet").to_pandas())


def waits(table: pd.DataFrame) -> pd.Series:
    """Mean days that those seen each week had waited, pooled over replications; by week, undefined where nobody was."""
    by_week = table.groupby("week")[["waited_days", "seen"]].sum()
    return by_week["waited_days"] / by_week["seen"].where(by_week["seen"] > 0)


def mser(batches: Floats) -> int:
    """How many of the first batches to cut: where the marginal standard error of the mean of the rest is least.

    MSER(d) = Σ (z − mean)² ÷ (n − d)² over the n − d batches after the first d, of which at least five are left.
    """
    left = np.arange(len(batches), LEAST_BATCHES - 1, -1)
    errors = [float(np.square(batches[-n:] - batches[-n:].mean()).sum()) / n**2 for n in left]
    return int(np.argmin(errors))


def _judged(
    same_day: pd.DataFrame, weeks: int
) -> tuple[int, int | None, int | None, float | None, float | None]:
    """Weeks judged in the warm-up, weeks cut, the week settled from, how far apart the rest is, and its error."""
    waited = waits(same_day)
    ordinary = same_day.groupby("week")["ordinary"].first()
    later = waited.index + YEAR_WEEKS
    usable = ordinary & ordinary.reindex(later, fill_value=False).to_numpy()
    difference = (waited - waited.reindex(later).to_numpy())[usable].dropna()
    number = difference.index.to_numpy()
    judged = int((number < 1).sum())
    compared = judged + max(judged, QUARTER)
    if judged == 0 or len(number) <= compared:
        return judged, None, None, None, None
    soon = slice(judged, judged + max(judged, LEAST_BATCHES))
    batches = difference.to_numpy()[:compared]
    cut = mser(batches)
    level = float(waited.reindex(number[soon] + YEAR_WEEKS).median())
    apart = float(np.median(batches[soon]))
    rest = difference.to_numpy()[soon.stop :]
    spread = NORMAL_FROM_MAD * float(np.median(np.abs(rest - np.median(rest))))
    error = MEDIAN_ERROR * spread / math.sqrt(soon.stop - soon.start)
    return judged, cut, int(number[cut]), _ratio(apart, level), _ratio(error, level)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
