"""The evidence report of runs: find, make or extend them as a comparison does, and hand them to the chapters."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.faults import Fault, InputError, suggestion
from vardflode.comparing import Progress, Tell, compare
from vardflode.tightness import TIGHT_EVERYWHERE

if TYPE_CHECKING:
    from results.report.subject import Subject, Target


def subject_of(
    names: Sequence[str | Path],
    *,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    years: int | None = None,
    explained: bool = False,
    calibration: str | None = TIGHT_EVERYWHERE,
    targets: Sequence[Target] = (),
    runs: Path = Path("runs"),
    tell: Tell = lambda line: None,
    progress: Progress = lambda name: nullcontext(lambda done, total: None),
) -> Subject:
    """What a report is about: the first of the runs (folders) or scenarios (names or files), and those beside it.

    Arguments and what is raised are those of `vardflode.comparing.compare`; `targets` is what the results are held
    against.
    """
    from results.report.subject import Subject

    found = compare(
        names, seed=seed, replications=replications, workers=workers, years=years, explained=explained,
        calibration=calibration, runs=runs, tell=tell, progress=progress,
    )  # fmt: skip
    labels = [side.label for side in (found.comparison.baseline, *found.comparison.scenarios)]
    by_label = dict(zip(labels, found.runs, strict=True))
    return Subject(found.comparison, found.numbers, by_label, found.under, tuple(targets))


def target(text: str) -> Target:
    """A target as it is typed: `on_time_share>=0.95` or `late_days_p95<=14`. Raises InputError."""
    from results.catalogue import MEASURES
    from results.report.subject import Target

    for sign in (">=", "<="):
        name, found, number = text.partition(sign)
        if not found:
            continue
        name = name.strip()
        if name not in MEASURES:
            why = f"no such measure{suggestion(name[:60], MEASURES)}"
            raise InputError([Fault("--target", 0, name[:60], why)])
        try:
            return Target(name, sign == ">=", float(number))
        except ValueError:
            break
    why = "is no target; write a measure, >= or <=, and a number, such as on_time_share>=0.95"
    raise InputError([Fault("--target", 0, text[:60], why)])
