"""The figures of a report: one message each, readable in grey, drawn once as SVG for page and print.

A figure's title is set above it by page and print, and its numbers stand in a table beside it: the drawing holds
marks, axes and legends alone. Shares are drawn in percent.
"""

from results.report.figures.beeswarm import beeswarm
from results.report.figures.interval_bars import interval_bars
from results.report.figures.marks import Bar, Group, Series
from results.report.figures.region_map import region_map
from results.report.figures.s_curve import s_curve
from results.report.figures.waterfall import waterfall
from results.report.figures.week_band import week_band

__all__ = (
    "Bar",
    "Group",
    "Series",
    "beeswarm",
    "interval_bars",
    "region_map",
    "s_curve",
    "waterfall",
    "week_band",
)
