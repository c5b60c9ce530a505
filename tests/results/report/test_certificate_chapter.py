"""The second page: what was checked, whether it holds, and how to check it again."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from results.certificate.lines import CLAIMS
from results.report.chapters.certificate import certificates, chapter, every_run
from results.report.document import Code, Paragraph, Section, Table
from results.report.language import Language, words
from results.report.quantities import Quantity
from results.report.subject import Subject
from tests.results.report.found import look_up

LANGUAGES = ("sv", "en")
DECISION, TODAY = "decision-2026", "no-transfer"
VERDICTS = ("passed", "failed", "not_applicable", "told")


def with_certificate(subject: Subject, label: str, lines: object) -> Subject:
    """The subject as if a run carried other lines; none where it carries no certificate."""
    run = subject.runs[label]
    manifest = {key: value for key, value in run.manifest.items() if key != "certificate"}
    if lines is not None:
        manifest["certificate"] = lines
    return replace(subject, runs={**subject.runs, label: replace(run, manifest=manifest)})


def with_warm_up(subject: Subject, **found: Any) -> Subject:
    run = subject.runs[DECISION]
    manifest = {**run.manifest, "warm_up": {**run.manifest["warm_up"], **found}}
    return replace(subject, runs={**subject.runs, DECISION: replace(run, manifest=manifest)})


def failing(subject: Subject, label: str, line: str, **numbers: float) -> Subject:
    """The subject as if one line of a run's certificate failed."""
    lines = subject.runs[label].manifest["certificate"]
    failed = {"verdict": "failed", "where": "<b>u1</b>; replication 0", **numbers}
    return with_certificate(subject, label, [each | failed if each["id"] == line else each for each in lines])


def tables(section: Section) -> dict[str, Table]:
    return {block.id: block for block in section.blocks if isinstance(block, Table)}


def cells(table: Table, say: Language) -> list[list[str]]:
    return [
        [say.told(cell, unit=False) if isinstance(cell, Quantity) else say.flat(cell) for cell in line.cells]
        for line in table.lines
    ]


def paragraphs(section: Section, say: Language) -> list[str]:
    return [say.flat(block.text) for block in section.blocks if isinstance(block, Paragraph)]


def quantities(section: Section) -> Iterator[Quantity]:
    for table in tables(section).values():
        yield from (cell for line in table.lines for cell in line.cells if isinstance(cell, Quantity))
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield from (part for part in block.text if isinstance(part, Quantity))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_line_is_told_in_both_languages(code: str) -> None:
    for family in ("says", "absent"):
        told = {line: words()[f"certificate.{family}_{line}"][code] for line in CLAIMS}
        assert all(told.values())
        known = {key for key in words() if key.startswith(f"certificate.{family}_")}
        assert known == {f"certificate.{family}_{line}" for line in CLAIMS}
    assert len({words()[f"certificate.says_{line}"][code] for line in CLAIMS}) == len(CLAIMS)
    assert len({words()[f"certificate.{verdict}"][code] for verdict in VERDICTS}) == len(VERDICTS)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_lines_are_those_of_the_manifest(subject: Subject, code: str) -> None:
    say = Language(code)
    told = cells(tables(chapter(subject, say))["certificate-lines"], say)
    lines = subject.runs[DECISION].manifest["certificate"]
    assert [row[0] for row in told] == [line["id"] for line in lines] == list(CLAIMS)
    verdicts = {
        "sv": {"passed": "stämmer", "told": "visas, prövas inte"},
        "en": {"passed": "holds", "told": "shown, not tested"},
    }
    assert [row[2] for row in told] == [verdicts[code][line["verdict"]] for line in lines]
    for row, line in zip(told, lines, strict=True):
        assert row[5] == ("" if line["allowed"] is None else row[5])
        assert row[3]
        assert row[4]


def test_every_number_leads_back_to_the_manifest(subject: Subject) -> None:
    found = list(quantities(chapter(subject, Language("sv"))))
    assert len(found) > 3 * (len(CLAIMS) - 1)
    for each in found:
        assert (each.value, math.nan, math.nan) == pytest.approx(look_up(subject, each.trace), nan_ok=True)


def test_what_may_not_differ_at_all_is_told_from_what_may_by_rounding(subject: Subject) -> None:
    say = Language("sv")
    by_line = {row[0]: row for row in cells(tables(chapter(subject, say))["certificate-lines"], say)}
    assert by_line["doses_conserved"][5] == "0"
    assert by_line["minutes_conserved"][5] == "0,000001"


def test_every_run_is_told_once_with_its_folder(subject: Subject) -> None:
    say = Language("sv")
    told = cells(tables(chapter(subject, say))["certificate-runs"], say)
    folders = {run.folder.name for run in (*subject.runs.values(), *subject.tight.values())}
    assert sorted(row[3] for row in told) == sorted(folders)
    assert {row[1] for row in told} == {"alla kontroller höll"}
    assert told[3][0] == "decision-2026, lika hårt belastat som tight-everywhere"
    assert [*every_run(subject)][:3] == [*subject.runs]


def test_one_run_alone_needs_no_table_of_runs(subject: Subject) -> None:
    single = replace(subject, runs={DECISION: subject.runs[DECISION]}, tight={})
    assert set(tables(chapter(single, Language("sv")))) == {"certificate-lines"}


@pytest.mark.parametrize(
    ("code", "told"),
    [("sv", "Kontrollera igen med vardflode verify {}."), ("en", "Check again with vardflode verify {}.")],
)
def test_how_to_check_again_is_told_with_the_folder(subject: Subject, code: str, told: str) -> None:
    say = Language(code)
    folder = subject.runs[DECISION].folder.name
    last = chapter(subject, say).blocks[-1]
    assert isinstance(last, Paragraph)
    assert say.flat(last.text).startswith(told.format(folder))
    assert Code(f"vardflode verify {folder}") in last.text


@pytest.mark.parametrize(
    ("code", "told", "where"),
    [("sv", "STÄMMER INTE", "littles_law stämmer inte: <b>u1</b>; replication 0."),
     ("en", "DOES NOT HOLD", "littles_law does not hold: <b>u1</b>; replication 0.")],
)  # fmt: skip
def test_a_line_that_failed_is_told_with_its_place(
    subject: Subject, code: str, told: str, where: str
) -> None:
    say = Language(code)
    failed = failing(subject, DECISION, "littles_law", expected=10.0, found=10.004, allowed=0.001)
    section = chapter(failed, say)
    first = section.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.tone == "warning"
    table = tables(section)["certificate-lines"]
    (row,) = (row for row in cells(table, say) if row[0] == "littles_law")
    point = "," if code == "sv" else "."
    assert row[2:] == [told, f"10{point}000", f"10{point}004", f"0{point}001"]
    assert where in [say.flat(note) for note in table.notes]


def test_another_run_that_failed_warns_too(subject: Subject) -> None:
    say = Language("sv")
    section = chapter(failing(subject, TODAY, "draws"), say)
    assert paragraphs(section, say)[0].startswith("Minst en kontroll höll inte.")
    (row,) = (row for row in cells(tables(section)["certificate-runs"], say) if row[0] == TODAY)
    assert row[1] == "stämmer inte: draws"
    assert all(row[2] != "STÄMMER INTE" for row in cells(tables(section)["certificate-lines"], say))


@pytest.mark.parametrize(
    ("code", "told", "of_run"),
    [("sv", "Körningen decision-2026 bär inget intyg.", "bär inget intyg"),
     ("en", "The run decision-2026 carries no certificate.", "carries no certificate")],
)  # fmt: skip
def test_a_run_without_certificate_is_said_to_carry_none(
    subject: Subject, code: str, told: str, of_run: str
) -> None:
    say = Language(code)
    bare = with_certificate(subject, DECISION, None)
    section = chapter(bare, say)
    first = section.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.tone == "warning"
    assert any(text.startswith(told) for text in paragraphs(section, say))
    assert "certificate-lines" not in tables(section)
    assert cells(tables(section)["certificate-runs"], say)[0][1:3] == [of_run, ""]
    assert certificates(bare)[DECISION] is None


def test_what_does_not_apply_says_why(subject: Subject) -> None:
    """Without transfer no dose is given at a unit."""
    say = Language("sv")
    certificate = subject.runs[TODAY].manifest["certificate"]
    table = tables(chapter(with_certificate(subject, DECISION, certificate), say))["certificate-lines"]
    assert "doses_conserved gäller inte här: ingen dos ges på vårdcentral." in [
        say.flat(note) for note in table.notes
    ]
    (row,) = (row for row in cells(table, say) if row[0] == "doses_conserved")
    assert row[2:] == ["gäller inte här", "", "", ""]


@pytest.mark.parametrize(
    ("found", "sv", "en"),
    [({"settled": True, "weeks": 26}, "Efter 26\xa0veckor hade andra", "After 26\xa0weeks other patients' queues"),
     ({"settled": False, "weeks": 26}, "inte kommit i jämvikt efter 26\xa0veckor", "not settled after 26\xa0weeks"),
     ({"settled": None, "weeks": 2}, "går inte att avgöra", "cannot be told"),
     ({"settled": None, "weeks": 0}, "Uppvärmning saknas", "Warm-up is missing")],
)  # fmt: skip
def test_the_verdict_on_the_warm_up_is_told(
    subject: Subject, found: Mapping[str, Any], sv: str, en: str
) -> None:
    told = with_warm_up(subject, **found)
    for code, wanted in (("sv", sv), ("en", en)):
        say = Language(code)
        assert any(wanted in text for text in paragraphs(chapter(told, say), say))


def test_a_run_that_says_nothing_of_its_warm_up_is_told_without(subject: Subject) -> None:
    run = subject.runs[DECISION]
    manifest = {key: value for key, value in run.manifest.items() if key != "warm_up"}
    older = replace(subject, runs={**subject.runs, DECISION: replace(run, manifest=manifest)})
    say = Language("sv")
    assert not any("Uppvärmning" in text for text in paragraphs(chapter(older, say), say))
