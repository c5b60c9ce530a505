"""Who gains and who pays, a line for each thing that changes for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from results.catalogue import MEASURES
from results.report.combined import combined_added
from results.report.document import Line, Table, Text
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.subject import UNITS, Subject
from results.table import Row


class Change(NamedTuple):
    """What changes for whom, and of which kind it is."""

    party: str
    measure: str
    kind: str


CHANGES = (
    Change("hospital", "hospital_net_hours_per_year", "capacity"),
    Change("units", "cost_msek_per_year", "cost"),
    Change("units", "nurse_hours_per_year", "time"),
    Change("units", "doctor_hours_per_year", "time"),
    Change("municipality", "municipal_visits_per_year", "time"),
    Change("out_of_hours", "out_of_hours_events_per_year", "time"),
    Change("region", "patient_fee_msek_per_year", "income"),
    Change("patients", "patient_fee_msek_per_year", "cost"),
    Change("patients", "travel_km_per_year", "travel"),
)


def travel(subject: Subject) -> tuple[Row, Row]:
    """The rows of what patients travel: to units, and to the hospital."""
    return subject.row("travel_km_per_year"), subject.row("travel_km_per_year", "site", "hospital")


def parties(subject: Subject, say: Language) -> Table:
    """The table; against today where there is one, else what the scenario itself has."""
    against = subject.today is not None
    columns = (
        say("ledger.party"),
        say("ledger.what"),
        say("ledger.kind"),
        say("ledger.against_today") if against else say("terms.value"),
        say("terms.unit_of_measure"),
    )
    lines = tuple(_line(subject, change, say) for change in CHANGES if against or change.kind != "travel")
    caption = say("ledger.parties_today" if against else "ledger.parties")
    numeric = (False, False, False, True, False)
    return Table("ledger-parties", caption, columns, lines, numeric, tuple(_by_chance(subject, say)))


def _by_chance(subject: Subject, say: Language) -> Iterator[Text]:
    """Which of the differences could be mere chance."""
    if subject.today is None:
        return
    compared = [(each, subject.added(each.measure)[1]) for each in CHANGES if each.kind != "travel"]
    unsure = [each for each, found in compared if found and found.verdict == "not distinguishable"]
    if unsure:
        names = [say(f"ledger.change_{each.kind}_{each.measure}") for each in unsure]
        yield say("ledger.by_chance", changes=say.list(names))


def _line(subject: Subject, change: Change, say: Language) -> Line:
    unit = UNITS[MEASURES[change.measure].unit]
    return Line(
        (
            say(f"ledger.party_{change.party}"),
            say(f"ledger.change_{change.kind}_{change.measure}"),
            say(f"ledger.kind_{change.kind}"),
            _size(subject, change),
            say(f"units.{unit}", count=2),
        )
    )


def _size(subject: Subject, change: Change) -> Quantity:
    if subject.today is None:
        return subject.measured(subject.main, change.measure)
    if change.kind == "travel":
        return combined_added(subject, travel(subject))
    return subject.added(change.measure)[0]
