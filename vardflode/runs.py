"""Make, extend or reuse the run of a scenario: what the command `run` and the Python API stand on."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import results.blocks
from results.blocks import keep, kept
from results.certificate import lines_of
from results.durable import InUse
from results.making import Making, being_made
from results.store import (
    VISITS,
    NotARun,
    Run,
    open_run,
    publish,
    run_folder,
    run_hash,
    tables_of,
    tidy,
    write_draft,
)
from results.warm_up import warm_up_of
from results.windows import calendar_windows, steady_window, year_windows, years_for_steady
from scenarios.faults import Fault, InputError
from scenarios.hubs import chosen
from scenarios.lineage import LIBRARY
from scenarios.load import Resolved
from scenarios.register import read_register
from vardflode.cluster import ClusterError
from vardflode.executor import Interrupted, Lost, Pool, pool_of, work
from vardflode.interrupt import uninterrupted
from vardflode.replicate import Block, Made, in_blocks, make

PACKAGES = ("simpy", "numpy", "scipy", "pandas", "numba", "pydantic", "pyarrow", "holidays", "ruamel.yaml")


@dataclass(frozen=True, slots=True, repr=False)
class RunResult:
    """A run and what making it took.

    `reason` says why replications were made or not; `failures` are (replication, traceback);
    `interrupted` is true when Ctrl-C stopped it and what was finished is saved.
    """

    run: Run | None
    resolved: Resolved
    reason: str
    made: int
    failures: tuple[tuple[int, str], ...] = ()
    interrupted: bool = False

    def __repr__(self) -> str:
        return f"<RunResult {self.resolved.scenario.name}: {self.reason}>"


def make_run(
    resolved: Resolved,
    *,
    replications: int = 20,
    seed: int = 1,
    workers: int | None = None,
    out: Path = Path("runs"),
    fresh: bool = False,
    keep_visits: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    pool: Pool | None = None,
) -> RunResult:
    """The run of a scenario with at least so many replications.

    Replications that the folder already holds are kept unless `fresh`, and so is what a process that was killed had
    finished. They are made in `pool`, or in so many `workers` of their own. `progress` hears (done, total). Raises
    OSError where the folder cannot be written, InUse where another process is making this run, ClusterError.
    """
    from sim.model import MODEL_VERSION

    digest = run_hash(resolved, seed, MODEL_VERSION)
    folder = run_folder(out, resolved, digest)
    must_be_writable(out)
    found = _found(folder, fresh, keep_visits)
    if found.base and not found.missing(replications):
        tidy(found.base)
        reason = f"reused: the run already holds {_counted(len(found.base.replications))}"
        return RunResult(found.base, resolved, reason, 0)
    with being_made(folder) as making, contextlib.ExitStack() as stack:
        found = _found(folder, fresh, keep_visits)  # another process may have made it meanwhile
        if fresh:
            making.discard_blocks()
        under_way = _UnderWay(
            resolved, seed, making, tables_of(visits=keep_visits or found.has_visits), progress
        )
        under_way.make(found.missing(replications), pool or stack.enter_context(pool_of(workers)))
        if not {*found.again} <= {*under_way.blocks}:
            reason = "the run stands as it was, since not all of it could be made again"
            return RunResult(open_run(folder), resolved, reason, 0, under_way.failures, under_way.interrupted)
        run = found.base
        if under_way.blocks:
            with uninterrupted():
                held = write_draft(making, resolved, found.base, under_way.blocks, under_way.tables)
                manifest = _manifest(resolved, digest, seed, MODEL_VERSION, held)
                run = publish(making, manifest | _judged(making.draft, manifest["notes"]))
    made = len(under_way.blocks)
    reason = found.reason.format(_counted(made)) + under_way.taken_up
    return RunResult(run, resolved, reason, made, under_way.failures, under_way.interrupted)


@dataclass(slots=True)
class _UnderWay:
    """Replications under way: those finished lie in blocks on disk, so that none is made twice."""

    resolved: Resolved
    seed: int
    making: Making
    tables: tuple[str, ...]
    progress: Callable[[int, int], None]
    blocks: dict[int, results.blocks.Block] = field(default_factory=dict)
    failures: tuple[tuple[int, str], ...] = ()
    interrupted: bool = False
    taken_up: str = ""

    def make(self, missing: Sequence[int], pool: Pool) -> None:
        """Make replications, except those that a process which was killed had finished. Raises OSError."""
        there = kept(self.making.place, self.tables)
        self.blocks = {number: there[number] for number in missing if number in there}
        if self.blocks:
            self.taken_up = f", {len(self.blocks)} of them finished before"
        left = [number for number in missing if number not in there]
        self.progress(len(self.blocks), len(missing))

        def finished(block: Block, made: Made | Lost[Block]) -> None:
            self._take(block, made)
            self.progress(len(self.blocks) + len(self.failures), len(missing))

        blocks = in_blocks(self.resolved, self.seed, left, pool.at_once, keep_visits=VISITS in self.tables)
        try:
            work(make, blocks, pool, finished)
        except Interrupted:
            self.interrupted = True
        self.failures = tuple(sorted(self.failures))

    def _take(self, block: Block, made: Made | Lost[Block]) -> None:
        if isinstance(made, Lost):
            self.failures += tuple((number, made.why) for number in block.replications)
            return
        self.failures += made.failures
        if made.replications:
            saved = keep(self.making.place, made.replications, made.packed)
            self.blocks.update(dict.fromkeys(made.replications, saved))


@contextmanager
def faults_of(out: Path, option: str) -> Iterator[None]:
    """What keeps a run from being made, as faults; `option` names another folder. Raises InputError."""
    try:
        yield
    except InUse as error:
        why = f"another process is making this run; wait for it, or choose another folder with {option}"
        raise InputError([Fault(str(error), 0, "", why)]) from None
    except ClusterError as error:
        raise InputError([Fault("--cluster", 0, "", str(error))]) from None
    except OSError as error:
        why = f"cannot be written ({error.strerror or error}); choose another folder with {option}"
        raise InputError([Fault(str(out), 0, "", why)]) from None


def _counted(replications: int) -> str:
    return "1 replication" if replications == 1 else f"{replications} replications"


def must_be_writable(out: Path) -> None:
    """Find out before any work is done. Raises OSError."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=out):
        pass


@dataclass(frozen=True, slots=True)
class _Found:
    """What a folder holds: the run to build on, the replications to make again, and why."""

    base: Run | None
    again: tuple[int, ...]
    has_visits: bool
    reason: str

    def missing(self, replications: int) -> list[int]:
        """What is to be made, so that there are at least so many, ascending."""
        have = self.base.replications if self.base else []
        return sorted({*range(replications), *self.again} - {*have})


def _found(folder: Path, fresh: bool, keep_visits: bool) -> _Found:
    try:
        run = open_run(folder)
    except NotARun as error:
        why = f" anew: {error.what}" if folder.exists() else ""
        return _Found(None, (), False, f"made {{}}{why}")
    has_visits = (folder / f"{VISITS}.parquet").is_file()
    if fresh:
        return _Found(None, tuple(run.replications), has_visits, "made {} anew: --fresh was asked for")
    if "certificate" not in run.manifest:
        return _Found(None, tuple(run.replications), has_visits, "made {} anew: the run had no certificate")
    if keep_visits and not has_visits:
        return _Found(None, tuple(run.replications), True, "made {} anew: the run had kept no visits")
    return _Found(run, (), has_visits, f"added {{}} to the {len(run.replications)} there were")


def _manifest(
    resolved: Resolved, digest: str, seed: int, model_version: str, replications: Sequence[int]
) -> dict[str, Any]:
    windows = (*year_windows(resolved), *calendar_windows(resolved))
    return {
        "name": resolved.scenario.name,
        "hash": digest,
        "seed": seed,
        "model_version": model_version,
        "replications": list(replications),
        **provenance(),
        "windows": [
            {"name": w.name, "first_day": w.first, "days": w.days, "part_year": w.part_year} for w in windows
        ],
        "notes": notes(resolved),
    }


def _judged(draft: Path, told: Sequence[str]) -> dict[str, Any]:
    """What the replications in a folder say of themselves: certificate, warm-up, and notes beside those told."""
    settled = warm_up_of(draft)
    return {
        "certificate": [line.as_json() for line in lines_of(draft)],
        "warm_up": settled.as_json(),
        "notes": [*told, *settled.warnings(), *settled.remarks()],
    }


def provenance() -> dict[str, Any]:
    """When, and with what, results are made."""
    return {
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": made_with(),
        "commit": _commit(),
        "lock_hash": _lock_hash(),
    }


def notes(resolved: Resolved) -> list[str]:
    """What a reader of the run must be told."""
    told = []
    if steady_window(resolved) is None:
        told.append(
            "no steady window: the last 52 weeks begin less than 26 weeks after the last planned transfer; "
            f"--years {years_for_steady(resolved)} would give one"
        )
    listed = sum(unit.listed for unit in resolved.units)
    region = sum(unit.listed for unit in read_register(LIBRARY / "units.csv"))
    if not 0.8 < listed / region < 1.25:
        told.append(
            f"the register lists {listed:,} persons, the region has {region:,}: patients per stream and the uplift "
            "are for the whole region unless you set them for your part of it"
        )
    return [*told, *chosen(resolved.units, resolved.hubs)]


def made_with() -> dict[str, str]:
    """What the last bits of a number may hang on: versions, and the kind of machine."""
    own = {"python": platform.python_version(), "vardflode": importlib.metadata.version("vardflode")}
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return own | packages | {"machine": f"{platform.system()} {platform.machine()}"}


def _lock_hash() -> str | None:
    """SHA-256 of the locked versions, where the code runs from a checkout."""
    lock = Path(__file__).parents[1] / "requirements" / "core.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def _commit() -> str | None:
    """The commit of the code, where it runs from a checkout."""
    try:
        told = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None
