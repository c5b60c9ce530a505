"""A process that makes one run in many ways: with 1, 2 and 3 workers or on a cluster, its blocks in shuffled order.

Prints a digest of the files of each. Started by test_determinism_matrix.py under different hash seeds.
"""

from __future__ import annotations

import functools
import hashlib
import random
import sys
from pathlib import Path

from files_of import files_of  # beside this file, which is run as a script

import vardflode.runs
from scenarios.load import resolve
from vardflode.executor import Pool, pool_of
from vardflode.replicate import Block, in_blocks

REPLICATIONS = 3


def shuffled(order: int, *arguments: object, **options: object) -> list[Block]:
    """The blocks of a run in another order."""
    blocks = in_blocks(*arguments, **options)
    random.Random(order).shuffle(blocks)
    return blocks


def digest(scenario: str, out: Path, pool: Pool, order: int) -> str:
    """Of the files of a run."""
    vardflode.runs.in_blocks = functools.partial(shuffled, order)
    vardflode.runs.make_run(resolve(scenario), replications=REPLICATIONS, out=out, pool=pool)
    return hashlib.sha256(repr(files_of(out)).encode()).hexdigest()


def main(scenario: str, folder: Path, places: list[str]) -> None:
    """Once on each place: a number of workers, or the address of a cluster."""
    for order, place in enumerate(places):
        count, address = (int(place), None) if place.isdecimal() else (None, place)
        with pool_of(count, address) as pool:
            print(digest(scenario, folder / f"{order}", pool, order))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
