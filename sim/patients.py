"""Who the patients are: traits drawn apart from any policy.

Patient 17 of a stream is the same person in every scenario: same home, same course, same luck. A person's
traits stand in row 17 of a table drawn from the stream's own generator, so more patients add rows and
change none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.demand import age_weighted_listing
from scenarios.register import Unit
from scenarios.schema import Course, Scenario, Stream
from sim.randomness import generator, keys, name_number, uniforms, uniforms_of
from sim.records import NEVER

YEAR = 365.25
FOREVER = 10_000_000
HOME, ELIGIBLE, AGREES, MUNICIPAL, RAMP, PHASE, AGE, RESIDUAL, UNPLANNED_RATE, TRAITS = range(10)
ATTEMPTS = 64  # of a dose that have luck of their own

# Purposes of a patient's keyed draws, each four numbers.
VISIT, CHECK_VISIT, HOSPITAL_VISIT, NEXT_UNPLANNED, REVIEW, REWRITE = range(6)
Luck = tuple[float, float, float, float]


@dataclass(slots=True, eq=False, repr=False)
class Patient:
    """One patient of one stream, with traits and the state of the journey.

    Days are whole days from day zero; `ends` is the day on which the course is over. `planned` is the day on
    which the referral is to be written (`FOREVER`: never), or after the next dose from then on. `due` is the
    day on which the next dose falls due. `unit` serves until `moves_on`, which is set only while the patient is there.
    `draw` is the place of this dose and attempt in the keyed draws. `interrupted_on` is the day on which the next
    interruption is due: the end of the course, another unit, an unplanned need.
    """

    number: int
    stream_name: str
    stream: Stream
    key: int
    home: int
    eligible: bool
    agrees: bool
    municipal: bool
    ramp: float
    entered: int
    ends: int
    new: bool
    unplanned_rate: float
    due: int
    unit: int = -1
    planned: int = FOREVER
    after_next_dose: bool = False
    doses: int = 0
    draw: int = 0
    changes: int = 0
    returned_in_a_row: int = 0
    unplanned_day: int = FOREVER
    unplanned_minute: int = 0
    moves_on: int = FOREVER
    interrupted_on: int = FOREVER
    hospital_day: int | None = None
    milestones: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._await_interruption()

    def __repr__(self) -> str:
        return f"<Patient {self.number} {self.stream_name} at home {self.home}, due {self.due}, ends {self.ends}>"

    def luck(self, purpose: int) -> Luck:
        """The numbers of this dose and attempt for a purpose; no other draw can shift them."""
        return uniforms(self.key, self.draw, purpose)

    def luck_at(self, number: int, purpose: int) -> Luck:
        """The numbers that stand at `number` for a purpose."""
        return uniforms(self.key, number, purpose)

    def served_by(self, unit: int, until: int) -> None:
        """A unit serves the patient from today on, until the day on which another does (`FOREVER`: never)."""
        self.unit, self.moves_on = unit, until
        self._await_interruption()

    def missed(self) -> None:
        """A visit took its day without the patient: the next attempt has luck of its own."""
        self.draw = min(self.draw + 1, (self.doses + 1) * ATTEMPTS - 1)

    def treated(self, day: int) -> None:
        """A dose was given, or an unplanned visit did its work: the clock starts again from this day."""
        self._next_dose()
        self.hospital_day = None
        loading = self.stream.loading_days
        if self.new and self.doses < len(loading):
            self.due = day + loading[self.doses] - loading[self.doses - 1]
        else:
            self.due = day + self.stream.interval_days
        self.expect_unplanned(day + 1)

    def put_off(self, days: int) -> None:
        """The dose is medically put off: it falls due later, and is not late."""
        self._next_dose()
        self.due += days

    def expect_unplanned(self, day: int) -> None:
        """Draw when the next unplanned visit comes, if nothing happens before; none on the same day."""
        if self.unplanned_rate > 0:
            wait, time_of_day, _, _ = self.luck_at(self.changes, NEXT_UNPLANNED)
            self.unplanned_day = day + math.floor(-math.log(wait) / self.unplanned_rate)
            self.unplanned_minute = int(time_of_day * 1440)
            self.changes += 1
            self._await_interruption()

    def _next_dose(self) -> None:
        self.doses += 1
        self.draw = self.doses * ATTEMPTS

    def _await_interruption(self) -> None:
        self.interrupted_on = min(self.ends, self.moves_on, self.unplanned_day)

    def reached(self, milestone: str, day: int) -> None:
        """Record the first day on which something happened to the patient."""
        self.milestones.setdefault(milestone, day)

    def when(self, milestone: str) -> int:
        """The day of a milestone, or NEVER."""
        return self.milestones.get(milestone, NEVER)


class _People(NamedTuple):
    """Some of a stream's patients: days of entry (n,), traits (TRAITS, n) in [0, 1), and keys (n,)."""

    new: bool
    entered: NDArray[np.int64]
    traits: NDArray[np.float64]
    keys: NDArray[np.int64]


def patients(scenario: Scenario, units: tuple[Unit, ...], root: int, replication: int) -> list[Patient]:
    """Every patient under treatment at day zero and every new one until the horizon, streams by name."""
    clusters = keys(root, replication, [("cluster", unit.key) for unit in units])
    found: list[Patient] = []
    for name in sorted(scenario.streams):
        stream = scenario.streams[name]
        homes = np.cumsum(home_weights(stream, name, units, clusters))
        for people in _people(scenario, stream, name, root, replication):
            found += _patients(len(found), name, stream, homes, people)
    return found


def home_weights(
    stream: Stream, name: str, units: tuple[Unit, ...], clusters: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Relative number of a stream's patients per unit, shape (units,): age-weighted listing × clustering."""
    return np.asarray(np.array(age_weighted_listing(stream, units)) * _clustering(stream, name, clusters))


def _clustering(stream: Stream, name: str, clusters: NDArray[np.int64]) -> NDArray[np.float64] | float:
    """Gamma weights with mean 1, one per unit, apart for each stream."""
    if stream.clustering_cv == 0:
        return 1.0
    from scipy.special import gammaincinv

    shape = stream.clustering_cv**-2
    chance = uniforms_of(clusters, name_number(name, 4), 0)[:, 0]
    return np.asarray(gammaincinv(shape, chance) / shape)


def _people(scenario: Scenario, stream: Stream, name: str, root: int, replication: int) -> Iterator[_People]:
    """Those of a stream who are there at day zero, and those who come later, in order of entry."""
    at_start = generator(root, replication, "patients", name).random((stream.patients, TRAITS))
    patient_keys = generator(root, replication, "patient keys", name).integers(0, 2**62, size=stream.patients)
    yield _People(False, np.zeros(stream.patients, dtype=np.int64), at_start.T, patient_keys)
    entries = _entry_days(scenario, stream, generator(root, replication, "new patients", name))
    later = generator(root, replication, "new patients' traits", name).random((len(entries), TRAITS))
    patient_keys = generator(root, replication, "new patient keys", name).integers(
        0, 2**62, size=len(entries)
    )
    yield _People(True, entries, later.T, patient_keys)


def _entry_days(scenario: Scenario, stream: Stream, draws: np.random.Generator) -> NDArray[np.int64]:
    """Days on which new patients start: a Poisson process that keeps the stock, times the growth.

    With growth g the rate at day t is stock ÷ mean course × (1 + g)^(t ÷ 365.25): unit-rate arrivals are
    mapped through its integral.
    """
    rate = stream.patients / mean_course(stream.course)
    growth = math.log1p(stream.growth_per_year) / YEAR
    horizon = scenario.horizon_days
    total = rate * (horizon if growth == 0 else math.expm1(growth * horizon) / growth)
    arrivals = np.cumsum(draws.exponential(size=int(total + 10 * math.sqrt(total) + 20)))
    arrivals = arrivals[arrivals < total]
    days = arrivals / rate if growth == 0 else np.log1p(growth * arrivals / rate) / growth
    return np.floor(days).astype(np.int64)


def mean_course(course: Course) -> float:
    """Mean days on treatment: exponential with the given median, cut at the maximum."""
    mean = course.median_days / math.log(2)
    return mean if course.maximum_days is None else mean * -math.expm1(-course.maximum_days / mean)


def _days_left(course: Course, people: _People) -> NDArray[np.int64]:
    """Days until the course of each is over, shape (n,).

    For a patient already under treatment the age of the course has density proportional to its survival
    (renewal theory), and the rest is exponential, cut at what remains of the maximum.
    """
    mean, longest = course.median_days / math.log(2), course.maximum_days
    left = [-mean * math.log1p(-chance) for chance in people.traits[RESIDUAL].tolist()]
    if longest is not None and people.new:
        left = [min(days, longest) for days in left]
    elif longest is not None:
        over = math.expm1(-longest / mean)
        ages = (-mean * math.log1p(chance * over) for chance in people.traits[AGE].tolist())
        left = [min(days, longest - age) for days, age in zip(left, ages, strict=True)]
    return np.maximum(1, np.ceil(left)).astype(np.int64)


def _patients(
    first: int, name: str, stream: Stream, homes: NDArray[np.float64], people: _People
) -> Iterator[Patient]:
    """Patients of a stream, numbered from `first`, at home by the sums `homes` (units,) of the units' weights."""
    traits = people.traits
    home = np.searchsorted(homes, traits[HOME] * homes[-1], side="right")
    due = people.entered if people.new else (traits[PHASE] * stream.interval_days).astype(np.int64)
    columns = (  # of the fields from `key` to `due`
        people.keys,
        np.minimum(home, homes.size - 1),
        traits[ELIGIBLE] < stream.eligible_share,
        traits[AGREES] < stream.uptake_share,
        traits[MUNICIPAL] < stream.municipal_share,
        traits[RAMP],
        people.entered,
        people.entered + _days_left(stream.course, people),
        np.full(people.keys.shape, people.new),
        _unplanned_rates(stream, traits[UNPLANNED_RATE]),
        due,
    )
    for number, row in enumerate(zip(*(column.tolist() for column in columns), strict=True), first):
        patient = Patient(number, name, stream, *row)
        patient.expect_unplanned(patient.entered)
        yield patient


def _unplanned_rates(stream: Stream, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unplanned visits per day of each patient: gamma between patients, Poisson within each."""
    mean = stream.unplanned_per_year / YEAR
    if mean == 0 or stream.unplanned_cv == 0:
        return np.full(chances.shape, mean)
    from scipy.special import gammaincinv

    shape = stream.unplanned_cv**-2
    return np.asarray(mean * gammaincinv(shape, chances) / shape)
