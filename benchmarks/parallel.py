"""What a second worker is worth: the same run on one and on two, by the wall clock, and the same files."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import cores
from benchmarks.measuring import SMALL_REGION, NotMeasurable, last_line, tell
from benchmarks.rows import Findings, Missing, compared, joined, ratios, spread
from results.store import MANIFEST

TITLE = "Two workers"
ABOUT = """\
`vardflode run` with 64 replications of one year of the decision at its 200 units, on one worker and on two, in turns;
wall seconds of the whole command, with the start of the workers and the writing of the run. Efficiency is the time on
one worker over twice the time on two. Every file of the runs must be equal byte for byte; in the manifest all but the
time at which it was made."""

REPLICATIONS, QUICK_REPLICATIONS = 64, 4
ORDER = (1, 2, 2, 1)  # so that a machine that becomes slower or faster favours neither
EFFICIENCY_TARGET = 0.9


def measure(quick: bool) -> Findings:
    """Make the run again and again, and hold its files against the first."""
    name = "efficiency of two workers"
    if cores() < 2:
        return Findings(missing=(Missing(name, "this machine has one core"),))
    scenario, replications = (SMALL_REGION, QUICK_REPLICATIONS) if quick else ("decision-2026", REPLICATIONS)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    found: list[dict[str, bytes]] = []
    try:
        for workers in ORDER:
            tell(f"{replications} replications, workers: {workers} …")
            spent, files = _made(scenario, replications, workers)
            seconds[workers].append(spent)
            found.append(files)
    except NotMeasurable as why:
        return Findings(missing=(Missing(name, str(why)),))
    size = f"{replications} replications of one year"
    efficiency = [ratio / 2 for ratio in ratios(seconds[1], seconds[2])]
    rows = (
        spread(name, size, "", efficiency, EFFICIENCY_TARGET),
        *(spread(f"workers: {workers}", size, "seconds", spent) for workers, spent in seconds.items()),
    )
    unlike = sorted({file for files in found for file in differing(found[0], files)})
    same = compared(
        not unlike,
        f"the {len(found[0])} files of each of {len(found)} runs are equal",
        f"files of runs on one and two workers differ: {', '.join(unlike)}",
    )
    return joined([Findings(rows), same])


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The files, by name, that two runs do not share to the byte."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _made(scenario: str, replications: int, workers: int) -> tuple[float, dict[str, bytes]]:
    """Wall seconds of a run made from nothing, and its files; the manifest without its time."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--years", "1", "-n", str(replications), "-j", str(workers), "--out", folder]
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "vardflode", "run", scenario, *options],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        spent = time.perf_counter() - begun
        if done.returncode:
            raise NotMeasurable(f"vardflode run ended with {done.returncode}: {last_line(done.stderr)}")
        (run,) = (path.parent for path in Path(folder).rglob(MANIFEST))
        files = {
            path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()
        }
    return spent, files | {MANIFEST: without_time(files[MANIFEST])}


def without_time(manifest: bytes) -> bytes:
    """A manifest but for the time at which the run was made."""
    told = json.loads(manifest)
    del told["made"]
    return json.dumps(told).encode()
