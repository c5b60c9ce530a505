"""What a difference is called, and how its numbers are written: one way for terminal and spreadsheet."""

from __future__ import annotations

import math
from typing import Protocol

from results.catalogue import MEASURES
from results.events import SCOPES
from results.summary.figures import of_size, percent, unit_of
from results.table import Row

POINTS = "percentage points"
VARIANTS = {
    "readiness=no": "without readiness",
    "profession=nurse": "nurses",
    "profession=doctor": "doctors",
}
SITES = {
    "unit": "at units",
    "hospital": "at the hospital",
    "municipality": "by the municipality",
    "out_of_hours": "out of hours",
}
ORDER = {name: place for place, name in enumerate(MEASURES)}


class Told(Protocol):
    """A difference, or a part of one, with its interval; NaN where undefined."""

    @property
    def row(self) -> Row: ...
    @property
    def mean(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def is_share(row: Row) -> bool:
    """Whether the row is a share, told in percent and its difference in percentage points."""
    return MEASURES[row.name].unit == "share"


def unit(row: Row) -> str:
    """The unit of a difference."""
    return POINTS if is_share(row) else unit_of(row.name)


def variant(row: Row, window: str) -> str:
    """What the row is about beside the region's figure in the window; empty for that figure itself."""
    told = [] if row.window == window else [row.window]
    if row.scope == "site":
        told.append(SITES[row.key])
    elif row.scope != "region":
        told.append(row.key if row.scope == "stream" else f"{row.scope} {row.key}")
    else:
        told += [_of_key(part) for part in row.key.split(";") if part]
    return ", ".join(told)


def reading_order(row: Row, window: str) -> tuple[int, bool, str, int, str]:
    """By measure as the catalogue has them, the reporting window and the region first."""
    return ORDER[row.name], row.window != window, row.window, SCOPES.index(row.scope), row.key


def value(row: Row, mean: float) -> str:
    """A mean of one scenario: `5,912`, `97.1 %`; a dash where undefined."""
    if not math.isfinite(mean):
        return "–"
    if mean == 0:
        return "0"
    return (f"{percent(mean)} %" if is_share(row) else of_size(mean)(mean)).replace("-", "−")


def bounds(told: Told) -> tuple[float, float, float]:
    """The difference and its interval in the unit told: percentage points for a share."""
    factor = 100 if is_share(told.row) else 1
    return factor * told.mean, factor * told.low, factor * told.high


def decimals(told: Told) -> int:
    """Decimals of a difference: two digits of half its interval, or of itself where it has none."""
    mean, low, high = bounds(told)
    half = (high - low) / 2
    size = half if half > 0 else abs(mean)
    return max(0, min(6, 1 - math.floor(math.log10(size)))) if size > 0 else 0


def amount(told: Told) -> str:
    """The difference with its interval: `+12.3 (+8.1 to +16.5)`, shares in percentage points."""
    if not math.isfinite(told.mean):
        return "–"
    if told.mean == 0 and not told.high > told.low:
        return "0"
    digits = decimals(told)
    mean, *interval = (_signed(size, digits) for size in bounds(told) if math.isfinite(size))
    return f"{mean} ({' to '.join(interval)})" if interval else mean


def _of_key(part: str) -> str:
    name, _, share = part.partition("=")
    return f"at {100 * float(share):g} % of the uplift" if name == "available" else VARIANTS.get(part, part)


def _signed(size: float, digits: int) -> str:
    text = f"{size:+,.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")
