import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from results.report.chapters import beyond, register
from results.report.document import Bullets, Name, Report, Section, Table
from results.report.entries import entries, first_told
from results.report.further import LARGEST, Further, held_against, read_further
from results.report.html import html
from results.report.language import LANGUAGES, Language
from results.report.quantities import Quantity
from results.report.subject import Subject
from scenarios.faults import InputError
from tests.results.report.found import look_up
from tests.results.report.having import parts_in
from vardflode.cli import main

Write = Callable[[str, dict[str, Any]], Path]
HOSTILE = "the cost is more than 5 % of <script>alert(9)</script>"


def breakeven(subject: Subject) -> dict[str, Any]:
    return {
        **headed(subject, "breakeven"),
        "key": "streams.denosumab.patients",
        "statement": HOSTILE,
        "answer": 610.25,
        "ci_low": 540.0,
        "ci_high": 700.5,
        "unit": "patients",
        "reached": True,
        "curve": [{"value": 200, "probability": 0.125}, {"value": 800, "probability": 0.875}],
    }


def uncertainty(subject: Subject) -> dict[str, Any]:
    return {
        **headed(subject, "uncertainty"),
        "measures": [
            {
                "name": "on_time_share",
                "scope": "region",
                "key": "",
                "window": subject.window.name,
                "unit": "share",
                "quantiles": {"p5": 0.91, "p50": 0.96, "p95": 0.99},
                "variance": {"chance": 0.5, "knowledge": 1.5},
            }
        ],
        "probabilities": [
            {"statement": "the uplift suffices", "probability": 0.31, "ci_low": 0.24, "ci_high": 0.38}
        ],
    }


def sensitivity(subject: Subject) -> dict[str, Any]:
    indices = [
        ("background.load_factor", "background_wait_days_mean", 0.8, 0.85),
        ("streams.denosumab.patients", "cost_msek_per_year", 0.3, 0.33),
        ("streams.denosumab.patients", "nurse_hours_per_year", 0.4, 0.5),
    ]
    return {
        **headed(subject, "sensitivity"),
        "values": [
            {
                "key": key,
                "grade": "assumption",
                "measure": measure,
                "first_order": first,
                "total_order": total,
                "ci_low": total - 0.05,
                "ci_high": total + 0.05,
            }
            for key, measure, first, total in indices
        ],
    }


def headed(subject: Subject, command: str) -> dict[str, Any]:
    scenario = {"name": subject.main.manifest["name"], "hash": subject.main.manifest["hash"]}
    return {"schema_version": 1, "command": command, "scenario": scenario, "seed": 7}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, said: dict[str, Any]) -> Path:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(said), encoding="utf-8")
        return path

    return written


@pytest.fixture
def informed(subject: Subject, write: Write) -> Subject:
    """The subject with an analysis of each form."""
    forms = (breakeven, uncertainty, sensitivity)
    paths = [write(form.__name__, form(subject)) for form in forms]
    further = held_against(read_further(paths), subject.main.manifest, subject.resolved)
    return replace(subject, further=further)


def faults_of(action: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        action()
    return [f"{fault.where}: {fault.message}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"answer": "many"}, "answer", "must be a valid number"),
        ({"answer": None}, "", "answer must be a number if reached is true"),
        ({"ci_low": None}, "", "give both ci_low and ci_high"),
        ({"ci_low": 800.0}, "", "ci_low 800 is above ci_high 700.5"),
        ({"curve": [{"value": 1, "probability": 1.5}]}, "curve.0.probability", "less than or equal to 1"),
        ({"curve": [{"value": 1}]}, "curve.0.probability", "missing"),
        ({"schema_version": 2}, "schema_version", "must be 1"),
        ({"command": "compare"}, "", "breakeven, uncertainty or sensitivity"),
        ({"scenario": "decision-2026"}, "scenario", "must be an object"),
        ({"statement": "x" * 501}, "statement", "at most 500"),
        ({"curve": [{"value": 1, "probability": 0}] * 10_001}, "curve", "at most 10000"),
    ],
)
def test_a_fault_says_where_and_what(
    subject: Subject, write: Write, change: dict[str, Any], where: str, said: str
) -> None:
    path = write("flip", breakeven(subject) | change)
    found = faults_of(lambda: read_further([path]))
    assert [fault.partition(": ")[0] for fault in found] == [where]
    assert said in found[0]


def test_all_faults_of_all_files_are_told_at_once(subject: Subject, write: Write, tmp_path: Path) -> None:
    bad = breakeven(subject) | {"answer": "x", "unit": 3}
    infinite = tmp_path / "infinite.json"
    infinite.write_text(json.dumps(breakeven(subject) | {"answer": float("inf")}), encoding="utf-8")
    garbled = tmp_path / "garbled.json"
    garbled.write_bytes(b'{"command": \xff')
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (LARGEST + 1))
    paths = [write("bad", bad), infinite, garbled, large, tmp_path / "none.json", tmp_path]
    with pytest.raises(InputError) as caught:
        read_further(paths)
    named = [Path(fault.file).name for fault in caught.value.faults]
    assert sorted(named) == sorted(
        ["bad.json", "bad.json", "infinite.json", "garbled.json", "large.json", "none.json", tmp_path.name]
    )


def test_an_unknown_measure_and_what_is_said_twice_are_faults(subject: Subject, write: Write) -> None:
    said = sensitivity(subject)
    said["values"].append(said["values"][0])
    assert faults_of(lambda: read_further([write("twice", said)])) == [
        "values.3: said twice; leave out one of the two"
    ]
    one, other = write("one", breakeven(subject)), write("other", breakeven(subject))
    assert faults_of(lambda: read_further([one, other])) == ["key: said twice; leave out one of the two"]
    said["values"][3:] = [said["values"][0] | {"measure": "nurse_hour_per_year"}]
    (fault,) = faults_of(lambda: read_further([write("unknown", said)]))
    assert fault == "values.3.measure: no such measure; did you mean nurse_hours_per_year?"


def test_analyses_of_another_run_or_key_are_refused(subject: Subject, write: Write) -> None:
    def held(said: dict[str, Any]) -> Further:
        found = read_further([write("held", said)])
        return held_against(found, subject.main.manifest, subject.resolved)

    other = breakeven(subject) | {"scenario": {"name": "another", "hash": "0" * 64}}
    (fault,) = faults_of(lambda: held(other))
    assert fault.startswith("scenario.hash: is of another (000000000000); the report is about decision-2026")
    misspelt = sensitivity(subject)
    misspelt["values"][1]["key"] = "streams.denosumab.patient"
    (fault,) = faults_of(lambda: held(misspelt))
    assert fault.startswith("values.1.key: streams.denosumab.patient: the scenario has no such value")
    assert "did you mean streams.denosumab.patients?" in fault
    assert held(breakeven(subject)).analyses


@pytest.mark.parametrize("code", LANGUAGES)
def test_without_analyses_three_questions_are_said_to_be_open(subject: Subject, code: str) -> None:
    section = beyond.chapter(subject, Language(code))
    (listed,) = (block for block in section.blocks if isinstance(block, Bullets))
    assert len(listed.items) == 3
    assert section.sections == ()
    assert [part for part in parts_in(section) if isinstance(part, Quantity)] == []


def test_what_was_not_given_stays_open(subject: Subject, write: Write) -> None:
    some = replace(subject, further=read_further([write("flip", breakeven(subject))]))
    section = beyond.chapter(some, Language("sv"))
    assert [each.id for each in section.sections] == ["beyond-flip"]
    (listed,) = (block for block in section.blocks if isinstance(block, Bullets))
    assert len(listed.items) == 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_number_leads_back_to_its_file(informed: Subject, code: str) -> None:
    say = Language(code)
    numbers = [
        part
        for section in (beyond.chapter(informed, say), register.chapter(informed, say))
        for part in parts_in(section)
        if isinstance(part, Quantity) and part.trace.kind == "further"
    ]
    assert len({str(number.trace) for number in numbers}) >= 15
    for number in numbers:
        value, low, high = look_up(informed, number.trace)
        assert number.value == value
        if number.has_interval:
            assert (number.low, number.high) == (low, high)


def flat(section: Section, code: str) -> str:
    say = Language(code)
    return " ".join(say.flat((part,)) for part in parts_in(section)).replace("\xa0", " ")


def test_the_chapter_says_what_the_files_say(informed: Subject) -> None:
    told = flat(beyond.chapter(informed, Language("sv")), "sv")
    assert "610 (540–700) patienter" in told
    assert "3 (2–4) av 10 möjliga framtider" in told
    assert "75 %" in told  # of the variance that is lack of knowledge
    english = flat(beyond.chapter(informed, Language("en")), "en")
    assert "of 10 possible futures" in english


def test_a_flip_point_that_was_not_reached_is_told_as_such(subject: Subject, write: Write) -> None:
    unreached = {"answer": None, "ci_low": None, "ci_high": None, "reached": False, "curve": []}
    said = {key: told for key, told in breakeven(subject).items() if key != "statement"} | unreached
    some = replace(subject, further=read_further([write("flip", said)]))
    told = flat(beyond.chapter(some, Language("sv")), "sv")
    assert "inte inom det som prövats" in told
    assert "anges inte i filen" in told


def test_statements_of_files_stay_text(informed: Subject, reports: dict[str, Report]) -> None:
    section = beyond.chapter(informed, Language("sv"))
    bad = [part for part in parts_in(section) if "alert(9)" in getattr(part, "text", str(part))]
    assert bad
    assert all(isinstance(part, Name) for part in bad)
    assert "<script>" not in html(replace(reports["sv"], chapters=(section,)))


def test_computed_influence_orders_the_register_and_fills_its_column(
    informed: Subject, subject: Subject
) -> None:
    first = first_told(informed, entries(informed))
    assert [entry.key for _, _, entry in first[:2]] == [
        "background.load_factor",
        "streams.denosumab.patients",
    ]
    assert [kind for kind, _, _ in first[:3]] == ["influence", "influence", "load"]
    assert len(first) >= 10
    say = Language("en")
    with_it, without = (
        [block for block in register.chapter(each, say).blocks if isinstance(block, Table)]
        for each in (informed, subject)
    )
    assert {len(table.columns) for table in with_it} == {5, 6}
    assert {len(table.columns) for table in without} == {4, 5}
    most = [say.flat(line.cells[-1]).replace("\xa0", " ") for line in with_it[0].lines]
    assert most[:2] == [
        "85 % (80–90) of the variation in: Other patients' wait, mean",
        "50 % (45–55) of the variation in: Nurse time",
    ]
    assert set(most[2:]) == {"–"}


def test_the_command_refuses_a_bad_file_before_any_run(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"command": "breakeven"}', encoding="utf-8")
    out = tmp_path / "evidence.html"
    given = ["report", "decision-2026", "--also", str(bad), "--out", str(out), "--runs", str(tmp_path)]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 3, result.output
    assert "bad.json: answer: missing" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]
