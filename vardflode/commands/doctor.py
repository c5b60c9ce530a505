"""`vardflode doctor`: whether this computer is ready, and what to do where it is not."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from vardflode.command import Command
from vardflode.terminal import table

OLDEST_PYTHON = (3, 11)
ENOUGH_DISK_GB, LEAST_DISK_GB = 2.0, 0.2  # a run of the whole region keeps some 10 MB
LOCK = Path(__file__).parents[2] / "requirements" / "core.lock"
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)(?P<marker> ;)?", re.MULTILINE)


class Finding(NamedTuple):
    """One line of the answer: ok, warn or fail; what was looked at; what was found; what to do."""

    level: str
    what: str
    found: str
    advice: str = ""


@click.command(cls=Command, examples=("vardflode doctor",))
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say whether this computer is ready, and what to do where it is not.

    Looks at Python, packages, the compiled kernel, disk, cores, cluster, terminal and unit register. Exit code 1 if
    something keeps vardflode from working; a warning does not.
    """
    findings = [_examined(look) for look in LOOKS]
    table(
        ((level, what, f"{found}; {advice}" if advice else found) for level, what, found, advice in findings),
        styles={"ok": "green", "warn": "yellow", "fail": "bold red"},
    )
    ctx.exit(1 if any(finding.level == "fail" for finding in findings) else 0)


def _examined(look: Callable[[], Finding]) -> Finding:
    """What a look finds; that it cannot even look is a finding too."""
    try:
        return look()
    except Exception as error:
        what = look.__name__.removeprefix("_")
        return Finding(
            "fail", what, f"{type(error).__name__}: {error}"[:300], "set up again with `make setup`"
        )


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("fail", "Python", found, "3.11 or newer is needed")
    return Finding("ok", "Python", found)


def _packages() -> Finding:
    """Against the lock that stands beside the code; a wheel has none."""
    version = importlib.metadata.version("vardflode")
    if not LOCK.is_file():
        return Finding("ok", "packages", f"vardflode {version}; no lock to compare the others with")
    wanted: dict[str, list[str]] = {}
    optional = set()
    for pin in PIN.finditer(LOCK.read_text(encoding="utf-8")):
        wanted.setdefault(pin["name"], []).append(pin["version"])
        if pin["marker"]:
            optional.add(pin["name"])
    have = {name: _version(name) for name in wanted}
    missing = sorted(name for name in wanted if have[name] is None and name not in optional)
    other = [
        f"{name} {found} (not {' or '.join(wanted[name])})"
        for name, found in sorted(have.items())
        if found is not None and found not in wanted[name]
    ]
    if missing:
        return Finding("fail", "packages", f"missing: {', '.join(missing)}", "set up again with `make setup`")
    if other:
        advice = "results may differ in the last digits; set up again with `make setup`"
        return Finding("warn", "packages", ", ".join(other), advice)
    return Finding(
        "ok", "packages", f"vardflode {version}; {len(wanted)} packages as in requirements/core.lock"
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _kernel() -> Finding:
    """Two visits by hand: the second waits for the first. Then whether the compiled code can be kept."""
    import numpy as np

    from sim.clinic_day import queue_day

    began = time.perf_counter()
    starts, _, _ = queue_day(
        np.array([0, 2, 2]), np.array([0, 5]), np.full(2, 20.0), np.ones((1, 2), int), 60.0, 60.0
    )
    seconds = f"{time.perf_counter() - began:.1f} s"
    if starts.tolist() != [0.0, 20.0]:
        return Finding("fail", "kernel", f"computes {starts.tolist()}, not [0, 20]", "report this")
    try:
        with tempfile.TemporaryFile(dir=queue_day.stats.cache_path):
            return Finding("ok", "kernel", f"compiled or loaded in {seconds}, and kept")
    except OSError:
        advice = "each start takes longer; set NUMBA_CACHE_DIR to a folder that can be written"
        return Finding("warn", "kernel", f"compiled in {seconds}, but cannot be kept", advice)


def _disk() -> Finding:
    free = shutil.disk_usage(".").free / 1e9
    found = f"{free:.1f} GB free here"
    if free < ENOUGH_DISK_GB:
        return Finding(
            "fail" if free < LEAST_DISK_GB else "warn", "disk", found, "make room, or run with --out"
        )
    return Finding("ok", "disk", found)


def _cores() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores == 1:
        return Finding(
            "warn", "cores", "1", "replications run one after the other; more cores run them beside"
        )
    return Finding("ok", "cores", str(cores))


def _cluster() -> Finding:
    """The extra that `--cluster` needs; without it all else works."""
    version = _version("distributed")
    if version is None:
        return Finding("ok", "cluster", "not installed", "--cluster needs it: pip install 'vardflode[dask]'")
    return Finding("ok", "cluster", f"distributed {version}")


def _terminal() -> Finding:
    encoding = sys.stdout.encoding or "unknown"
    if encoding.lower().replace("-", "") != "utf8":
        return Finding("warn", "terminal", f"encoding {encoding}", "set PYTHONUTF8=1 to see å, ä, ö and –")
    return Finding("ok", "terminal", f"encoding {encoding}")


def _register() -> Finding:
    from scenarios.lineage import LIBRARY
    from scenarios.register import read_distances, read_register

    units = read_register(LIBRARY / "units.csv", "units.csv")
    towns = {town for town, _ in read_distances()}
    return Finding("ok", "register", f"{len(units)} units, distances between {len(towns)} municipalities")


LOOKS = (_python, _packages, _kernel, _disk, _cores, _cluster, _terminal, _register)
