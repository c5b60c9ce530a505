"""Verify a run: make its replications once more, and hold its certificate and all that it keeps against them.

The records of a replication are not kept, so they are made again from what the run's folder holds: scenario, register,
plan and seed.
"""

from __future__ import annotations

import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.blocks import keep
from results.certificate import Line, failures, fold, lines_of
from results.store import TABLES, VISITS, NotARun, Run, run_hash, transfers_csv
from scenarios.faults import Fault, InputError
from scenarios.load import Resolved
from vardflode.executor import Interrupted, Lost, Pool, work
from vardflode.replicate import Block, Made, in_blocks, make
from vardflode.runs import made_with

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-9  # relative; what other versions or machines may change of a number
PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that a run keeps, held against what was made again; `where` is the first difference."""

    id: str
    statement: str
    verdict: str
    where: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `verify --json` has it."""
        return {"id": self.id, "statement": self.statement, "verdict": self.verdict, "where": self.where}


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """A run, the replications made again, the certificate computed from them, and what the run keeps.

    `others` names versions that are not those it was made with: then numbers need only be equal but for rounding.
    """

    run: Run
    replications: tuple[int, ...]
    others: tuple[str, ...]
    lines: tuple[Line, ...]
    kept: tuple[Kept, ...]

    def __repr__(self) -> str:
        return f"<Verified {self.run.folder.name}: {'holds' if self.holds else 'does not hold'}>"

    @property
    def failed(self) -> list[str]:
        """What does not hold."""
        return [line.id for line in failures(self.lines)] + [k.id for k in self.kept if k.verdict == FAILED]

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.failed

    def as_json(self) -> dict[str, Any]:
        """As `verify --json` has it."""
        manifest = self.run.manifest
        return {
            "name": manifest["name"],
            "hash": manifest["hash"],
            "seed": manifest["seed"],
            "replications": list(self.replications),
            "holds": self.holds,
            "other_versions": list(self.others),
            "lines": [line.as_json() for line in self.lines],
            "kept": [each.as_json() for each in self.kept],
        }


def verify(
    run: Run,
    pool: Pool,
    *,
    replications: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Verified:
    """Make the first replications of a run again (all unless told) and compare. `progress` hears (done, total).

    Raises InputError where another version of the model made the run, and KeyboardInterrupt.
    """
    _must_be_of_this_model(run)
    resolved = run.resolved()
    numbers = run.replications[:replications]
    others = _other_versions(run)
    again = _Again(run, ROUNDING if others else 0.0)
    progress(0, len(numbers))
    with tempfile.TemporaryDirectory() as folder:

        def finished(block: Block, made: Made | Lost[Block]) -> None:
            again.take(block, made, Path(folder))
            progress(again.done, len(numbers))

        visits = VISITS in again.tables
        blocks = in_blocks(resolved, run.manifest["seed"], numbers, pool.at_once, keep_visits=visits)
        try:
            work(make, blocks, pool, finished)
        except Interrupted:
            raise KeyboardInterrupt from None
    kept = (*_identity(run, resolved), *again.outcome(), *_certificate(run), *_planners_table(run, resolved))
    return Verified(run, tuple(numbers), others, again.lines(), kept)


def _must_be_of_this_model(run: Run) -> None:
    from sim.model import MODEL_VERSION

    made_by = run.manifest["model_version"]
    if made_by != MODEL_VERSION:
        program = run.manifest.get("versions", {}).get("vardflode", "?")
        why = (
            f"is {made_by}, of this program {MODEL_VERSION}: only the version that made the run (vardflode {program}, "
            f"commit {run.manifest.get('commit') or '?'}) can verify it; use that, or run the scenario again"
        )
        raise InputError([Fault(str(run.folder), 0, "model version", why)])


def _other_versions(run: Run) -> tuple[str, ...]:
    """Each version and the kind of machine that is not what the run was made with."""
    now, then = made_with(), dict(run.manifest.get("versions", {}))
    return tuple(
        f"{name} {now.get(name, 'none')} instead of {then.get(name, 'none')}"
        for name in sorted({*now, *then})
        if now.get(name) != then.get(name)
    )


@dataclass(slots=True, repr=False)
class _Again:
    """Replications as they come, each table compared at once and let go."""

    run: Run
    rounding: float
    done: int = 0
    apart: dict[str, tuple[int, str]] = field(default_factory=dict)  # table: replication, first difference
    failures: dict[int, str] = field(default_factory=dict)
    findings: dict[int, pd.DataFrame] = field(default_factory=dict)

    @property
    def tables(self) -> list[str]:
        """The tables that the run keeps."""
        return [name for name in TABLES if f"{name}.parquet" in self.run.manifest["files"]]

    def take(self, block: Block, made: Made | Lost[Block], folder: Path) -> None:
        """Compare what a block gave."""
        self.done += len(block.replications)
        if isinstance(made, Lost):
            self.failures |= dict.fromkeys(block.replications, made.why)
            return
        self.failures |= {number: told.strip().splitlines()[-1] for number, told in made.failures}
        if not made.replications:
            return
        packed = keep(folder, made.replications, made.packed)
        for number, name in itertools.product(made.replications, self.tables):
            frame = packed.table(name, number).to_pandas()
            difference = first_difference(self.run.table(name, [number]), frame, self.rounding)
            if difference and number < self.apart.get(name, (math.inf, ""))[0]:
                self.apart[name] = number, difference
        for number in made.replications:
            self.findings[number] = packed.table("certificate", number).to_pandas()
        packed.path.unlink()

    def outcome(self) -> Iterator[Kept]:
        """Whether every replication could be made, and each table is as it was."""
        number = min(self.failures, default=None)
        told = "" if number is None else f"replication {number}: {self.failures[number]}"
        yield _kept("replications", "Every replication can be made again.", told)
        for name in self.tables:
            same = "the same but for rounding" if self.rounding else "the same to the bit"
            number, difference = self.apart.get(name, (0, ""))
            told = f"replication {number}: {difference}" if difference else ""
            yield _kept(name, f"{name}.parquet is {same} when made again.", told)

    def lines(self) -> tuple[Line, ...]:
        """The certificate of what was made again."""
        import pandas as pd

        if not self.findings:
            return ()
        return fold(pd.concat([self.findings[number] for number in sorted(self.findings)], ignore_index=True))


def first_difference(stored: pd.DataFrame, made: pd.DataFrame, rounding: float = 0.0) -> str:
    """Where two tables first differ, in words; nothing where they are equal, numbers to a relative `rounding`."""
    import numpy as np

    if list(stored.columns) != list(made.columns):
        return f"columns {', '.join(stored.columns)} are kept, {', '.join(made.columns)} were made"
    if len(stored) != len(made):
        return f"{len(stored)} rows are kept, {len(made)} were made"
    for column in stored.columns:
        old, new = stored[column], made[column]
        equal = ((old == new) | (old.isna() & new.isna())).to_numpy(dtype=bool)
        if rounding and old.dtype.kind == new.dtype.kind == "f":
            equal = equal | np.isclose(old.to_numpy(), new.to_numpy(), rtol=rounding, atol=0)
        if not equal.all():
            row = int(np.argmin(equal))
            return (
                f"{column} in row {row} is {old.iloc[row]}, was made as {new.iloc[row]}{_about(stored, row)}"
            )
    return ""


def _about(table: pd.DataFrame, row: int) -> str:
    """The texts of a row, to find it by."""
    texts = [str(text) for text in table.iloc[row] if isinstance(text, str) and text]
    return f" ({', '.join(texts)})" if texts else ""


def _kept(name: str, statement: str, difference: str) -> Kept:
    return Kept(name, statement, FAILED if difference else PASSED, difference)


def _identity(run: Run, resolved: Resolved) -> Iterator[Kept]:
    """The folder's name hangs on what is assumed, so nobody has changed that and the hash as well by mistake."""
    manifest = run.manifest
    found = run_hash(resolved, manifest["seed"], manifest["model_version"])
    told = "" if found == manifest["hash"] else f"their hash is {found}, the manifest has {manifest['hash']}"
    yield _kept("identity", "Scenario, register and plan are those that the run is named for.", told)


def _certificate(run: Run) -> Iterator[Kept]:
    """The manifest's certificate beside the one folded from the findings that the run keeps."""
    statement = "The certificate in the manifest is what the kept findings say."
    stored = run.manifest.get("certificate")
    if stored is None:
        yield Kept(
            "manifest", statement, NOT_APPLICABLE, "the run was made before runs carried a certificate"
        )
        return
    now = [line.as_json() for line in lines_of(run.folder)]
    apart = [line["id"] for line in now if not any(_same(line, other) for other in stored)]
    yield _kept("manifest", statement, ", ".join(apart) or ("other lines" if len(stored) != len(now) else ""))


def _same(line: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two lines are equal, numbers but for rounding: sums may be taken in another order."""
    return line.keys() == other.keys() and all(
        math.isclose(value, other[name], rel_tol=ROUNDING)
        if isinstance(value, float) and isinstance(other[name], float)
        else value == other[name]
        for name, value in line.items()
    )


def _planners_table(run: Run, resolved: Resolved) -> Iterator[Kept]:
    """transfers.csv beside the table that it is made of."""
    try:
        kept = (run.folder / "transfers.csv").read_bytes()
    except OSError as error:
        raise NotARun(f"{run.folder / 'transfers.csv'} cannot be read ({error})") from None
    made = transfers_csv(run.folder / "transfers.parquet", len(run.replications), resolved)
    told = "" if made == kept else _first_line_apart(kept, made)
    yield _kept("transfers.csv", "transfers.csv holds the means of transfers.parquet.", told)


def _first_line_apart(kept: bytes, made: bytes) -> str:
    lines: Sequence[tuple[bytes, bytes]] = list(
        itertools.zip_longest(kept.splitlines(), made.splitlines(), fillvalue=b"")
    )
    number = next((i for i, (old, new) in enumerate(lines, 1) if old != new), 0)
    return f"line {number}"
