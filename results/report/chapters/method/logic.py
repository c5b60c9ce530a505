"""How the model works with this run's settings: overview, rules, scenarios, algorithms and components."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.method import components
from results.report.chapters.method.items import items
from results.report.document import Block, Name, Text
from results.report.entries import configured
from results.report.language import Language
from results.report.naming import called, stream_name
from results.report.subject import Subject
from results.report.valued import word
from scenarios.levers import differing


def blocks(subject: Subject, say: Language) -> Iterator[Block]:
    """Items 2.1 to 2.5."""
    yield items(
        say,
        {
            "2_1": _overview(subject, say),
            "2_2": [*_journey(subject, say), *_care(subject, say), *_surroundings(subject, say)],
            "2_3": _scenarios(subject, say),
            "2_4": _algorithms(subject, say),
            "2_5_1": [components.entities(subject, say)],
            "2_5_2": [say("method.activities")],
            "2_5_3": [components.resources(subject, say)],
            "2_5_4": [say("method.queues")],
            "2_5_5": [say("method.entry")],
        },
    )


def _overview(subject: Subject, say: Language) -> Iterator[Text]:
    if not subject.resolved.scenario.transfer.enabled:
        yield say("method.overview_nobody")
        return
    yield say("method.overview")
    yield say("method.overview_back")


def _journey(subject: Subject, say: Language) -> Iterator[Text]:
    """From the hospital until the unit has accepted the patient."""
    transfer = subject.resolved.scenario.transfer
    yield say("method.logic_hospital", late=configured(subject, "hospital.late_share"))
    if not transfer.enabled:
        return
    yield _ramp(subject, say)
    yield say(
        f"method.logic_{transfer.channel}",
        digital=configured(subject, "transfer.digital_days"),
        letter=configured(subject, "transfer.letter_days"),
    )
    yield say(
        "method.logic_review",
        minutes=configured(subject, "transfer.review_minutes"),
        rewrite=configured(subject, "transfer.rewrite_days_mean"),
    )
    if transfer.cap_new_patients_per_unit_per_week is not None:
        cap = configured(subject, "transfer.cap_new_patients_per_unit_per_week")
        yield say("method.logic_cap", cap=cap)


def _ramp(subject: Subject, say: Language) -> Text:
    transfer, date = (
        subject.resolved.scenario.transfer,
        say.date(subject.resolved.scenario.transfer.start_date),
    )
    if transfer.plan is not None:
        return say("method.logic_plan")
    match transfer.ramp:
        case "evenly":
            weeks = configured(subject, "transfer.ramp_weeks")
            return say("method.logic_evenly", weeks=weeks, date=date)
        case "waves":
            return say("method.logic_waves", waves=subject.counted(len(transfer.waves), "none", "waves"))
        case ramp:
            return say(f"method.logic_{ramp}", date=date)


def _care(subject: Subject, say: Language) -> Iterator[Text]:
    """From acceptance on: placement, booking, the clinic day, and what is special to some treatments."""
    if not subject.resolved.scenario.transfer.enabled:
        return
    booking = subject.resolved.scenario.booking
    groups = say.list(Name(word(say, group)) for group in sorted(subject.resolved.hubs))
    placement = booking.placement if groups else _without_hubs(booking.placement)
    yield say(f"method.logic_{placement}", groups=groups)
    yield say(
        "method.logic_booking",
        weeks=configured(subject, "booking.diary_horizon_weeks"),
        share=configured(subject, "booking.bookable_share"),
    )
    yield say(f"method.logic_{booking.day_choice}", weekday=Name(word(say, booking.clinic_weekday)))
    yield say(
        "method.logic_returned",
        takeover=configured(subject, "hospital.takeover_days"),
        returns=configured(subject, "hospital.handed_back_after_returns"),
    )
    yield from _special(subject, say)


def _without_hubs(placement: str) -> str:
    """With no hub at all, care is at the nearest unit that can."""
    return "nearest_capable_unit" if placement == "hub" else placement


def _special(subject: Subject, say: Language) -> Iterator[Text]:
    """What only some treatments have."""
    streams = subject.resolved.scenario.streams
    having = {
        "unplanned": [name for name, stream in streams.items() if stream.unplanned_per_year > 0],
        "checks": [name for name, stream in streams.items() if stream.check is not None],
        "renewals": [name for name, stream in streams.items() if stream.renewals is not None],
        "municipal": [name for name, stream in streams.items() if stream.municipal_share > 0],
    }
    for what, names in having.items():
        if names:
            told = say.list(stream_name(subject.resolved, name, say) for name in names)
            yield say(f"method.logic_{what}", streams=told)


def _surroundings(subject: Subject, say: Language) -> Iterator[Text]:
    """The clinic day, other patients, and what happens to units."""
    scenario = subject.resolved.scenario
    yield say(
        "method.logic_clinic",
        last=configured(subject, "clinic.last_arrival_minutes"),
        overtime=configured(subject, "clinic.overtime_limit_minutes"),
    )
    yield say(
        "method.logic_others",
        visits=configured(subject, "background.visits_per_listed_per_year"),
        load=configured(subject, "background.load_factor"),
        same=configured(subject, "background.same_day_share"),
    )
    if scenario.shocks:
        yield say("method.logic_shocks", shocks=subject.counted(len(scenario.shocks), "none", "shocks"))
    if scenario.unit_changes:
        units = subject.counted(len(scenario.unit_changes), "units", "unit changes")
        yield say("method.logic_unit_changes", units=units)


def _scenarios(subject: Subject, say: Language) -> Iterator[Text]:
    """By which levers each of the others differs."""
    if not subject.others:
        yield say("method.scenarios_none")
    for side in subject.others:
        yield _differs(subject, side, say)


def _differs(subject: Subject, side: Side, say: Language) -> Text:
    title = called(subject, side, say)
    levers = [getattr(lever, say.code) for lever in differing(subject.resolved, side.resolved)]
    if not levers:
        return say("method.scenario_same", title=title)
    told = say.list(Name(lever[0].lower() + lever[1:]) for lever in levers)
    return say("method.scenario_differs", title=title, levers=told)


def _algorithms(subject: Subject, say: Language) -> Iterator[Text]:
    yield say("method.algorithm_day")
    yield say("method.algorithm_draws")
    if subject.others and subject.comparison.paired:
        yield say("method.algorithm_pairs")
    if any(hubs.expected for side in subject.sides for hubs in side.resolved.hubs.values()):
        yield say("method.algorithm_hubs")
    if subject.comparison.explanations:
        yield say("method.algorithm_explained")
