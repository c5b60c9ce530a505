"""The glossary: what the report's words mean, in the order of the language's alphabet."""

from __future__ import annotations

from results.report.document import Line, Name, Section, Table, Text
from results.report.language import LANGUAGES, Language, words
from results.report.subject import Subject

TERM = "glossary.term_"
AFTER_Z = str.maketrans("åäö", "{|}")  # the letters that end the Swedish alphabet, in its order


def chapter(subject: Subject, say: Language) -> Section:
    """Every term with its name in the other language and its meaning."""
    (other,) = (Language(code) for code in LANGUAGES if code != say.code)
    terms = sorted(
        (key.removeprefix(TERM) for key in words() if key.startswith(TERM)),
        key=lambda term: alphabetical(say.plain(f"glossary.term_{term}")),
    )
    lines = tuple(
        Line((say(f"glossary.term_{term}"), _elsewhere(other, term), say(f"glossary.means_{term}")))
        for term in terms
    )
    columns = tuple(say(f"glossary.{head}") for head in ("term", "other", "meaning"))
    table = Table("glossary-terms", say("glossary.caption"), columns, lines, (False, False, False))
    return Section("glossary", say("glossary.title"), (table,))


def _elsewhere(other: Language, term: str) -> Text:
    """What it is called in another language."""
    return (Name(other.plain(f"glossary.term_{term}"), other.code),)


def alphabetical(term: str) -> str:
    """What sorts words as both languages do: å, ä and ö come last, capitals make no difference."""
    return term.casefold().translate(AFTER_Z)
