"""Public and private units: what transferred care takes and costs at each, per unit and per person listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from results.catalogue import MEASURES
from results.report.document import Block, Bullets, Figure, Line, Paragraph, Section, Table, Text
from results.report.figures import Bar, interval_bars
from results.report.language import Language
from results.report.naming import called
from results.report.owners import OWNERS, Owners, Per, owners_of, unit_of, verdict_of
from results.report.subject import Subject

# What is told, and per what.
LOAD: tuple[tuple[str, Per], ...] = (
    ("unit_visits_per_year", "all"),
    ("nurse_hours_per_year", "all"),
    ("nurse_hours_per_year", "unit"),
    ("nurse_hours_per_year", "thousand_listed"),
    ("doctor_hours_per_year", "thousand_listed"),
    ("late_share", "all"),
    ("returned_to_hospital_share", "all"),
)
MONEY: tuple[tuple[str, Per], ...] = (
    ("cost_msek_per_year", "all"),
    ("cost_msek_per_year", "listed"),
    ("uplift_msek_per_year", "all"),
    ("uplift_share_used", "all"),
    ("units_over_uplift_share", "all"),
)
DRAWN: tuple[tuple[str, Per], ...] = (
    ("nurse_hours_per_year", "thousand_listed"),
    ("uplift_share_used", "all"),
)
SAID: tuple[tuple[str, Per], ...] = (*DRAWN, ("late_share", "all"))


def chapter(subject: Subject, say: Language) -> Section | None:
    """The chapter; nothing where no patient moves, or all units have one kind of owner."""
    owners = owners_of(subject, subject.main)
    if owners is None or not subject.resolved.scenario.transfer.enabled:
        return None
    available = say("ownership.available", share=subject.assumed("money.available_share", "share"))
    blocks: list[Block] = [
        Paragraph(say("ownership.lead")),
        Bullets(tuple(_said(owners, name, per, say) for name, per in SAID)),
        _table(
            "ownership-load",
            say("ownership.load"),
            _sizes(owners, say),
            owners,
            LOAD,
            say("ownership.late"),
            say,
        ),
        _figure(owners, *DRAWN[0], say),
        _table("ownership-money", say("ownership.money"), [], owners, MONEY, available, say),
        _figure(owners, *DRAWN[1], say),
        Paragraph(say("ownership.why"), "note"),
    ]
    return Section("ownership", say("ownership.title"), tuple(blocks))


def _said(owners: Owners, name: str, per: Per, say: Language) -> Text:
    """A measure of both, and whether they can be told apart."""
    public, private = (owners.told(name, owner, per) for owner in OWNERS)
    apart, measure = owners.apart(name, per), _label(name, per, say)
    if public.unit != "share":  # the unit once, with the second number
        public = replace(public, unit="none")
    key = f"ownership.said_{verdict_of(apart)}"
    return say(key, measure=measure, public=public, private=private, apart=apart)


def _table(
    id: str,
    caption: Text,
    sizes: Sequence[Line],
    owners: Owners,
    told: Sequence[tuple[str, Per]],
    note: Text,
    say: Language,
) -> Table:
    """A column for each owner and one for the difference, where that is not one of sizes."""
    lines = [
        Line((
            _label(name, per, say),
            *(owners.told(name, owner, per) for owner in OWNERS),
            owners.apart(name, per) if per != "all" or MEASURES[name].unit == "share" else None,
            _unit(name, per, say),
        ))
        for name, per in told
    ]  # fmt: skip
    columns = (
        say("terms.measure"),
        *(say(f"terms.ownership_{owner}") for owner in OWNERS),
        say("ownership.apart"),
        say("terms.unit_of_measure"),
    )
    return Table(
        id,
        caption,
        columns,
        (*sizes, *lines),
        (False, True, True, True, False),
        (say("ownership.intervals"), note),
    )


def _sizes(owners: Owners, say: Language) -> list[Line]:
    """How many units, and persons listed at them."""
    counted, side = owners.subject.counted, owners.side
    units = (counted(owners.units[owner], "none", f"units_{owner}", side) for owner in OWNERS)
    persons = (
        replace(counted(owners.listed[owner], "none", f"listed_{owner}", side), decimals=0)
        for owner in OWNERS
    )
    return [
        Line((say("ownership.units"), *units, None, say("ownership.number"))),
        Line((say("ownership.listed"), *persons, None, say("ownership.number"))),
    ]


def _figure(owners: Owners, name: str, per: Per, say: Language) -> Figure:
    """A measure of both owners in each scenario that moves patients."""
    subject = owners.subject
    moving = [side for side in subject.sides if side.resolved.scenario.transfer.enabled]
    beside = [found for side in moving if (found := owners_of(subject, side)) is not None]
    bars = [
        Bar(
            called(subject, each.side, say).text,
            each.told(name, owner, per),
            say.plain(f"terms.ownership_{owner}"),
        )
        for each in beside
        for owner in OWNERS
    ]
    label = _label(name, per, say)
    return interval_bars(
        say,
        id=f"ownership-{name.replace('_', '-')}",
        title=say(f"ownership.drawn_{verdict_of(owners.apart(name, per))}", measure=label),
        description=say("ownership.description", measure=label),
        bars=bars,
        axis=say.plain(f"units.{unit_of(name, per)}", count=2),
        zero=True,
    )


def _label(name: str, per: Per, say: Language) -> Text:
    return (*say(f"measures.{name}"), *(() if per == "all" else say(f"ownership.per_{per}")))


def _unit(name: str, per: Per, say: Language) -> Text:
    unit = unit_of(name, per)
    return say("ownership.percent") if unit == "share" else say(f"units.{unit}", count=2)
