"""A page: title, what it shows at a glance, panels, and a footnote that says which run and what it rests on.

Everything is placed in inches from the lower left corner, so that text has its room whatever the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from results.figures.lettering import shorten, wrap
from results.figures.style import BLACK, BODY, QUIET, SMALL, TITLE, Weight

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 11.0
MARGIN = 0.35
HEADER = 1.08  # with a finding of one line
LEGEND = 0.32
FOOTER_LINE = 0.175


class About(Protocol):
    """What a page says it is about."""

    @property
    def title(self) -> str:
        """What stands below the figure's own title."""

    def about_run(self) -> str:
        """Which runs it shows."""


@dataclass(frozen=True, slots=True)
class Page:
    """A figure with its furniture, and the box that is left for panels, in inches."""

    figure: Figure
    left: float
    bottom: float
    right: float
    top: float
    head: float = HEADER  # from the upper edge down to the legend

    @property
    def height(self) -> float:
        """Height of the box."""
        return self.top - self.bottom

    @property
    def width(self) -> float:
        """Width of the box."""
        return self.right - self.left

    def axes(self, left: float, bottom: float, width: float, height: float, **kwargs: Any) -> Axes:
        """Axes at a place in inches."""
        whole, tall = self.figure.get_size_inches()
        return self.figure.add_axes((left / whole, bottom / tall, width / whole, height / tall), **kwargs)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SMALL,
        weight: Weight = "normal",
        colour: str = BLACK,
        ha: str = "left",
        va: str = "baseline",
    ) -> None:
        """Text at a place in inches."""
        whole, tall = self.figure.get_size_inches()
        self.figure.text(
            x / whole, y / tall, text, fontsize=size, fontweight=weight, color=colour, ha=ha, va=va
        )

    def tie(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A thin line between two places in inches, from what is drawn to what is said of it."""
        self.line(start, end, color=QUIET, linewidth=0.8)

    def line(self, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
        """A line between two places in inches, in matplotlib's words for its style."""
        from matplotlib.lines import Line2D

        (x0, y0), (x1, y1) = start, end
        line = Line2D((x0, x1), (y0, y1), **style)
        line.set_transform(self.figure.dpi_scale_trans)
        self.figure.add_artist(line)

    def box(self, left: float, bottom: float, width: float, height: float, **style: Any) -> None:
        """A rectangle at a place in inches, in matplotlib's words for its style."""
        from matplotlib.patches import Rectangle

        whole, tall = self.figure.get_size_inches()
        self.figure.add_artist(
            Rectangle((left / whole, bottom / tall), width / whole, height / tall, **style)
        )

    def legend(self, handles: Sequence[Artist]) -> None:
        """A legend in one row above the panels."""
        whole, tall = self.figure.get_size_inches()
        self.figure.legend(
            handles=list(handles),
            loc="upper left",
            bbox_to_anchor=(MARGIN / whole, (tall - self.head + 0.05) / tall),
            borderaxespad=0,
            borderpad=0,
            ncols=len(handles),
            columnspacing=2.2,
            handlelength=2.4,
        )

    def grid(self, count: int, columns: int, *, gap: tuple[float, float], heading: float) -> list[Panel]:
        """Panels row by row, `gap` inches apart across and down, each with room for a heading above it."""
        rows = -(-count // columns)
        across, down = gap
        wide = (self.width - across * (columns - 1)) / columns
        tall = (self.height - down * (rows - 1)) / rows - heading
        found = []
        for number in range(count):
            row, column = divmod(number, columns)
            x = self.left + column * (wide + across)
            y = self.top - (row + 1) * (tall + heading) - row * down
            outer = column == 0, number + columns >= count
            found.append(Panel(self, self.axes(x, y, wide, tall), x, y + tall, wide, outer))
        return found


@dataclass(frozen=True, slots=True, repr=False)
class Panel:
    """One of several axes on a page, and where its heading goes, in inches."""

    page: Page
    axes: Axes
    left: float
    top: float
    width: float
    outer: tuple[bool, bool]  # whether it stands at the left end, at the bottom

    def __repr__(self) -> str:
        return f"<Panel at {self.left:.1f}, {self.top:.1f}>"

    def head(self, title: str, note: str) -> None:
        """A title on up to two lines, and a line below it."""
        self.page.write(self.left, self.top + 0.09, shorten(note, self.width, SMALL), colour=QUIET)
        lines = wrap(title, self.width, SMALL + 0.5, "bold", lines=2)
        for number, line in enumerate(reversed(lines)):
            y = self.top + 0.27 + 0.17 * number
            self.page.write(self.left, y, line, size=SMALL + 0.5, weight="bold")

    def label(self, x: str, y: str) -> None:
        """Axis labels, where no other panel says the same."""
        if self.outer[0]:
            self.axes.set_ylabel(y)
        else:
            self.axes.tick_params(labelleft=False)
        if self.outer[1]:
            self.axes.set_xlabel(x)


def make_page(
    subject: About,
    title: str,
    finding: str,
    notes: Sequence[str],
    *,
    body: float,
    legend: bool = True,
    left: float = 0.75,
    right: float = 0.1,
    axis: float = 0.5,
    width: float = WIDTH,
) -> Page:
    """A page whose panels may be `body` inches high; `left`, `right` and `axis` keep room for axis labels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    inner = width - 2 * MARGIN
    footnotes = [line for note in notes if note for line in wrap(note, inner, SMALL)]
    footer = FOOTER_LINE * len(footnotes) + 0.3
    found = wrap(finding, inner, BODY, lines=2)
    head = HEADER + 0.2 * (len(found) - 1)
    height = head + (LEGEND if legend else 0) + body + axis + footer
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    box = MARGIN + left, footer + axis, width - MARGIN - right, footer + axis + body
    page = Page(figure, *box, head)
    page.write(MARGIN, height - 0.42, title, size=TITLE, weight="bold")
    page.write(MARGIN, height - 0.66, shorten(subject.title, inner, BODY), size=BODY, colour=QUIET)
    for number, line in enumerate(found):
        page.write(MARGIN, height - 0.90 - 0.2 * number, line, size=BODY)
    for number, line in enumerate(footnotes):
        page.write(MARGIN, footer - 0.18 - FOOTER_LINE * (number + 0.6), line, colour=QUIET)
    return page


def empty_page(subject: About, title: str, why: str) -> Figure:
    """A page that says why there is nothing to draw."""
    page = make_page(subject, title, "", [subject.about_run()], body=1.6, legend=False, axis=0)
    page.write(WIDTH / 2, (page.top + page.bottom) / 2 + 0.1, why, size=TITLE, ha="center", va="center")
    return page.figure
