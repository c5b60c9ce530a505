"""The rules by which results become statements, each at its bounds."""

import math

import pytest

from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.rules import (
    MAINLY,
    MATERIAL,
    PARTLY,
    Fit,
    displacement,
    how_often,
    is_slight,
    least_that_fits,
    out_of_ten,
    reaches,
    rests_on_assumptions,
    trust,
    turned,
    worst_first,
)
from results.report.subject import Target

NAN = math.nan
LEAST, MOST = Target("on_time_share", True, 0.95), Target("late_days_p95", False, 14.0)


def chance_of(value: float, low: float = NAN, high: float = NAN) -> Quantity:
    return Quantity(value, "share", Trace("chance", "run", "row", "<0.95"), low, high)


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "never"), (0.001, "seldom"), (0.05, "seldom"), (0.051, "tenths"), (0.3, "tenths"), (0.94, "tenths"),
     (0.95, "mostly"), (0.999, "mostly"), (1.0, "always"), (NAN, "unknown")],
)  # fmt: skip
def test_a_chance_is_told_in_tenths_unless_they_would_say_none_or_all(share: float, told: str) -> None:
    assert how_often(share) == told


@pytest.mark.parametrize("replications", [4, 10, 20, 50])
def test_a_chance_and_its_complement_add_to_ten(replications: int) -> None:
    for met in range(1, replications):
        of_both = {how_often(met / replications), how_often((replications - met) / replications)}
        assert of_both in ({"tenths"}, {"seldom", "mostly"})
        if of_both == {"tenths"}:
            assert round(10 * met / replications) + round(10 * (replications - met) / replications) == 10


@pytest.mark.parametrize(
    ("share", "sv", "en"),
    [(0.0, "inte i något simulerat år", "in no simulated year"),
     (0.02, "i färre än 1 år av 10", "in fewer than 1 of 10 years"),
     (0.1, "i 1\xa0år av 10", "in 1\xa0of 10 years"),
     (0.3, "i 3\xa0år av 10", "in 3\xa0of 10 years"),
     (0.98, "i fler än 9 år av 10", "in more than 9 of 10 years"),
     (1.0, "i alla simulerade år", "in every simulated year")],
)  # fmt: skip
def test_chance_is_told_of_years(share: float, sv: str, en: str) -> None:
    for language, told in ((Language("sv"), sv), (Language("en"), en)):
        assert language.flat(out_of_ten(language, chance_of(share), "years")) == told


@pytest.mark.parametrize(
    ("share", "sv", "en"),
    [(0.0, "inte i någon av de prövade framtiderna", "in none of the futures tried"),
     (0.02, "i färre än 1 av 10 möjliga framtider", "in fewer than 1 of 10 possible futures"),
     (0.3, "i 3\xa0av 10 möjliga framtider", "in 3\xa0of 10 possible futures"),
     (0.98, "i fler än 9 av 10 möjliga framtider", "in more than 9 of 10 possible futures"),
     (1.0, "i alla prövade framtider", "in every future tried")],
)  # fmt: skip
def test_drawn_assumptions_are_told_of_futures(share: float, sv: str, en: str) -> None:
    for language, told in ((Language("sv"), sv), (Language("en"), en)):
        assert language.flat(out_of_ten(language, chance_of(share), "futures")) == told


def test_the_interval_of_a_chance_is_told_where_it_spans_a_tenth() -> None:
    say = Language("sv")
    assert (
        say.flat(out_of_ten(say, chance_of(0.3, 0.18, 0.44), "futures"))
        == "i 3 (2–4)\xa0av 10 möjliga framtider"
    )
    assert (
        say.flat(out_of_ten(say, chance_of(0.3, 0.28, 0.32), "futures")) == "i 3\xa0av 10 möjliga framtider"
    )


def test_a_chance_that_is_told_keeps_its_value_and_trace() -> None:
    (told,) = (
        part for part in out_of_ten(Language("en"), chance_of(0.3), "years") if isinstance(part, Quantity)
    )
    assert (told.value, told.trace) == (0.3, chance_of(0.3).trace)


@pytest.mark.parametrize(
    ("target", "value", "low", "high", "verdict"),
    [(LEAST, 0.96, 0.951, 0.97, "met"), (LEAST, 0.96, 0.95, 0.97, "met"), (LEAST, 0.96, 0.949, 0.97, "unsure"),
     (LEAST, 0.94, 0.93, 0.95, "unsure"), (LEAST, 0.94, 0.93, 0.949, "missed"), (LEAST, 0.95, NAN, NAN, "met"),
     (LEAST, 0.949, NAN, NAN, "missed"), (LEAST, NAN, NAN, NAN, "unknown"),
     (MOST, 13, 12, 14, "met"), (MOST, 13, 12, 14.1, "unsure"), (MOST, 15, 14.1, 16, "missed")],
)  # fmt: skip
def test_a_target_is_reached_only_by_the_whole_interval(
    target: Target, value: float, low: float, high: float, verdict: str
) -> None:
    assert reaches(target, Quantity(value, "share", Trace("measure", "run", "row"), low, high)) == verdict


@pytest.mark.parametrize(
    ("share", "weight"),
    [(1.0, "mainly"), (MAINLY + 1e-9, "mainly"), (MAINLY, "partly"), (PARTLY, "partly"),
     (PARTLY - 1e-9, "hardly"), (0.0, "hardly"), (NAN, "unknown")],
)  # fmt: skip
def test_what_rests_mainly_on_assumptions(share: float, weight: str) -> None:
    assert rests_on_assumptions(share) == weight


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [([("more", 10), ("more", 15)], "more"), ([("more", 10), ("more", 10 * MATERIAL)], "more"),
     ([("more", 10), ("more", 10 * MATERIAL + 0.1)], "depends"), ([("less", -10), ("less", -15)], "less"),
     ([("less", -10), ("less", -31)], "depends"), ([("more", 10), ("less", -10)], "depends"),
     ([("not distinguishable", 1), ("more", 10)], "depends"), ([("equal", 0), ("more", 10)], "depends"),
     ([("not distinguishable", 1), ("not distinguishable", 90)], "none"), ([("equal", 0), ("equal", 0)], "none"),
     ([("equal", 0), ("not distinguishable", 3)], "none"), ([("undefined", NAN), ("more", 10)], "unknown"),
     ([], "unknown")],
)  # fmt: skip
def test_displacement_depends_on_tightness_where_calibrations_disagree(
    differences: list, verdict: str
) -> None:
    assert displacement(differences) == verdict


@pytest.mark.parametrize(
    ("added", "slight"),
    [([(9.99, 1000), (-9.99, 1000)], True), ([(9.99, 1000), (10, 1000)], False), ([(1, 0)], False)],
)
def test_what_is_slight_beside_what_there_is_anyhow(added: list, slight: bool) -> None:
    assert is_slight(added) is slight


def test_a_difference_taken_the_other_way_has_the_other_verdict() -> None:
    given = ("more", "less", "not distinguishable", "equal", "undefined")
    assert [turned(verdict) for verdict in given] == ["less", "more", *given[2:]]


@pytest.mark.parametrize(
    ("used", "fit"),
    [({1.0: 0.06, 0.5: 0.12, 0.05: 1.2}, Fit(0.5, 0.05)), ({1.0: 0.05, 0.05: 1.0}, Fit(0.05, None)),
     ({1.0: 1.001, 0.05: 20.02}, Fit(None, 1.0)), ({1.0: NAN}, Fit(None, None))],
)  # fmt: skip
def test_down_to_which_share_a_cost_fits(used: dict[float, float], fit: Fit) -> None:
    assert least_that_fits(used) == fit


def test_the_worst_come_first_and_the_undefined_not_at_all() -> None:
    values = {"a": 0.94, "b": 0.95, "c": 0.2, "d": NAN, "e": 0.94}
    assert worst_first(values, LEAST) == ["c", "a", "e"]
    assert worst_first({"a": 15.0, "b": 14.0, "c": 99.0, "d": NAN}, MOST) == ["c", "a"]


PASSED, FAILED = {"verdict": "passed"}, {"verdict": "failed"}
OTHER = [{"verdict": "told"}, {"verdict": "not applicable"}]


@pytest.mark.parametrize(
    ("certificates", "verdict"),
    [([[PASSED, *OTHER], [PASSED]], "held"), ([[PASSED], None], "missing"), ([None, [PASSED, FAILED]], "failed"),
     ([[FAILED]], "failed"), ([None], "missing")],
)  # fmt: skip
def test_what_certificates_allow(certificates: list, verdict: str) -> None:
    assert trust(certificates) == verdict
