"""The file that a scenario of one's own begins as: it changes nothing yet, and shows what can be changed.

Values stand there as the parent has them, each line behind `# `, so that an editor's uncomment turns it into a
value of the file. What is there to be read stands behind `## ` and stays a comment.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from scenarios.evidence import written
from scenarios.explain import meaning, words
from scenarios.levers import covers
from scenarios.load import Resolved
from scenarios.schema import Scenario
from scenarios.values import Value, values

SCHEMA_FILE = "vardflode.schema.json"
WIDTH = 110
SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")  # text that is text in YAML without quotes
NO_TEXT = frozenset({"null", "true", "false"})
SHOWN = (
    "staffing.nurse_fte_factor",
    "staffing.sick_absence_share",
    "staffing.periods.*.staff_share",
    "background.load_factor",
    "booking.placement",
    "booking.day_choice",
    "booking.diary_horizon_weeks",
    "booking.bookable_share",
    "transfer.start_date",
    "transfer.ramp",
    "transfer.ramp_weeks",
    "transfer.cap_new_patients_per_unit_per_week",
    "transfer.channel",
    "streams.*.patients",
    "streams.*.uptake_share",
    "streams.*.interval_days",
    "streams.*.municipal_share",
    "streams.*.referral.complete_share",
    "streams.*.referral.guideline.ready_date",
    "money.uplift_msek_per_year",
    "money.available_share",
)


def starting_file(name: str, parent: str, resolved: Resolved) -> str:
    """The text of a scenario file that extends a parent, given by name or path and as it is resolved."""
    shown = [value for value in values(resolved) if _is_shown(value.key)]
    return "\n".join((*_head(name, _text(parent)), *_levers(shown), ""))


def _is_shown(key: str) -> bool:
    return any(covers(pattern, tuple(key.split("."))) for pattern in SHOWN)


def _head(name: str, parent: str) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA_FILE}"
    yield f"name: {_text(name)}"
    yield f"extends: {parent}"
    yield "title: # a few words, on one line"
    yield f'  en: "Fill in a title: {name}"'
    yield f'  sv: "Fyll i en titel: {name}"'
    yield "description: # what is changed and why, and what is left out"
    yield "  en: Fill in a sentence or two."
    yield "  sv: Fyll i en mening eller två."
    yield ""
    yield from _said(
        f"What this file does not say is as in {parent}. Below stand values that are often changed, as they"
    )
    yield from _said(
        "are there. Take the # away from a line, and from the keys that it stands under, and change the value."
    )
    yield from _said("Every other key: `vardflode show`, or docs/scenario-file.md.")
    yield "##"
    yield from _said("A bare value counts as your assumption. With its evidence it is written so:")
    yield '##   patients: {value: …, grade: assumption, range: {low: …, high: …}, note: "Why."}'
    yield from _said(
        "low and high are the 5th and 95th percentile. A grade of decision, source or derived names its source."
    )


def _said(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"## {indent}", subsequent_indent=f"## {indent}")


def _levers(shown: list[Value]) -> Iterator[str]:
    """The values as lines of YAML behind `# `, each with its meaning the first time that it is told."""
    above: list[str] = []
    told = set[str]()
    for value in shown:
        *sections, last = value.key.split(".")
        for depth, section in enumerate(sections):
            if sections[: depth + 1] != above[: depth + 1]:
                if depth == 0:
                    yield ""
                    yield from _said(meaning(Scenario, [section]))
                yield f"# {'  ' * depth}{section}:"
        above = sections
        indent = "  " * len(sections)
        if (means := _meaning(value.key)) not in told:
            told.add(means)
            yield from _said(means, indent)
        yield f"# {indent}{last}: {written(value.value)}  # parent: {_as_it_is(value)}"


def _meaning(key: str) -> str:
    path = key.split(".")
    choice = words(Scenario, path)
    return meaning(Scenario, path) + (f" One of: {', '.join(choice)}." if choice else "")


def _as_it_is(value: Value) -> str:
    """The parent's value and how sure it is: what stays true beside a value that is changed."""
    known = (value.evidence.grade, value.evidence.rests_on) if value.evidence else ()
    told = ", ".join(part for part in known if part)
    return written(value.value) + (f" ({told})" if told else "")


def _text(text: str) -> str:
    """Text as YAML holds it: bare where nothing else can be meant, else in quotes with all escaped that acts."""
    if SAFE.fullmatch(text) and text not in NO_TEXT:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
