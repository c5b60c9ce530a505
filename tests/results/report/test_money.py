"""Who gains and who pays, and whether the uplift is enough: kinds of money apart, against today, at every share."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from results.measures import available_shares
from results.report.chapters import ledger, uplift
from results.report.document import Cards, Cell, Report, Section, Table
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.subject import Subject
from results.table import Row
from results.windows import calendar_windows
from tests.results.report.found import look_up
from tests.results.report.having import assuming
from tests.results.report.sections import SV, figures, names, sentences, table, without_transfer
from tests.results.report.test_answer import alone, changed

ARITHMETIC, FULL_PRICE, FREED = (
    "cost_msek_per_year",
    "full_cost_msek_per_year",
    "hospital_freed_msek_per_year",
)


def quantities(cells: tuple[Cell, ...]) -> Iterator[Quantity]:
    for cell in cells:
        if isinstance(cell, Quantity):
            yield cell
        yield from (part for part in (cell if isinstance(cell, tuple) else ()) if isinstance(part, Quantity))


def measures_in(block: Table | Cards) -> set[str]:
    """The measures that a table or cards tell of."""
    if isinstance(block, Table):
        rows = [line.cells for line in block.lines] + [block.caption, *block.columns]
    else:
        rows = [tuple(cell for _, cell in card.facts) for card in block.cards]
    found = (each.trace.of for row in rows for each in quantities(tuple(row)))
    return {word.split("/")[0].lstrip("-") for of in found for word in of.split(" ")}


def section_of(subject: Subject, chapter: object = ledger) -> Section:
    found = chapter.chapter(subject, SV)  # type: ignore[attr-defined]
    assert isinstance(found, Section)
    return found


@pytest.fixture(scope="module")
def told(subject: Subject) -> Section:
    return section_of(subject)


@pytest.fixture(scope="module")
def enough(subject: Subject) -> Section:
    return section_of(subject, uplift)


# --- the ledger ---------------------------------------------------------------------------------------


def test_the_two_costings_never_stand_in_one_table(reports: dict[str, Report]) -> None:
    for report in reports.values():
        every = [measures_in(block) for block in report.blocks() if isinstance(block, Table | Cards)]
        assert any(ARITHMETIC in told for told in every)
        assert any(FULL_PRICE in told for told in every)
        assert not any({ARITHMETIC, FULL_PRICE} <= told for told in every)


def test_capacity_freed_is_told_apart_from_money(told: Section) -> None:
    """What it is at full price stands beside no other money, and with the words that it is not saved."""
    (said,) = (text for text in sentences(told) if "Till fullt pris per besök motsvarar" in text)
    assert "Det är inte sparade pengar." in said
    tables = (block for part in told.sections for block in part.blocks if isinstance(block, Table))
    assert not any(FREED in measures_in(each) for each in tables)
    freed = [
        SV.flat(line.cells[2]) for line in table(told, "ledger-parties").lines if "Sjukhusen" in names([line])
    ]
    assert freed == ["frigjord kapacitet"]


def test_each_party_is_told_against_today(subject: Subject, told: Section) -> None:
    parties = table(told, "ledger-parties")
    assert {*names(parties.lines)} == {
        "Sjukhusen", "Vårdcentralerna", "Kommunerna", "Jourmottagningarna", "Regionen", "Patienterna",
    }  # fmt: skip
    for line in parties.lines:
        gap = line.cells[3]
        assert isinstance(gap, Quantity)
        assert gap.signed
        assert gap.trace.how == f"less {subject.today.label}" if subject.today else None
        assert gap.value == pytest.approx(look_up(subject, gap.trace)[0])


def test_what_could_be_mere_chance_is_said_to(subject: Subject, told: Section) -> None:
    """What has an interval that holds zero is named below the table, and nothing else is."""
    parties = table(told, "ledger-parties")
    (note,) = (SV.flat(note) for note in parties.notes)
    assert note.startswith("Går inte att skilja från ren slump: ")
    for line in parties.lines:
        gap = line.cells[3]
        assert isinstance(gap, Quantity)
        assert (SV.flat(line.cells[1]) in note) is (gap.low < 0 < gap.high)
    assert table(section_of(alone(subject)), "ledger-parties").notes == ()


def test_the_travel_of_all_is_compared_as_its_parts_are(subject: Subject, told: Section) -> None:
    """Interval of a sum of two rows: as wide as if the sum were one of the family."""
    gap = table(told, "ledger-patients").lines[-1].cells[3]
    assert isinstance(gap, Quantity)
    rows = [
        Row("travel_km_per_year", *of, subject.window.name) for of in (("region", ""), ("site", "hospital"))
    ]
    assert subject.today is not None
    apart = sum(subject.values(subject.main, row) - subject.values(subject.today, row) for row in rows)
    from scipy.stats import t

    half = (
        t.ppf(1 - 0.025 / subject.comparison.family, len(apart) - 1)
        * np.std(apart, ddof=1)
        / math.sqrt(len(apart))
    )
    assert (gap.low, gap.high) == pytest.approx((apart.mean() - half, apart.mean() + half))


def test_the_lines_of_the_cost_add_up_to_it(told: Section) -> None:
    (steps,) = figures(told)
    amounts = [each.value for line in steps.data.lines for each in quantities(line.cells)]
    assert len(amounts) == 6
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1])


def test_the_treatments_add_up_to_the_region(told: Section) -> None:
    *lines, whole = table(told, "ledger-streams").lines
    for place in (1, 2, 3):
        each = [line.cells[place] for line in lines]
        assert sum(cell.value for cell in each) == pytest.approx(whole.cells[place].value)  # type: ignore[union-attr]
    costs = [line.cells[3].value for line in lines]  # type: ignore[union-attr]
    assert costs == sorted(costs, reverse=True)


def test_calendar_years_are_told_as_they_fall(subject: Subject, told: Section) -> None:
    """Not annualised, so they make the horizon; those that are simulated in part say so."""
    lines = table(told, "ledger-years").lines
    windows = calendar_windows(subject.resolved)
    assert len(lines) == len(windows) == 2
    assert all("en del av året" in name for name in names(lines))
    whole = sum(line.cells[3].value for line in lines)  # type: ignore[union-attr]
    yearly = subject.measured(subject.main, ARITHMETIC).value  # the horizon is the one window here
    assert whole == pytest.approx(yearly * 364 / 365.25)


def test_drugs_stand_by_who_pays(subject: Subject, told: Section) -> None:
    *lines, whole = table(told, "ledger-drugs").lines
    assert names(lines) == ["Sjukhuset", "Inte sagt vem"]
    assert "Triptorelin" in SV.flat(lines[0].cells[1])
    assert sum(line.cells[2].value for line in lines) == pytest.approx(whole.cells[2].value)  # type: ignore[union-attr]


def test_hospitals_that_gain_no_time_are_said_to(subject: Subject) -> None:
    name = "hospital_net_hours_per_year"
    turned = changed(
        subject, {subject.main.label: lambda row, values: -values if row.name == name else values}
    )
    assert "eller mer" in sentences(section_of(turned))[0]
    assert "eller mer" not in sentences(section_of(subject))[0]


# --- the uplift ---------------------------------------------------------------------------------------


def test_every_available_share_is_told(subject: Subject, enough: Section) -> None:
    shares = [*available_shares(subject.resolved)]
    for id in ("uplift-shares", "uplift-room", "uplift-over"):
        first = [line.cells[0] for line in table(enough, id).lines]
        assert [cell.value for cell in first] == shares  # type: ignore[union-attr]
    used = [line.cells[2].value for line in table(enough, "uplift-shares").lines]  # type: ignore[union-attr]
    np.testing.assert_allclose(np.array(used) * shares, used[0])


def test_without_readiness_less_is_used_and_more_is_left(enough: Section) -> None:
    for line in table(enough, "uplift-shares").lines:
        assert line.cells[2].value > line.cells[3].value  # type: ignore[union-attr]
    for line in table(enough, "uplift-room").lines:
        assert line.cells[1].value < line.cells[2].value  # type: ignore[union-attr]


def dearer(subject: Subject, years: int, own: str) -> Subject:
    """As if the cost were more than the uplift in the first so many years, in the region's row of a key."""
    row = Row("uplift_share_used", "region", own, subject.window.name)
    over = np.where(np.arange(subject.replications) < years, 1.5, 0.5)
    return changed(subject, {subject.main.label: lambda known, values: over if known == row else values})


@pytest.mark.parametrize(
    ("years", "told"), [(0, "inte i något"), (2, "i 5\xa0år av 10"), (4, "i alla simulerade år")]
)
def test_how_often_it_is_not_enough_is_counted_in_years(subject: Subject, years: int, told: str) -> None:
    found = table(section_of(dearer(subject, years, "available=0.05"), uplift), "uplift-shares")
    assert told in SV.flat(found.lines[-1].cells[-1])
    assert "inte i något simulerat år" in SV.flat(found.lines[0].cells[-1])


def test_the_lead_says_down_to_which_share_it_fits(subject: Subject) -> None:
    assert "även om bara 5\xa0% av höjningen" in sentences(section_of(subject, uplift))[0]
    some = sentences(section_of(dearer(subject, 4, "available=0.05"), uplift))[0]
    assert "om 10\xa0% av höjningen finns kvar, men inte om 5\xa0% gör det" in some
    more = changed(
        subject,
        {subject.main.label: lambda row, values: values + 2 if row.name == "uplift_share_used" else values},
    )
    assert "**" not in (said := sentences(section_of(more, uplift))[0])
    assert "inte säkert ens i hela höjningen" in said


def test_nobody_has_stated_which_share_is_left(enough: Section) -> None:
    said = " ".join(sentences(enough))
    assert "Ingen har sagt hur stor andel som finns kvar" in said
    assert "Den återkommer varje år (antagande)." in said
    assert "Höjningen är 100\xa0mnkr per år (beslut)." in said


def test_an_uplift_that_is_paid_once_or_not_at_all(subject: Subject) -> None:
    once = " ".join(sentences(section_of(assuming(subject, money__uplift_recurs=False), uplift)))
    assert "bara det första kalenderåret" in once
    nothing = changed(
        subject,
        {
            subject.main.label: lambda row, values: (
                0 * values if row.name == "uplift_msek_per_year" else values
            )
        },
    )
    assert uplift.chapter(nothing, SV) is None


def test_the_units_that_use_most_stand_first(subject: Subject, enough: Section) -> None:
    lines = table(enough, "uplift-units").lines
    used = [line.cells[2].value for line in lines]  # type: ignore[union-attr]
    every = [
        subject.measured(subject.main, "uplift_share_used", "unit", u.key).value
        for u in subject.resolved.units
    ]
    assert used == sorted(every, reverse=True)[: len(used)]
    assert len(lines) == 10


# --- odd runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["sv", "en"])
def test_odd_runs_are_told_of_as_far_as_can_be(subject: Subject, code: str) -> None:
    """One run alone, one replication, and measures that are undefined."""
    say = Language(code)  # type: ignore[arg-type]
    single = alone(subject)
    undefined = changed(subject, {subject.main.label: lambda row, values: np.full_like(values, np.nan)})
    for each in (single, changed(subject, {}, replications=1), replace(undefined, targets=())):
        found = ledger.chapter(each, say)
        assert found is not None
        assert len(found.sections) == 6
    assert "Skillnad mot i dag" not in SV.flat(table(section_of(single), "ledger-parties").columns[3])
    assert uplift.chapter(single, say) is not None
    assert uplift.chapter(undefined, say) is None


def test_without_transfer_nobody_gains_or_pays(subject: Subject) -> None:
    today = without_transfer(subject)
    assert ledger.chapter(today, SV) is None
    assert uplift.chapter(today, SV) is None
