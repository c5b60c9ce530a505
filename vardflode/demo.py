"""The demonstration behind `make demo`: the decision and the world without it, then what to type next."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from results.figures import draw_all
from results.summary import summarise_run
from scenarios.load import resolve
from vardflode.commands.run import print_summary
from vardflode.progress import progress
from vardflode.runs import RunResult, make_run
from vardflode.terminal import message, prepare, write

SCENARIOS = ("decision-2026", "no-transfer")
REPLICATIONS = 4
NEXT = (
    "{program} show decision-2026 --why streams.denosumab.patients",
    "{program} run decision-2026 --set streams.denosumab.patients=400 -n 4",
    "{program} compare no-transfer decision-2026 -n 4",
)


def main() -> None:
    """Run both scenarios, print what `run` prints, draw the figures of the first."""
    prepare()
    made = [_made(name) for name in SCENARIOS]
    for result in made:
        assert result.run is not None
        rows, values = result.run.measures(range(REPLICATIONS))
        print_summary(*summarise_run(result.resolved, rows, values))
    decided = made[0].run
    assert decided is not None
    message("drawing the figures …")
    write("FIGURES")
    for path in draw_all(decided, decided.folder / "figures"):
        if path.suffix == ".svg":
            write(os.path.relpath(path))
    write()
    write("WHAT TO TYPE NEXT")
    program = os.path.relpath(Path(sys.executable).with_name("vardflode"))
    for line in NEXT:
        write(line.format(program=program))


def _made(name: str) -> RunResult:
    with progress(name) as told:
        result = make_run(resolve(name), replications=REPLICATIONS, progress=told)
    if result.failures or result.interrupted or result.run is None:
        for number, failure in result.failures:
            message(f"{name}: replication {number} failed:\n{failure}")
        sys.exit(130 if result.interrupted else 4)
    return result


if __name__ == "__main__":
    main()
