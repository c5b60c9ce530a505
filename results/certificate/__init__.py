"""The certificate of a run: what must hold in every replication, computed in each from its records.

`findings` holds one replication's records against each other, against the model's own counters and against theory;
`fold` makes of the findings of a run its lines, each passed or failed. A line that could not fail would be no check,
one that fails by bad luck no help: what chance moves is tested against a bound that holds but for once in a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from results.certificate import beginning, courses, minutes, others, patients, visits
from results.certificate.finding import Finding
from results.certificate.lines import CLAIMS, Line, failures, fold, telling
from results.settling import OthersByWeek
from scenarios.load import Resolved
from sim.records import DRAWS, Records

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CLAIMS", "Finding", "Line", "draws", "failures", "findings", "fold", "lines_of", "telling"]

CHECKS = (
    patients.conserved,
    patients.littles_law,
    minutes.conserved,
    visits.spaced,
    courses.expected,
    others.expected,
    visits.expected,
    beginning.warmed_up,
)


def findings(
    resolved: Resolved, records: Records, others_by_week: OthersByWeek, afresh: Sequence[str] | None = None
) -> pd.DataFrame:
    """Every comparison of one replication, a row each; `afresh` are the fingerprints of its draws drawn apart."""
    import pandas as pd

    rows = [finding for check in CHECKS for finding in check(resolved, records)]
    ended = others_by_week.visits.sum(axis=0)
    rows += minutes.requests_conserved(resolved, records, ended)
    rows += others.minutes_expected(resolved, records, ended)
    rows += beginning.aligned(records, afresh)
    table = pd.DataFrame(rows, columns=list(Finding._fields))
    return table.astype(dict.fromkeys(Finding._fields[2:], "float64"))


def lines_of(folder: Path) -> tuple[Line, ...]:
    """The lines of the run in a folder, folded from the findings that it keeps."""
    import pyarrow.parquet as pq

    return fold(pq.read_table(folder / "certificate.parquet").to_pandas())


def draws(records: Records) -> pd.DataFrame:
    """The fingerprints of one replication's draws, a row each."""
    import pandas as pd

    return pd.DataFrame({"draw": DRAWS, "fingerprint": records.fingerprints})
