"""Other patients' waits week by week from the start of the warm-up (Welch 1983), and where MSER-5 would cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.figures.page import Page, empty_page, make_page
from results.figures.style import BLACK, BLUE, GUIDE, SHADE, VERMILLION, level, percent
from results.figures.subject import Subject, plural
from results.figures.weeks import week_axis
from results.settling import NEAR
from results.warm_up import WarmUp, waits, warm_up

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Whether other patients' queues settled before the transfer begins"
WINDOW = 2  # ordinary weeks on each side of the moving mean, as far as there are as many on both
PANEL, GAP, HEADING = 2.0, 0.42, 0.28
DASHES = (0, (4, 2))
LINEAR_UP_TO = 1.0  # days; longer waits stand on a logarithmic scale


def draw(subject: Subject) -> Figure:
    """Above waits for the same day, each week and as a moving mean; below those for booked visits."""
    table = subject.run.table("settling")
    judged = warm_up(table)
    same_day, booked, full = (table[table["queue"] == queue] for queue in ("same_day", "booked", "saturated"))
    if not table["seen"].any():
        return empty_page(subject, TITLE, "No other patients in this run.")
    notes = [
        subject.about_run(),
        "Days that those seen in a week had waited, mean over replications: on short notice from the request, booked "
        "from the day they wished. Only ordinary weeks are judged, each against the same week a year later.",
        f"Nearly full: units and professions asked for {level(NEAR)} or more of the booked visits that their diaries "
        "can hold. They settle late or never, and are not judged.",
    ]
    page = make_page(
        subject, TITLE, _finding(judged), notes, body=2 * (PANEL + HEADING) + GAP, left=0.6, axis=0.55
    )
    first = int(table["week"].min())
    above = _panel(page, subject, 1, "On short notice", first)
    below = _panel(page, subject, 0, "Booked", first)
    _booked(below, booked, full)
    _name_booked(page, full)
    handles = [*_lines(above, same_day), *_marks((above, below), same_day, judged)]
    above.set_xlabel("")
    above.tick_params(labelbottom=False)
    page.legend(handles)
    return page.figure


def _finding(judged: WarmUp) -> str:
    if told := [*judged.warnings()]:
        return f"{told[0][0].upper()}{told[0][1:]}."
    if judged.settled is None:
        return "Not judged: there are too few weeks after the warm-up, or none to compare with a year later."
    assert judged.apart is not None
    assert judged.cut is not None
    far = f"{percent(abs(judged.apart))} {'less' if judged.apart < 0 else 'more'}"
    return (
        f"MSER-5 cuts {judged.cut} of the {judged.judged} ordinary weeks of the warm-up. Soon after it those seen on "
        f"short notice wait {far} than a year later."
    )


def _panel(page: Page, subject: Subject, number: int, heading: str, first: int) -> Axes:
    bottom = page.bottom + number * (PANEL + HEADING + GAP)
    axes = page.axes(page.left, bottom, page.width, PANEL)
    page.write(page.left, bottom + PANEL + 0.1, heading, weight="bold")
    week_axis(axes, subject, first)
    axes.set_ylabel("Days waited")
    axes.grid(axis="y")
    return axes


def _lines(axes: Axes, same_day: pd.DataFrame) -> list[Artist]:
    """Each week thin, and the moving mean over ordinary weeks, whose window is less wide where it begins (Welch)."""
    weekly = waits(same_day)
    (thin,) = axes.plot(weekly.index, weekly, color=GUIDE, linewidth=0.8, label="each week")
    ordinary = weekly[same_day.groupby("week")["ordinary"].first()].dropna()
    found = ordinary.to_numpy()
    reach = [min(WINDOW, i, found.size - 1 - i) for i in range(found.size)]
    moving = [float(np.mean(found[i - r : i + r + 1])) for i, r in enumerate(reach)]
    (thick,) = axes.plot(
        ordinary.index, moving, color=BLACK, linewidth=1.8, label="moving mean of ordinary weeks"
    )
    axes.set_ylim(0, None)
    return [thin, thick]


def _booked(axes: Axes, booked: pd.DataFrame, full: pd.DataFrame) -> None:
    axes.set_yscale("symlog", linthresh=LINEAR_UP_TO)
    with_room, nearly_full = waits(booked), waits(full)
    axes.plot(with_room.index, with_room, color=BLUE, linewidth=1.2)
    axes.plot(nearly_full.index, nearly_full, color=VERMILLION, linewidth=1.2, linestyle=DASHES)
    highest = 1.2 * np.nanmax([1.0, *with_room, *nearly_full])
    ticks = [tick for tick in (0, 0.5, 1, 3, 10, 30, 100, 300) if tick <= highest]
    axes.set_ylim(0, highest)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def _name_booked(page: Page, full: pd.DataFrame) -> None:
    """The two lines by name, beside the heading of their panel."""
    number = float(full.groupby(["replication", "week"])["queues"].sum().mean())
    y, x = page.bottom + PANEL + 0.1, page.left + 0.85
    names = [
        ("at queues with room", BLUE, "-"),
        (f"nearly full ({plural(round(number), 'queue')})", VERMILLION, DASHES),
    ]
    for name, colour, style in names[: 2 if number else 1]:
        page.line((x, y + 0.05), (x + 0.35, y + 0.05), color=colour, linewidth=1.2, linestyle=style)
        page.write(x + 0.45, y, name)
        x += 2.1


def _marks(panels: tuple[Axes, Axes], same_day: pd.DataFrame, judged: WarmUp) -> list[Artist]:
    """Weeks that are not ordinary, the end of the warm-up, and the cut."""
    from matplotlib.patches import Patch

    ordinary = same_day.groupby("week")["ordinary"].first()
    handles: list[Artist] = [
        Patch(facecolor=SHADE, edgecolor=GUIDE, linewidth=0.4, label="week not ordinary")
    ]
    for axes in panels:
        for week in ordinary.index[~ordinary]:
            axes.axvspan(week - 0.5, week + 0.5, facecolor=SHADE, linewidth=0, zorder=0)
    ends = [axes.axvline(0.5, color=BLACK, linewidth=1, label="transfer may begin") for axes in panels]
    handles.append(ends[0])
    if judged.settled_from is not None:
        dotted = (0, (1, 1.5))
        place = judged.settled_from - 0.5
        handles.append(
            panels[0].axvline(
                place, color=VERMILLION, linewidth=1.6, linestyle=dotted, label="MSER-5 cuts until here"
            )
        )
    return handles
