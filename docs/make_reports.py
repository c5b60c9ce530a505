"""Makes the example reports of the documentation: the decision against today and two alternatives, in both languages.

    python docs/make_reports.py [--runs DIR]

Runs that are there already are reused; the rest are made, which takes some minutes. A report larger than `LARGEST`
is written to the folder for runs instead, since it is too large to be kept with the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from results.report.language import LANGUAGES, Language
from results.report.making import make_report
from results.report.writers import ENDINGS, written
from vardflode.files import put
from vardflode.progress import progress
from vardflode.reporting import subject_of
from vardflode.terminal import message, write

SCENARIOS = ("decision-2026", "no-transfer", "infusion-hubs", "bone-agents-every-4-weeks")
REPLICATIONS = 20
SEED = 1
OUT = Path(__file__).parent / "examples" / "reports"
LARGEST = 1_000_000  # bytes


@click.command()
@click.option(
    "--runs", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"), show_default=True
)
def main(runs: Path) -> None:
    """Make the runs and write their reports."""
    subject, _ = subject_of(
        SCENARIOS,
        seed=SEED,
        replications=REPLICATIONS,
        explained=True,
        runs=runs,
        tell=message,
        progress=progress,
    )
    OUT.mkdir(parents=True, exist_ok=True)
    for code in LANGUAGES:
        report = make_report(subject, Language(code))
        for ending in ENDINGS:
            name, content = f"{SCENARIOS[0]}-{code}{ending}", written(report, ending)
            kept = len(content) <= LARGEST
            path = (OUT if kept else runs) / name
            put(path, content)
            write(
                f"{path}: {len(content) / 1e6:.2f} MB"
                + ("" if kept else ", too large to be kept with the code")
            )


if __name__ == "__main__":
    sys.exit(main())
