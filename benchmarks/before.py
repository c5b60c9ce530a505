"""The commit before the profile, checked out beside this one so that both can be timed in turns."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import ROOT, NotMeasurable, last_line

TIMES = """\
import json, sys, time
from benchmarks.replication import REPLICATION, SEED, region
from sim.model import simulate

resolved, spent = region(float(sys.argv[1])), []
for _ in range(1 + int(sys.argv[2])):
    begun = time.process_time()
    simulate(resolved, SEED, REPLICATION)
    spent.append(time.process_time() - begun)
print(json.dumps(spent[1:]))
"""  # the first one loads what is compiled, or compiles it


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The tree of a commit in a folder of its own. Raises NotMeasurable where there is no history to take it from."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        try:
            _git("worktree", "add", "--detach", str(tree), commit)
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree), may_fail=True)


def seconds(tree: Path, visits: float, repeats: int) -> list[float]:
    """Processor seconds of each of so many replications of a region-year by a tree's code. Raises NotMeasurable."""
    command = [sys.executable, "-c", TIMES, str(visits), str(repeats)]
    done = subprocess.run(command, cwd=tree, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise NotMeasurable(last_line(done.stderr) or f"a child process ended with {done.returncode}")
    return [float(spent) for spent in json.loads(done.stdout)]


def _git(*arguments: str, may_fail: bool = False) -> None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
        )
    except OSError as error:
        raise NotMeasurable(f"git: {error.strerror}") from None
    if done.returncode and not may_fail:
        raise NotMeasurable(last_line(done.stderr) or f"git ended with {done.returncode}")
