"""On which assumptions the answer rests, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from results.report.assumed import share_assumed, stated, streams_assumed
from results.report.chapters.answer.phrases import known_by_key, moves, spaced
from results.report.document import Text
from results.report.language import Language
from results.report.naming import stream_name
from results.report.rules import rests_on_assumptions
from results.report.subject import Subject

NAMED = 3  # treatments whose number of patients is told, of those where it is assumed
SYNTHETIC = ("syntetisk", "synthetic")  # as units that do not exist are marked in their names
UNKNOWN = {
    "background.load_factor": "answer.unknown_tightness",
    "money.available_share": "answer.unknown_share",
    "hospital.late_share": "answer.unknown_hospital",
}


def sureness(subject: Subject, say: Language) -> Iterator[Text]:
    """What is assumed, and what is not known."""
    if moves(subject):
        yield _rests(subject, say)
    yield _unknown(subject, say)


def _rests(subject: Subject, say: Language) -> Text:
    hours = share_assumed(subject, "nurse_hours_per_year")
    weight = rests_on_assumptions(hours.value)
    told = say(f"answer.rests_{weight}", hours=hours, cost=share_assumed(subject, "cost_msek_per_year"))
    return spaced([told, _patients(subject, say)])


def _patients(subject: Subject, say: Language) -> Text:
    """The assumed numbers of patients, of the treatments that take most nurse time."""
    hours = known_by_key(subject, "nurse_hours_per_year", "stream")
    heaviest = sorted(
        (s for s in streams_assumed(subject.resolved) if s in hours), key=lambda s: (-hours[s].value, s)
    )
    if not heaviest:
        return ()
    return say("answer.assumed", streams=say.list([_assumed(subject, say, s) for s in heaviest[:NAMED]]))


def _assumed(subject: Subject, say: Language, stream: str) -> Text:
    path, name = f"streams.{stream}.patients", stream_name(subject.resolved, stream, say)
    patients = subject.assumed(path, "patients")
    evidence = subject.resolved.evidence.get(path)
    if evidence is None or evidence.range is None:
        return say("answer.assumed_stream", stream=name, patients=patients)
    low, high = (subject.assumed(path, of=end) for end in ("low", "high"))
    return say("answer.assumed_range", stream=name, patients=patients, low=low, high=high)


def _unknown(subject: Subject, say: Language) -> Text:
    items = [say(key) for path, key in UNKNOWN.items() if not stated(subject.resolved, path)]
    synthetic = sum(
        any(word in unit.name.casefold() for word in SYNTHETIC) for unit in subject.resolved.units
    )
    made_up = subject.counted(synthetic, "units", "synthetic units")
    return spaced(
        [
            say("answer.unknown", items=say.list(items)) if items else (),
            say("answer.synthetic", units=made_up) if synthetic else (),
        ]
    )
