"""Colours, line styles and the matplotlib settings that all figures share.

The colours are those of Okabe and Ito that have a contrast of 3:1 or more on white. Two things that a figure
tells apart differ in shape or dash too, so that it reads in grey.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

BLACK = "#000000"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
COLOURS = (BLACK, BLUE, VERMILLION, GREEN, PURPLE)

QUIET = "#595959"  # text and lines that stand back
GUIDE = "#808080"  # reference lines
BAND = "#BFDCEC"  # fill between two blue lines
SHADE = "#EBEBEB"  # fill behind data
UNKNOWN = "#D9D9D9"  # a cell without a value

Weight = Literal["normal", "bold"]
TITLE, BODY, SMALL = 13.0, 10.0, 8.5  # points

SETTINGS: dict[str, Any] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so that all machines draw alike
    "font.size": BODY,
    "text.parse_math": False,  # names and titles are shown as they are
    "text.usetex": False,
    "axes.titlesize": BODY,
    "axes.labelsize": BODY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": BLACK,
    "ytick.labelcolor": BLACK,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and translated
    "svg.hashsalt": "vardflode",
}


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in the house's style, whatever the user's own matplotlib settings."""
    import matplotlib.style

    with matplotlib.style.context(["default", SETTINGS]), warnings.catch_warnings():
        # A name in a script that the font lacks shows as boxes in PNG and as itself in SVG: nothing to say.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


def percent(share: float, decimals: int = 1) -> str:
    """A share as a reader says it: 0 %, <0.1 %, 2.4 %, 37 %; `decimals` are those below 10 %."""
    if share == 0:
        return "0 %"
    smallest = 10.0**-decimals
    if 100 * share < smallest / 2:
        return f"<{smallest:g} %"
    return f"{100 * share:.{decimals}f} %" if share < 0.0995 else f"{100 * share:,.0f} %"


def level(share: float) -> str:
    """A round share, such as that of a grid line: 5 %, 12.5 %, 1,000 %."""
    return f"{100 * share:.3g} %" if share < 9.995 else f"{100 * share:,.0f} %"


def count(value: float) -> str:
    """A mean number of things: 0, <0.1, 2.4, 37, 1,204."""
    if 0 < value < 0.05:
        return "<0.1"
    whole = abs(value - round(value)) < 0.05
    return f"{value:,.0f}" if whole or value >= 10 else f"{value:.1f}"


def signed(value: float, decimals: int) -> str:
    """A difference with its sign: +1,204, −0.03, 0."""
    told = f"{value:+,.{decimals}f}"
    return told.replace("-", "−") if any(digit in told for digit in "123456789") else "0"
