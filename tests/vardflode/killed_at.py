"""A process that makes a run and kills itself at the k-th thing that it does to a file, for every k.

Python announces what it does to files and folders to an audit hook: opening, making, renaming and removing. The child
is forked from a process that has loaded everything and simulated once, so that a death costs a fraction of a second.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from files_of import differing, files_of  # beside this file, which is run as a script

from results.making import take_back_all
from results.store import open_run
from scenarios.load import Resolved, resolve
from vardflode import replicate
from vardflode.runs import make_run

TOUCHES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}


def die_at(count: int, folder: Path) -> Callable[[str, tuple[object, ...]], None]:
    """A hook that kills this process when something in the folder is touched for the so manieth time.

    A whole folder is removed by names that are relative to it.
    """
    left = count

    def touched(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        relative = event == "os.remove" and arguments[1] != -1
        if event in TOUCHES and (relative or str(arguments[0]).startswith(str(folder))):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return touched


def in_child(task: Callable[[], None]) -> int:
    """What became of a task in a forked process: its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            task()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def make(resolved: Resolved, out: Path, replications: int) -> None:
    """A run, in this process."""
    assert not make_run(resolved, replications=replications, workers=1, out=out).failures


def main(scenario: str, folder: Path, before: int, after: int, every: int) -> None:
    """Die at every so manieth touch while `before` replications become `after`; prints how many deaths that was."""
    resolved = resolve(scenario)
    known = {number: replicate.replicate(resolved, 1, number) for number in range(after)}
    replicate.replicate = functools.partial(_remembered, known)
    whole, begun = folder / "whole", folder / "begun"
    assert in_child(lambda: make(resolved, whole, after)) == 0
    if before:
        assert in_child(lambda: make(resolved, begun, before)) == 0
    else:
        begun.mkdir()
    expected = files_of(whole)
    deaths, at = 0, 1
    while True:
        out = folder / f"at{at}"
        shutil.copytree(begun, out)

        def dying(out: Path = out, at: int = at) -> None:
            sys.addaudithook(die_at(at, out))
            make(resolved, out, after)

        ended = in_child(dying)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL, ended
        readable(out, before)
        assert in_child(lambda out=out: make(resolved, out, after)) == 0
        assert differing(files_of(out), expected) == [], f"after a death at {at}"
        shutil.rmtree(out)
        deaths, at = deaths + 1, at + every
    assert differing(files_of(out), expected) == []
    print(deaths)


def readable(out: Path, before: int) -> None:
    """What was there before stays readable at any time."""
    if before:
        take_back_all(out)
        (found,) = (path for path in out.iterdir() if not path.name.startswith("."))
        assert len(open_run(found).replications) >= before


def _remembered(
    known: dict[int, replicate.Outcome], resolved: Resolved, seed: int, replication: int, *, keep_visits: bool
) -> replicate.Outcome:
    return known[replication]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
