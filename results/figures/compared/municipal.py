"""What the map shows, municipality by municipality: load, cost beyond the uplift, late doses; and `map.csv`.

A municipality's figures are those of the units in it. What a unit does not use of its uplift pays for no
other: cost beyond the uplift is counted unit by unit, and then summed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.subjects import Differences, Subjects, differences
from results.figures.style import level
from results.figures.subject import Floats, Subject
from results.ledger import uplift_ore
from results.measures import AVAILABLE_SHARES, MSEK_ORE
from results.statistics import Summary, summarise
from results.store import harmless_cell

if TYPE_CHECKING:
    import pandas as pd

MSEK = 1e6
REGION = "Whole register"


@dataclass(frozen=True, slots=True)
class Question:
    """A measure on the map: its name and unit in `map.csv`, its title there, and what it counts.

    `of` gives its values in a run, shape (replications, municipalities and the whole register), undefined where
    a municipality has no unit; `factor` and `decimals` are those of its unit. `{share}` stands for the share of the
    uplift that cost is held against.
    """

    name: str
    unit: str
    title: str
    about: str
    of: Callable[[Subject, Sequence[str], float], Floats]
    factor: float = 1.0
    decimals: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """One measure by municipality, the whole register last; summaries per scenario, differences to the first."""

    question: Question
    share: float
    places: tuple[str, ...]
    summaries: tuple[Summary, ...]
    differences: Differences

    def __repr__(self) -> str:
        return f"<Facts on {self.question.name} in {len(self.places) - 1} municipalities>"

    @property
    def title(self) -> str:
        """What the map is called."""
        return self.question.title.format(share=level(self.share))

    @property
    def about(self) -> str:
        """What the measure counts."""
        return self.question.about.format(share=level(self.share))

    @property
    def unit(self) -> str:
        """The unit in words."""
        return self.question.unit.replace("/year", " a year")


def municipalities(subjects: Subjects) -> tuple[str, ...]:
    """The municipalities with a unit in any of the registers, by name."""
    return tuple(sorted({unit.municipality for subject in subjects.every for unit in subject.resolved.units}))


def least_available(subjects: Subjects) -> float:
    """The share of the uplift that cost is held against: the least that is told of every run."""
    own = (subject.resolved.scenario.money.available_share for subject in subjects.every)
    return min(*AVAILABLE_SHARES, *own)


def facts(subjects: Subjects, question: Question) -> Facts:
    """A measure's values in every municipality that has a unit in any of the registers."""
    places, share = municipalities(subjects), least_available(subjects)
    values = [question.factor * question.of(subject, places, share) for subject in subjects.every]
    summaries = tuple(summarise(value) for value in values)
    return Facts(question, share, (*places, REGION), summaries, differences(values))


def map_csv(subjects: Subjects, every: Sequence[Facts]) -> str:
    """The same facts as on the maps, one row per measure, scenario and municipality.

    Empty where undefined: a municipality without a unit, the baseline's difference to itself.
    """
    import pandas as pd

    tables = [_rows(subjects, found, number) for found in every for number in range(len(subjects.every))]
    return str(
        pd.concat(tables, ignore_index=True).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    )


def _rows(subjects: Subjects, found: Facts, number: int) -> pd.DataFrame:
    """One measure of one scenario."""
    import pandas as pd

    summary, size = found.summaries[number], len(found.places)
    table = pd.DataFrame(
        {
            "measure": found.question.name,
            "unit": found.question.unit,
            "scenario": harmless_cell(subjects.labels[number]),
            "run": harmless_cell(subjects.every[number].run.folder.name),
            "municipality": [harmless_cell(place) for place in found.places],
            "listed": listed(subjects.every[number], found.places[:-1]),
            "mean": summary.mean,
            "ci_low": summary.low,
            "ci_high": summary.high,
        }
    )
    if not number:
        return table.assign(
            difference=np.nan, difference_low=np.nan, difference_high=np.nan, verdict="baseline"
        )
    apart, other = found.differences, number - 1
    return table.assign(
        difference=apart.mean[other],
        difference_low=apart.low[other],
        difference_high=apart.high[other],
        verdict=[apart.verdict(other, place) for place in range(size)],
    )


def listed(subject: Subject, places: Sequence[str]) -> Floats:
    """Persons listed in each municipality and in the whole register, NaN where nobody is."""
    found = _summed(subject, places, subject.listed()[None, :])[0]
    return np.where(found > 0, found, np.nan)


def _summed(subject: Subject, places: Sequence[str], values: Floats) -> Floats:
    """Values of units, shape (replications, units), summed over municipalities and over all."""
    place = {name: number for number, name in enumerate(places)}
    codes = [place[unit.municipality] for unit in subject.resolved.units]
    sums = np.array([np.bincount(codes, weights=row, minlength=len(places)) for row in values])
    return np.concatenate([sums, values.sum(axis=1, keepdims=True)], axis=1)


def _of_units(subject: Subject, name: str) -> Floats:
    return subject.measure(name, "unit", [unit.key for unit in subject.resolved.units])


def _load(subject: Subject, places: Sequence[str], _: float) -> Floats:
    hours = _summed(subject, places, _of_units(subject, "nurse_hours_per_year"))
    return 1e4 * hours / listed(subject, places)


def _beyond_uplift(subject: Subject, places: Sequence[str], share: float) -> Floats:
    """Cost less the share of the uplift that is available, where that is above 0."""
    uplift = share * uplift_ore(subject.resolved, subject.window) / MSEK_ORE
    beyond = np.maximum(0.0, _of_units(subject, "cost_msek_per_year") - uplift)
    return MSEK * _summed(subject, places, beyond) / listed(subject, places)


def _late(subject: Subject, places: Sequence[str], _: float) -> Floats:
    own = {unit.municipality for unit in subject.resolved.units}
    known = [number for number, place in enumerate(places) if place in own]
    found = np.full((subject.replications, len(places) + 1), np.nan)
    found[:, known] = subject.measure("late_share", "municipality", [places[number] for number in known])
    found[:, -1:] = subject.measure("late_share", "region", [""])
    return found


QUESTIONS = (
    Question(
        "nurse_hours_per_10000_listed",
        "hours/year per 10,000 listed",
        "Where the load falls: nurse hours of transferred care",
        "Desk work on referrals and renewals included.",
        _load,
    ),
    Question(
        "cost_beyond_uplift_sek_per_listed",
        "SEK/year per listed",
        "Where the uplift is not enough: cost beyond it, if {share} of it is available",
        "A unit’s cost (readiness included, drugs not) less {share} of its uplift, where that is above 0; summed over "
        "units. How much of the uplift is left for these streams is not known: {share} is the least that is told.",
        _beyond_uplift,
        decimals=2,
    ),
    Question(
        "late_share",
        "percent of doses",
        "Where doses are late",
        "Late: after the stream’s window, wherever given; a patient without a unit counts where listed.",
        _late,
        factor=100.0,
    ),
)
