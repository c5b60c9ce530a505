import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

import scenarios
from results.report.chapters.register import chapter
from results.report.document import Code, Name, Paragraph, Report, Section, Table
from results.report.entries import entries, first_told, pattern_of, shared, unit_of
from results.report.html import html
from results.report.language import LANGUAGES, Language, words
from results.report.quantities import Quantity
from results.report.subject import Subject
from scenarios.explain import _mapping_type
from scenarios.load import merged
from scenarios.schema import Price, Scenario
from scenarios.tree import leaves
from tests.results.report.found import look_up
from tests.results.report.having import assuming, parts_in

LIBRARY = sorted(
    path.stem for path in Path(scenarios.__file__).parent.glob("*.yaml") if path.stem != "sources"
)
TEXTS = ("schema_version", "name", "title", "description", "label")


def tables_of(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


def keys_in(table: Table) -> list[str]:
    return [part.text for line in table.lines for part in line.cells[0] if isinstance(part, Code)]  # type: ignore[union-attr]


def patterns_in(kind: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every key that the schema allows, with a star for names; sections that may be empty are keys too."""
    kind = _mapping_type(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Price:
        for name, field in kind.model_fields.items():
            if name not in TEXTS:
                yield from patterns_in(field.annotation, (*path, name))
    elif get_origin(kind) is dict:
        yield from patterns_in(get_args(kind)[1], (*path, "*"))
    else:
        yield ".".join(path)


def test_every_key_that_a_scenario_may_have_is_explained() -> None:
    missing = [pattern for pattern in patterns_in(Scenario) if f"register.means.{pattern}" not in words()]
    assert missing == []


@pytest.mark.parametrize("name", LIBRARY)
def test_every_value_of_the_scenarios_that_come_along_is_explained(name: str) -> None:
    keys = [path for path, _ in leaves(merged(name).tree) if not {*path.split(".")} & {*TEXTS, "extends"}]
    assert len(keys) > 300
    assert [key for key in keys if f"register.means.{pattern_of(key)}" not in words()] == []


def test_every_word_that_a_value_may_be_is_in_the_report_s_languages() -> None:
    schema = str(Scenario.model_json_schema())
    for literal in ("nearest_capable_unit", "all_at_once", "not_stated", "next_due", "klamdag"):
        assert literal in schema
    definitions = Scenario.model_json_schema()["$defs"].values()
    said = [
        word
        for definition in definitions
        for field in definition.get("properties", {}).values()
        for word in field.get("enum", ())
    ]
    assert len(said) > 25
    assert [word for word in said if f"register.word_{word}" not in words()] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_value_stands_in_the_register_once(subject: Subject, code: str) -> None:
    every = entries(subject)
    most, common, *rest = tables_of(chapter(subject, Language(code)))
    told = Counter(key for table in rest for key in keys_in(table))
    found, _ = shared([entry for entry in every if entry.stream])
    told.update(
        each.entry.key.replace(each.entry.stream, stream) for each in found for stream in each.streams
    )
    assert keys_in(common) == [each.entry.pattern for each in sorted(found, key=lambda each: each.entry.rank)]
    assert told == Counter(entry.key for entry in every)
    assert set(subject.resolved.evidence) <= set(told)
    assert 10 <= len(most.lines) <= 16


def test_what_most_treatments_share_is_the_same_in_each_of_them(subject: Subject) -> None:
    by_key = {entry.key: entry for entry in entries(subject)}
    common, _ = shared(entry for entry in by_key.values() if entry.stream)
    assert len(common) > 15
    for each in common:
        alike = [by_key[each.entry.key.replace(each.entry.stream, stream)] for stream in each.streams]
        assert {(str(entry.value), str(entry.evidence)) for entry in alike} == {
            (str(each.entry.value), str(each.entry.evidence))
        }
        assert len(each.streams) > len(each.other)


def test_values_stand_in_the_order_of_the_rule(subject: Subject) -> None:
    """Own values, assumptions, derived, sources, decisions; the widest range beside its value first."""
    grades = ["assumption", "derived", "source", "decision"]
    values = {entry.key: entry.value for entry in entries(subject)}
    for table in tables_of(chapter(subject, Language("en")))[2:]:
        known = [(key, subject.resolved.evidence.get(key)) for key in keys_in(table)]
        places = []
        for key, evidence in known:
            ends = (
                []
                if evidence is None or evidence.range is None
                else [evidence.range.low, evidence.range.high]
            )
            size = abs(values[key]) if ends and values[key] else max(map(abs, ends), default=1.0)
            width = (ends[1] - ends[0]) / size if ends and size else 0.0
            if evidence is not None and evidence.choices is not None:
                width = -1.0  # judged by the numbers among its choices; left to the rule
            own = key in subject.resolved.bare
            places.append((not own, 4 if evidence is None else grades.index(evidence.grade), width))
        assert [place[:2] for place in places] == sorted(place[:2] for place in places), table.id
        for one, two in itertools.pairwise(places):
            if one[:2] == two[:2] and min(one[2], two[2]) >= 0:
                assert one[2] >= two[2], table.id


def test_first_stand_the_values_that_load_cost_and_displacement_rest_on(subject: Subject) -> None:
    main = subject.main

    def mean(name: str, stream: str) -> float:
        return subject.measured(main, name, "stream", stream).value

    streams = subject.resolved.scenario.streams
    heaviest = max(streams, key=lambda stream: mean("nurse_hours_per_year", stream))
    first = first_told(subject, entries(subject))
    keys = [entry.key for _, _, entry in first]
    assert keys[:3] == [
        f"streams.{heaviest}.{name}" for name in ("patients", "interval_days", "nurse_minutes")
    ]
    care = {s: mean("cost_msek_per_year", s) - mean("readiness_msek_per_year", s) for s in streams}
    ready = Counter[str]()
    for name, stream in streams.items():
        ready[stream.procedure_group] += mean("readiness_msek_per_year", name)
    lines = [(cost, f"streams.{name}.patients") for name, cost in care.items()]
    lines += [(cost, f"money.procedures.{group}.first_year_sek") for group, cost in ready.items()]
    assert {key for _, key in sorted(lines)[-3:]} <= {*keys}
    assert {"background.load_factor", "background.unit_load_cv", "money.available_share"} <= {*keys}


def test_without_transfer_nothing_is_said_to_rest_on_load_or_cost(subject: Subject) -> None:
    nobody = assuming(subject, transfer__enabled=False)
    sample = nobody.main.sample
    main = replace(nobody.main, sample=replace(sample, values=0 * sample.values))
    empty = replace(nobody, comparison=replace(nobody.comparison, baseline=main))
    kinds = {kind for kind, _, _ in first_told(empty, entries(empty))}
    assert kinds == {"others", "wide"}
    assert len(first_told(empty, entries(empty))) == 10
    assert tables_of(chapter(empty, Language("sv")))


def test_what_the_user_set_without_evidence_is_marked_as_such(subject: Subject) -> None:
    own = assuming(subject, clinic__last_arrival_minutes=30, streams__iron__nurse_minutes=50.5)
    assert {"clinic.last_arrival_minutes", "streams.iron.nurse_minutes"} <= {*own.resolved.bare}
    say = Language("sv")
    section = chapter(own, say)
    marked = {
        key
        for table in tables_of(section)[2:]
        for key, line in zip(keys_in(table), table.lines, strict=True)
        if say.flat(line.cells[2]) == "eget antagande"
    }
    assert marked == {*own.resolved.bare}
    warned = [block for block in section.blocks if isinstance(block, Paragraph) and block.tone == "warning"]
    assert len(warned) == 1
    assert say.flat(warned[0].text).startswith(f"{len(own.resolved.bare)}\xa0värden")


def line_of(subject: Subject, key: str, code: str = "sv") -> list[str]:
    say = Language(code)
    (line,) = (
        line
        for table in tables_of(chapter(subject, say))[1:]
        for line in table.lines
        if Code(key) in line.cells[0]
    )
    return [say.flat(cell).replace("\xa0", " ") for cell in line.cells]


@pytest.mark.parametrize(
    ("key", "code", "value", "grade", "source"),
    [
        ("staffing.nurse_direct_share", "sv", "60 % (55–65)", "antagande", ""),
        ("booking.placement", "sv", "patientens egen vårdcentral", "antagande, val", ""),
        ("booking.placement", "en", "the patient's own unit", "assumption, choice", ""),
        ("transfer.start_date", "sv", "2 mars 2026", "antagande", "The decision names no start date."),
        ("transfer.waves", "sv", "inga", "utan grad", ""),
        ("streams.denosumab.interval_days", "en", "28 days; may also be 84", "source, choice", "Xgeva"),
        ("streams.fulvestrant.loading_days", "sv", "0, 14, 28; tas som säkert", "källa", "(2014)"),
        ("money.hospital_visit_sek", "sv", "3 100 (1 100–4 000) kr, 2018 års priser", "härlett", "(2018)."),
        ("money.price_growth_per_year", "sv", "2,7 % (2,0–3,5)", "härlett", ""),
        ("streams.*.growth_per_year", "sv", "0 % (−2 till 5)", "antagande", ""),
        ("money.price_year", "sv", "2026", "utan grad", ""),
        ("calendar.opening.monday.opens", "en", "08:00", "no grade", ""),
        ("money.uplift_recurs", "sv", "ja; kan också vara nej", "antagande", ""),
        ("streams.zoledronate.nurse_minutes", "sv", "12,2 (10,0–25,0) minuter", "källa", "(2017). Active staff"),
    ],
)  # fmt: skip
def test_values_read_as_a_planner_would_write_them(
    subject: Subject, key: str, code: str, value: str, grade: str, source: str
) -> None:
    _, shown, graded, sourced = line_of(subject, key, code)
    assert (shown, graded) == (value, grade)
    assert source in sourced


def test_an_amount_written_with_its_price_year_is_told_as_well(subject: Subject) -> None:
    amounts = assuming(subject, money__nurse_hour_sek={"sek": 700.0, "price_year": 2023})
    assert line_of(amounts, "money.nurse_hour_sek.sek")[1] == "700 kr"
    assert line_of(amounts, "money.nurse_hour_sek.price_year")[1] == "2023"


def test_every_unit_in_a_key_is_told() -> None:
    told = {pattern: unit_of(pattern) for pattern in patterns_in(Scenario)}
    for ending, unit in (("_days", "days"), ("_share", "share"), ("_minutes", "minutes"), ("_sek", "sek")):
        named = {pattern for pattern in told if pattern.endswith(ending)}
        assert named
        assert {told[pattern] for pattern in named} == {unit}


def test_every_number_leads_back_to_the_scenario(subject: Subject) -> None:
    found = parts_in(chapter(subject, Language("sv")))
    numbers = [part for part in found if isinstance(part, Quantity)]
    assert len(numbers) > 150
    ranged = [number for number in numbers if number.has_interval]
    assert len(ranged) > 100
    for number in numbers:
        value, low, high = look_up(subject, number.trace)
        assert number.value == value
        if number.has_interval:
            assert (number.low, number.high) == (low, high)


def test_the_register_is_small_enough_to_be_sent(subject: Subject, reports: dict[str, Report]) -> None:
    for code in LANGUAGES:
        whole = reports[code]
        (section,) = (each for each in whole.chapters if each.id == "register")
        assert len(html(replace(whole, chapters=(section,))).encode()) < 170_000  # with style and frame


def test_hostile_names_stay_names(hostile: Subject) -> None:
    parts = parts_in(chapter(hostile, Language("sv")))
    bad = [part for part in parts if "alert(" in getattr(part, "text", str(part))]
    assert bad
    assert all(isinstance(part, Name) for part in bad)
