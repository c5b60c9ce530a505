"""What every view of runs must say first: that a certificate does not hold or is missing, or that a pair is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from results.store import NotARun, Run, in_common
from scenarios.levers import CLOCK, covers, differences
from scenarios.load import Resolved

WHAT_TO_DO = (
    "do not rely on its figures; `vardflode verify {}` tells more, --fresh makes it again, and if that does not help, "
    "please report it"
)
REGION = ("units", "unit_changes.**", "calendar.**", "shocks.**", *CLOCK)
TRAITS = (
    "patients", "course.**", "growth_per_year", "age_weight", "clustering_cv", "eligible_share", "uptake_share",
    "municipal_share", "unplanned_per_year", "unplanned_cv",
)  # fmt: skip
DRAWN_FROM: Mapping[str, tuple[str, ...]] = {
    "patients": ("units", "streams.*", *(f"streams.*.{trait}" for trait in TRAITS), *CLOCK),
    "requests": ("background.**", "staffing.periods.**", "booking.diary_horizon_weeks", *REGION),
    "staff": ("staffing.**", *REGION),
}


def doubts(run: Run) -> list[str]:
    """A sentence for each line of a run's certificate that failed; one if it carries none."""
    lines = run.manifest.get("certificate")
    if lines is None:
        return [
            f"{run.folder.name} carries no certificate: it was made before runs had one; --fresh makes it again"
        ]
    return [
        f"{run.folder.name}: the certificate FAILED in {line['id']} ({line['where']}: expected {line['expected']}, "
        f"found {line['found']}). {line['statement']} Since that does not hold, {WHAT_TO_DO.format(run.folder)}"
        for line in lines
        if line["verdict"] == "failed"
    ]


def certified(run: Run) -> bool:
    """Whether a run carries a certificate in which no line failed."""
    return not doubts(run)


def doubts_of_all(runs: Iterable[Run]) -> Iterator[str]:
    """The same of several runs, each told once."""
    for run in {run.folder.resolve(): run for run in runs}.values():
        yield from doubts(run)


def misaligned(baseline: tuple[Run, Resolved], other: tuple[Run, Resolved]) -> Iterator[str]:
    """A sentence for each kind of draw that should be common to a pair, since all that it hangs on is, and is not."""
    paths = list(differences(baseline[1], other[1]))
    for draw, patterns in DRAWN_FROM.items():
        if any(covers(pattern, path) for pattern in patterns for path in paths):
            continue
        own, theirs = (_fingerprints(run, draw) for run, _ in (baseline, other))
        apart = [
            number for number in in_common([baseline[0], other[0]]) if own.get(number) != theirs.get(number)
        ]
        if own and theirs and apart:
            yield (
                f"{other[0].folder.name}: {draw} were drawn otherwise than in {baseline[0].folder.name} (replication "
                f"{apart[0]}), though nothing that they hang on differs: the two are no pairs, and intervals too wide; "
                "make both again with --fresh"
            )


def _fingerprints(run: Run, draw: str) -> dict[int, str]:
    """Those of one draw by replication; none in a run without a certificate."""
    try:
        table = run.table("draws")
    except NotARun:
        return {}
    rows = table[table["draw"] == draw]
    return dict(zip(rows["replication"].tolist(), rows["fingerprint"].tolist(), strict=True))
