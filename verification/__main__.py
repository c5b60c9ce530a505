"""Verify the model against theory and write `docs/verification.md`.

    .venv/bin/python -m verification

The exit code is 1 if a comparison fails; the page is written all the same.
"""

from __future__ import annotations

import pathlib
import sys
import time

from verification import suite
from verification.page import page

PAGE = pathlib.Path(__file__).parents[1] / "docs" / "verification.md"


def main() -> int:
    """Run the suite, write the page and say what fails."""
    begun = time.monotonic()

    def tell(message: str) -> None:
        print(f"{time.monotonic() - begun:5.0f} s  {message}", file=sys.stderr, flush=True)

    outcome = suite.run(tell)
    PAGE.write_text(page(outcome, time.monotonic() - begun), encoding="utf-8")
    failures = outcome.failures()
    print(f"{len(outcome.comparisons)} comparisons, {len(failures)} failures: docs/{PAGE.name}")
    for failure in failures:
        print(f"  {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
