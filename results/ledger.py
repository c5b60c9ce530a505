"""The ledger of one replication: what transferred care at units costs, as dated rows in whole öre.

Costing (a) of the model: staff minutes × rate per hour with patients, material, and readiness. Amounts are
integer öre, so that sums over units, streams or years add up exactly. Costing (b), full price per visit, is
kept in a column of its own and never added to (a).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.stays import stays
from results.windows import Window, calendar_windows
from scenarios.listing import listing
from scenarios.load import Resolved
from scenarios.schema import Price, Scenario
from sim.records import ATTENDED, CHECK, DOSE, FAILED, UNIT, UNPLANNED, WITHHELD, Records

LEDGER_ROW = np.dtype(
    [("day", np.int32), ("unit", np.int16), ("stream", np.int16), ("line", np.int8), ("ore", np.int64)]
)
LINES = ("staff", "material", "checks", "desk", "readiness")
STAFF, MATERIAL, CHECKS, DESK, READINESS = range(len(LINES))
ORE = 100


@dataclass(frozen=True, slots=True)
class Ledger:
    """Cost rows of costing (a); `visit_*` are per visit record: full price (b) and patient fee, öre."""

    rows: NDArray[np.void]
    visit_full_ore: NDArray[np.int64]
    visit_fee_ore: NDArray[np.int64]


def in_prices_of(scenario: Scenario, price: Price) -> float:
    """An amount in SEK at the scenario's price year."""
    money = scenario.money
    years = 0 if price.price_year is None else money.price_year - price.price_year
    return float(price.sek * (1 + money.price_growth_per_year) ** years)


def ledger(resolved: Resolved, records: Records) -> Ledger:
    """Cost every visit at a unit, and the readiness of the units that have patients."""
    scenario, visits = resolved.scenario, records.visits
    money = scenario.money
    stream = records.patients["stream"][visits["patient"]]
    took = np.isin(visits["outcome"], (ATTENDED, FAILED, WITHHELD)) & (visits["site"] == UNIT)
    rates = {
        "nurse_minutes": in_prices_of(scenario, money.nurse_hour_sek),
        "doctor_minutes": in_prices_of(scenario, money.doctor_hour_sek),
    }
    staff = sum(np.rint(visits[column] / 60 * rate * ORE).astype(np.int64) for column, rate in rates.items())
    kinds = visits["kind"]
    lines = np.where(kinds == CHECK, CHECKS, np.where(np.isin(kinds, (DOSE, UNPLANNED)), STAFF, DESK))
    unit = visits["unit"]
    treated = took & np.isin(kinds, (DOSE, UNPLANNED))
    material = np.array(
        [round(in_prices_of(scenario, scenario.streams[s].material_sek) * ORE) for s in records.streams]
    )[stream]
    rows = [
        _rows(visits["day"], unit, stream, lines, staff, took),
        _rows(visits["day"], unit, stream, np.full(kinds.size, MATERIAL), material, treated),
        _readiness(resolved, records),
    ]
    return Ledger(np.concatenate(rows), *_per_visit(scenario, records, stream, took))


def _rows(day, unit, stream, line, ore, mask) -> NDArray[np.void]:  # type: ignore[no-untyped-def]  # five equal columns
    found = np.empty(int(mask.sum()), dtype=LEDGER_ROW)
    for name, column in zip(LEDGER_ROW.names or (), (day, unit, stream, line, ore), strict=True):
        found[name] = column[mask]
    return found


def _per_visit(
    scenario: Scenario, records: Records, stream: NDArray[np.int16], took: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Full price (b) and patient fee of each visit, öre: by who sees the patient; nothing for desk work."""
    money, kinds = scenario.money, records.visits["kind"]
    by_doctor = np.array([scenario.streams[s].profession == "doctor" for s in records.streams])[stream]
    by_doctor &= kinds != CHECK
    met = took & np.isin(kinds, (DOSE, UNPLANNED, CHECK))
    prices = [
        (money.nurse_visit_sek, money.doctor_visit_sek),
        (money.nurse_fee_sek, money.doctor_fee_sek),
    ]
    found = []
    for nurse, doctor in prices:
        ore = [round(in_prices_of(scenario, price) * ORE) for price in (nurse, doctor)]
        found.append(np.where(met, np.where(by_doctor, ore[1], ore[0]), 0).astype(np.int64))
    return found[0], found[1]


def _readiness(resolved: Resolved, records: Records) -> NDArray[np.void]:
    """Readiness rows: per unit, procedure group that it is not ready for, and calendar year with a patient of it.

    Dated on the first such day of the year, and split evenly in whole öre over the streams of the group that
    the unit has in that year (what is left over goes to the first by name), so that streams add up to units.
    """
    scenario = resolved.scenario
    present = _streams_present(resolved, records)
    first_year: dict[tuple[int, str], int] = {}
    rows = []
    for (unit, group, year), streams in sorted(present.items()):
        if group in resolved.units[unit].ready_for:
            continue
        procedure = scenario.money.procedures[group]  # type: ignore[index]  # group is a key of procedures
        known = first_year.setdefault((unit, group), year)
        price = procedure.first_year_sek if year == known else procedure.later_year_sek
        ore = round(in_prices_of(scenario, price) * ORE)
        share, left = divmod(ore, len(streams))
        day = min(streams.values())
        for number, stream in enumerate(sorted(streams)):
            rows.append((day, unit, stream, READINESS, share + (left if number == 0 else 0)))
    return np.array(rows, dtype=LEDGER_ROW)


def _streams_present(resolved: Resolved, records: Records) -> dict[tuple[int, str, int], dict[int, int]]:
    """For each unit, group and calendar year: the streams with a patient, and the first day of each."""
    years = calendar_windows(resolved)
    groups = [resolved.scenario.streams[name].procedure_group for name in records.streams]
    people = records.patients
    present: defaultdict[tuple[int, str, int], dict[int, int]] = defaultdict(dict)
    for stay in stays(records, resolved.scenario.horizon_days):
        stream, arrived = int(people["stream"][stay["patient"]]), int(stay["first"])
        left = max(arrived + 1, int(stay["left"]))
        for window in years:
            first = max(arrived, window.first)
            if first < min(left, window.end):
                known = present[int(stay["unit"]), groups[stream], int(window.name)]
                known[stream] = min(first, known.get(stream, first))
    return dict(present)


def uplift_ore(resolved: Resolved, window: Window) -> NDArray[np.int64]:
    """The whole uplift of each unit in a window, öre, shape (units,): by weighted listing.

    Each calendar year brings the uplift times the index since the first year, evenly over its days. A calendar
    window has what its days bring; any other the mean yearly uplift over its days. Each day's uplift follows
    that day's listing.
    """
    listed = listing(resolved.scenario, resolved.units)
    edges = (window.first, *(min(max(day, window.first), window.end) for day in listed.changes), window.end)
    sek = np.array([_uplift_sek(resolved, window, *days) for days in itertools.pairwise(edges)])
    if not sek.any():
        return np.zeros(len(resolved.units), dtype=np.int64)
    own = [unit.weighted_listing for unit in resolved.units]
    by_period = [np.bincount(at, weights=own, minlength=len(own)) for at in listed.at]
    weights = sek / sek.sum() @ np.array(by_period)
    cumulative = np.rint(np.cumsum(weights) / weights.sum() * round(float(sek.sum()) * ORE))
    return np.asarray(np.diff(cumulative, prepend=0.0), dtype=np.int64)


def _uplift_sek(resolved: Resolved, window: Window, first: int, end: int) -> float:
    """What the days of a window from `first` up to but not including `end` bring, SEK."""
    scenario = resolved.scenario
    money, first_year = scenario.money, scenario.start_date.year
    sek = 0.0
    for calendar_year in calendar_windows(resolved):
        days = max(0, min(end, calendar_year.end) - max(first, calendar_year.first))
        year = int(calendar_year.name)
        if days and (money.uplift_recurs or year == first_year):
            length = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days if window.calendar else window.days
            sek += (
                money.uplift_msek_per_year * 1e6 * money.uplift_index ** (year - first_year) * days / length
            )
    return sek
