"""How a map is shaded: classes with round ends that all its scenarios share, and that read in grey.

Means darken with their size. Of differences, more and less have a hue each, the greater the darker, and less is
striped; what cannot be told from the baseline stays white.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from results.figures.compared.municipal import Facts
from results.figures.heat_map import COLOURS

CLASSES = 5
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
MORE, LESS = ("#F4B183", "#B84A00"), ("#9CC8E3", "#0B4A7F")  # to half of the widest difference, and beyond


@dataclass(frozen=True, slots=True)
class Shade:
    """How a municipality is filled, and what that means."""

    says: str
    colour: str
    hatch: str = ""
    stripes: str = "white"  # colour of the hatch

    def fill(self) -> dict[str, Any]:
        """matplotlib's words for it."""
        return {"facecolor": self.colour, "hatch": self.hatch, "edgecolor": self.stripes, "linewidth": 0.0}


NO_UNIT = Shade("no unit, or no doses", "white", "//////", "#BBBBBB")
SAME = Shade("not distinguishable", "white")


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes of means, each `step` wide from 0, and of differences, up to and beyond `half` of the widest."""

    step: float
    half: float

    def of_mean(self, mean: float) -> Shade:
        """The class of a mean."""
        if np.isnan(mean):
            return NO_UNIT
        return self.means()[0 if mean == 0 else 1 + min(CLASSES - 1, int(mean / self.step))]

    def of_difference(self, mean: float, *, apart: bool) -> Shade:
        """The class of a difference to the baseline."""
        if np.isnan(mean):
            return NO_UNIT
        if not apart:
            return SAME
        far = abs(mean) > self.half
        return self.differences()[(0 if far else 1) if mean > 0 else (4 if far else 3)]

    def means(self) -> list[Shade]:
        """The classes of means, 0 by itself."""
        ends = [f"{self.step * n:,.6g}" for n in range(CLASSES + 1)]
        return [
            Shade("0", "white"),
            *(Shade(f"{ends[n]}–{ends[n + 1]}", COLOURS[n + 1]) for n in range(CLASSES)),
        ]

    def differences(self) -> list[Shade]:
        """The classes of differences, from the most to the least."""
        half = f"{self.half:,.6g}"
        return [
            Shade(f"more, by over {half}", MORE[1]),
            Shade(f"more, by up to {half}", MORE[0]),
            SAME,
            Shade(f"less, by up to {half}", LESS[0], "---"),
            Shade(f"less, by over {half}", LESS[1], "---"),
        ]


def scale_of(facts: Facts) -> Scale:
    """Round classes that hold the mean of every municipality, and every difference that is told apart."""
    highest = max(float(np.nanmax(summary.mean[:-1], initial=0.0)) for summary in facts.summaries)
    apart = np.abs(facts.differences.mean[:, :-1][facts.differences.distinguishable[:, :-1]])
    return Scale(_round(highest / CLASSES), _round(float(apart.max(initial=0.0)) / 2))


def _round(least: float) -> float:
    """A round number that is no less."""
    if least <= 0:
        return 1.0
    ten = 10.0 ** np.floor(np.log10(least))
    return float(next(step * ten for step in STEPS if step * ten >= least * (1 - 1e-9)))
