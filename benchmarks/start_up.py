"""How long one waits for the command line: wall seconds from the call to the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks.measuring import NotMeasurable, last_line, tell
from benchmarks.rows import Findings, Missing, Row, spread

TITLE = "Start-up"
ABOUT = """\
Wall seconds of a whole command, a new process each time: the list of commands, the check of a scenario, and the first
result of a run (one replication of one year, until the summary stands there). Each command is called once untimed, so
the files are in memory and the compiled code in numba's cache; then in turns. One more run begins with numba's cache
empty, as the first one after an installation does: it compiles the day kernel."""

COMMANDS = {
    "--help": ("--help",),
    "check": ("check", "decision-2026"),
    "first result of run": ("run", "decision-2026", "-n", "1", "--years", "1", "-j", "1"),
}
HELP_TARGET = 0.3  # seconds
REPEATS = 7


def measure(quick: bool) -> Findings:
    """Each command warm, then the run with everything to compile."""
    repeats = 2 if quick else REPEATS
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    tell("start-up: each command …")
    try:
        for i in range(1 + repeats):
            for name, arguments in COMMANDS.items():
                spent = _wall_seconds(*arguments)
                if i:
                    seconds[name].append(spent)
        tell("start-up: with everything to compile …")
        with tempfile.TemporaryDirectory() as cache:
            cold = _wall_seconds(*COMMANDS["first result of run"], NUMBA_CACHE_DIR=cache)
    except NotMeasurable as why:
        return Findings(missing=(Missing("start-up", str(why)),))
    rows = [_row(name, found) for name, found in seconds.items()]
    return Findings((*rows, spread("first result of run", "numba's cache empty", "seconds", [cold])))


def _row(name: str, found: list[float]) -> Row:
    target = HELP_TARGET if name == "--help" else None
    return spread(name, "numba's cache warm", "seconds", found, target, at_most=True)


def _wall_seconds(*arguments: str, **environment: str) -> float:
    """Of a command that succeeds, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vardflode", *arguments]
        begun = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        spent = time.perf_counter() - begun
    if done.returncode:
        raise NotMeasurable(
            f"vardflode {arguments[0]} ended with {done.returncode}: {last_line(done.stderr)}"
        )
    return spent
