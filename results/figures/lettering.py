"""Text that fits: free text made harmless, shortened or wrapped to a measured width."""

from __future__ import annotations

import functools
from typing import Any

from results.figures.style import Weight

ELLIPSIS = "…"
LONGEST = 400  # characters; more than any line holds
FINE = 1200  # dots per inch at which text is measured, so fine that hinting does not count
SLACK = 1.02  # what hinting may add to a width where the text is drawn


def harmless(text: str) -> str:
    """Free text on one line, without control, bidirectional or unassigned characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 10 * LONGEST]).split())


def width(text: str, size: float, weight: Weight = "normal") -> float:
    """Width of a line in inches, letter by letter: kerning makes the drawn line narrower, if anything."""
    return sum(_advance(letter, weight) for letter in text) * size * SLACK


@functools.cache
def _advance(letter: str, weight: Weight) -> float:
    """Width of a letter in inches per point of size."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=["DejaVu Sans"], size=1, weight=weight)
    wide: float = _renderer().get_text_width_height_descent(letter, font, ismath=False)[0]
    return wide / FINE


@functools.cache
def _renderer() -> Any:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, FINE)  # type: ignore[no-untyped-call]  # untyped in matplotlib


def shorten(text: str, inches: float, size: float, weight: Weight = "normal") -> str:
    """Free text made harmless, cut with an ellipsis where it is wider than so many inches."""
    line = harmless(text)
    if len(line) <= LONGEST and width(line, size, weight) <= inches:
        return line
    room = inches - width(ELLIPSIS, size, weight)
    for end, letter in enumerate(line):
        room -= width(letter, size, weight)
        if room < 0:
            return line[:end].rstrip() + ELLIPSIS
    return line[:LONGEST] + ELLIPSIS


def wrap(
    text: str, inches: float, size: float, weight: Weight = "normal", lines: int | None = None
) -> list[str]:
    """Free text made harmless, in lines no wider than so many inches; the last of `lines` is shortened."""
    done: list[str] = []
    words = harmless(text).split(" ")
    while words and (lines is None or len(done) < lines - 1):
        taken = 1
        while taken < len(words) and width(" ".join(words[: taken + 1]), size, weight) <= inches:
            taken += 1
        done.append(shorten(" ".join(words[:taken]), inches, size, weight))
        words = words[taken:]
    if words:
        done.append(shorten(" ".join(words), inches, size, weight))
    return done


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed to lie `gap` apart between two ends; in ascending order."""
    found = list(places)
    for number, place in enumerate(found):
        floor = low if number == 0 else found[number - 1] + gap
        found[number] = max(place, floor)
    for number in range(len(found) - 1, -1, -1):
        ceiling = high if number == len(found) - 1 else found[number + 1] - gap
        found[number] = min(found[number], ceiling)
    return found
