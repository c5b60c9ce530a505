"""Run replications in one process or many, and fold them in order.

A replication's outcome depends on scenario, seed and number alone, so how the work is spread cannot change a
digit. Workers ignore Ctrl-C; the parent stops them and hands back what is finished.
"""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.load import Resolved

if TYPE_CHECKING:
    import pandas as pd

    from results.table import Row


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """What is kept of one replication; `failure` is the traceback of one that failed."""

    replication: int
    rows: tuple[Row, ...] = ()
    values: NDArray[np.float64] | None = None
    extracts: dict[str, pd.DataFrame] | None = None
    failure: str | None = None

    def __repr__(self) -> str:
        return f"<Outcome of replication {self.replication}{': failed' if self.failure else ''}>"


@dataclass(frozen=True, slots=True)
class Task:
    """One replication to be made."""

    resolved: Resolved
    seed: int
    replication: int
    keep_visits: bool


def replicate(task: Task) -> Outcome:
    """Simulate, measure and extract one replication; a failure is handed back, not raised."""
    try:
        return _replicate(task)
    except Exception:  # the others must go on; the parent reports it and exits with 4
        return Outcome(task.replication, failure=traceback.format_exc())


def _replicate(task: Task) -> Outcome:
    from results.extracts import distributions, transfers, visit_table, weekly
    from results.measures import measure
    from sim.model import simulate

    records = simulate(task.resolved, task.seed, task.replication)
    measured = measure(task.resolved, records)
    extracts = {
        "weekly": weekly(task.resolved, records),
        "transfers": transfers(task.resolved, records),
        "distributions": distributions(task.resolved, records),
    }
    if task.keep_visits:
        extracts["visits"] = visit_table(task.resolved, records)
    return Outcome(task.replication, measured.rows, measured.values, extracts)


class Interrupted(Exception):
    """Ctrl-C; carries what was finished."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__(f"stopped with {len(outcomes)} replications finished")
        self.outcomes = outcomes


def run_tasks(tasks: Iterable[Task], workers: int, finished: Callable[[Outcome], None]) -> list[Outcome]:
    """Every outcome, in order of replication. `finished` hears of each as it comes. Raises Interrupted."""
    tasks = list(tasks)
    outcomes: list[Outcome] = []
    stop = _Stop()
    try:
        with _answering(signal.SIGINT, stop), _answering(signal.SIGTERM, stop):
            for outcome in _here(tasks) if workers <= 1 or len(tasks) <= 1 else _in_pool(tasks, workers):
                outcomes.append(outcome)
                finished(outcome)
                stop.if_asked()
    except KeyboardInterrupt:
        raise Interrupted(_in_order(outcomes)) from None
    return _in_order(outcomes)


def uninterrupted() -> AbstractContextManager[None]:
    """A stretch that Ctrl-C does not break, for saving what is finished."""
    return _answering(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _answering(number: signal.Signals, answer: Any) -> Iterator[None]:
    """Let a signal have another answer for a while; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, answer)
    try:
        yield
    finally:
        signal.signal(number, before)


class _Stop:
    """Answers Ctrl-C and remembers it: raised while an object is finalized, an exception is lost."""

    def __init__(self) -> None:
        self.asked = False

    def __repr__(self) -> str:
        return f"<Stop{' asked for' if self.asked else ''}>"

    def __call__(self, *_: object) -> None:
        self.asked = True
        raise KeyboardInterrupt

    def if_asked(self) -> None:
        """Stop now, if that was asked for and lost."""
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def _held_back() -> Iterator[None]:
    """A stretch in which Ctrl-C waits for its end, and which processes started in it never hear of."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        with uninterrupted():
            yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_order(outcomes: list[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: outcome.replication)


def _here(tasks: list[Task]) -> Iterator[Outcome]:
    for task in tasks:
        yield replicate(task)


def _in_pool(tasks: list[Task], workers: int) -> Iterator[Outcome]:
    """Outcomes as they come, from spawned processes (the same everywhere, and free of inherited state).

    The processes are started while Ctrl-C is held back, and inherit that: it is the parent's to answer.
    """
    pool = ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn"))
    try:
        with _held_back():
            waiting = {pool.submit(replicate, task): task for task in tasks}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            yield from _in_order([_outcome(future, waiting.pop(future)) for future in done])
    except BaseException:
        processes = list(pool._processes.values()) if pool._processes else []
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise
    pool.shutdown()


def _outcome(future: Future[Outcome], task: Task) -> Outcome:
    """What a worker made; a failure where its process died."""
    try:
        return future.result()
    except BrokenProcessPool:
        return Outcome(
            task.replication, failure="its process was killed; is there memory for so many workers?"
        )
