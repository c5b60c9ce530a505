"""The clocks: processor seconds of a function, and of a child process that simulates and tells its memory."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

ROOT = Path(__file__).parents[1]
SMALL_REGION = str(ROOT / "docs" / "examples" / "small-area.yaml")  # ten units, one year


class NotMeasurable(Exception):
    """A measurement that cannot be made on this machine, or failed; says why."""


@dataclass(frozen=True, slots=True)
class Replication:
    """What a process that simulated one replication told.

    `seconds` are the processor's, of the simulation alone. `begun_megabytes` is what the process held when
    everything was loaded and a small region simulated, `peak_megabytes` the most that it held until its end.
    """

    seconds: float
    begun_megabytes: float
    peak_megabytes: float

    @property
    def megabytes(self) -> float:
        """What the replication itself took."""
        return self.peak_megabytes - self.begun_megabytes


def timed(function: Callable[..., Found], *arguments: object) -> tuple[float, Found]:
    """Processor seconds of this process that one call takes, and what it gives."""
    gc.collect()
    gc.freeze()  # what lives already is not this call's to look through
    begun = time.process_time()
    found = function(*arguments)
    spent = time.process_time() - begun
    gc.unfreeze()
    return spent, found


def cpu_seconds(function: Callable[[], object]) -> float:
    """Processor seconds of this process that one call takes."""
    return timed(function)[0]


def in_a_child(scenario: str, sets: Sequence[str]) -> Replication:
    """Simulate one replication in a process of its own. Raises NotMeasurable."""
    command = [sys.executable, "-m", "benchmarks.child", scenario, *sets]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise NotMeasurable(last_line(done.stderr) or f"a child process ended with {done.returncode}")
    return Replication(**json.loads(done.stdout))


def last_line(text: str) -> str:
    """The last line of what a process complained of, which names the error."""
    return text.strip().rpartition("\n")[2]


def tell(message: str) -> None:
    """Say on stderr how far it is."""
    print(message, file=sys.stderr, flush=True)
