"""What a planner reads in a minute: the run's headline figures, each with interval and unit, and what they rest on.

`summarise_run` gives sections of plain cells; how they are drawn on a terminal is the command line's business.
Text comes from the scenario and is not escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.extracts import reporting_window
from results.measures import AVAILABLE_SHARES
from results.statistics import Summary, summarise
from results.table import Row
from results.windows import calendar_windows
from scenarios.evidence import Evidence
from scenarios.load import Resolved


@dataclass(frozen=True, slots=True)
class Section:
    """A headed table of cells, and remarks below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


class Figures:
    """Looks up the summary of any measure and writes it out."""

    def __init__(self, rows: tuple[Row, ...], values: NDArray[np.float64], window: str) -> None:
        self.summary: Summary = summarise(values)
        self.place: Mapping[Row, int] = {row: i for i, row in enumerate(rows)}
        self.window = window

    def __repr__(self) -> str:
        return f"<Figures of {len(self.place)} rows, window {self.window}>"

    def mean(self, name: str, scope: str = "region", key: str = "", window: str | None = None) -> float:
        """Mean over replications; NaN where undefined."""
        return float(self.summary.mean[self.place[Row(name, scope, key, window or self.window)]])

    def told(self, name: str, scope: str = "region", key: str = "", window: str | None = None) -> str:
        """Mean with interval in the measure's unit: `5,912 (5,840–5,984)`; a dash where undefined."""
        i = self.place[Row(name, scope, key, window or self.window)]
        share = MEASURES[name].unit == "share"
        mean, low, high = self.summary.mean[i], self.summary.low[i], self.summary.high[i]
        if not math.isfinite(mean):
            return "–"
        if mean == low == high == 0:
            return "0"
        write = _percent if share else _plain(mean)
        if name not in MAY_BE_NEGATIVE:
            low = max(low, 0.0)
        if share and name not in MAY_EXCEED_ONE:
            high = min(high, 1.0)
        interval = f" ({write(low)}–{write(high)})" if math.isfinite(high) else ""
        return f"{write(mean)}{' %' if share else ''}{interval}"


MAY_BE_NEGATIVE = frozenset({"uplift_room_msek", "hospital_net_hours_per_year"})
MAY_EXCEED_ONE = frozenset({"uplift_share_used", "utilisation"})


def _percent(value: float) -> str:
    percent = 100 * value
    return f"{percent:.1f}" if abs(percent) >= 0.095 or percent == 0 else f"{percent:.2f}"


def _plain(size: float) -> Callable[[float], str]:
    """A way to write numbers of about this size."""
    digits = 0 if not math.isfinite(size) or abs(size) >= 100 else 1 if abs(size) >= 10 else 2
    return lambda value: f"{value:,.{digits}f}"


def summarise_run(
    resolved: Resolved, rows: tuple[Row, ...], values: NDArray[np.float64]
) -> tuple[str, tuple[Section, ...]]:
    """The heading and the sections of a run's summary."""
    window = reporting_window(resolved)
    figures = Figures(rows, values, window.name)
    first, last = window.first // 7 + 1, window.end // 7
    number = values.shape[0]
    interval = "means with 95 % interval" if number > 1 else "one replication, so no interval"
    heading = (
        f"{resolved.scenario.title.en} ({resolved.scenario.name}): weeks {first}–{last} ({window.name}), "
        f"{number} replication{'s' if number > 1 else ''}, {interval}"
    )
    sections: tuple[Section, ...] = (
        _in_short(resolved, figures),
        _load(figures),
        _doses(resolved, figures),
        _transfer(resolved, figures),
        _others(resolved, figures),
        _skill(resolved, figures),
        _money(resolved, figures),
        _uplift(figures),
    )
    if figures.mean("nurse_hours_per_year") + figures.mean("doctor_hours_per_year") > 0:
        sections = (*sections, _rests_on(resolved, figures))
    return heading, sections


def _in_short(resolved: Resolved, figures: Figures) -> Section:
    """The answer in a few lines."""
    units = len(resolved.units)
    if not figures.mean("unit_visits_per_year") > 0:
        told = ["No transferred care reaches the units: every dose is given at the hospital."]
    else:
        visits = figures.mean("unit_visits_per_year")
        told = [
            f"Load: {figures.told('unit_visits_per_year')} visits a year at {units} units, {visits / units:.0f} each; "
            f"{figures.told('nurse_hours_per_year')} nurse hours, {figures.told('nurse_fte')} nurses at full time.",
            _doses_in_short(resolved, figures),
            f"Money: {figures.told('cost_msek_per_year')} MSEK a year with readiness, "
            f"{figures.told('cost_msek_per_year', key='readiness=no')} without; {_uplift_in_short(figures)}",
        ]
    told.append(
        f"Others: {figures.told('background_within_guarantee_share')} of same-day requests seen within "
        f"{resolved.scenario.background.guarantee_days} days; at most "
        f"{figures.told('displacement_bound_visits_per_year')} of others' visits a year displaced, if every unit were "
        "full. How tight they are is not known."
    )
    return Section("In short", (), (), tuple(told))


def _doses_in_short(resolved: Resolved, figures: Figures) -> str:
    shares = {s: figures.mean("on_time_share", "stream", s) for s in sorted(resolved.scenario.streams)}
    known = {s: share for s, share in shares.items() if math.isfinite(share)}
    worst = min(known, key=lambda s: (known[s], s)) if known else None
    told = (
        f"Doses: {figures.told('on_time_share', 'site', 'unit')} on time at units, "
        f"{figures.told('on_time_share', 'site', 'hospital')} at the hospital"
    )
    return (
        f"{told}; least in {worst}, {figures.told('on_time_share', 'stream', worst)}."
        if worst
        else f"{told}."
    )


def _uplift_in_short(figures: Figures) -> str:
    """Down to which share of the uplift the cost still fits."""
    enough = [
        s for s in AVAILABLE_SHARES if figures.mean("uplift_share_used", key=_share_key(figures, s)) <= 1
    ]
    if not enough:
        return "more than the whole uplift."
    least = min(enough)
    if least == min(AVAILABLE_SHARES):
        return f"within the uplift even if only {100 * least:g} % of it is left for these streams."
    beyond = max(s for s in AVAILABLE_SHARES if s < least)
    return f"within {100 * least:g} % of the uplift, not within {100 * beyond:g} %."


def _share_key(figures: Figures, share: float) -> str:
    """The key of an available share; the scenario's own has none."""
    key = f"available={share:g}"
    return key if Row("uplift_share_used", "region", key, figures.window) in figures.place else ""


def _measure_rows(figures: Figures, names: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((MEASURES[name].meaning, figures.told(name), _unit(name)) for name in names)


def _unit(name: str) -> str:
    unit = MEASURES[name].unit
    return "" if unit == "share" else unit


def _load(figures: Figures) -> Section:
    names = (
        "unit_visits_per_year",
        "check_visits_per_year",
        "nurse_hours_per_year",
        "nurse_fte",
        "doctor_hours_per_year",
        "room_hours_per_year",
        "peak_week_nurse_hours",
        "utilisation",
        "overtime_minutes_per_unit_day",
        "clinic_wait_minutes_mean",
        "clinic_wait_minutes_p95",
    )
    return Section("Load at the units", ("", "mean (interval)", "unit"), _measure_rows(figures, names))


def _doses(resolved: Resolved, figures: Figures) -> Section:
    rows = []
    for name in sorted(resolved.scenario.streams):
        rows.append(
            (
                _label(resolved, name),
                figures.told("patients_at_units", "stream", name),
                figures.told("unit_visits_per_year", "stream", name),
                figures.told("on_time_share", "stream", name),
                figures.told("late_days_p95", "stream", name),
                figures.told("returned_to_hospital_share", "stream", name),
            )
        )
    for site in ("unit", "hospital"):
        rows.append(
            (f"all, given at {site}", "", "", figures.told("on_time_share", "site", site),
             figures.told("late_days_p95", "site", site), "")
        )  # fmt: skip
    columns = ("stream", "patients at units", "visits/year", "on time", "days late, p95", "returned")
    remarks = (
        "on time: inside the stream's window; days late: after the due date, 95th percentile of late doses; "
        "returned: doses that the hospital had to give.",
        "How late doses are at the hospitals today is not known: the hospital's figures follow from "
        "hospital.late_share, no_show_share and rebook_days.",
        *_assumed_numbers(resolved),
    )
    return Section("Doses", columns, tuple(rows), remarks)


def _label(resolved: Resolved, name: str) -> str:
    return name + (" *" if _is_assumed(resolved, name) else "")


def _is_assumed(resolved: Resolved, stream: str) -> bool:
    evidence = resolved.evidence.get(f"streams.{stream}.patients")
    return evidence is not None and evidence.grade == "assumption"


def _assumed_numbers(resolved: Resolved) -> tuple[str, ...]:
    told = []
    for name in sorted(resolved.scenario.streams):
        if _is_assumed(resolved, name):
            evidence = resolved.evidence[f"streams.{name}.patients"]
            told.append(f"{name} {resolved.scenario.streams[name].patients:,}{_range(evidence)}")
    if not told:
        return ()
    return (f"* the number of patients is an assumption, not in any decision: {', '.join(told)}",)


def _transfer(resolved: Resolved, figures: Figures) -> Section:
    years = [f"year{k + 1}" for k in range(resolved.scenario.horizon_years)]
    rows = [
        (f"Patients accepted, {year}", figures.told("patients_transferred", window=year), "patients")
        for year in years
    ]
    first = years[0]
    for name in ("referral_days_mean", "referrals_returned_share", "first_visit_days_mean"):
        rows.append((f"{MEASURES[name].meaning}, {first}", figures.told(name, window=first), _unit(name)))
    rows.extend(
        _measure_rows(
            figures, ("patients_handed_back", "hospital_freed_visits_per_year", "hospital_net_hours_per_year",
                      "out_of_hours_events_per_year", "municipal_visits_per_year", "travel_km_per_year")
        )
    )  # fmt: skip
    return Section("Transfer", ("", "mean (interval)", "unit"), tuple(rows))


def _others(resolved: Resolved, figures: Figures) -> Section:
    names = (
        "background_within_guarantee_share",
        "background_wait_days_mean",
        "background_diverted_per_year",
        "displacement_bound_visits_per_year",
    )
    background = resolved.scenario.background
    visits = background.load_factor * background.visits_per_listed_per_year
    remarks = (
        "The bound is arithmetic: transferred minutes ÷ mean minutes of another visit.",
        "How many visits are really displaced rests on how tight the units are, which is not known. This run "
        f"assumes a load of {visits:.2f} visits per listed and year ({background.visits_per_listed_per_year:g} are "
        f"counted) and a spread between units of {background.unit_load_cv:g}; see also tight-everywhere.",
    )
    return Section("Other patients", ("", "mean (interval)", "unit"), _measure_rows(figures, names), remarks)


def _skill(resolved: Resolved, figures: Figures) -> Section:
    names = ("units_without_patient_share", "visits_per_performing_unit", "low_volume_visits_share")
    rows = tuple(
        (_label(resolved, stream), *(figures.told(name, "stream", stream) for name in names))
        for stream in sorted(resolved.scenario.streams)
    )
    minimum = "; ".join(
        f"{group} {procedure.minimum_visits_per_year:g}"
        for group, procedure in sorted(resolved.scenario.money.procedures.items())
    )
    columns = ("stream", "units without a visit", "visits per performing unit", "visits at low-volume units")
    return Section(
        "Skill",
        columns,
        rows,
        (f"low volume: below so many visits a year of the procedure group: {minimum}",),
    )


def _money(resolved: Resolved, figures: Figures) -> Section:
    rows = [
        (MEASURES["cost_msek_per_year"].meaning, figures.told("cost_msek_per_year"), "MSEK/year"),
        ("the same without readiness", figures.told("cost_msek_per_year", key="readiness=no"), "MSEK/year"),
        *_measure_rows(
            figures, ("readiness_msek_per_year", "drug_msek_per_year", "patient_fee_msek_per_year")
        ),
        *_measure_rows(figures, ("hospital_freed_msek_per_year",)),
    ]
    for window in calendar_windows(resolved):
        part = f", {window.days} days of it" if window.part_year else ""
        rows.append(
            (
                f"Cost in {window.name}{part} (not annualised)",
                figures.told("cost_msek_per_year", window=window.name),
                "MSEK",
            )
        )
    remarks = (
        f"Prices of {resolved.scenario.money.price_year}. Another costing, never to be mixed with this one: at full "
        f"price per visit the same visits are {figures.told('full_cost_msek_per_year')} MSEK/year.",
    )
    return Section("Money", ("", "mean (interval)", "unit"), tuple(rows), remarks)


def _uplift(figures: Figures) -> Section:
    rows = []
    for share in AVAILABLE_SHARES:
        key = _share_key(figures, share)
        bare = ";".join(part for part in (key, "readiness=no") if part)
        rows.append(
            (
                f"{100 * share:g} %, {figures.mean('uplift_msek_per_year', key=key):,.1f} MSEK/year",
                figures.told("uplift_share_used", key=key),
                figures.told("uplift_share_used", key=bare),
                figures.told("uplift_room_msek", key=key),
                figures.told("units_over_uplift_share", key=key),
                figures.told("extra_visits_affordable", key=key),
            )
        )
    columns = (
        "available",
        "used",
        "used without readiness",
        "room, MSEK/year",
        "units over",
        "more visits/year",
    )
    remarks = (
        "How much of the uplift is left for these streams is not stated; every share is a question, not a plan. "
        "Units over: those whose cost exceeds their own part.",
    )
    return Section("Is the uplift enough?", columns, tuple(rows), remarks)


def _rests_on(resolved: Resolved, figures: Figures) -> Section:
    """The values behind the largest load and the three largest cost lines, with grade, source and range."""
    streams = sorted(resolved.scenario.streams)
    heaviest = max(streams, key=lambda s: (figures.mean("nurse_hours_per_year", "stream", s), s))
    about = [(f"largest load: {heaviest}", key) for key in _stream_keys(resolved, heaviest)]
    for _, line, keys in sorted(_cost_lines(resolved, figures), reverse=True)[:3]:
        about.extend((line, key) for key in keys if key not in {known for _, known in about})
    rows = []
    said = ""
    for line, key in about:
        evidence = resolved.evidence.get(key)
        rows.append((line if line != said else "", key, _value(resolved, key), _grade(evidence)))
        said = line
    return Section("What this rests on", ("figure", "key", "value", "grade, range, source"), tuple(rows))


def _stream_keys(resolved: Resolved, stream: str) -> tuple[str, ...]:
    names = ["patients", "interval_days", f"{resolved.scenario.streams[stream].profession}_minutes"]
    return tuple(f"streams.{stream}.{name}" for name in names)


def _cost_lines(resolved: Resolved, figures: Figures) -> list[tuple[float, str, tuple[str, ...]]]:
    """MSEK a year, name and the keys behind each line: care per stream, readiness per procedure group."""
    lines = []
    readiness: dict[str, float] = {}
    for name, stream in sorted(resolved.scenario.streams.items()):
        ready = figures.mean("readiness_msek_per_year", "stream", name)
        care = figures.mean("cost_msek_per_year", "stream", name) - ready
        readiness[stream.procedure_group] = readiness.get(stream.procedure_group, 0.0) + ready
        keys = (*_stream_keys(resolved, name), f"money.{stream.profession}_hour_sek")
        lines.append((care, f"{name}, staff and material {care:.2f} MSEK/year", keys))
    for group, msek in sorted(readiness.items()):
        keys = (f"money.procedures.{group}.first_year_sek", f"money.procedures.{group}.later_year_sek")
        lines.append((msek, f"readiness for {group} {msek:.2f} MSEK/year", keys))
    return lines


def _value(resolved: Resolved, key: str) -> str:
    item: object = resolved.scenario
    for part in key.split("."):
        item = item[part] if isinstance(item, dict) else getattr(item, part)
    amount = getattr(item, "sek", item)
    return f"{amount:,g}" if isinstance(amount, int | float) else str(amount)


def _grade(evidence: Evidence | None) -> str:
    if evidence is None:
        return "no evidence"
    return evidence.grade + _range(evidence) + (f", {evidence.source}" if evidence.source else "")


def _range(evidence: Evidence) -> str:
    if evidence.range is not None:
        return f" ({evidence.range.low:,g}–{evidence.range.high:,g})"
    if evidence.choices is not None and len(evidence.choices) > 1:
        return f" ({' or '.join(str(choice.value) for choice in evidence.choices)})"
    return ""
