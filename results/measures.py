"""The measures of one replication, computed from its records. Names are public.

Each function adds the measures of one question: load, doses, transfer, waiting, others, skill, money. All
concern transferred care at units unless the name says otherwise. Sums are over the scope; shares, means and
percentiles are pooled over events; without events a value is undefined (NaN here, null in JSON).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.events import Events, Floats, Keys, of_patients, weekly_at_units
from results.ledger import READINESS, Ledger, in_prices_of, ledger, uplift_ore
from results.table import Row, Table, divide
from results.windows import Window, calendar_windows, year_windows
from scenarios.load import Resolved
from scenarios.register import read_distances
from sim.records import (
    ATTENDED,
    CHECK,
    DIVERTED_BOOKED,
    DIVERTED_SAME_DAY,
    DOSE,
    FAILED,
    HOSPITAL,
    MUNICIPALITY,
    NEVER,
    OUT_OF_HOURS,
    RETURNED,
    SEEN_SAME_DAY,
    SITES,
    UNIT,
    UNPLANNED,
    WITHHELD,
    Records,
)

AVAILABLE_SHARES = (1.0, 0.5, 0.25, 0.10, 0.05)
WORKING_HOURS_PER_YEAR = 1760
MSEK_ORE = 1e8


@dataclass(frozen=True, slots=True, repr=False)
class Measured:
    """Rows and values of one replication."""

    rows: tuple[Row, ...]
    values: Floats

    def __repr__(self) -> str:
        return f"<Measured: {len(self.rows)} values>"

    def value(self, name: str, scope: str = "region", key: str = "", window: str = "year1") -> float:
        """One value. Raises ValueError if there is no such row."""
        return float(self.values[self.rows.index(Row(name, scope, key, window))])


@dataclass(frozen=True, slots=True, repr=False)
class Replication:
    """One replication's records with what measures need to know beside them."""

    resolved: Resolved
    records: Records
    keys: Keys

    def __repr__(self) -> str:
        return f"<Replication {self.records.replication} of {self.resolved.scenario.name}>"

    def visits(self, mask: NDArray[np.bool_]) -> tuple[NDArray[np.void], Events]:
        """The visits that a mask selects, and their events."""
        rows = self.records.visits[mask]
        return rows, of_patients(self.keys, self.records, rows["patient"], rows["day"])

    def per_stream(self, values: list[float], patient: NDArray[np.int32]) -> Floats:
        """A value of each patient's stream."""
        by_stream = np.array(values, dtype=np.float64)
        return np.asarray(by_stream[self.records.patients["stream"][patient]])

    @property
    def streams(self) -> list:  # type: ignore[type-arg]  # Stream, in the order of the records' codes
        """The streams in the order of the records."""
        return [self.resolved.scenario.streams[name] for name in self.records.streams]

    @property
    def at_unit(self) -> NDArray[np.bool_]:
        """Visits at units that took place."""
        visits = self.records.visits
        return np.asarray(visits["site"] == UNIT) & np.isin(visits["outcome"], (ATTENDED, FAILED, WITHHELD))

    @property
    def treatments(self) -> NDArray[np.bool_]:
        """Doses and unplanned visits at units that took place."""
        return self.at_unit & np.isin(self.records.visits["kind"], (DOSE, UNPLANNED))


def measure(resolved: Resolved, records: Records) -> Measured:
    """Every measure of one replication."""
    run = Replication(resolved, records, Keys(resolved))
    table = Table(run.keys, year_windows(resolved))
    load(run, table)
    capacity(run, table)
    doses(run, table)
    transfer(run, table)
    waiting(run, table)
    others(run, table)
    skill(run, table)
    services(run, table)
    money_table = Table(run.keys, (*year_windows(resolved), *calendar_windows(resolved)))
    money(run, ledger(resolved, records), money_table)
    rows = [*table.rows, *money_table.rows]
    order = sorted(range(len(rows)), key=rows.__getitem__)
    values = np.array([*table.values, *money_table.values])[order]
    return Measured(tuple(rows[i] for i in order), values)


def load(run: Replication, table: Table) -> None:
    """Visits and hours that transferred care takes at the units."""
    _, treatments = run.visits(run.treatments)
    table.count("unit_visits_per_year", treatments)
    _, checks = run.visits(run.at_unit & (run.records.visits["kind"] == CHECK))
    table.count("check_visits_per_year", checks)
    rows, events = run.visits(run.at_unit)
    staffing = run.resolved.scenario.staffing
    for column, name in (("nurse", "nurse"), ("doctor", "doctor"), ("room", "room")):
        table.count(f"{name}_hours_per_year", events, rows[f"{column}_minutes"] / 60)
    fte = rows["nurse_minutes"] / 60 / staffing.nurse_direct_share / WORKING_HOURS_PER_YEAR
    table.count("nurse_fte", events, fte)
    _peak_week(run, table, events, rows["nurse_minutes"] / 60)


def _peak_week(run: Replication, table: Table, events: Events, hours: Floats) -> None:
    """The highest week of each window."""
    weeks = tuple(Window("", 7 * k, 7 * k + 7) for k in range(run.resolved.scenario.horizon_days // 7))
    for scope in ("region", "area", "municipality", "ownership", "unit", "stream", "sender"):
        weekly = events.total(scope, len(run.keys.names[scope]), hours, weeks)
        peaks = [weekly[w.first // 7 : w.end // 7].max(axis=0) for w in table.windows]
        table.add("peak_week_nurse_hours", scope, np.array(peaks))


def capacity(run: Replication, table: Table) -> None:
    """How busy the units are, all patients together."""
    records = run.records
    days = np.arange(records.open_minutes.size) + records.first_day
    units = len(records.units)
    present = (records.servers * records.open_minutes[:, None, None]).astype(np.float64)
    open_days = np.repeat((records.open_minutes > 0).astype(np.float64), units)
    of_profession = [array[:, :, p].ravel() for array in (records.used, present) for p in range(2)]
    events, summed = weekly_at_units(
        run.keys,
        np.tile(np.arange(units), days.size),
        np.repeat(days, units),
        open_days,
        records.overtime.sum(axis=2).ravel(),
        *of_profession,
    )
    unit_days, overtime, nurses_used, doctors_used, nurses, doctors = summed
    table.ratio("overtime_minutes_per_unit_day", events, overtime, unit_days)
    table.ratio("utilisation", events, nurses_used + doctors_used, nurses + doctors)
    for profession, used, there in (("nurse", nurses_used, nurses), ("doctor", doctors_used, doctors)):
        shares = [events.total("region", 1, minutes, table.windows) for minutes in (used, there)]
        table.add("utilisation", "region", divide(*shares), key=f"profession={profession}")


def doses(run: Replication, table: Table) -> None:
    """Are doses given inside their window, wherever they are given?

    A dose belongs to the day on which it fell due. One still open at the end counts late once past its window.
    """
    rows = run.records.doses
    early = run.per_stream([s.early_days for s in run.streams], rows["patient"])
    late = run.per_stream([s.late_days for s in run.streams], rows["patient"])
    horizon = run.resolved.scenario.horizon_days
    open_at_end = rows["given"] == NEVER
    day = np.where(open_at_end, horizon, rows["given"])
    decided = ~open_at_end | (rows["due"] + late < horizon)
    rows, day, early, late, open_at_end = (a[decided] for a in (rows, day, early, late, open_at_end))
    days_late = (day - rows["due"]).astype(np.float64)
    events = of_patients(run.keys, run.records, rows["patient"], rows["due"], rows["site"])
    is_late = open_at_end | (days_late > late)
    table.ratio("on_time_share", events, (~is_late & (days_late >= -early)).astype(np.float64))
    table.ratio("late_share", events, is_late.astype(np.float64))
    table.ratio("late_days_mean", events.where(is_late), days_late[is_late])
    table.percentile("late_days_p95", 0.95, events.where(is_late), days_late[is_late])
    owed = (rows["site"] == UNIT) | rows["returned"]
    without_site = Events(events.day, {k: v for k, v in events.codes.items() if k != "site"}).where(owed)
    table.ratio("returned_to_hospital_share", without_site, rows["returned"][owed].astype(np.float64))


def transfer(run: Replication, table: Table) -> None:
    """How patients move, and how their referrals fare."""
    people = run.records.patients
    numbers = np.arange(people.size)

    def events(mask: NDArray[np.bool_], day: NDArray[np.int32]) -> Events:
        return of_patients(run.keys, run.records, numbers[mask], day[mask].astype(np.int64))

    accepted = people["accepted"] != NEVER
    moved = events(accepted, people["accepted"])
    table.count("patients_transferred", moved, per_year=False)
    table.ratio(
        "referral_days_mean", moved, (people["accepted"] - people["referred"])[accepted].astype(np.float64)
    )
    back = people["handed_back"] != NEVER
    table.count("patients_handed_back", events(back, people["handed_back"]), per_year=False)
    seen = people["first_visit"] != NEVER
    since = np.maximum(people["accepted"], people["first_due"])
    wait = np.maximum(0, people["first_visit"] - since)[seen].astype(np.float64)
    table.ratio("first_visit_days_mean", events(seen, people["first_visit"]), wait)
    reviewed = np.zeros(people.size, dtype=bool)
    reviewed[run.records.referrals["patient"]] = True
    returned = np.zeros(people.size)
    returned[run.records.referrals["patient"][run.records.referrals["verdict"] == RETURNED]] = 1.0
    table.ratio("referrals_returned_share", events(reviewed, people["referred"]), returned[reviewed])
    _patients_at_units(run, table)


def _patients_at_units(run: Replication, table: Table) -> None:
    """Mean number of patients at units over each window: days at the unit ÷ days of the window."""
    people = run.records.patients
    mask = (people["accepted"] != NEVER) & ~people["municipal"]
    first = people["accepted"][mask]
    left = np.where(people["left_unit"] == NEVER, run.resolved.scenario.horizon_days, people["left_unit"])[
        mask
    ]
    at_units = of_patients(run.keys, run.records, np.nonzero(mask)[0], first)
    for scope in at_units.codes:
        keys = len(run.keys.names[scope])
        means = []
        for window in table.windows:
            days = np.clip(np.minimum(left, window.end) - np.maximum(first, window.first), 0, None)
            means.append(np.bincount(at_units.codes[scope], weights=days, minlength=keys) / window.days)
        table.add("patients_at_units", scope, np.array(means))


def waiting(run: Replication, table: Table) -> None:
    """Minutes that transferred patients wait in the clinic."""
    kinds = run.records.visits["kind"]
    rows, events = run.visits(run.at_unit & np.isin(kinds, (DOSE, CHECK, UNPLANNED)))
    table.ratio("clinic_wait_minutes_mean", events, rows["wait_minutes"])
    table.percentile("clinic_wait_minutes_p95", 0.95, events, rows["wait_minutes"])


def others(run: Replication, table: Table) -> None:
    """Other patients' access, and how many of their visits the transferred minutes could at most displace."""
    background = run.resolved.scenario.background
    requests, met = same_day_requests(run.records, background.guarantee_days)
    visits = requests["visits"].astype(np.float64)
    events, (asked, kept, waited) = weekly_at_units(
        run.keys, requests["unit"], requests["day"], visits, visits * met, visits * requests["waited"]
    )
    table.ratio("background_within_guarantee_share", events, kept, asked)
    table.ratio("background_wait_days_mean", events, waited, asked)
    rows = run.records.others
    diverted = rows[np.isin(rows["outcome"], (DIVERTED_SAME_DAY, DIVERTED_BOOKED))]
    away, (turned_away,) = weekly_at_units(
        run.keys, diverted["unit"], diverted["day"], diverted["visits"].astype(np.float64)
    )
    table.count("background_diverted_per_year", away, turned_away)
    ours, at_unit = run.visits(run.at_unit)
    displaced = (
        ours["nurse_minutes"] / background.nurse_minutes + ours["doctor_minutes"] / background.doctor_minutes
    )
    table.count("displacement_bound_visits_per_year", at_unit, displaced)


def same_day_requests(records: Records, guarantee_days: int) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
    """Other patients' same-day requests, seen or diverted, and which of them were seen within the guarantee."""
    rows = records.others
    requests = rows[np.isin(rows["outcome"], (SEEN_SAME_DAY, DIVERTED_SAME_DAY))]
    return requests, (requests["outcome"] == SEEN_SAME_DAY) & (requests["waited"] <= guarantee_days)


def skill(run: Replication, table: Table) -> None:
    """Whether units see enough of each procedure to keep it up."""
    _, events = run.visits(run.treatments)
    units, streams = len(run.records.units), len(run.streams)
    unit, stream = events.codes["unit"], events.codes["stream"]
    groups = sorted({s.procedure_group for s in run.streams})
    group = np.array([groups.index(s.procedure_group) for s in run.streams], dtype=np.int64)
    least = np.array([run.resolved.scenario.money.procedures[g].minimum_visits_per_year for g in groups])
    at = Events(events.day, {"cell": unit * streams + stream, "group": unit * len(groups) + group[stream]})
    cells = at.total("cell", units * streams, None, table.windows).reshape(len(table.windows), units, streams)
    low = at.total("group", units * len(groups), None, table.windows).reshape(
        len(table.windows), units, len(groups)
    )
    factors = table.factors()[:, None]
    performing = (cells > 0).sum(axis=1)
    table.add("units_without_patient_share", "stream", 1 - performing / units)
    table.add("visits_per_performing_unit", "stream", divide(cells.sum(axis=1) * factors, performing))
    anything = cells.sum(axis=2)
    any_unit = (anything > 0).sum(axis=1, keepdims=True)
    table.add("units_without_patient_share", "region", 1 - any_unit / units)
    table.add(
        "visits_per_performing_unit",
        "region",
        divide(anything.sum(axis=1, keepdims=True) * factors, any_unit),
    )
    below = low * factors[:, :, None] < least
    _low_volume(table, events, unit, group[stream], below)


def _low_volume(
    table: Table, events: Events, unit: NDArray[np.int64], group: NDArray[np.int64], below: NDArray[np.bool_]
) -> None:
    """Share of visits at units below the yearly minimum of their group; `below` is (windows, units, groups)."""
    for scope in events.codes:
        keys = len(table.keys.names[scope])
        shares = []
        for window, few in zip(table.windows, below, strict=True):
            top = events.total(scope, keys, few[unit, group].astype(np.float64), (window,))
            shares.append(divide(top, events.total(scope, keys, None, (window,)))[0])
        table.add("low_volume_visits_share", scope, np.array(shares))


def services(run: Replication, table: Table) -> None:
    """What the transfer means for hospitals, municipalities, out-of-hours care and the patients' travel."""
    visits = run.records.visits
    given = run.records.doses[run.records.doses["site"] == UNIT]
    freed = of_patients(run.keys, run.records, given["patient"], given["given"])
    share = run.per_stream([s.hospital_visit_freed_share for s in run.streams], given["patient"])
    table.count("hospital_freed_visits_per_year", freed, share)
    _hospital_net_hours(
        run, table, freed, share * run.per_stream([s.minutes for s in run.streams], given["patient"])
    )
    _, municipal = run.visits(visits["site"] == MUNICIPALITY)
    table.count("municipal_visits_per_year", municipal)
    _, urgent = run.visits(visits["site"] == OUT_OF_HOURS)
    table.count("out_of_hours_events_per_year", urgent)
    met = run.at_unit & np.isin(visits["kind"], (DOSE, CHECK, UNPLANNED))
    rows, travelled = run.visits(met)
    kilometres = _kilometres(run, rows["patient"])
    table.count("travel_km_per_year", travelled, kilometres)
    _travel_by_site(run, table, to_units=travelled.total("region", 1, kilometres, table.windows))


def _hospital_net_hours(run: Replication, table: Table, freed: Events, minutes: Floats) -> None:
    """Hospital hours freed, less those spent on writing, rewriting and answering."""
    hospital = run.resolved.scenario.hospital
    letters = run.records.referrals
    wrote = np.where(letters["attempt"] == 1, hospital.referral_minutes, hospital.rewrite_minutes)
    written = of_patients(run.keys, run.records, letters["patient"], letters["written"])
    people = run.records.patients
    mask = (people["accepted"] != NEVER) & ~people["municipal"]
    first = people["accepted"][mask]
    left = np.where(people["left_unit"] == NEVER, run.resolved.scenario.horizon_days, people["left_unit"])[
        mask
    ]
    asking = of_patients(run.keys, run.records, np.nonzero(mask)[0], first)
    for scope in freed.codes:
        keys = len(run.keys.names[scope])
        gain = freed.total(scope, keys, minutes, table.windows) - written.total(
            scope, keys, wrote, table.windows
        )
        for number, window in enumerate(table.windows):
            days = np.clip(np.minimum(left, window.end) - np.maximum(first, window.first), 0, None)
            patient_days = np.bincount(asking.codes[scope], weights=days, minlength=keys)
            gain[number] -= patient_days / 365.25 * hospital.question_minutes_per_patient_year
        table.add("hospital_net_hours_per_year", scope, gain / 60 * table.factors()[:, None])


def _travel_by_site(run: Replication, table: Table, to_units: Floats) -> None:
    """Kilometres to units, and beside it to the hospital for the doses given there."""
    units, distances, travel = run.resolved.units, read_distances(), run.resolved.scenario.travel
    there = {u.sender: travel.hospital_municipality[u.sender] for u in units}
    one_way = [
        travel.within_municipality_km
        if u.municipality == there[u.sender]
        else distances[u.municipality, there[u.sender]]
        for u in units
    ]
    given = run.records.doses[run.records.doses["site"] == HOSPITAL]
    to_hospital = of_patients(run.keys, run.records, given["patient"], given["given"])
    km = 2 * np.array(one_way)[run.records.patients["home"][given["patient"]]]
    by_site = np.full((len(table.windows), len(SITES)), np.nan)
    by_site[:, HOSPITAL] = to_hospital.total("region", 1, km, table.windows)[:, 0]
    by_site[:, UNIT] = to_units[:, 0]
    table.add("travel_km_per_year", "site", by_site * table.factors()[:, None])


def _kilometres(run: Replication, patient: NDArray[np.int32]) -> Floats:
    """There and back from the patient's municipality to the unit's, km per visit."""
    units, distances = run.resolved.units, read_distances()
    within = run.resolved.scenario.travel.within_municipality_km
    places = [unit.municipality for unit in units]
    people = run.records.patients[patient]
    pairs = zip(people["home"].tolist(), people["unit"].tolist(), strict=True)
    known: dict[tuple[int, int], float] = {}
    for pair in dict.fromkeys(pairs):
        here, there = places[pair[0]], places[pair[1]]
        known[pair] = 2 * (within if here == there else distances[here, there])
    return np.array(
        [known[h, u] for h, u in zip(people["home"].tolist(), people["unit"].tolist(), strict=True)]
    )


def money(run: Replication, book: Ledger, table: Table) -> None:
    """What transferred care costs the units, and how far the uplift reaches."""
    scenario = run.resolved.scenario
    rows = book.rows
    codes = {
        scope: run.keys.of_unit[scope][rows["unit"]]
        for scope in ("region", "area", "municipality", "ownership", "unit")
    }
    costs = Events(rows["day"].astype(np.int64), codes | {"stream": rows["stream"].astype(np.int64)})
    msek = rows["ore"] / MSEK_ORE
    care = rows["line"] != READINESS
    table.count("cost_msek_per_year", costs, msek)
    table.count("readiness_msek_per_year", costs.where(~care), msek[~care])
    without = costs.where(care).total("region", 1, msek[care], table.windows) * table.factors()[:, None]
    table.add("cost_msek_per_year", "region", without, key="readiness=no")
    _, events = run.visits(np.ones(run.records.visits.size, dtype=bool))
    table.count("full_cost_msek_per_year", events, book.visit_full_ore / MSEK_ORE)
    table.count("patient_fee_msek_per_year", events, book.visit_fee_ore / MSEK_ORE)
    _drugs(run, table)
    given = run.records.doses[run.records.doses["site"] == UNIT]
    freed = of_patients(run.keys, run.records, given["patient"], given["given"])
    share = run.per_stream([s.hospital_visit_freed_share for s in run.streams], given["patient"])
    table.count(
        "hospital_freed_msek_per_year",
        freed,
        share * in_prices_of(scenario, scenario.money.hospital_visit_sek) / 1e6,
    )
    _, treatments = run.visits(run.treatments)
    _against_uplift(run, table, costs, msek, care, treatments)


def _drugs(run: Replication, table: Table) -> None:
    """The drugs of doses given at units, as a line of its own, and per payer."""
    given = run.records.doses[run.records.doses["site"] == UNIT]
    prices = [in_prices_of(run.resolved.scenario, s.drug.price_sek) / 1e6 for s in run.streams]
    msek = run.per_stream(prices, given["patient"])
    events = of_patients(run.keys, run.records, given["patient"], given["given"])
    table.count("drug_msek_per_year", events, msek)
    payer = np.array([s.drug.payer for s in run.streams])[run.records.patients["stream"][given["patient"]]]
    for name in ("hospital", "region", "unit", "not_stated"):
        mine = payer == name
        total = events.where(mine).total("region", 1, msek[mine], table.windows) * table.factors()[:, None]
        table.add("drug_msek_per_year", "region", total, key=f"payer={name}")


def _against_uplift(
    run: Replication, table: Table, costs: Events, msek: Floats, care: NDArray[np.bool_], treatments: Events
) -> None:
    """Uplift, share used, room left and units that carry more cost than uplift, at each available share.

    The region's rows come with and without readiness and at every share; other scopes with readiness at the
    scenario's own share.
    """
    base = run.resolved.scenario.money.available_share
    uplift_units = np.array([uplift_ore(run.resolved, window) for window in table.windows]) / MSEK_ORE
    units = len(run.records.units)
    costs_units = {
        "": costs.total("unit", units, msek, table.windows) * table.factors()[:, None],
        "readiness=no": costs.where(care).total("unit", units, msek[care], table.windows)
        * table.factors()[:, None],
    }
    visits = treatments.total("unit", units, None, table.windows) * table.factors()[:, None]
    for scope in ("region", "area", "municipality", "ownership", "unit"):
        _uplift_rows(table, scope, "", uplift_units * base, costs_units[""], visits)
    for share in AVAILABLE_SHARES:
        for readiness, cost in costs_units.items():
            key = ";".join(
                part for part in (f"available={share:g}" if share != base else "", readiness) if part
            )
            if key:
                _uplift_rows(table, "region", key, uplift_units * share, cost, visits)


def _uplift_rows(table: Table, scope: str, key: str, uplift: Floats, cost: Floats, visits: Floats) -> None:
    """The uplift measures of one scope; arguments are (windows, units), MSEK and visits a year."""
    codes, keys = table.keys.of_unit[scope], len(table.keys.names[scope])

    def summed(values: Floats) -> Floats:
        return np.array([np.bincount(codes, weights=row, minlength=keys) for row in values])

    total, paid = summed(uplift), summed(cost)
    room = total - paid
    table.add("uplift_msek_per_year", scope, total, key=key)
    table.add("uplift_share_used", scope, divide(paid, total), key=key)
    table.add("uplift_room_msek", scope, room, key=key)
    over = divide(summed((cost > uplift).astype(np.float64)), summed(np.ones_like(cost)))
    table.add("units_over_uplift_share", scope, over, key=key)
    per_visit = divide(paid, summed(visits))
    table.add("extra_visits_affordable", scope, np.maximum(0.0, divide(room, per_visit)), key=key)
