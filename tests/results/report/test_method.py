from dataclasses import replace
from typing import Any

import pytest

from results.report.chapters.method import chapter
from results.report.document import Bullets, Facts
from results.report.language import LANGUAGES, Language, words
from results.report.quantities import Quantity
from results.report.subject import Subject
from scenarios.evidence import sources
from scenarios.explain import words as literals
from scenarios.schema import Scenario
from tests.results.report.found import look_up
from tests.results.report.having import assuming

# Monks et al. 2019, table 1: STRESS-DES.
ITEMS = (
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3",
    "5.1", "5.2", "5.3", "5.4", "6.1",
)  # fmt: skip


def answers(subject: Subject, code: str = "sv") -> dict[str, str]:
    """What is told of each item, by its number."""
    say = Language(code)
    facts = [
        item
        for section in chapter(subject, say).sections
        for block in section.blocks
        if isinstance(block, Facts)
        for item in block.items
    ]
    return {
        say.flat(term).split(" ")[0]: say.flat(said).replace("\xa0", " ")
        for term, said in facts
        if say.flat(term)[0].isdigit()
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_item_of_stress_des_is_answered(subject: Subject, code: str) -> None:
    told = answers(subject, code)
    numbers = [".".join(number.split(".")[:2]) for number in told]
    assert tuple(dict.fromkeys(numbers)) == ITEMS
    assert len(ITEMS) == 20
    assert [number for number in told if number.startswith("2.5")] == [f"2.5.{i}" for i in range(1, 6)]
    assert all(len(answer) > 15 for answer in told.values())


@pytest.mark.parametrize(
    ("changes", "item", "said"),
    [
        ({"clinic__overtime_limit_minutes": 55}, "2.2", "mer än 55 minuter efter stängning"),
        ({"clinic__last_arrival_minutes": 35}, "2.2", "35 minuter före stängning"),
        ({"transfer__ramp": "all_at_once"}, "2.2", "Alla patienter under behandling remitteras 2 mars 2026"),
        ({"transfer__ramp_weeks": 13}, "2.2", "jämnt över 13 veckor"),
        ({"transfer__channel": "letter"}, "2.2", "i brev på 3 dagar; digitalt"),
        ({"transfer__cap_new_patients_per_unit_per_week": 4}, "2.2", "högst 4 patienter nya i veckan"),
        ({"booking__placement": "nearest_capable_unit"}, "2.2", "annars på den närmaste som kan"),
        ({"booking__day_choice": "clinic_day"}, "2.2", "närmaste tisdag"),
        ({"booking__bookable_share": 0.55}, "2.2", "högst 55 % av den planerade tiden"),
        ({"streams__catheter__municipal_share": 0.4}, "2.2", "Kommunen vårdar en del av dem som har"),
        ({"transfer__enabled": False}, "2.1", "Ingen överförs"),
        ({"staffing__sick_absence_share": 0.08}, "2.5.3", "8 % är sjuka"),
        ({"streams__iron__patients": 1000}, "2.5.1", "1 215 patienter"),
        ({"warm_up_weeks": 7}, "4.1", "körs 7 veckor före"),
        ({"warm_up_weeks": 0}, "4.1", "Ingen inkörning"),
        ({"background__load_factor": 1.5}, "3.2", "Faktorn 1,5 på andra patienters besök är satt"),
        ({"money__price_year": 2027}, "3.2", "2027 års priser"),
    ],
)
def test_the_answers_follow_the_configuration(
    subject: Subject, changes: dict[str, Any], item: str, said: str
) -> None:
    assert said not in answers(subject)[item]
    assert said in answers(assuming(subject, **changes))[item]


def test_what_there_is_none_of_is_not_told(subject: Subject) -> None:
    without = assuming(subject, streams__methadone__renewals=None, streams__catheter__unplanned_per_year=0.0)
    for words_of_it in ("Receptförnyelser", "Oplanerade behov"):
        assert words_of_it in answers(subject)["2.2"]
        assert words_of_it not in answers(without)["2.2"]


def test_the_estimation_follows_what_was_compared(subject: Subject) -> None:
    assert "4 simulerade förlopp med startvärdet 1." in answers(subject)["4.3"]
    assert f"{subject.comparison.family} skillnader" in answers(subject)["4.3"]
    alone = replace(subject, comparison=replace(subject.comparison, scenarios=()), numbers=(0,))
    assert "inga intervall" in answers(alone)["4.3"]
    assert "skillnader" not in answers(alone)["4.3"]
    assert "Inga andra scenarier" in answers(alone)["2.3"]
    unpaired = replace(subject, comparison=replace(subject.comparison, paired=False))
    assert "inte parade" in answers(unpaired)["4.3"]
    assert "gemensamma slumptal" not in answers(unpaired)["2.4"]


def test_versions_and_code_are_those_of_the_manifest(subject: Subject) -> None:
    told, manifest = answers(subject, "en"), subject.main.manifest
    for name, version in manifest["versions"].items():
        assert str(version) in told["5.4" if name == "machine" else "5.1"]
    assert manifest["lock_hash"] is None or manifest["lock_hash"][:12] in told["5.1"]
    assert manifest["commit"] is None or manifest["commit"][:12] in told["6.1"]
    bare = {**manifest, "commit": None, "lock_hash": None}
    unknown = replace(
        subject, comparison=replace(subject.comparison, baseline=replace(subject.main, manifest=bare))
    )
    assert "locked" not in answers(unknown, "en")["5.1"]
    assert "not kept" in answers(unknown, "en")["6.1"]


def test_every_source_that_a_value_cites_is_listed(subject: Subject) -> None:
    say = Language("en")
    (data,) = (section for section in chapter(subject, say).sections if section.id == "method-data")
    (listed,) = (block for block in data.blocks if isinstance(block, Bullets))
    told = [say.flat(item) for item in listed.items]
    cited = {each.source for each in subject.resolved.evidence.values() if each.source}
    assert len(told) == len(cited) > 10
    for key in cited:
        source = sources()[key]
        assert f"{source.title} ({source.year}). {source.reference}" in told


@pytest.mark.parametrize(
    "key", ["transfer.ramp", "transfer.channel", "booking.placement", "booking.day_choice"]
)
def test_every_policy_has_its_sentence(key: str) -> None:
    policies = literals(Scenario, key.split("."))
    assert policies
    assert [policy for policy in policies if f"method.logic_{policy}" not in words()] == []


def test_every_number_leads_back(subject: Subject) -> None:
    say = Language("sv")
    numbers = [
        part
        for section in chapter(subject, say).sections
        for block in section.blocks
        if isinstance(block, Facts)
        for _, said in block.items
        if isinstance(said, tuple)
        for part in said
        if isinstance(part, Quantity)
    ]
    assert len(numbers) > 30
    for number in numbers:
        assert number.value == pytest.approx(look_up(subject, number.trace)[0], rel=1e-12)
