"""Figures as a reader gets them: each text with its place, and the colours of what is drawn."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox


@dataclass(frozen=True)
class Drawn:
    """A figure, and each text that is in fact drawn, tick labels and legends included, with its box in pixels."""

    figure: Figure
    texts: list[tuple[str, Bbox]]

    @property
    def lines(self) -> list[str]:
        return [text for text, _ in self.texts]

    def faults(self) -> Iterator[str]:
        """Texts that overlap, or leave the page."""
        whole = self.figure.bbox
        for text, box in self.texts:
            if box.x0 < 0 or box.y0 < 0 or box.x1 > whole.x1 or box.y1 > whole.y1:
                yield f"{text!r} leaves the page"
        for (first, a), (second, b) in itertools.combinations(self.texts, 2):
            across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            if across > 0.5 and down > 0.5:
                yield f"{first!r} overlaps {second!r}"


def render(figure: Figure) -> Drawn:
    """Render a figure and note each text on its way."""
    found: dict[int, Text] = {}
    original = Text.draw

    def noted(self: Text, *args: Any, **kwargs: Any) -> None:
        if self.get_visible() and self.get_text().strip():
            found[id(self)] = self
        original(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", noted)
        figure.canvas.draw()
    return Drawn(figure, [(text.get_text(), text.get_window_extent()) for text in found.values()])


def contrast(colour: Any) -> float:
    """WCAG 2 contrast of a colour on white."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05)


def mark_colours(figure: Figure) -> Iterator[Any]:
    """Colours of lines and markers, and of bars: the darker of fill and edge."""
    for axes in figure.axes:
        for line in axes.lines:
            yield line.get_color()
            if line.get_marker() not in ("None", "", None):
                yield line.get_markeredgecolor()
        for collection in axes.collections:
            if isinstance(collection, LineCollection):
                yield from collection.get_edgecolor()
        for container in axes.containers:
            for bar in container:
                if isinstance(bar, Rectangle) and bar.get_width() and bar.get_height():
                    yield max(bar.get_facecolor(), bar.get_edgecolor(), key=contrast)
