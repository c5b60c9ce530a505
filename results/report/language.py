"""A language that a report is written in: its words, and the way it writes numbers and dates.

Every message of a report stands in a file of `words/`, Swedish and English side by side, under a dotted key
(`answer.load` is `load` in `words/answer.yaml`). Placeholders in braces take text or quantities.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import math
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from results.report.document import Code, Name, Part, Strong, Text
from results.report.quantities import Quantity

if TYPE_CHECKING:
    from babel.numbers import NumberPattern

Tongue = Literal["sv", "en"]
LANGUAGES: tuple[Tongue, ...] = ("sv", "en")
LOCALES = {"sv": "sv_SE", "en": "en_GB"}
UNKNOWN = "–"
NARROW = "\u00a0"  # keeps a number and its unit on one line

Message = str | Mapping[str, str]  # or one of two, by `count`: {one: …, other: …}


@functools.cache
def words() -> Mapping[str, Mapping[str, Message]]:
    """Every message by its key, each by language."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    found: dict[str, Mapping[str, Message]] = {}
    folder = importlib.resources.files("results.report") / "words"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            for key, message in yaml.load(file.read_text(encoding="utf-8")).items():
                found[f"{file.name.removesuffix('.yaml')}.{key}"] = message
    return found


@dataclass(frozen=True, slots=True)
class Language:
    """Swedish or English. Call it with a key and the parts of the message."""

    code: Tongue

    def __call__(self, key: str, /, *, count: float | None = None, **parts: Part | Text) -> Text:
        """A message as text; `count` chooses between its singular and plural.

        Raises KeyError where there is no such message, or a part is missing.
        """
        message = words()[key][self.code]
        if not isinstance(message, str):
            message = message["one" if count == 1 else "other"]
        return tuple(_filled(message, parts))

    def plain(self, key: str, /, *, count: float | None = None, **parts: Part | Text) -> str:
        """A message as plain text, for a figure or a spreadsheet."""
        return self.flat(self(key, count=count, **parts))

    def has(self, key: str) -> bool:
        """Whether there is such a message."""
        return key in words()

    def flat(self, text: Text | Quantity | None) -> str:
        """Text without its marks; numbers with interval and unit."""
        if text is None:
            return ""
        parts = (text,) if isinstance(text, Quantity) else text
        return "".join(self._flat(part) for part in parts)

    def _flat(self, part: Part) -> str:
        if isinstance(part, Quantity):
            return self.told(part)
        return part.text if isinstance(part, Name | Code | Strong) else part

    def told(self, quantity: Quantity, *, unit: bool = True) -> str:
        """A quantity in running text: `5 912 (5 840–5 984) besök per år`, `97,1 % (96,9–97,3)`."""
        if not quantity.known:
            return UNKNOWN
        number, interval, name = self.pieces(quantity)
        if not unit:
            return number + (f" ({interval})" if interval else "")
        if name.startswith("%"):
            return f"{number}{NARROW}{name}" + (f" ({interval})" if interval else "")
        return number + (f" ({interval})" if interval else "") + (f"{NARROW}{name}" if name else "")

    def pieces(self, quantity: Quantity) -> tuple[str, str, str]:
        """The number, its interval (empty without one) and its unit, each written."""
        digits = quantity.digits()

        def write(value: float) -> str:
            return self.number(quantity.factor * value, digits, signed=quantity.signed)

        if not quantity.known:
            return UNKNOWN, "", ""
        interval = ""
        if quantity.has_interval:
            between = self.plain("units.to") if quantity.signed or quantity.low < 0 else "–"
            interval = f"{write(quantity.low)}{between}{write(quantity.high)}"
        one = abs(quantity.value) == 1 and not quantity.has_interval
        return write(quantity.value), interval, self.plain(f"units.{quantity.unit}", count=1 if one else 2)

    def number(self, value: float, decimals: int = 0, *, signed: bool = False) -> str:
        """A number with so many decimals: `5 912`, `−0,3`, `+12`; a dash where there is none."""
        if not math.isfinite(value):
            return UNKNOWN
        rounded = round(value, decimals) + 0.0
        pattern = _pattern(decimals, signed=signed and rounded != 0)
        return str(pattern.apply(rounded, LOCALES[self.code])).replace("-", "−")

    def date(self, day: dt.date) -> str:
        """A day: `2 mars 2026`."""
        from babel.dates import format_date

        return format_date(day, format="long", locale=LOCALES[self.code])

    def month(self, day: dt.date) -> str:
        """A month and its year: `mars 2026`."""
        from babel.dates import format_date

        return format_date(day, format="LLLL y", locale=LOCALES[self.code])

    def list(self, items: Iterable[Part | Text]) -> Text:
        """Items as one enumeration: `a, b och c`; with semicolons where an item has commas of its own."""
        told = [item if isinstance(item, tuple) else (item,) for item in items]
        between = "; " if any(", " in self.flat(item) for item in told) else ", "
        joined: list[Part] = []
        for place, item in enumerate(told):
            if place:
                joined.append(self.plain("units.and") if place == len(told) - 1 else between)
            joined.extend(item)
        return tuple(joined)


@functools.cache
def _pattern(decimals: int, *, signed: bool) -> NumberPattern:
    """How a number with so many decimals is written, in any locale."""
    from babel.numbers import parse_pattern

    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    return parse_pattern(f"+{plain};-{plain}" if signed else plain)


def _filled(message: str, parts: Mapping[str, Part | Text]) -> Iterable[Part]:
    """A message's words, and its placeholders replaced; words between two pairs of stars are strong."""
    strong = False
    for literal, field, _, _ in string.Formatter().parse(message):
        for place, piece in enumerate(literal.split("**")):
            strong ^= place > 0
            if piece:
                yield Strong(piece) if strong else piece
        if field is not None:
            part = parts[field]
            yield from part if isinstance(part, tuple) else (part,)
