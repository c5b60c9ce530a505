"""The loop over `concurrent.futures`: every block once, whatever becomes of those who work.

Here a block is a call to be made, so that workers need not know these tests.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import call
from pathlib import Path

import pytest

from vardflode.executor import Here, Interrupted, Lost, Pool, Processes, work

signals = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

Call = Callable[[], object]
DEADLY = partial(os._exit, 1)
FAULTY = partial(divmod, 1, 0)
DEADLY_ONCE = """import os
if not mark.exists():
    mark.touch()
    os._exit(1)
"""


@pytest.fixture(scope="module")
def two() -> Iterator[Pool]:
    with Processes(2) as pool:
        yield pool


def squares(count: int) -> list[Call]:
    return [partial(pow, number, 2) for number in range(count)]


def worked(blocks: Iterable[Call], pool: Pool) -> dict[Call, object]:
    """What came of each block, and that it came once."""
    found: dict[Call, object] = {}

    def finished(block: Call, result: object) -> None:
        assert block not in found
        found[block] = result

    work(call, blocks, pool, finished)
    return found


def test_every_block_is_worked_once_here_and_in_processes(two: Pool):
    for pool in (Here(), two):
        assert sorted(worked(squares(20), pool).values()) == [number**2 for number in range(20)]


def test_no_blocks_start_no_process():
    with Processes(2) as pool:
        assert worked([], pool) == {}
        assert pool._executor is None


def test_blocks_are_made_as_they_are_needed(two: Pool):
    made, done = 0, 0

    def blocks() -> Iterator[Call]:
        nonlocal made
        for block in squares(30):
            made += 1
            assert made - done <= two.at_once
            yield block

    def finished(block: Call, result: object) -> None:
        nonlocal done
        done += 1

    work(call, blocks(), two, finished)
    assert done == 30


def test_a_worker_that_dies_loses_nothing(two: Pool, tmp_path: Path):
    mark = tmp_path / "dead"
    deadly_once = partial(exec, DEADLY_ONCE, {"mark": mark})
    blocks = squares(8)
    found = worked([*blocks[:3], deadly_once, *blocks[3:]], two)
    assert mark.exists()
    assert found.pop(deadly_once) is None
    assert [found[block] for block in blocks] == [number**2 for number in range(8)]


def test_only_the_block_that_kills_its_workers_is_given_up(two: Pool):
    blocks = squares(6)
    found = worked([*blocks[:3], DEADLY, *blocks[3:]], two)
    lost = found.pop(DEADLY)
    assert isinstance(lost, Lost)
    assert lost.block is DEADLY
    assert "memory" in lost.why
    assert [found[block] for block in blocks] == [number**2 for number in range(6)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_the_work_is_raised_and_the_pool_serves_on(workers: int, two: Pool):
    pool = Here() if workers == 1 else two
    with pytest.raises(ZeroDivisionError):
        worked([*squares(3), FAULTY, *squares(3)], pool)
    assert list(worked(squares(2)[1:], pool).values()) == [1]


@signals
def test_ctrl_c_stops_the_work_and_what_came_before_is_kept(two: Pool):
    found = []

    def finished(block: Call, result: object) -> None:
        found.append(block)
        if len(found) == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted):
        work(call, (partial(time.sleep, 0.05) for _ in range(1000)), two, finished)
    assert len(found) == 2
    assert list(worked(squares(2)[1:], two).values()) == [1]


@signals
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_is_not_lost_in_a_finalizer():
    """Python drops what is raised while an object is finalized, as the journeys of a finished replication are."""

    class Pressed:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def replication(number: int) -> int:
        if number == 1:
            Pressed()
        return number

    found = []
    with pytest.raises(Interrupted):
        work(replication, range(4), Here(), lambda block, result: found.append(block))
    assert found == [0, 1]
