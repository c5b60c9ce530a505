"""Which rows a comparison shows: what every statement about it is made over.

The rows shown are the family of the simultaneous intervals, so the view decides how wide these are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from results.as_json import TOLD_SCOPES
from results.catalogue import QUESTIONS
from results.table import Row

OTHERS = tuple(QUESTIONS["others"])
DOSES = ("on_time_share", "late_share", "late_days_mean", "late_days_p95")
AT_SITES = frozenset((name, site) for name in DOSES for site in ("unit", "hospital")) | {
    ("travel_km_per_year", "hospital")
}
OF_STREAMS = frozenset({"on_time_share", "late_share", "returned_to_hospital_share", *QUESTIONS["skill"]})
WITHOUT_READINESS = frozenset({"cost_msek_per_year", "uplift_share_used", "units_over_uplift_share"})
AT_OTHER_SHARES = WITHOUT_READINESS - {"cost_msek_per_year"} | {"extra_visits_affordable"}


@dataclass(frozen=True, slots=True)
class View:
    """The window in which scenarios are compared, and which rows of it are shown.

    `everything` adds all told scopes and windows and rows that are equal; `measures` narrows to some.
    """

    window: str
    everything: bool = False
    measures: frozenset[str] = frozenset()

    @property
    def tells_of_others(self) -> bool:
        """Whether anything is shown about other patients."""
        return not self.measures or not self.measures.isdisjoint(OTHERS)

    def rows(self, common: Iterable[Row]) -> tuple[Row, ...]:
        """Those of the rows that two scenarios have in common, sorted."""
        return tuple(sorted(row for row in common if self._shows(row)))

    def displacement(self, common: Iterable[Row]) -> tuple[Row, ...]:
        """The region's rows about other patients, sorted: what is told under every calibration."""
        return tuple(
            row
            for row in self.rows(common)
            if row.name in OTHERS and row.scope == "region" and row.window == self.window
        )

    def _shows(self, row: Row) -> bool:
        if self.measures and row.name not in self.measures:
            return False
        if self.everything:
            return row.scope in TOLD_SCOPES
        return row.window == self.window and _is_headline(row)


def _is_headline(row: Row) -> bool:
    if row.scope == "stream":
        return row.name in OF_STREAMS
    if row.scope == "site":
        return (row.name, row.key) in AT_SITES
    return row.scope == "region" and _says_something(row)


def _says_something(row: Row) -> bool:
    """Whether a variant of a region's measure tells more than the measure itself."""
    if row.key == "readiness=no":
        return row.name in WITHOUT_READINESS
    if row.key.startswith("available="):
        return row.name in AT_OTHER_SHARES and ";" not in row.key
    return row.key == "" or row.key.startswith("profession=")
