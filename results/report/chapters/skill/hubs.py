"""Hubs: what gathering a procedure at a few units does to the visits there, and what patients then travel."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.skill.volumes import groups, low_share
from results.report.document import Text
from results.report.language import Language
from results.report.naming import called
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject


def hubs(subject: Subject, say: Language) -> Iterator[Text]:
    """A sentence for each scenario and procedure group that has hubs."""
    for side in (subject.main, *subject.alternatives):
        for group, chosen in sorted(side.resolved.hubs.items()):
            if group in groups(subject):
                yield _told(subject, say, side, group, len(chosen.keys))


def _told(subject: Subject, say: Language, side: Side, group: str, number: int) -> Text:
    named = say(f"skill.group_{group}")
    hubs = Quantity(number, "hubs", Trace("hubs", side.label, group))
    share = low_share(subject, side, group)
    if side is subject.main:
        return say("skill.hubs_here", group=named, hubs=hubs, share=share)
    travel, _ = subject.difference(side, "travel_km_per_year")
    return say(
        "skill.hubs_there",
        scenario=called(subject, side, say),
        group=named,
        hubs=hubs,
        share=share,
        spread=low_share(subject, subject.main, group),
        travel=travel,
    )
