"""Make, extend or reuse a sweep: every cell of a design, on the same random numbers, in one pool of workers.

What is finished lies in blocks on disk, in a folder for each cell, until the whole sweep is put together; so whatever
stops it costs no more than the blocks under way.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import results.blocks
from results.as_json import TOLD_SCOPES
from results.blocks import keep, kept
from results.making import Making, being_made
from results.store import NotARun, put_in_place
from results.sweep import (
    CERTIFICATE,
    KIND,
    MEASURES,
    TABLES,
    Sweep,
    failed_lines,
    open_sweep,
    sweep_folder,
    write_draft,
)
from scenarios.design import CELL, Variants, design_csv
from scenarios.faults import InputError
from vardflode.executor import Interrupted, Lost, Pool, work
from vardflode.interrupt import uninterrupted
from vardflode.replicate import Block, Made, Outcome, block_size, made, tables
from vardflode.runs import must_be_writable, notes, provenance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A replication of a cell that failed, and its traceback, or why the cell could not be begun."""

    cell: int
    replication: int
    why: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep has come: replications and cells done, of how many."""

    done: int
    total: int
    cells: int
    of_cells: int


@dataclass(frozen=True, slots=True, repr=False)
class SweepResult:
    """A sweep and what making it took; `sweep` is None where it was interrupted or nothing succeeded."""

    sweep: Sweep | None
    reason: str
    failures: tuple[Failure, ...] = ()
    interrupted: bool = False

    def __repr__(self) -> str:
        return f"<SweepResult: {self.reason}>"


def make_sweep(
    variants: Variants,
    *,
    replications: int = 20,
    seed: int = 1,
    pool: Pool,
    out: Path = Path("runs"),
    fresh: bool = False,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> SweepResult:
    """The sweep with at least so many replications of each cell.

    Replications that are there are kept unless `fresh`, also those of a sweep that was stopped. Raises OSError where
    the folder cannot be written, InUse where another process is making this sweep, ClusterError.
    """
    from sim.model import MODEL_VERSION

    digest = sweep_hash(variants, seed, MODEL_VERSION)
    folder = sweep_folder(out, variants.resolved.scenario.name, digest)
    must_be_writable(out)
    with being_made(folder) as making:
        known, why = _known(folder)
        wanted = {*range(replications), *(known.replications if known else ())}
        if fresh:
            _discard(making)
        under_way = _UnderWay(variants, seed, making, None if fresh else known, sorted(wanted), progress)
        under_way.look()
        if known and not under_way.total:
            _discard(making)
            return SweepResult(known, f"reused: each cell already holds {_counted(len(known.replications))}")
        under_way.make(pool)
        failures = tuple(sorted(under_way.failures))
        if under_way.interrupted:
            return SweepResult(None, under_way.told(), failures, interrupted=True)
        if not any(under_way.blocks.values()):
            return SweepResult(known, "nothing was made", failures)
        if fresh and known and not under_way.replaces(known):
            why = "the sweep stands as it was, since not all of it could be made again"
            return SweepResult(known, why, failures)
        manifest = {
            "kind": KIND,
            "name": variants.resolved.scenario.name,
            "hash": digest,
            "seed": seed,
            "model_version": MODEL_VERSION,
            **under_way.held(),
            **provenance(),
            "notes": notes(variants.resolved),
        }
        write_draft(making, variants.resolved, variants.design, under_way.known, under_way.blocks)
        certificate = list(failed_lines(making.draft))
        with uninterrupted():
            put_in_place(making, manifest | {"certificate": certificate})
            _discard(making)
    return SweepResult(open_sweep(folder), under_way.told() + why, failures)


def sweep_hash(variants: Variants, seed: int, model_version: str) -> str:
    """The identity of a sweep: its scenario, its cells and their values, the seed and the model's version."""
    told = "\n".join(
        (
            design_csv(variants.design),
            variants.resolved.digest(),
            *variants.digests,
            f"{seed}:{model_version}",
        )
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _known(folder: Path) -> tuple[Sweep | None, str]:
    """The sweep that a folder holds, or why what is there is made anew."""
    try:
        return open_sweep(folder), ""
    except NotARun as error:
        return None, f", anew: {error.what}" if folder.exists() else ""


def _discard(making: Making) -> None:
    """Remove what was kept of replications under way."""
    for place in making.place.iterdir():
        if place.is_dir():
            shutil.rmtree(place)


def _counted(replications: int) -> str:
    return "1 replication" if replications == 1 else f"{replications:,} replications"


@dataclass(frozen=True, slots=True)
class CellBlock:
    """Replications of one cell, to be made by one worker."""

    cell: int
    block: Block


def make_block(asked: CellBlock) -> Made:
    """Every replication of a block, and what a sweep keeps of them."""
    return made(asked.block, _kept)


def _kept(outcome: Outcome) -> Mapping[str, pd.DataFrame]:
    from results.certificate import telling

    found = tables(outcome)
    measures = found[MEASURES]
    told = measures[measures["scope"].isin(TOLD_SCOPES)]
    return {MEASURES: told, CERTIFICATE: telling(found[CERTIFICATE])}


@dataclass(slots=True)
class _UnderWay:
    """A sweep under way: what is known of it, what lies in blocks on disk, and what is left to make, by cell."""

    variants: Variants
    seed: int
    making: Making
    known: Sweep | None
    wanted: Sequence[int]
    progress: Callable[[Progress], None]
    blocks: dict[int, dict[int, results.blocks.Block]] = field(default_factory=dict)
    left: dict[int, list[int]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    interrupted: bool = False
    total: int = 0
    taken_up: int = 0
    done: int = 0

    def look(self) -> None:
        """Find out what is there, and what is left to make."""
        for cell in self.variants.design.cells:
            missing = sorted({*self.wanted} - (self.known.held(cell.number) if self.known else set()))
            there = kept(self._place(cell.number), TABLES)
            self.blocks[cell.number] = {number: there[number] for number in missing if number in there}
            if left := [number for number in missing if number not in there]:
                self.left[cell.number] = left
            self.total += len(missing)
            self.taken_up += len(self.blocks[cell.number])
        self.done = self.taken_up

    def make(self, pool: Pool) -> None:
        """Make what is left. Raises OSError, ClusterError."""
        self._tell()
        size = block_size(sum(map(len, self.left.values())), pool.at_once)
        try:
            work(make_block, self._cell_blocks(size), pool, self._finished)
        except Interrupted:
            self.interrupted = True

    def replaces(self, known: Sweep) -> bool:
        """Whether everything that a sweep holds has been made."""
        return all(known.held(cell) <= held.keys() for cell, held in self.blocks.items())

    def held(self) -> dict[str, Any]:
        """What the manifest tells of the cells."""
        have = {
            cell: {*new} | (self.known.held(cell) if self.known else set())
            for cell, new in self.blocks.items()
        }
        every = sorted(set[int]().union(*have.values()))
        missing = {cell: sorted({*every} - held) for cell, held in have.items()}
        return {
            "keys": list(self.variants.design.keys),
            "cells": len(have),
            "replications": every,
            "missing": [{CELL: cell, "replications": lacks} for cell, lacks in missing.items() if lacks],
        }

    def told(self) -> str:
        """What was made, in words."""
        count = sum(map(len, self.blocks.values()))
        before = f", {self.taken_up:,} of them finished before" if self.taken_up else ""
        done = f"added {_counted(count)} to" if self.known else f"made {_counted(count)} of"
        cells = "1 cell" if len(self.blocks) == 1 else f"{len(self.blocks):,} cells"
        return f"{done} {cells}{before}"

    def _cell_blocks(self, size: int) -> Iterator[CellBlock]:
        """What is left in blocks, each cell's scenario made when its turn comes."""
        for place, cell in enumerate(self.variants.design.cells):
            left = self.left.get(cell.number, [])
            if not left:
                continue
            try:
                resolved = self.variants.cell(place)
            except InputError as error:
                self._fail(cell.number, left, str(error))
                self._tick(cell.number, left)
                continue
            for first in range(0, len(left), size):
                block = Block(resolved, self.seed, tuple(left[first : first + size]))
                yield CellBlock(cell.number, block)

    def _finished(self, asked: CellBlock, found: Made | Lost[CellBlock]) -> None:
        if isinstance(found, Lost):
            self._fail(asked.cell, asked.block.replications, found.why)
        else:
            self.failures += [Failure(asked.cell, number, why) for number, why in found.failures]
            if found.replications:
                place = self._place(asked.cell)
                place.mkdir(exist_ok=True)
                saved = keep(place, found.replications, found.packed)
                self.blocks[asked.cell].update(dict.fromkeys(found.replications, saved))
        self._tick(asked.cell, asked.block.replications)

    def _fail(self, cell: int, replications: Sequence[int], why: str) -> None:
        self.failures += [Failure(cell, number, why) for number in replications]

    def _tick(self, cell: int, replications: Sequence[int]) -> None:
        """So many replications of a cell are behind us, however they went."""
        self.done += len(replications)
        left = [number for number in self.left[cell] if number not in replications]
        if left:
            self.left[cell] = left
        else:
            del self.left[cell]
        self._tell()

    def _tell(self) -> None:
        cells = len(self.blocks)
        self.progress(Progress(self.done, self.total, cells - len(self.left), cells))

    def _place(self, cell: int) -> Path:
        return self.making.place / f"{cell:06}"
