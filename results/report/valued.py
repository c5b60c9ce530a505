"""A value of a scenario as a reader sees it: a number with its range, a date, or a word of the report's language."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from results.report.document import Name, Text
from results.report.entries import Entry, decimals_of, pattern_of, told
from results.report.language import Language
from results.report.naming import stream_name
from results.report.subject import Subject
from scenarios.explain import words
from scenarios.load import Resolved
from scenarios.schema import Scenario

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def value_text(subject: Subject, entry: Entry, say: Language) -> Text:
    """A value with its range or its choices, and the year of its prices."""
    number: Text = (
        (told(subject, entry),) if entry.is_quantity else (Name(shown(say, entry.key, entry.value)),)
    )
    return (*number, *_prices(entry, say), *_choices(entry, say))


def shown(say: Language, key: str, value: Any) -> str:
    """A value in plain words."""
    if value is None:
        return say.plain("register.nothing")
    if value in ({}, []):
        return say.plain("register.none")
    if isinstance(value, list | tuple):
        return ", ".join(shown(say, key, each) for each in value)
    if isinstance(value, bool) or value in words(Scenario, key.split(".")):
        return word(say, str(value).lower())
    if DATE.fullmatch(str(value)):
        return say.date(dt.date.fromisoformat(str(value)))
    return say.number(value, decimals_of(value)) if isinstance(value, float) else str(value)


def value_name(resolved: Resolved, key: str, say: Language, *, of_stream: bool = True) -> Text:
    """What a value is, and of which stream, period or unit: `Staff at work (july)`."""
    path, pattern = key.split("."), pattern_of(key)
    names = [part for part, star in zip(path, pattern.split("."), strict=False) if star == "*"]
    if path[0] == "streams":
        names = [stream_name(resolved, path[1], say).text] if of_stream else []
    named = (part for name in names for part in say("register.named", name=Name(word(say, name))))
    return (*say(f"register.means.{pattern}"), *named)


def word(say: Language, value: str) -> str:
    """What a word of a scenario is called; itself where the report has no other."""
    key = f"register.word_{value}"
    return say.plain(key) if say.has(key) else value


def _prices(entry: Entry, say: Language) -> Text:
    if entry.evidence is None or entry.evidence.price_year is None:
        return ()
    return say("register.prices", year=Name(str(entry.evidence.price_year)))


def _choices(entry: Entry, say: Language) -> Text:
    """What else it may be, where there are choices; one choice means that it is taken as certain."""
    if entry.evidence is None or entry.evidence.choices is None:
        return ()
    other = [each.value for each in entry.evidence.choices if each.value != entry.value]
    if not other:
        return say("register.certain")
    return say("register.instead", choices=Name(shown(say, entry.key, other)))
