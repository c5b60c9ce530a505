"""What transferred care costs the units and what the uplift brings them: what both money figures show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from results.figures.style import level
from results.figures.subject import Floats, Subject
from results.ledger import uplift_ore
from results.measures import MSEK_ORE

if TYPE_CHECKING:
    from matplotlib.axis import Axis

AVAILABLE = (1.0, 0.25, 0.05)  # parts of the uplift that may be left for these streams
TICKS = tuple(m * 10.0**p for p in range(-6, 3) for m in (1, 3))


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
    """Cost and whole uplift per `area` or `unit`."""
    units, window = subject.resolved.units, subject.window
    ore = uplift_ore(subject.resolved, window)
    of_unit = [unit.area if scope == "area" else unit.key for unit in units]
    keys = tuple(sorted(set(of_unit)))
    uplift = np.zeros(len(keys))
    np.add.at(uplift, [keys.index(key) for key in of_unit], ore / MSEK_ORE)
    cost = subject.measure("cost_msek_per_year", scope, keys)
    readiness = subject.measure("readiness_msek_per_year", scope, keys)
    return Money(keys, cost, np.maximum(0.0, cost - readiness), uplift)


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


def log_ticks(axis: Axis, low: float, high: float) -> None:
    """Plain labels on a logarithmic axis of shares."""
    from matplotlib.ticker import NullLocator

    ticks = [tick for tick in TICKS if low <= tick <= high]
    axis.set_ticks(ticks, labels=[level(tick) for tick in ticks])
    axis.set_minor_locator(NullLocator())
