"""What the measurements were made on: size of the machine and versions. Names neither host nor folders."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from benchmarks.c_loop import compiler
from sim.model import MODEL_VERSION

PACKAGES = ("vardflode", "numpy", "numba", "simpy", "pandas", "pyarrow", "Ciw", "salabim")


def machine() -> dict[str, str]:
    """Facts by name, in the order in which they are read."""
    return {
        "processor": _processor(),
        "cores": str(cores()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "C compiler": _compiler(),
        **{name: _version(name) for name in PACKAGES},
        "model version": MODEL_VERSION,
    }


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(errors="replace").splitlines() if info.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "not told"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB"
    except (AttributeError, ValueError, OSError):
        return "not told"


def _compiler() -> str:
    found = compiler()
    if found is None:
        return "none"
    told = subprocess.run(
        [found, "--version"], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    return told.stdout.partition("\n")[0].strip() or "not told"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"
