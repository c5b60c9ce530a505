"""How the runs were begun, how long they are and what is estimated from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from results.report.chapters.method.items import items
from results.report.document import Block, Text
from results.report.entries import configured
from results.report.language import Language
from results.report.subject import Subject

SETTLED = {True: "true", False: "false", None: "none"}


def blocks(subject: Subject, say: Language) -> Iterator[Block]:
    """Items 4.1 to 4.3."""
    yield items(
        say,
        {
            "4_1": _initialisation(subject, say),
            "4_2": [_length(subject, say)],
            "4_3": _estimation(subject, say),
        },
    )


def _initialisation(subject: Subject, say: Language) -> Iterator[Text]:
    scenario = subject.resolved.scenario
    date = say.date(scenario.start_date)
    if scenario.warm_up_weeks:
        yield say("method.warm_up", weeks=configured(subject, "warm_up_weeks"), date=date)
        settled = subject.main.manifest.get("warm_up", {}).get("settled")
        yield say(f"method.settled_{SETTLED[settled]}")
    else:
        yield say("method.no_warm_up", date=date)
    patients = sum(stream.patients for stream in scenario.streams.values())
    yield say("method.stationary", patients=subject.counted(patients, "patients", "patients at day zero"))


def _length(subject: Subject, say: Language) -> Text:
    scenario, window = subject.resolved.scenario, subject.window

    def day(number: int) -> str:
        return say.date(scenario.start_date + dt.timedelta(days=number))

    return say(
        "method.length",
        years=configured(subject, "horizon_years"),
        first=day(0),
        last=day(scenario.horizon_days - 1),
        begins=day(window.first),
        ends=day(window.end - 1),
    )


def _estimation(subject: Subject, say: Language) -> Iterator[Text]:
    replications = subject.counted(subject.replications, "replications", "replications")
    seed = subject.counted(subject.main.manifest["seed"], "none", "seed")
    several = subject.replications > 1
    key = "method.replications" if several else "method.one_replication"
    yield say(key, replications=replications, seed=seed)
    if several and subject.others:
        family = subject.counted(subject.comparison.family, "none", "family")
        yield say("method.paired" if subject.comparison.paired else "method.unpaired", family=family)
    yield say("method.chance_only")
