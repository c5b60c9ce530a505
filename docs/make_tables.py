"""Makes what the documentation takes from the code: tables, the scenario library, and the small example register.

    python docs/make_tables.py            writes them
    python docs/make_tables.py --check    writes nothing; names what is out of date, with exit code 1

A table stands between the lines `<!-- NAME -->` and `<!-- /NAME -->`; the text around it is written by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shlex
import sys
import textwrap
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from results.catalogue import MEASURES
from scenarios.evidence import Evidence, written
from scenarios.faults import Fault
from scenarios.json_schema import TIMES
from scenarios.levers import LEVERS, Lever, differences
from scenarios.lineage import LIBRARY, library
from scenarios.load import Resolved, resolve
from scenarios.schema import Price, Scenario, Text
from scenarios.tree import Branch, parse, plain
from scenarios.values import Value, values

DOCS = Path(__file__).parent
WIDTH = 120
EXAMPLE_UNITS = ("u016", "u019", "u047", "u050", "u082", "u112", "u148", "u155", "u190", "u195")

GENERAL = "The scenario itself"
FREE_KEYS = {
    "calendar.opening": "weekday",
    "booking.least_listed": "group",
    "booking.hubs": "group",
    "booking.chosen_hubs": "group",
    "unit_changes": "unit",
    "money.procedures": "group",
}
WORDS: dict[Any, str] = {
    bool: "`true` or `false`",
    dt.date: "date, such as 2026-03-02",
    int: "whole number",
    str: "text",
    Price: "amount in SEK, at least 0",
}
TECHNICAL = 1e9  # a limit that only catches a slip of the pen

Cells = tuple[str, ...]


def measures() -> str:
    """Every public measure with its unit and meaning."""
    rows = ((f"`{name}`", measure.unit, measure.meaning) for name, measure in MEASURES.items())
    return _table(("measure", "unit", "meaning"), rows)


def streams() -> str:
    """What the base scenario assumes of each stream."""
    resolved = resolve("decision-2026")
    headers = (
        "stream",
        "patients",
        "every, days",
        "window, days",
        "hospital takes it after",
        "minutes: nurse, doctor, room",
    )
    return _table(headers, (_stream(resolved, name) for name in resolved.scenario.streams))


def _stream(resolved: Resolved, name: str) -> Cells:
    stream = resolved.scenario.streams[name]

    def graded(key: str) -> str:
        return f"{getattr(stream, key):,g} ({_mark(resolved.evidence.get(f'streams.{name}.{key}'))})"

    minutes = (stream.nurse_minutes, stream.doctor_minutes, stream.room_minutes)
    return (
        f"`{name}`",
        graded("patients"),
        graded("interval_days"),
        f"−{stream.early_days} to +{stream.late_days}",
        f"{stream.returned_after_days} days late",
        ", ".join(f"{value:g}" for value in minutes),
    )


def _mark(evidence: Evidence | None) -> str:
    return evidence.grade if evidence is not None else "no evidence"


def keys() -> str:
    """Every key of a scenario file: what it takes and what it means, a table for each section."""
    sections: dict[str, list[Cells]] = {GENERAL: []}
    for key, field in Scenario.model_fields.items():
        own = _model(field.annotation) not in (None, Text) or typing.get_origin(field.annotation) is dict
        rows = _keys(key, field.annotation, field.metadata, field.description or "")
        sections.setdefault(f"`{key}`" if own else GENERAL, []).extend(rows)
    told = [f"### {name}\n\n{_table(('key', 'takes', 'meaning'), rows)}" for name, rows in sections.items()]
    return "\n\n".join(told)


def _keys(key: str, annotation: Any, metadata: Sequence[Any], said: str) -> Iterator[Cells]:
    """Rows for a key and everything below it."""
    kind, limits, null = _unwrapped(annotation, metadata)
    if typing.get_origin(kind) is dict:
        name, below = typing.get_args(kind)
        if _model(below) is not None:
            yield f"`{key}`", "mapping", said
        yield from _keys(f"{key}.<{FREE_KEYS.get(key, 'name')}>", below, (), said)
    elif (model := _model(kind)) is not None and model is not Price:
        if null:
            yield f"`{key}`", "mapping or null", said
        for name, field in model.model_fields.items():
            yield from _keys(f"{key}.{name}", field.annotation, field.metadata, field.description or "")
    else:
        yield f"`{key}`", _takes(key, kind, limits) + (" or null" if null else ""), said


def _unwrapped(annotation: Any, metadata: Sequence[Any]) -> tuple[Any, list[Any], bool]:
    """The type inside Annotated and Optional, every limit on it, and whether null is allowed."""
    limits, null = list(metadata), False
    while True:
        if typing.get_origin(annotation) is Annotated:
            annotation, *more = typing.get_args(annotation)
            limits.extend(more)
        elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
            (annotation,) = (arg for arg in typing.get_args(annotation) if arg is not types.NoneType)
            null = True
        else:
            return annotation, _flat(limits), null


def _flat(limits: Sequence[Any]) -> list[Any]:
    """Limits, with those of a `Field` taken out of it."""
    return [
        one
        for limit in limits
        for one in (_flat(limit.metadata) if isinstance(limit, FieldInfo) else [limit])
    ]


def _model(annotation: Any) -> type[BaseModel] | None:
    kind = _unwrapped(annotation, ())[0]
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _takes(key: str, kind: Any, limits: Sequence[Any]) -> str:
    """What a value may be, in words."""
    name = key.rpartition(".")[2]
    patterns = [f" like `{limit.pattern}`" for limit in limits if getattr(limit, "pattern", None)]
    told = WORDS.get(kind, "number")
    if name in TIMES and kind is int:
        told = 'time of day, such as "08:00"'
    elif typing.get_origin(kind) is Literal:
        told = ", ".join(f"`{word}`" for word in typing.get_args(kind))
    elif typing.get_origin(kind) is tuple:
        told = f"list of: {_takes(key, *_unwrapped(typing.get_args(kind)[0], ())[:2])}"
    elif kind in (int, float):
        told += _limits(limits, ".10g" if "year" in name.split("_")[-1:] else ",.10g")
    return told + "".join(patterns)


def _limits(limits: Sequence[Any], form: str) -> str:
    """The tightest lower and the tightest upper limit, in words; a technical one goes without saying."""
    lows = [(float(str(m.ge)), False) for m in limits if isinstance(m, Ge)]
    lows += [(float(str(m.gt)), True) for m in limits if isinstance(m, Gt)]
    highs = [(float(str(m.le)), True) for m in limits if isinstance(m, Le)]
    highs += [(float(str(m.lt)), False) for m in limits if isinstance(m, Lt)]
    told = []
    if lows:
        low, above = max(lows)
        told.append(("above" if above else "at least", f"{low:{form}}".replace("-", "−")))
    if highs and min(highs)[0] < TECHNICAL:
        high, included = min(highs)
        told.append(("at most" if included else "below", f"{high:{form}}"))
    if [word for word, _ in told] == ["at least", "at most"]:
        return f", {told[0][1]} to {told[1][1]}"
    return "".join(f", {word} {number}" for word, number in told)


def levers() -> str:
    """Every lever: what it decides, its keys, and a setting that pulls it."""
    return _table(("lever", "decides", "keys", "for example"), map(_lever, LEVERS))


def _lever(lever: Lever) -> Cells:
    keys = (key.removesuffix(".**").replace("*", "<name>") for key in lever.keys)
    title = f"**{lever.en}** · *{lever.sv}*"
    return title, lever.does, ", ".join(f"`{key}`" for key in keys), f"`--set {shlex.quote(lever.example)}`"


def scenario_library() -> str:
    """Every scenario that ships: what it is about, and each value that it changes."""
    return "\n\n".join(_scenario(name) for name in library())


def _scenario(name: str) -> str:
    resolved, parent = resolve(name), parent_of(name)
    title, about = resolved.scenario.title, resolved.scenario.description
    texts = (textwrap.fill(text, WIDTH) for text in (about.en, f"*{about.sv}*"))
    told = [f"### {name}", f"**{title.en}** · *{title.sv}*", *texts]
    if parent is not None:
        headers = ("key", "value", "in the parent", "grade", "range or source", "note")
        told += [f"Over [{parent}](#{parent}):", _table(headers, _changed(resolved, resolve(parent)))]
    return "\n\n".join(told)


def parent_of(name: str) -> str | None:
    """What a scenario of the library extends; None for the base."""
    faults: list[Fault] = []
    tree = parse((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml", faults)
    return str(plain(tree)["extends"]) if isinstance(tree, Branch) and "extends" in tree.items else None


def _changed(resolved: Resolved, parent: Resolved) -> Iterator[Cells]:
    """A row for each value that differs from the parent's; a new section gives one for each of its values."""
    before = {value.key: value for value in values(parent)}
    changed = [".".join(path) for path in differences(parent, resolved)]
    for value in values(resolved):
        if any(f"{value.key}.".startswith(f"{key}.") for key in changed):
            yield _change(value, before.get(value.key))


def _change(value: Value, before: Value | None) -> Cells:
    evidence = value.evidence
    told = (evidence.grade, evidence.rests_on, evidence.note or "") if evidence is not None else ("", "", "")
    return f"`{value.key}`", written(value.value), "" if before is None else written(before.value), *told


def _table(headers: Cells, rows: Iterable[Cells]) -> str:
    lines = [headers, ("---",) * len(headers), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def example_register() -> str:
    """Ten units of the shipped register, two in each of five towns."""
    with (LIBRARY / "units.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(header)
    lines.writerows(row for row in rows if row[0] in EXAMPLE_UNITS)
    return text.getvalue()


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "measures": ("model.md", measures),
    "streams": ("model.md", streams),
    "keys": ("scenario-file.md", keys),
    "levers": ("levers.md", levers),
    "library": ("scenarios.md", scenario_library),
}


def with_table(text: str, name: str, table: str) -> str:
    """A text with the table of a name put in. Raises ValueError if it has no place for it."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    place = re.compile(f"{begin}\n.*?{end}", re.DOTALL)
    if not place.search(text):
        raise ValueError(f"no lines {begin} and {end}")
    return place.sub(lambda _: f"{begin}\n\n{table}\n\n{end}", text)


def generated() -> dict[Path, str]:
    """Every file that is made or has a table made, as it should be."""
    found = {DOCS / "examples" / "small-units.csv": example_register()}
    for name, (file, make) in TABLES.items():
        path = DOCS / file
        text = found.get(path) or path.read_text(encoding="utf-8")
        found[path] = with_table(text, name, make())
    return found


def out_of_date() -> list[str]:
    """Names of the files that do not stand as they should."""
    return [
        path.relative_to(DOCS).as_posix()
        for path, text in generated().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write, or with --check compare."""
    if "--check" in arguments:
        stale = out_of_date()
        if stale:
            print(f"out of date: {', '.join(stale)}; run python docs/make_tables.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
