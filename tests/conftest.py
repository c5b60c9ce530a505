"""A small region that simulates in a fraction of a second, for every test that runs the model."""

import csv
import itertools
import pathlib
from collections.abc import Callable

import pytest

import scenarios.register
from scenarios.load import Resolved, resolve

SHIPPED = pathlib.Path(scenarios.register.__file__).with_name("units.csv")
TOWNS = ("Trollhättan", "Skövde", "Kungälv")  # in three areas, with three senders
PER_TOWN = 4

# More patients than the units' part of the region, so that something happens to each stream in a year.
PATIENTS = {
    "fulvestrant": 20,
    "goserelin": 20,
    "triptorelin": 60,
    "zoledronate": 30,
    "denosumab": 30,
    "iron": 30,
    "catheter": 40,
    "methadone": 15,
}
SETTINGS = ("horizon_years=1", "warm_up_weeks=2", "transfer.ramp_weeks=8")

# Every referral is complete, and accepted on the day on which it arrives.
ACCEPTED_ON_ARRIVAL = tuple(
    f"streams.{name}.referral={{complete_share: 1, review_days_mean: 0, refused_share: 0, guideline: null}}"
    for name in PATIENTS
)

Row = dict[str, str]
SmallRegion = Callable[..., Resolved]


def shipped_rows() -> list[Row]:
    """Twelve rows of the shipped register, public and private in each town."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        every = [row for row in csv.DictReader(file) if row["municipality"] in TOWNS]
    half = PER_TOWN // 2
    by_town = ([row for row in every if row["municipality"] == town] for town in TOWNS)
    return [row for rows in by_town for row in (*rows[:half], *rows[-half:])]


def small_settings(register: pathlib.Path) -> list[str]:
    """What makes the shipped decision small."""
    patients = [f"streams.{name}.patients={count}" for name, count in PATIENTS.items()]
    return [f"units={register}", *SETTINGS, *patients]


def write_register(path: pathlib.Path, rows: list[Row]) -> pathlib.Path:
    """A register file with these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def small_region(tmp_path_factory: pytest.TempPathFactory) -> SmallRegion:
    """`small_region("key=value", …)`: the decision on twelve units, resolved with these settings.

    `scenario` names another scenario, `rows` gives other rows of the register.
    """
    folder = tmp_path_factory.mktemp("registers")
    number = itertools.count()

    def region(*sets: str, scenario: str = "decision-2026", rows: list[Row] | None = None) -> Resolved:
        register = write_register(
            folder / f"units{next(number)}.csv", shipped_rows() if rows is None else rows
        )
        return resolve(scenario, sets=[*small_settings(register), *sets])

    return region
