"""How an item is told: its number and name, and sentences one after the other."""

from __future__ import annotations

from collections.abc import Iterable

from results.report.document import Facts, Text
from results.report.language import Language


def items(say: Language, answers: dict[str, Iterable[Text]]) -> Facts:
    """Items by number (`2_5_1`) with the sentences that answer them."""
    return Facts(
        tuple((say(f"method.item_{item}"), joined(sentences)) for item, sentences in answers.items())
    )


def joined(sentences: Iterable[Text]) -> Text:
    """Sentences as one text."""
    parts = [part for sentence in sentences for part in (*sentence, " ")]
    return tuple(parts[:-1])
