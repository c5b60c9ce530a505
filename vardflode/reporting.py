"""The evidence report of runs: find, make or extend them as a comparison does, and hand them to the chapters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.faults import Fault, InputError, suggestion
from vardflode.comparing import Progress, Tell, compare
from vardflode.files import put, unwritable
from vardflode.tightness import TIGHT_EVERYWHERE

if TYPE_CHECKING:
    from results.report.language import Tongue
    from results.report.subject import Subject, Target


def report(
    names: Sequence[str | Path],
    out: Path,
    *,
    language: Tongue = "sv",
    suppress_below: int | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    years: int | None = None,
    explained: bool = False,
    calibration: str | None = TIGHT_EVERYWHERE,
    targets: Sequence[str] = (),
    also: Sequence[Path] = (),
    runs: Path = Path("runs"),
    tell: Tell = lambda line: None,
    progress: Progress = lambda name: nullcontext(lambda done, total: None),
) -> bool:
    """Write the evidence report of runs (folders) or scenarios (names or files), the first of which it is about.

    The ending of `out` says which kind of file. `targets` are as typed, such as "on_time_share>=0.95";
    `suppress_below` leaves out counts below it, for real units. Otherwise arguments are those of `subject_of`. Hands
    back whether every replication of every run was made. Raises what `vardflode.comparing.compare` does, and
    InputError where a target is none or no such file can be written, before anything is run.
    """
    from results.report.language import Language
    from results.report.making import make_report
    from results.report.small_numbers import suppressed
    from results.report.writers import written

    held_against = asked(out, targets)
    subject, whole = subject_of(
        names, seed=seed, replications=replications, workers=workers, years=years, explained=explained,
        calibration=calibration, targets=held_against, also=also, runs=runs, tell=tell, progress=progress,
    )  # fmt: skip
    tell(f"writing {out} …")
    made = make_report(subject, Language(language))
    if suppress_below is not None:
        made = suppressed(made, subject, suppress_below)
    put(out, written(made, out.suffix.lower()))
    return whole


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
    also: Sequence[Path] = (),
    runs: Path = Path("runs"),
    tell: Tell = lambda line: None,
    progress: Progress = lambda name: nullcontext(lambda done, total: None),
) -> tuple[Subject, bool]:
    """What a report is about: the first of the runs or scenarios, and those beside it; and whether they are whole.

    Arguments and what is raised are those of `vardflode.comparing.compare`; `targets` is what the results are held
    against, `also` names files with further analyses of the first. Runs are whole where no replication failed.
    """
    from results.report.further import held_against, read_further
    from results.report.subject import Subject

    further = read_further(also)
    found = compare(
        names, seed=seed, replications=replications, workers=workers, years=years, explained=explained,
        calibration=calibration, runs=runs, tell=tell, progress=progress,
    )  # fmt: skip
    main = found.comparison.baseline
    labels = [side.label for side in (main, *found.comparison.scenarios)]
    by_label = dict(zip(labels, found.runs, strict=True))
    further = held_against(further, main.manifest, main.resolved)
    subject = Subject(found.comparison, found.numbers, by_label, found.under, tuple(targets), further)
    return subject, not found.failed


def asked(out: Path, targets: Sequence[str]) -> list[Target]:
    """The targets as they are typed. Raises InputError, before anything is run, also where no report can be written."""
    found, faults = [], list(_obstacles(out))
    for text in targets:
        try:
            found.append(target(text))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return found


def _obstacles(out: Path) -> Iterator[Fault]:
    """Why a report cannot be written there."""
    from results.report.writers import ENDINGS, WRITERS

    yield from unwritable(out)
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        kinds = f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        yield Fault(str(out), 0, "", f"is no kind of report; let its name end in {kinds}")
    elif missing := [package for package in WRITERS[ending].needs if find_spec(package) is None]:
        why = f'a {ending} file needs {" and ".join(missing)}; install: pip install "vardflode[report]"'
        yield Fault("--out", 0, "", why)


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
            bound = float(number)
        except ValueError:
            break
        if math.isfinite(bound):
            return Target(name, sign == ">=", bound)
    why = "is no target; write a measure, >= or <=, and a number, such as on_time_share>=0.95"
    raise InputError([Fault("--target", 0, text[:60], why)])
