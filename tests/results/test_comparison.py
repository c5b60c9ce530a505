import csv
import functools
import io
import json
import zipfile
from collections.abc import Callable, Sequence

import numpy as np
import openpyxl
import pytest
from numpy.typing import NDArray
from scipy import stats

from results.catalogue import MEASURES, QUESTIONS
from results.comparison import (
    Calibration,
    Comparison,
    Sample,
    Side,
    View,
    as_csv,
    as_data,
    compare,
    heading,
    sections,
    workbook,
)
from results.comparison.intervals import Contrast, paired, welch
from results.comparison.wording import SITES as SITE_WORDS
from results.comparison.wording import amount, unit, value, variant
from results.table import Row
from sim.records import SITES
from tests.conftest import SmallRegion

Floats = NDArray[np.float64]
Contraster = Callable[[Floats, Floats], Contrast]
SEED = 20260302
ROWS = 7
HOSTILE = ('=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "<script>", "[/bold]", "$\\frac12$")


def draws(replications: int, rows: int = ROWS, shift: float = 0.0, seed: int = SEED) -> Floats:
    return np.random.default_rng(seed).gamma(2.0, 3.0, (replications, rows)) + shift


# --- intervals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [1, 84])
def test_paired_intervals_are_those_of_the_paired_t_test(family: int) -> None:
    one, other = draws(12), draws(12, shift=0.3, seed=1)
    found = paired(one, other)
    low, high = found.interval(family)
    wanted = stats.ttest_rel(other, one).confidence_interval(1 - 0.05 / family)
    np.testing.assert_allclose((low, high), (wanted.low, wanted.high))
    np.testing.assert_allclose(found.mean, (other - one).mean(axis=0))
    assert not found.equal.any()


@pytest.mark.parametrize("family", [1, 84])
def test_unpaired_intervals_are_welchs(family: int) -> None:
    one, other = draws(12), 4 * draws(7, shift=0.3, seed=1)
    found = welch(one, other)
    low, high = found.interval(family)
    wanted = stats.ttest_ind(other, one, equal_var=False).confidence_interval(1 - 0.05 / family)
    np.testing.assert_allclose((low, high), (wanted.low, wanted.high))
    assert (found.n == 7).all()


def test_pairs_that_are_not_defined_are_left_out() -> None:
    one, other = draws(9), draws(9, seed=1)
    one[2, 0] = other[5, 0] = other[2, 0] = np.nan
    whole = [0, 1, 3, 4, 6, 7, 8]
    found, wanted = paired(one, other), paired(one[whole], other[whole])
    low, high = found.interval(1)
    assert found.n.tolist() == [7] + [9] * (ROWS - 1)
    for name in ("baseline", "scenario", "mean", "error", "freedom"):
        assert getattr(found, name)[0] == pytest.approx(getattr(wanted, name)[0])
    np.testing.assert_allclose([low[0], high[0]], [bound[0] for bound in wanted.interval(1)])
    np.testing.assert_allclose(found.mean, found.scenario - found.baseline)


def test_unpaired_values_that_are_not_defined_are_left_out_on_their_side() -> None:
    one, other = draws(9), draws(8, seed=1)
    one[:2, 0] = np.nan
    found = welch(one, other)
    wanted = stats.ttest_ind(other[:, 0], one[2:, 0], equal_var=False).confidence_interval(0.95)
    assert found.n[0] == 7
    assert [bound[0] for bound in found.interval(1)] == pytest.approx([wanted.low, wanted.high])


@pytest.mark.parametrize("contrast", [paired, welch])
def test_nothing_is_said_of_what_is_nowhere_defined(contrast: Contraster) -> None:
    one, other = draws(5), draws(5, seed=1)
    one[:, 0] = np.nan
    found = contrast(one, other)
    assert np.isnan([found.mean[0], *(bound[0] for bound in found.interval(1))]).all()
    assert found.n[0] == 0
    assert not found.equal[0]
    assert found.uncertain.tolist() == [False] + [True] * (ROWS - 1)
    assert found.scenario[0] == pytest.approx(other[:, 0].mean())


def test_equal_is_equal_in_every_replication_but_for_rounding() -> None:
    one = draws(6)
    other = one.copy()
    other[:, 0] *= 1 + 1e-13  # the same sum in another order
    other[4, 1] += 0.01
    other[4, 2] = np.nan  # one pair fewer
    found = paired(one, other)
    assert found.equal.tolist() == [True, False, True, True, True, True, True]
    assert found.mean[0] == found.error[0] == 0
    assert found.uncertain.tolist() == [False, True, False, False, False, False, False]


def test_unpaired_runs_are_equal_only_in_what_does_not_vary() -> None:
    one, other = draws(6), draws(6, seed=1)
    one[:, 0] = other[:, 0] = 100.0
    found = welch(one, other)
    assert found.equal.tolist() == [True] + [False] * (ROWS - 1)


@pytest.mark.parametrize("contrast", [paired, welch])
def test_one_replication_has_no_interval(contrast: Contraster) -> None:
    found = contrast(draws(1), draws(1, seed=1))
    assert np.isnan(found.interval(1)).all()
    assert np.isfinite(found.mean).all()
    assert not found.uncertain.any()


def test_a_difference_that_never_varies_is_its_own_interval() -> None:
    one = draws(6)
    low, high = paired(one, one - 50).interval(3)
    np.testing.assert_allclose(low, -50)
    np.testing.assert_allclose(high, -50)


@pytest.mark.parametrize("contrast", [paired, welch])
def test_simultaneous_intervals_hold_all_at_once(contrast: Contraster) -> None:
    """All of a family cover nothing-differs in at least 95 % of the comparisons; single intervals far less often."""
    comparisons, family, replications = 2000, 30, 10
    generator = np.random.default_rng(SEED)
    shared = generator.normal(size=(replications, comparisons * family)) if contrast is paired else 0.0
    one, other = (shared + generator.normal(size=(replications, comparisons * family)) for _ in range(2))
    found = contrast(one, other)

    def share_all_right(over: int) -> float:
        low, high = found.interval(over)
        return float(((low <= 0) & (high >= 0)).reshape(comparisons, family).all(axis=1).mean())

    wrong = np.sqrt(0.05 * 0.95 / comparisons)
    assert share_all_right(family) > 0.95 - 3 * wrong
    assert share_all_right(1) == pytest.approx(0.95**family, abs=4 * wrong)


# --- the comparison ---------------------------------------------------------------------------------

OTHERS = "background_within_guarantee_share"
REGION = tuple(
    Row(name, "region", "", window)
    for name in ("cost_msek_per_year", OTHERS, "travel_km_per_year", "uplift_msek_per_year")
    for window in ("year1", "2026")
)
KEYED = (
    Row("cost_msek_per_year", "area", "=1+1", "year1"),
    Row("cost_msek_per_year", "region", "readiness=no", "year1"),
    Row("on_time_share", "site", "unit", "year1"),
    Row("on_time_share", "stream", "iron", "year1"),
    Row("uplift_share_used", "region", "available=0.25", "year1"),
    Row("uplift_share_used", "region", "available=0.25;readiness=no", "year1"),
)
EVERY = tuple(sorted((*REGION, *KEYED)))
LEVELS = (Calibration("few", 1.29, 0.3, False), Calibration("tight", 1.61, 0.05, True))
MANIFEST = {
    "seed": 1, "model_version": "2", "commit": None, "versions": {"vardflode": "0.1.0", "python": "3.11.0"},
}  # fmt: skip


@pytest.fixture(scope="module")
def make_side(small_region: SmallRegion) -> Callable[..., Side]:
    """`make_side("label", values, under, "key=value", …)`: a scenario whose measures are these numbers."""
    resolved = functools.cache(small_region)

    def made(
        label: str, values: Floats, under: Floats | None = None, *sets: str, rows: Sequence[Row] = EVERY
    ) -> Side:
        own = Sample(f"hash of {label}", tuple(rows), values)
        other = {} if under is None else {"few": own, "tight": Sample(f"twin of {label}", tuple(rows), under)}
        return Side(label, resolved(*sets), MANIFEST, own, other)

    return made


def numbers(seed: int, replications: int = 8) -> Floats:
    """Values in which the uplift never differs and the iron doses are not defined."""
    found = draws(replications, len(EVERY), seed=seed)
    found[:, [row.name == "uplift_msek_per_year" for row in EVERY]] = 100.0
    found[:, EVERY.index(Row("on_time_share", "stream", "iron", "year1"))] = np.nan
    return found


@pytest.fixture(scope="module")
def both(make_side: Callable[..., Side]) -> Comparison:
    """Two scenarios against a baseline, under two calibrations; the third has the baseline's numbers but one."""
    baseline = make_side("a", numbers(1), numbers(2))
    other = make_side("b", numbers(3) + 100, numbers(4), "streams.iron.patients=3")
    same = numbers(1)
    same[:, EVERY.index(Row("travel_km_per_year", "region", "", "year1"))] += 1
    return compare(
        baseline, [other, make_side("c", same, numbers(2))], View("year1"), paired=True, calibrations=LEVELS
    )


def rows_of(comparison: Comparison, scenario: str) -> set[tuple[str, str, str, str]]:
    return {tuple(difference.row) for difference in comparison.of(scenario)}


def test_the_view_is_headlines_of_the_window_that_differ(both: Comparison) -> None:
    assert rows_of(both, "b") == {
        ("cost_msek_per_year", "region", "", "year1"),
        ("cost_msek_per_year", "region", "readiness=no", "year1"),
        (OTHERS, "region", "", "year1"),
        ("on_time_share", "site", "unit", "year1"),
        ("travel_km_per_year", "region", "", "year1"),
        ("uplift_share_used", "region", "available=0.25", "year1"),
        ("uplift_msek_per_year", "region", "", "year1"),
    }
    assert rows_of(both, "c") == {("travel_km_per_year", "region", "", "year1")}


def test_the_family_is_every_uncertain_difference_once(both: Comparison) -> None:
    """Six of b and its uplift, one of c, and those about others of b under the other calibration."""
    assert both.family == 7 + 1 + 1
    baseline, other = (side.sample.values for side in (both.baseline, both.scenarios[0]))
    column = EVERY.index(Row("cost_msek_per_year", "region", "", "year1"))
    wanted = stats.ttest_rel(other[:, column], baseline[:, column]).confidence_interval(
        1 - 0.05 / both.family
    )
    (found,) = (d for d in both.of("b") if d.row == EVERY[column])
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.verdict == "more"


def test_others_are_told_under_each_calibration(both: Comparison) -> None:
    under = {key: [d.row.name for d in told] for key, told in both.displacement.items()}
    assert under == {(scenario, level): [OTHERS] for scenario in "bc" for level in ("few", "tight")}
    (own,) = both.displacement["b", "few"]
    assert own in both.differences
    assert both.displacement["c", "tight"][0].verdict == "equal"


def test_everything_is_every_told_scope_and_what_is_equal(make_side: Callable[..., Side]) -> None:
    one, other = make_side("a", numbers(1)), make_side("b", numbers(3))
    found = compare(one, [other], View("year1", everything=True), paired=True, calibrations=())
    assert [difference.row for difference in found.differences] == list(EVERY)
    verdicts = {difference.row.name: difference.verdict for difference in found.differences}
    assert verdicts["uplift_msek_per_year"] == "equal"
    assert {d.verdict for d in found.differences if d.row.key == "iron"} == {"undefined"}


def test_chosen_measures_narrow_the_view_and_so_the_intervals(make_side: Callable[..., Side]) -> None:
    one, other = make_side("a", numbers(1)), make_side("b", numbers(3))
    every, narrow = (
        compare(one, [other], View("year1", measures=frozenset(names)), paired=True, calibrations=())
        for names in ((), ("travel_km_per_year",))
    )
    assert (every.family, narrow.family) == (6, 1)
    (found,) = narrow.differences
    (wide,) = (d for d in every.differences if d.row == found.row)
    assert found.mean == wide.mean
    assert found.high - found.low < wide.high - wide.low


def test_rows_that_only_one_scenario_has_are_not_compared(make_side: Callable[..., Side]) -> None:
    one = make_side("a", numbers(1))
    fewer = make_side("b", numbers(3)[:, :4], rows=EVERY[:4])
    found = compare(one, [fewer], View("year1", everything=True), paired=True, calibrations=())
    assert [difference.row for difference in found.differences] == list(EVERY[:4])


# --- told as text, data, CSV and workbook -----------------------------------------------------------


def told(comparison: Comparison) -> str:
    found = [section for side in comparison.scenarios for section in sections(comparison, side)]
    lines = [heading(comparison)]
    for section in found:
        lines += [
            section.title,
            *(" | ".join(row) for row in (section.columns, *section.rows)),
            *section.remarks,
        ]
    return "\n".join(lines)


def test_text_says_what_is_compared_and_what_is_not_distinguishable(both: Comparison) -> None:
    text = told(both)
    assert "(a): weeks 1–52 (year1), 8 replications of seed 1, paired; " in text
    assert "95 % intervals that hold for all 9 of them at once" in text
    assert "streams.iron.patients | 30 | 3 | assumption" in text
    assert "None: the two assume the same." in text
    assert "not distinguishable" in text
    assert "few: load factor 1.29" in text
    assert "spread between units 0.05 (fitted on another register)" in text


def test_displacement_under_one_calibration_concludes_nothing(make_side: Callable[..., Side]) -> None:
    one, other = make_side("a", numbers(1)), make_side("b", numbers(3))
    text = told(compare(one, [other], View("year1"), paired=True, calibrations=()))
    assert "under one calibration alone nothing can be concluded" in text


def test_only_what_every_calibration_shows_is_said_of_displacement(make_side: Callable[..., Side]) -> None:
    base, up, down = numbers(1), numbers(1) + 5, numbers(1) - 5

    def text(own: Floats, twin: Floats) -> str:
        one, other = make_side("a", base, base), make_side("b", own, twin)
        return told(compare(one, [other], View("year1"), paired=True, calibrations=LEVELS))

    meaning = MEASURES[OTHERS].meaning
    assert f"Can be told from chance under every calibration: {meaning}: more." in text(up, up)
    assert f"Can be told from chance under every calibration: {meaning}: less." in text(down, down)
    assert "Nothing about other patients can be told from chance under every" in text(up, down)
    assert "Nothing about other patients can be told from chance under every" in text(up, base)


def test_one_replication_is_said_to_show_nothing(make_side: Callable[..., Side]) -> None:
    one, other = make_side("a", numbers(1, 1)), make_side("b", numbers(3, 1))
    found = compare(one, [other], View("year1"), paired=True, calibrations=())
    assert found.family == 0
    assert "nothing can be told from chance" in told(found)
    assert {d.verdict for d in found.differences} == {"not distinguishable"}
    assert all(row["ci_low"] is None and not row["distinguishable"] for row in as_data(found)["differences"])


@pytest.mark.parametrize(
    ("row", "mean", "low", "high", "written"),
    [
        ("cost_msek_per_year", 0.0123, 0.0100, 0.0146, "+0.0123 (+0.0100 to +0.0146) MSEK/year"),
        ("cost_msek_per_year", -0.5, -1.5, 0.5, "−0.5 (−1.5 to +0.5) MSEK/year"),
        ("on_time_share", 0.012, 0.001, 0.023, "+1.2 (+0.1 to +2.3) percentage points"),
        ("travel_km_per_year", 12345.6, 11345.6, 13345.6, "+12,346 (+11,346 to +13,346) km/year"),
        ("travel_km_per_year", -50.0, -50.0, -50.0, "−50 (−50 to −50) km/year"),
        ("travel_km_per_year", 50.0, np.nan, np.nan, "+50 km/year"),
        ("travel_km_per_year", np.nan, np.nan, np.nan, "– km/year"),
        ("travel_km_per_year", 0.0, 0.0, 0.0, "0 km/year"),
        ("travel_km_per_year", -0.04, -5.0, 4.9, "0.0 (−5.0 to +4.9) km/year"),
    ],
)
def test_a_difference_is_written_with_sign_interval_and_unit(
    row: str, mean: float, low: float, high: float, written: str
) -> None:
    from results.comparison import Difference

    verdict = "equal" if mean == low == high == 0 else "more"
    difference = Difference("b", Row(row, "region", "", "year1"), 1.0, 2.0, mean, low, high, 3, verdict)
    assert f"{amount(difference)} {unit(difference.row)}" == written


def test_means_and_variants_are_written_as_a_planner_reads_them() -> None:
    share, money = (Row(name, "region", "", "year1") for name in ("on_time_share", "cost_msek_per_year"))
    assert [value(share, 0.9712), value(share, 0.0), value(share, np.nan)] == ["97.1 %", "0", "–"]
    assert [value(money, 5.2), value(money, 1234.5), value(money, -5.13)] == ["5.20", "1,234", "−5.13"]
    keys = ("readiness=no", "available=0.05;readiness=no")
    assert [variant(money._replace(key=key), "year1") for key in keys] == [
        "without readiness",
        "at 5 % of the uplift, without readiness",
    ]
    assert variant(Row("on_time_share", "site", "unit", "year2"), "year1") == "year2, at units"
    assert set(SITE_WORDS) == set(SITES)
    assert variant(Row("on_time_share", "area", "Norra", "year1"), "year1") == "area Norra"


def test_data_has_the_public_shape_and_never_nan(both: Comparison) -> None:
    found = as_data(both)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["schema_version"], found["command"], found["baseline"]) == (1, "compare", "a")
    assert found["simultaneous"] == {"confidence": 0.95, "over": 9}
    assert [run["name"] for run in found["runs"]] == ["a", "b", "c"]
    assert found["values"] == [
        {"scenario": "b", "key": "streams.iron.patients", "baseline": 30, "value": 3, "grade": "assumption"}
    ]
    wanted = {
        "scenario",
        "name",
        "scope",
        "key",
        "window",
        "unit",
        "mean",
        "ci_low",
        "ci_high",
        "distinguishable",
        "n",
    }
    rows = found["differences"]
    assert all(wanted <= row.keys() for row in rows)
    place = [
        ("bc".index(row["scenario"]), row["name"], row["scope"], row["key"], row["window"]) for row in rows
    ]
    assert place == sorted(place)
    assert all(row["mean"] == pytest.approx(row["scenario_mean"] - row["baseline_mean"]) for row in rows)
    assert {row["calibration"] for row in found["displacement"]} == {"few", "tight"}


def test_csv_holds_the_rows_and_no_formula(make_side: Callable[..., Side]) -> None:
    one, other = make_side("a", numbers(1), numbers(2)), make_side("b", numbers(3), numbers(4))
    found = compare(one, [other], View("year1", everything=True), paired=True, calibrations=LEVELS)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == len(found.differences) + 2
    assert [row["key"] for row in rows if row["scope"] == "area"] == ["'=1+1"]
    assert [row["calibration"] for row in rows[-2:]] == ["few", "tight"]
    for row, difference in zip(rows, found.differences, strict=False):
        assert row["mean"] == ("" if np.isnan(difference.mean) else repr(difference.mean))


def cells(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(
            cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row
        )
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_a_workbook_has_a_sheet_for_each_question_and_the_numbers_of_the_data(both: Comparison) -> None:
    found = cells(workbook(both))
    assert list(found)[-2:] == ["Values that differ", "Provenance"]
    assert len(found) == len(QUESTIONS) + 2
    header, *rows = found["Money"]
    by_name = [dict(zip(header, row, strict=True)) for row in rows]
    money = [d for d in both.differences if d.row.name in QUESTIONS["money"]]
    assert len(by_name) == len(money)
    cost = next(row for row in by_name if row["measure"] == "cost_msek_per_year")
    wanted = next(d for d in money if d.row.name == "cost_msek_per_year")
    assert (cost["difference"], cost["low"], cost["high"]) == pytest.approx(
        (wanted.mean, wanted.low, wanted.high)
    )
    assert [row[2] for row in found["Displacement"][1:]] == ["few", "tight"] * 2
    assert ("b", "streams.iron.patients", 30, 3, "assumption") in found["Values that differ"]
    assert [row[0] for row in found["Provenance"][1:]] == [
        "baseline", "under tight", "scenario", "under tight", "scenario", "under tight", None, None
    ]  # fmt: skip


def test_equal_comparisons_make_equal_workbooks(both: Comparison) -> None:
    assert workbook(both) == workbook(both)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link(text: str, make_side: Callable[..., Side]) -> None:
    title = f"title={{en: {json.dumps(text)}, sv: x}}"
    sender = f"travel.hospital_municipality={{{json.dumps(text)}: Skövde}}"
    one, other = make_side("a", numbers(1)), make_side("b", numbers(3), None, title, sender)
    content = workbook(compare(one, [other], View("year1"), paired=True, calibrations=()))
    found = cells(content)
    assert text in [row[2] for row in found["Provenance"]]
    assert f"travel.hospital_municipality.{text}" in [row[1] for row in found["Values that differ"]]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(
            b"<hyperlink" in parts.read(name) or b"<f>" in parts.read(name) for name in parts.namelist()
        )
