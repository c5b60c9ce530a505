"""What scenarios, measures, treatments and units are called in a report."""

from __future__ import annotations

from results.comparison import Side
from results.report.document import Name, Text
from results.report.language import Language
from results.report.making import title_of
from results.report.subject import Subject
from results.table import Row
from scenarios.load import Resolved


def called(subject: Subject, side: Side, say: Language) -> Name:
    """A scenario by its title, with its label as well where two have the same title."""
    title = title_of(side.resolved, say)
    same = [each for each in subject.sides if title_of(each.resolved, say) == title]
    return title if len(same) == 1 else Name(f"{title.text} ({side.label})")


def stream_name(resolved: Resolved, stream: str, say: Language) -> Name:
    """A treatment by its label; by its key where the scenario does not have it."""
    found = resolved.scenario.streams.get(stream)
    return Name(stream if found is None else getattr(found.label, say.code))


def measure_name(row: Row, resolved: Resolved, say: Language) -> Text:
    """A measure and what it is about beside the region: `Doser i tid, på vårdcentral`.

    Some have a name of their own: `Kostnad för vårdcentralerna utan beredskap`.
    """
    own = f"naming.{row.name}_{row.key.replace('=', '_') or row.scope}"
    if say.has(own):
        return say(own)
    about = _about(row, resolved, say)
    return (*say(f"measures.{row.name}"), *((", ", *about) if about else ()))


def _about(row: Row, resolved: Resolved, say: Language) -> Text:
    """What a row is about, in a word; nothing where that is the whole region, all included."""
    if row.scope == "site":
        return say(f"terms.site_{row.key}")
    if row.scope == "stream":
        return (stream_name(resolved, row.key, say),)
    return say(f"naming.{row.key.replace('=', '_')}") if row.key else ()
