"""Builds the shipped register of units, `units.csv`: synthetic, and the same bytes on every run.

    python -m scenarios.make_register

No public register gives every care centre with its list and staff, so this one is invented. It keeps what
is known of the whole: 114 public and 86 private units whose mean lists stand as 9,432 to 5,932 (Maun et al.
2015, doi 10.1186/s12913-015-1082-y), and the population of each municipality (`municipalities.csv`, a
secondary copy of official statistics, year not stated), which its units share out to the last person.
Everything about a single unit is drawn, and every constant below without a source is an assumption. So are
the catchments of the hospital administrations in `municipalities.csv`. No name is that of a real centre.

The share aged 65 or more is an assumption throughout: 0.15 in the city of Göteborg, rising to 0.30 in the
smallest rural municipalities.

Not for reading registers: that is `register.py`.
"""

from __future__ import annotations

import csv
import importlib.resources
import io
import math
import pathlib
import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scenarios.register import COLUMNS

PUBLIC_UNITS = 114
PRIVATE_UNITS = 86
SMALLEST_LIST, LARGEST_LIST = 1_500, 20_000  # persons; assumption

# Sharing out a municipality's population narrows the spread between its units, so these two are not the
# finished register's own figures but set to give them: a coefficient of variation of 0.5 (assumption) and
# mean lists, public to private, as 9,432 to 5,932 (Maun et al. 2015).
LIST_SIGMA = 0.55
PRIVATE_SIZE = 0.535  # median private list, as a share of a public one in the same municipality

# Share aged 65 or more, assumption: falls evenly with the logarithm of the municipality's population.
OLDEST = (5_000, 0.30)  # persons, share: a small rural municipality
YOUNGEST = (613_250, 0.15)  # persons, share: Göteborg
SHARE_65_SD = 0.02  # between the units of one municipality

OLD_PERSON_WEIGHT = 2.5  # capitation for a person of 65 or more, in multiples of a younger one's; assumption
NURSES_PER_10_000 = 11.0  # FTE per listed; derived: about 10 nurses per unit, BMC Public Health 2014;14:1147
DOCTORS_PER_10_000 = 5.1  # FTE per listed; derived: 4 to 5 general practitioners per unit, same source
STAFFING_SD = 0.08  # of nurse FTE per listed between units, relative; assumption
TWO_PLACES_FROM = 8_000  # listed persons from which a unit has two infusion places; assumption
PRIVATE_DIGITAL = 0.40  # share of private units with a secure digital channel; assumption

HERE = pathlib.Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality and where its patients' hospital care lies."""

    name: str
    area: str
    population: int
    sender: str

    def sender_of(self, number: int) -> str:
        """Hospital administration of the municipality's unit `number`, from 1.

        A rule such as `SU 75 SV 25` (per cent) is spread evenly over the units, whatever their ownership.
        """
        first, *rest = self.sender.split()
        if not rest:
            return first
        share, second = int(rest[0]), rest[1]
        return first if number * share // 100 > (number - 1) * share // 100 else second


@dataclass(frozen=True, slots=True)
class Place:
    """A unit before anything is drawn for it."""

    key: str
    municipality: Municipality
    number: int
    private: bool
    listed: int = 0

    def normal(self, what: str) -> float:
        """This unit's standard normal draw of one trait."""
        return statistics.NormalDist().inv_cdf(self.uniform(what))

    def uniform(self, what: str) -> float:
        """This unit's draw of one trait between 0 and 1.

        The stream hangs on the unit's key and the trait's name, so that another unit or trait moves nothing.
        Only `random.random()` is promised to stay the same between versions of Python.
        """
        return random.Random(f"synthetic register 1/{self.key}/{what}").random()


def municipalities() -> tuple[Municipality, ...]:
    """The 49 municipalities in the order of the table."""
    text = importlib.resources.files("scenarios").joinpath("municipalities.csv").read_text(encoding="utf-8")
    return tuple(
        Municipality(row["municipality"], row["area"], int(row["population"]), row["sender"])
        for row in csv.DictReader(io.StringIO(text))
    )


def apportion(seats: int, weights: Mapping[str, int], at_least: int = 0) -> dict[str, int]:
    """Share whole `seats` in proportion to `weights` (Webster's method, ties by name)."""
    given = dict.fromkeys(sorted(weights), at_least)
    for _ in range(seats - sum(given.values())):
        winner = max(given, key=lambda name: weights[name] / (2 * given[name] + 1))
        given[winner] += 1
    return given


def places() -> list[Place]:
    """Where the units stand and who owns them.

    The number of units follows population. The first of each municipality is public and the private ones are
    spread over the rest, so that they stand mostly in cities and never alone.
    """
    towns = municipalities()
    populations = {town.name: town.population for town in towns}
    units = apportion(PUBLIC_UNITS + PRIVATE_UNITS, populations, at_least=1)
    private = apportion(PRIVATE_UNITS, {name: count - 1 for name, count in units.items()})
    found: list[Place] = []
    for town in towns:
        public = units[town.name] - private[town.name]
        for number in range(1, units[town.name] + 1):
            found.append(Place(f"u{len(found) + 1:03}", town, number, private=number > public))
    return found


def with_lists(units: Sequence[Place]) -> Iterator[Place]:
    """The units with lists that sum to each municipality's population."""
    for town in municipalities():
        here = [unit for unit in units if unit.municipality == town]
        lists = share_out(town.population, [relative_size(unit) for unit in here])
        for unit, listed in zip(here, lists, strict=True):
            yield replace(unit, listed=listed)


def relative_size(unit: Place) -> float:
    """A unit's list beside a median public unit's in the same municipality, before limits."""
    return (PRIVATE_SIZE if unit.private else 1) * math.exp(LIST_SIGMA * unit.normal("list size"))


def share_out(population: int, sizes: Sequence[float]) -> list[int]:
    """Whole lists in proportion to `sizes`, within the limits, that sum to `population`.

    Raises ValueError where no lists within the limits can.
    """
    if not SMALLEST_LIST * len(sizes) <= population <= LARGEST_LIST * len(sizes):
        raise ValueError(f"{len(sizes)} units cannot list {population} persons within the limits")
    low, high = 0.0, LARGEST_LIST / min(sizes)
    for _ in range(100):  # halving finds the one scale that fits, as the sum only grows with it
        scale = (low + high) / 2
        low, high = (low, scale) if sum(_clip(scale * size) for size in sizes) > population else (scale, high)
    exact = [_clip(low * size) for size in sizes]
    lists = [math.floor(listed) for listed in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (lists[i] - exact[i], i))
    for i in by_remainder[: population - sum(lists)]:
        lists[i] += 1
    return lists


def share_65_plus(unit: Place) -> float:
    """Share of a unit's listed persons aged 65 or more."""
    (small, old), (large, young) = OLDEST, YOUNGEST
    rurality = math.log(large / unit.municipality.population) / math.log(large / small)
    share = young + (old - young) * min(rurality, 1) + SHARE_65_SD * unit.normal("share 65 plus")
    return round(min(max(share, 0.05), 0.45), 3)


def row(unit: Place, mean_share: float) -> list[str | int | float]:
    """One line of the register; `mean_share` is the region's share aged 65 or more."""
    share = share_65_plus(unit)
    extra = OLD_PERSON_WEIGHT - 1
    tens_of_thousands = unit.listed / 10_000
    nurses = tens_of_thousands * NURSES_PER_10_000 * math.exp(STAFFING_SD * unit.normal("nurses per listed"))
    digital = not unit.private or unit.uniform("digital channel") < PRIVATE_DIGITAL
    return [
        unit.key,
        f"VC-{unit.key[1:]}",
        f"Vårdcentral {unit.number} {unit.municipality.name} (syntetisk)",
        unit.municipality.area,
        unit.municipality.name,
        "private" if unit.private else "public",
        unit.listed,
        share,
        round((1 + extra * share) / (1 + extra * mean_share), 4),
        round(nurses, 1),
        round(tens_of_thousands * DOCTORS_PER_10_000, 1),
        1 if unit.listed < TWO_PLACES_FROM else 2,
        *["yes"] * 4,
        "yes" if digital else "no",
        unit.municipality.sender_of(unit.number),
        "",  # what each unit already has is not known: readiness is counted in full
    ]


def register_csv() -> str:
    """The whole register as it is shipped."""
    units = list(with_lists(places()))
    mean_share = sum(unit.listed * share_65_plus(unit) for unit in units) / sum(unit.listed for unit in units)
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(row(unit, mean_share) for unit in units)
    return text.getvalue()


def _clip(listed: float) -> float:
    return min(max(listed, SMALLEST_LIST), LARGEST_LIST)


if __name__ == "__main__":
    (HERE / "units.csv").write_text(register_csv(), encoding="utf-8", newline="\n")
