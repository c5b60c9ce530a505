"""What transferred care costs the units and what the uplift brings them: what both money figures show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from results.figures.style import BLUE, VERMILLION, level
from results.figures.subject import Floats, Subject
from results.ledger import uplift_ore
from results.measures import MSEK_ORE

if TYPE_CHECKING:
    from matplotlib.axis import Axis

AVAILABLE = (1.0, 0.25, 0.05)  # parts of the uplift that may be left for these streams
MOST_TICKS = 9
WITH: dict[str, Any] = {"color": VERMILLION, "marker": "D", "markerfacecolor": "white", "linestyle": ""}
WITHOUT: dict[str, Any] = {"color": BLUE, "marker": "o", "linestyle": ""}


@dataclass(frozen=True, slots=True, repr=False)
class Money:
    """MSEK a year per unit or area: costs of shape (replications, keys), whole uplift of shape (keys,)."""

    keys: tuple[str, ...]
    with_readiness: Floats
    without_readiness: Floats
    uplift: Floats

    def __repr__(self) -> str:
        return f"<Money of {len(self.keys)}>"


def money_by(subject: Subject, scope: str) -> Money:
    """Cost and whole uplift per `area` or `unit`, without the units that are closed for the whole window."""
    units = subject.resolved.units
    msek = uplift_ore(subject.resolved, subject.window) / MSEK_ORE
    of_unit = [unit.area if scope == "area" else unit.key for unit in units]
    there = [key for key, part in zip(of_unit, msek, strict=True) if part > 0 or not msek.any()]
    keys = tuple(sorted(set(there)))
    uplift = np.array([msek[[own == key for own in of_unit]].sum() for key in keys])
    cost = subject.measure("cost_msek_per_year", scope, keys)
    readiness = subject.measure("readiness_msek_per_year", scope, keys)
    return Money(keys, cost, np.maximum(0.0, cost - readiness), uplift)


def no_cost(subject: Subject) -> str:
    """What a figure says when there is nothing to hold against the uplift."""
    if subject.transferred:
        return "Transferred care costs nothing in this window."
    return "No transferred care in this run, and so no cost."


def share_of_uplift(cost: Floats, uplift: Floats) -> Floats:
    """Cost over the whole uplift, 0 where there is none."""
    shape = np.broadcast(cost, uplift).shape
    return np.asarray(np.divide(cost, uplift, out=np.zeros(shape), where=uplift > 0))


def log_ticks(axis: Axis, low: float, high: float) -> None:
    """Plain labels on a logarithmic axis of shares: 1 and 3 of each decade, fewer where there are many."""
    from matplotlib.ticker import NullLocator

    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [m * 10.0**p for p in decades for m in (1, 3) if low <= m * 10.0**p <= high]
    step = 1
    while len(ticks) > MOST_TICKS:
        ticks = [10.0**p for p in decades if p % step == 0 and low <= 10.0**p <= high]
        step += 1
    axis.set_ticks(ticks, labels=[level(tick) for tick in ticks])
    axis.set_minor_locator(NullLocator())


def money_notes(subject: Subject) -> list[str]:
    """Footnotes that both money figures carry."""
    money = subject.resolved.scenario.money
    return [
        f"{subject.about_run()} {subject.about_window()}",
        f"Yearly figures in {money.price_year} prices. Cost: staff minutes × rate with patients, material, "
        "checks, desk work; readiness is what a unit pays to be able to do the procedures at all. Drugs are "
        "not included. How much of the uplift is left for these streams is not known.",
        subject.about_patients("cost_msek_per_year"),
    ]
