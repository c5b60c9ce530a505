"""Measures everything side by side and writes docs/performance.md: `python -m benchmarks`.

The exit code is 1 if results differ that should be equal, or if something could not be measured. A target that is
not met is told on the page and is no failure: it may be the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks import growth, parallel, parts, queues, region_year, start_up
from benchmarks.machine import machine
from benchmarks.measuring import ROOT, tell
from benchmarks.page import Group, lines, page
from benchmarks.rows import Findings, Missing

PAGE = ROOT / "docs" / "performance.md"
SCHEMA_VERSION = 2
INTERRUPTED = 130
GROUPS = {
    "region-year": Group(region_year.TITLE, region_year.ABOUT, region_year.measure),
    "parts": Group(parts.TITLE, parts.ABOUT, parts.measure),
    "queues": Group(queues.TITLE, queues.ABOUT, queues.measure),
    "growth": Group(growth.TITLE, growth.ABOUT, growth.measure),
    "start-up": Group(start_up.TITLE, start_up.ABOUT, start_up.measure),
    "parallel": Group(parallel.TITLE, parallel.ABOUT, parallel.measure),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write the page if all was measured at full size."""
    asked = _parser().parse_args(arguments)
    begun = time.perf_counter()
    found = {name: _measured(name, asked.quick) for name in asked.only or GROUPS}
    minutes = (time.perf_counter() - begun) / 60
    if asked.json:
        print(json.dumps(_told(found)))
    else:
        for name, findings in found.items():
            print("\n".join(lines(GROUPS[name], findings)))
    if not asked.only and not asked.quick:
        groups = [(GROUPS[name], findings) for name, findings in found.items()]
        PAGE.write_text(page(groups, machine(), minutes), encoding="utf-8", newline="\n")
        tell(f"written: {PAGE.relative_to(ROOT)}, after {minutes:.0f} minutes")
    return 0 if all(findings.sound for findings in found.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    parser.add_argument(
        "--only",
        action="append",
        choices=GROUPS,
        metavar="ROWS",
        help=f"only these rows: {', '.join(GROUPS)}; no page",
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works; no page")
    return parser


def _measured(name: str, quick: bool) -> Findings:
    """What a group came to; a failure is told and loses none of the others."""
    try:
        return GROUPS[name].measure(quick)
    except Exception as failure:
        tell(traceback.format_exc())
        return Findings(missing=(Missing(GROUPS[name].title, f"{type(failure).__name__}: {failure}"),))


def _told(found: dict[str, Findings]) -> dict[str, Any]:
    groups = {name: asdict(findings) | {"rows": _rows(findings)} for name, findings in found.items()}
    sound = all(findings.sound for findings in found.values())
    told = {"schema_version": SCHEMA_VERSION, "command": "benchmarks", "machine": machine(), "sound": sound}
    return told | {"groups": groups}


def _rows(findings: Findings) -> list[dict[str, Any]]:
    return [asdict(row) | {"met": row.met} for row in findings.rows]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
