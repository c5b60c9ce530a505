"""One loop over `concurrent.futures` that works blocks: in this process, in several, or on a cluster.

What a block gives depends on the block alone, so how the work is spread cannot change a digit. A block whose
worker dies is tried again. Workers ignore Ctrl-C: the parent stops them, and what has been handed back is kept.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Generic, Protocol, TypeVar

from vardflode.interrupt import Stop, answering, held_back

B = TypeVar("B")
R = TypeVar("R")

TRIES_ALONE = 2


class Interrupted(Exception):
    """Ctrl-C; what was handed back before is the caller's."""


@dataclass(frozen=True, slots=True)
class Lost(Generic[B]):
    """A block that no worker survived, and why that may be."""

    block: B
    why: str


class Pool(Protocol):
    """Where blocks are worked. It is entered once, and may serve many loops."""

    @property
    def death(self) -> type[BaseException]:
        """What a block raises whose worker died."""

    @property
    def at_once(self) -> int:
        """Blocks to have under way, so that no worker is idle."""

    @property
    def patience(self) -> float | None:
        """Seconds without a block finished after which to look whether anybody works."""

    def submit(self, do: Callable[[B], R], block: B) -> Future[R]:
        """Have a block worked. Raises `death` where the workers have died meanwhile."""

    def renew(self) -> None:
        """Get new workers for those that died."""

    def look(self) -> None:
        """Raise an exception if nobody is left to work."""

    def abandon(self) -> None:
        """Stop the work that is under way."""

    def __enter__(self) -> Pool: ...

    def __exit__(self, *_: object) -> None: ...


def work(
    do: Callable[[B], R], blocks: Iterable[B], pool: Pool, finished: Callable[[B, R | Lost[B]], None]
) -> None:
    """Have every block worked, and hand back each with what came of it, as they come.

    `do` is a function of a module, and `blocks` may be made as they are needed: few are under way at once. Raises
    Interrupted on Ctrl-C, and what `do` or `finished` raise; the work under way is then stopped.
    """
    stop = Stop()
    try:
        with (
            answering(signal.SIGINT, stop),
            answering(signal.SIGTERM, stop),
            closing(_worked(do, iter(blocks), pool)) as coming,
        ):
            for block, result in coming:
                finished(block, result)
                stop.if_asked()
    except KeyboardInterrupt:
        raise Interrupted from None


def _worked(do: Callable[[B], R], blocks: Iterator[B], pool: Pool) -> Generator[tuple[B, R | Lost[B]]]:
    """Blocks as they come. Those that were under way when a worker died are each tried alone."""
    try:
        while True:
            suspects: list[B] = []
            yield from _until_a_death(do, blocks, pool, suspects)
            if not suspects:
                return
            pool.renew()
            for block in suspects:
                yield block, _alone(do, block, pool)
    except BaseException:
        pool.abandon()
        raise


def _until_a_death(
    do: Callable[[B], R], blocks: Iterator[B], pool: Pool, suspects: list[B]
) -> Iterator[tuple[B, R]]:
    """Blocks as they come, until there are no more or a worker dies; `suspects` are those then under way."""
    under_way: dict[Future[R], B] = {}
    while True:
        if not suspects:
            for block in itertools.islice(blocks, max(0, pool.at_once - len(under_way))):
                try:
                    under_way[pool.submit(do, block)] = block
                except pool.death:
                    suspects.append(block)
                    break
        if not under_way:
            return
        done, _ = wait(under_way, pool.patience, return_when=FIRST_COMPLETED)
        if not done:
            pool.look()
        for future in [future for future in under_way if future in done]:
            block = under_way.pop(future)
            if future.cancelled() or isinstance(future.exception(), pool.death):
                suspects.append(block)
            else:
                yield block, future.result()


def _alone(do: Callable[[B], R], block: B, pool: Pool) -> R | Lost[B]:
    """A block with all memory to itself; if its worker still dies, it is the block."""
    for _ in range(TRIES_ALONE):
        try:
            return pool.submit(do, block).result()
        except (pool.death, CancelledError):
            pool.renew()
    return Lost(block, "every process that tried it was killed; is there enough memory?")


class Here:
    """This process, one block after the other."""

    death = BrokenProcessPool
    at_once = 1
    patience = None

    def submit(self, do: Callable[[B], R], block: B) -> Future[R]:
        """The block, worked."""
        future: Future[R] = Future()
        future.set_result(do(block))
        return future

    def renew(self) -> None: ...

    def look(self) -> None: ...

    def abandon(self) -> None: ...

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None: ...


class Processes:
    """Spawned processes (the same everywhere, and free of inherited state), started when first needed.

    They are started while Ctrl-C is held back, and inherit that: it is the parent's to answer.
    """

    death = BrokenProcessPool
    patience = None

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def __repr__(self) -> str:
        return f"<Processes: {self._workers}>"

    @property
    def at_once(self) -> int:
        return self._workers + 1  # one is at hand for whoever is ready first

    def submit(self, do: Callable[[B], R], block: B) -> Future[R]:
        """Raises BrokenProcessPool."""
        with held_back():
            if self._executor is None:
                self._executor = ProcessPoolExecutor(self._workers, get_context("spawn"), _begin)
            return self._executor.submit(do, block)

    def renew(self) -> None:
        self.abandon()

    def look(self) -> None: ...

    def abandon(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            processes = list((executor._processes or {}).values())
            executor.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            for process in processes:
                process.join()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown()


def pool_of(workers: int | None = None, cluster: str | None = None) -> Pool:
    """So many processes (all cores unless told) or the workers of a Dask cluster. Raises ClusterError."""
    if cluster is not None:
        from vardflode.cluster import Cluster

        return Cluster(cluster)
    count = workers or os.cpu_count() or 1
    return Here() if count == 1 else Processes(count)


def _begin() -> None:
    """A worker's first steps: one core is its share, and it goes when its parent is gone, however that went."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
