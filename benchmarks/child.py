"""A process that simulates one replication and tells its time and memory.

    python -m benchmarks.child SCENARIO [KEY=VALUE…]

A small region comes first, so that what is timed neither loads nor compiles code, and so that the memory of the
process itself is known.
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.measuring import SMALL_REGION, Replication, cpu_seconds
from benchmarks.replication import REPLICATION, SEED
from scenarios.load import resolve
from sim.model import simulate


def main(scenario: str, sets: list[str]) -> None:
    """Simulate, and print a Replication as JSON."""
    simulate(resolve(SMALL_REGION), SEED, REPLICATION)
    resolved = resolve(scenario, sets=sets)
    gc.collect()
    begun, _ = _megabytes()
    seconds = cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION))
    _, peak = _megabytes()
    print(json.dumps(asdict(Replication(seconds, begun, peak))))


def _megabytes() -> tuple[float, float]:
    """Memory that this process holds, and the most that it has held; outside Linux both are the latter."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count what the parent held when it began this process
        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
        now, peak = (int(told[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
        return now, peak
    try:
        import resource
    except ImportError:
        sys.exit("this system does not tell the memory of a process")
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return peak, peak


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
