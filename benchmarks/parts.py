"""Where the time of a region-year goes, beside where it went before the last round of speeding up."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.before import checked_out, seconds
from benchmarks.measuring import ROOT, SMALL_REGION, NotMeasurable, cpu_seconds, tell
from benchmarks.region_year import QUICK_VOLUME, VOLUMES, size_of
from benchmarks.replication import KEYED, REPLICATION, SEED, Draws, kernel_days, kernel_seconds, region
from benchmarks.rows import Findings, Missing, Table, as_read, joined, ratios, spread
from scenarios.load import Resolved
from sim.model import simulate

TITLE = "Where the time goes"
REPEATS = 5
TURNS, REPEATS_PER_TURN = 2, 2
WHOLE = "whole replication"
REST = "journeys, bookings, records"
BEFORE: dict[str, Any] = json.loads(Path(__file__).with_name("before.json").read_text(encoding="utf-8"))
ABOUT = f"""\
Median processor seconds of the parts of a region-year. Draws and functions of the day kernel are timed apart; what is
left is the model in SimPy: journeys, bookings and records. "Inside" are draws that a kernel or a journey makes
itself, timed apart too and part of the lines above. Before is commit {BEFORE["commit"]}. Its replication is timed
here, in turns with today's, each in a process of its own; its parts were timed once, and stand here in proportion to
what all of it takes now. A part that has another name since stands on a line of its own."""


def measure(quick: bool) -> Findings:
    """The parts at each volume, beside those before."""
    if quick:
        return _at_volume(region(QUICK_VOLUME, SMALL_REGION), size_of(QUICK_VOLUME))
    try:
        with checked_out(BEFORE["commit"]) as tree:
            return joined([_beside_before(tree, visits) for visits in VOLUMES])
    except NotMeasurable as why:
        return Findings(missing=(Missing("replication with draws and records, against before", str(why)),))


def _beside_before(tree: Path, visits: float) -> Findings:
    """The parts at a volume, and how much faster the whole is than that of another tree."""
    size = size_of(visits)
    tell(f"a region-year with {size}: before and after, in turns …")
    spent: dict[Path, list[float]] = {tree: [], ROOT: []}
    for _ in range(TURNS):
        for turn in spent:
            spent[turn] += seconds(turn, visits, REPEATS_PER_TURN)
    faster = ratios(spent[tree], spent[ROOT])
    row = spread("replication with draws and records, against before", size, "times as fast", faster)
    known = BEFORE["seconds"][f"{visits:.0f}"]
    slower = statistics.median(spent[tree]) / known[WHOLE]
    before = {name: slower * part for name, part in known.items()}
    return joined([Findings((row,)), _at_volume(region(visits), size, before)])


def _at_volume(resolved: Resolved, size: str, before: Mapping[str, float] = MappingProxyType({})) -> Findings:
    tell(f"where the time goes with {size} …")
    after = _parts(resolved)
    names = [
        *(name for name in after if name != WHOLE),
        *(name for name in before if name not in after),
        WHOLE,
    ]
    lines = tuple((name, *_beside(before.get(name), after.get(name))) for name in names)
    return Findings(
        tables=(Table(f"Seconds with {size}", ("part", "before", "after", "after ÷ before"), lines),)
    )


def _beside(before: float | None, after: float | None) -> tuple[str, str, str]:
    ratio = as_read(after / before) if before and after is not None else "–"
    return _seconds(before), _seconds(after), ratio


def _seconds(spent: float | None) -> str:
    return "–" if spent is None else f"{spent:.3f}"


def _parts(resolved: Resolved) -> dict[str, float]:
    """Median seconds of each part, and of the whole replication."""
    records, _ = kernel_days(resolved)
    draws = Draws(resolved, records).parts()
    whole: list[float] = []
    drawn: dict[str, list[float]] = {name: [] for name in draws}
    kernels: dict[str, list[float]] = {}
    for draw in draws.values():
        draw()  # compiles what needs it
    for _ in range(REPEATS):
        whole.append(cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION)))
        for name, draw in draws.items():
            drawn[name].append(cpu_seconds(draw))
        for name, spent in kernel_seconds(resolved).items():
            kernels.setdefault(name, []).append(spent)
    outside = {f"draws of {name}": statistics.median(drawn[name]) for name in draws if name not in KEYED}
    inside = {f"(inside these, draws of {name})": statistics.median(drawn[name]) for name in KEYED}
    compiled = {f"kernel {name}": statistics.median(spent) for name, spent in kernels.items()}
    known = statistics.median(whole)
    rest = {REST: known - sum(outside.values()) - sum(compiled.values())}
    return outside | compiled | rest | inside | {WHOLE: known}
