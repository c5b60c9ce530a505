"""Kills, a full disk and two at once: nothing finished is lost, nothing there before is harmed, no byte differs."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from results.making import being_made, take_back
from results.store import open_run, run_folder, run_hash
from scenarios.load import Resolved
from sim.model import MODEL_VERSION
from tests.conftest import SmallRegion
from tests.vardflode.files_of import files_of
from vardflode import replicate
from vardflode.cli import main
from vardflode.runs import make_run

HERE = Path(__file__).parent
SMALL = str(HERE.parents[1] / "docs" / "examples" / "small-area.yaml")
REPLICATIONS = 8

kills = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    return small_region("streams.iron.patients=3")


@pytest.fixture
def remembered(resolved: Resolved, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each replication is simulated once; the numbers of those that are made, in order."""
    asked: list[int] = []

    def replication(
        resolved: Resolved, seed: int, number: int, *, keep_visits: bool = False
    ) -> replicate.Outcome:
        asked.append(number)
        if (number, keep_visits) not in KNOWN:
            KNOWN[number, keep_visits] = simulated(resolved, seed, number, keep_visits=keep_visits)
        return KNOWN[number, keep_visits]

    simulated = replicate.replicate
    monkeypatch.setattr(replicate, "replicate", replication)
    return asked


KNOWN: dict[tuple[int, bool], replicate.Outcome] = {}


def place(out: Path, resolved: Resolved) -> Path:
    return run_folder(out, resolved, run_hash(resolved, 1, MODEL_VERSION))


class Killed(BaseException):
    """As good as a kill, for what is not about files."""


def killed_after(count: int):
    """A progress that is the last thing heard of a process."""

    def progress(done: int, total: int) -> None:
        if done == count:
            raise Killed

    return progress


def test_what_a_killed_process_had_finished_is_not_made_again(
    tmp_path: Path, resolved: Resolved, remembered: list[int]
):
    with pytest.raises(Killed):
        make_run(resolved, replications=5, workers=1, out=tmp_path / "a", progress=killed_after(3))
    assert remembered == [0, 1, 2]
    again = make_run(resolved, replications=5, workers=1, out=tmp_path / "a")
    assert remembered == [0, 1, 2, 3, 4]
    assert again.reason == "made 5 replications, 3 of them finished before"
    make_run(resolved, replications=5, workers=1, out=tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_a_damaged_block_is_made_again(tmp_path: Path, resolved: Resolved, remembered: list[int]):
    with pytest.raises(Killed):
        make_run(resolved, replications=3, workers=1, out=tmp_path, progress=killed_after(2))
    first, second = sorted(tmp_path.rglob("*.block"))
    first.write_bytes(first.read_bytes()[:-40])
    content = bytearray(second.read_bytes())
    content[len(content) // 2] ^= 1
    second.write_bytes(content)
    remembered.clear()
    assert make_run(resolved, replications=3, workers=1, out=tmp_path).made == 3
    assert remembered == [0, 1, 2]


def test_a_run_is_the_same_bytes_however_it_was_built_up(
    tmp_path: Path, resolved: Resolved, remembered: list[int]
):
    once, twice, visits = (tmp_path / name for name in ("once", "twice", "visits"))
    make_run(resolved, replications=4, workers=1, out=once, keep_visits=True)
    for count in (1, 3, 4):
        make_run(resolved, replications=count, workers=1, out=twice, keep_visits=True)
    make_run(resolved, replications=4, workers=1, out=visits)
    make_run(resolved, replications=1, workers=1, out=visits, keep_visits=True)
    assert files_of(once) == files_of(twice) == files_of(visits)


def test_blocks_of_an_interrupted_fresh_run_do_not_pass_for_fresh(
    tmp_path: Path, resolved: Resolved, remembered: list[int]
):
    make_run(resolved, replications=2, workers=1, out=tmp_path)
    with pytest.raises(Killed):
        make_run(resolved, replications=2, workers=1, out=tmp_path, fresh=True, progress=killed_after(1))
    remembered.clear()
    make_run(resolved, replications=2, workers=1, out=tmp_path, fresh=True)
    assert remembered == [0, 1]
    assert [path.name for path in tmp_path.iterdir()] == [place(tmp_path, resolved).name]


def test_what_is_left_of_a_run_that_is_whole_is_cleared_away(
    tmp_path: Path, resolved: Resolved, remembered: list[int]
):
    make_run(resolved, replications=2, workers=1, out=tmp_path)
    with pytest.raises(Killed):
        make_run(resolved, replications=2, workers=1, out=tmp_path, fresh=True, progress=killed_after(1))
    assert len(list(tmp_path.iterdir())) == 2
    make_run(resolved, replications=2, workers=1, out=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_run_that_was_moved_aside_is_found_again(tmp_path: Path, resolved: Resolved, remembered: list[int]):
    folder = place(tmp_path, resolved)
    make_run(resolved, replications=1, workers=1, out=tmp_path)
    before = files_of(tmp_path)
    hidden = tmp_path / f".{folder.name}.making"
    hidden.mkdir()
    folder.rename(hidden / "old")
    assert open_run(folder).replications == [0]
    assert files_of(tmp_path) == before


def test_two_runs_into_one_folder_are_told_apart(tmp_path: Path, resolved: Resolved, remembered: list[int]):
    make_run(resolved, replications=1, workers=1, out=tmp_path)
    folder = place(tmp_path, resolved)
    result_of_small = CliRunner().invoke(main, ["run", SMALL, "-n", "1", "-j", "1", "--out", str(tmp_path)])
    assert result_of_small.exit_code == 0
    (small,) = tmp_path.glob("small-area-*")
    before = files_of(tmp_path)
    with being_made(small):
        result = CliRunner().invoke(main, ["run", SMALL, "-n", "2", "-j", "1", "--out", str(tmp_path)])
        assert result.exit_code == 3
        assert f"{small}: another process is making this run; wait for it" in result.stderr
        assert make_run(resolved, replications=1, workers=1, out=tmp_path).made == 0
        take_back(small)
    assert files_of(tmp_path) == before
    assert open_run(folder).replications == [0]


def test_a_full_disk_leaves_what_was_there_and_costs_no_block(
    tmp_path: Path, resolved: Resolved, remembered: list[int], monkeypatch: pytest.MonkeyPatch
):
    """Room for so many files, then none, until there is room for all. A file takes its room when it is flushed.

    A folder takes none: once the manifest is written the run is whole, and only moves into place.
    """
    whole, begun = tmp_path / "whole", tmp_path / "begun"
    make_run(resolved, replications=3, workers=1, out=whole)
    make_run(resolved, replications=1, workers=1, out=begun)
    flush, rounds = os.fsync, 0
    while True:
        out = shutil.copytree(begun, tmp_path / str(rounds))
        room = rounds * 5

        def full(number: int) -> None:
            nonlocal room
            room -= stat.S_ISREG(os.fstat(number).st_mode)
            if room < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            flush(number)

        monkeypatch.setattr(os, "fsync", full)
        try:
            make_run(resolved, replications=3, workers=1, out=out)
            break
        except OSError as error:
            why = error.errno
        assert why == errno.ENOSPC
        monkeypatch.setattr(os, "fsync", flush)
        assert files_of(place(out, resolved)) == files_of(place(begun, resolved))
        make_run(resolved, replications=3, workers=1, out=out)
        assert files_of(out) == files_of(whole)
        rounds += 1
    assert rounds >= 3


@kills
@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("every", [23, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_anything_it_does_to_a_file(tmp_path: Path, before: int, every: int):
    """With `before` replications in the run already, while two become of them."""
    command = [sys.executable, str(HERE / "killed_at.py"), SMALL, str(tmp_path), str(before), "2", str(every)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) >= 60 // every


@kills
@pytest.mark.parametrize(
    ("rounds", "times"), [(1, 3), pytest.param(10, 5, marks=[pytest.mark.slow])], ids=["3", "50"]
)
def test_killed_at_random_moments(tmp_path: Path, rounds: int, times: int):
    """While two workers make replications; each death is followed by the same command."""
    whole = run_until(tmp_path / "whole", None)
    chance = random.Random(20260119)
    for number in range(rounds):
        out = tmp_path / str(number)
        for _ in range(times):
            run_until(out, chance.uniform(0, whole))
        run_until(out, None)
        assert files_of(out) == files_of(tmp_path / "whole")


def run_until(out: Path, seconds: float | None) -> float:
    """Make the run in a process that is killed so long after its work began; how long the work took."""
    messages = out.with_suffix(".messages")
    command = [sys.executable, "-m", "vardflode", "run", SMALL, "-n", str(REPLICATIONS), "-j", "2"]
    with messages.open("wb") as told:
        child = subprocess.Popen(
            [*command, "--out", str(out)], stdout=subprocess.DEVNULL, stderr=told, start_new_session=True
        )
    while child.poll() is None and not re.search(rf"\d+ of {REPLICATIONS}|reused", messages.read_text()):
        time.sleep(0.02)
    began = time.monotonic()
    if seconds is None:
        assert child.wait() == 0, messages.read_text()
    else:
        time.sleep(seconds)
        child.kill()
        child.wait()
        nobody_left(child.pid)
    return time.monotonic() - began


def nobody_left(group: int) -> None:
    """Workers go when their parent is gone."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    pytest.fail("workers outlived the process that started them")
