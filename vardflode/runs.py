"""Make, extend or reuse the run of a scenario: what the command `run` and the Python API stand on."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from results.store import TABLES, NotARun, Run, open_run, run_folder, run_hash, save_run
from results.windows import calendar_windows, steady_window, year_windows, years_for_steady
from scenarios.hubs import chosen
from scenarios.lineage import LIBRARY
from scenarios.load import Resolved
from scenarios.register import read_register
from vardflode.replicate import Interrupted, Outcome, Task, run_tasks, uninterrupted

if TYPE_CHECKING:
    import pyarrow as pa

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
) -> RunResult:
    """The run of a scenario with at least so many replications.

    Replications that the folder already holds are kept unless `fresh`. `progress` hears (done, total). Raises
    OSError where the folder cannot be written.
    """
    from sim.model import MODEL_VERSION

    digest = run_hash(resolved, seed, MODEL_VERSION)
    folder = run_folder(out, resolved, digest)
    _must_be_writable(out)
    found = _found(folder, fresh, keep_visits)
    have = found.base.replications if found.base else []
    missing = sorted({*range(replications), *found.again} - {*have})
    if not missing:
        return RunResult(found.base, resolved, f"reused: the run already holds {_counted(len(have))}", 0)
    tasks = [Task(resolved, seed, number, keep_visits or found.has_visits) for number in missing]
    done = 0

    def finished(_: Outcome) -> None:
        nonlocal done
        done += 1
        progress(done, len(missing))

    progress(0, len(missing))
    interrupted = False
    try:
        outcomes = run_tasks(tasks, workers or os.cpu_count() or 1, finished)
    except Interrupted as stopped:
        outcomes, interrupted = stopped.outcomes, True
    good = [outcome for outcome in outcomes if outcome.failure is None]
    failures = tuple((o.replication, o.failure) for o in outcomes if o.failure is not None)
    if not {*found.again} <= {outcome.replication for outcome in good}:
        reason = "the run stands as it was, since not all of it could be made again"
        return RunResult(open_run(folder), resolved, reason, 0, failures, interrupted)
    run = found.base
    if good:
        kept = sorted({*have, *(outcome.replication for outcome in good)})
        manifest = _manifest(resolved, digest, seed, MODEL_VERSION, kept)
        with uninterrupted():
            run = save_run(folder, resolved, _tables(found.base, good), manifest)
    reason = found.reason.format(_counted(len(good)))
    return RunResult(run, resolved, reason, len(good), failures, interrupted)


def _counted(replications: int) -> str:
    return "1 replication" if replications == 1 else f"{replications} replications"


def _must_be_writable(out: Path) -> None:
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


def _found(folder: Path, fresh: bool, keep_visits: bool) -> _Found:
    try:
        run = open_run(folder)
    except NotARun as error:
        why = f" anew: {error.what}" if folder.exists() else ""
        return _Found(None, (), False, f"made {{}}{why}")
    has_visits = (folder / "visits.parquet").is_file()
    if fresh:
        return _Found(None, tuple(run.replications), has_visits, "made {} anew: --fresh was asked for")
    if keep_visits and not has_visits:
        return _Found(None, tuple(run.replications), True, "made {} anew: the run had kept no visits")
    return _Found(run, (), has_visits, f"added {{}} to the {len(run.replications)} there were")


def _tables(known: Run | None, good: list[Outcome]) -> dict[str, pa.Table]:
    """The run's tables with the new replications, ordered by replication."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    new = {"measures": _measures_table(good)}
    for name in TABLES[1:]:
        frames = [(o.replication, o.extracts[name]) for o in good if o.extracts and name in o.extracts]
        if frames:
            new[name] = pa.concat_tables(
                [
                    _with_replication(pa.Table.from_pandas(f, preserve_index=False), number)
                    for number, f in frames
                ],
                promote_options="default",
            )
    if known is None:
        return new
    tables = {}
    for name in TABLES:
        parts = [new[name]] if name in new else []
        if (path := known.folder / f"{name}.parquet").is_file():
            parts.insert(0, pq.read_table(path))
        if parts:
            plain = [_undictionary(part) for part in parts]
            tables[name] = pa.concat_tables(plain, promote_options="default").sort_by("replication")
    return tables


def _undictionary(table: pa.Table) -> pa.Table:
    """Dictionary columns as plain ones, so that tables of different runs can be joined."""
    import pyarrow as pa

    fields = [
        pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


def _with_replication(table: pa.Table, number: int) -> pa.Table:
    import pyarrow as pa

    column = pa.array(np.full(table.num_rows, number, dtype=np.int32))
    return table.add_column(0, "replication", column).replace_schema_metadata(None)


def _measures_table(good: list[Outcome]) -> pa.Table:
    """One row per replication, measure, scope, key and window; undefined values are null."""
    import pyarrow as pa

    rows = good[0].rows
    values = np.concatenate([o.values for o in good if o.values is not None])
    columns: dict[str, Any] = {
        "replication": np.repeat(np.array([o.replication for o in good], dtype=np.int32), len(rows))
    }
    for name in ("name", "scope", "key", "window"):
        columns[name] = pa.array([getattr(row, name) for row in rows] * len(good), pa.string())
    columns["value"] = pa.array(values, from_pandas=True)
    return pa.table(columns)


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
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            "vardflode": importlib.metadata.version("vardflode"),
        }
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "commit": _commit(),
        "lock_hash": _lock_hash(),
        "windows": [
            {"name": w.name, "first_day": w.first, "days": w.days, "part_year": w.part_year} for w in windows
        ],
        "notes": notes(resolved),
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
