"""The day kernel's recursion in C, compiled here and now by the compiler at hand."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import NotMeasurable, last_line
from benchmarks.replication import KernelDay

SOURCE = Path(__file__).with_name("queue_day.c")
FLAGS = ("-O3", "-ffp-contract=off", "-shared", "-fPIC")


@dataclass(frozen=True, slots=True, repr=False)
class Work:
    """One day as the C loop takes it; what it answers it writes into `starts`, `used` and `overtime`."""

    arguments: tuple[Any, ...]
    kept: tuple[NDArray[Any], ...]  # what the arguments point to
    starts: NDArray[np.float64]
    used: NDArray[np.float64]
    overtime: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<Work of {self.starts.size} visits>"

    def answered(self, day: KernelDay) -> bool:
        """Whether it answered what the kernel did, to the bit."""
        return (
            np.array_equal(self.starts, day.starts)
            and np.array_equal(self.used, day.used.ravel())
            and np.array_equal(self.overtime, day.overtime.ravel())
        )


def compiler() -> str | None:
    """The C compiler at hand."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def compiled() -> Any:
    """The C function `queue_day`. Raises NotMeasurable without a compiler, or if it refuses."""
    found = compiler()
    if found is None:
        raise NotMeasurable("no C compiler (cc, gcc, clang) was found")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Path(folder) / "queue_day.so"
        command = [found, *FLAGS, "-o", str(library), str(SOURCE)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            raise NotMeasurable(f"the C compiler refused: {last_line(done.stderr)}")
        function = ctypes.CDLL(str(library)).queue_day
    function.restype = None
    return function


def prepared(day: KernelDay) -> Work:
    """A day with its arrays in C's order and room for the answer, so that the loop alone is timed."""
    queues = day.ends.size - 1
    lists = (day.ends.astype(np.int64), day.arrivals.astype(np.int64), day.services.astype(np.float64))
    servers = np.ascontiguousarray(day.servers, dtype=np.int64).ravel()
    free_at, starts = np.empty(max(1, servers.max())), np.empty(day.arrivals.size)
    used, overtime = np.zeros(queues), np.zeros(queues)
    kept = (*lists, servers, free_at, starts, used, overtime)
    places = [ctypes.c_void_p(array.ctypes.data) for array in kept]
    until = (ctypes.c_double(day.closing), ctypes.c_double(day.latest_start))
    arguments = (ctypes.c_int64(queues), *places[:4], *until, *places[4:])
    return Work(arguments, kept, starts, used, overtime)


def run(queue_day: Any, days: Iterable[Work]) -> None:
    """Work through the days."""
    for work in days:
        work.used[:] = 0.0
        work.overtime[:] = 0.0
        queue_day(*work.arguments)
