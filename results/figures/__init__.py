"""The figures of a run: what a planner looks at first, as SVG and PNG.

One module per figure, each with `draw(subject) -> Figure`; `subject.py` reads the run, `page.py` lays out
title, panels and footnote. Figures that hold runs against each other are in `compared`. matplotlib is loaded
only when something is drawn; its global state is left alone.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from results.figures.subject import Subject
    from results.store import Run

# In the order in which a reader wants them; also the names of the files.
FIGURES = (
    "weekly_load",
    "heat_map",
    "lateness",
    "waiting",
    "spread",
    "uplift_by_area",
    "uplift_by_unit",
    "warm_up",
)
FORMATS = ("svg", "png")


def draw_all(run: Run, out: Path) -> list[Path]:
    """Draw every figure of a run into a folder, as SVG and PNG.

    Raises NotARun where the run's tables cannot be read, OSError where the folder cannot be written.
    """
    from results.figures.style import in_style
    from results.figures.subject import read_subject

    subject = read_subject(run)
    out.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in FIGURES:
        with in_style():
            paths.extend(save(draw(name, subject), out, name))
    return paths


def draw(name: str, subject: Subject) -> Figure:
    """Draw one figure, by its name in FIGURES, in the style that is in force."""
    module = importlib.import_module(f"results.figures.{name}")
    figure: Figure = module.draw(subject)
    return figure


def save(figure: Figure, out: Path, name: str) -> list[Path]:
    """Write a figure in every format; the same figure gives the same bytes. Raises OSError."""
    paths = []
    for form in FORMATS:
        metadata = {"Date": None} if form == "svg" else None
        write = functools.partial(figure.savefig, format=form, metadata=metadata)
        paths.append(write_whole(out / f"{name}.{form}", write))
    return paths


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Let a file be written beside and move it into place whole. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
