"""The theory suite in small: it lets the model pass, and a wrong one fail.

Few and short seed sets of the experiments that `make verify` runs in full; a wrong model is the day kernel, or what a
diary has room for, replaced by one that errs.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim import clinic_day
from verification import __main__ as command
from verification import clinic, diary, formulas, inputs, queues, suite
from verification.experiment import Experiment, Result, compare, spread, step_down
from verification.page import page

right = clinic_day.queue_day

SMALL = (
    queues.MarkovQueue(1, 0.5, sets=30, customers=10_000),
    queues.MarkovQueue(2, 0.9, sets=30, customers=20_000),
    queues.MarkovQueue(5, 0.8, sets=30, customers=10_000),
    queues.GeneralQueue(0.0, 0.8, sets=30, customers=10_000),
    queues.GeneralQueue(1.5, 0.7, sets=30, customers=10_000),
    queues.FiniteQueue(2, 4, 1.2, sets=20, customers=3_000),
    queues.Overload(3, 1.5, sets=60, span=200.0),
    inputs.SickLeave(sets=30),
    diary.Diary("doctor", 1.3, 2.0, sets=12),
    clinic.ClinicDay(0.95, sets=12, patients=30),
)


def judged(experiment: Experiment) -> Result:
    return compare(experiment, suite.samples(experiment, range(experiment.sets)))


@pytest.mark.parametrize("experiment", SMALL, ids=lambda experiment: experiment.name)
def test_the_model_holds_against_theory(experiment: Experiment) -> None:
    result = judged(experiment)
    assert result.holds, result.comparisons


# --- wrong models ---------------------------------------------------------------------------------


def slow(ends: Any, arrivals: Any, services: Any, servers: Any, closing: float, latest: float) -> Any:
    """Every visit takes 2 % longer."""
    return right(ends, arrivals, services * 1.02, servers, closing, latest)


def in_turn(ends: Any, arrivals: Any, services: Any, servers: Any, closing: float, latest: float) -> Any:
    """Patients go to the servers in turn, not to the first who is free."""
    staff = int(servers[0, 0])
    starts = np.empty(arrivals.size)
    for server in range(staff):
        mine = arrivals[server::staff]
        only = np.array([0, mine.size, mine.size])
        starts[server::staff] = right(
            only, mine, services[server::staff], np.array([[1, 1]]), closing, latest
        )[0]
    return starts, None, None


def one_more(ends: Any, arrivals: Any, services: Any, servers: Any, closing: float, latest: float) -> Any:
    """One server more than there is."""
    return right(ends, arrivals, services, servers + 1, closing, latest)


@pytest.mark.parametrize("wrong", [slow, in_turn, one_more])
def test_a_wrong_kernel_fails(wrong: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic_day, "queue_day", wrong)
    assert not judged(SMALL[1]).holds


def test_a_kernel_that_is_slow_in_the_whole_model_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic_day, "queue_day", slow)
    assert not judged(SMALL[-1]).holds


def test_a_diary_that_reaches_a_day_further_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Than theory is told."""
    experiment = diary.Diary("doctor", 1.3, 0.01, sets=12)
    found = suite.samples(experiment, range(experiment.sets))
    monkeypatch.setattr(diary, "HORIZON", diary.HORIZON - 1)
    diary._expected.cache_clear()
    assert not compare(experiment, found).holds
    diary._expected.cache_clear()


# --- the test of the tests ------------------------------------------------------------------------


def correlated(sets: int, seed: int) -> np.ndarray:
    draws = np.random.Generator(np.random.PCG64(seed))
    return draws.normal(size=(sets, 4)) @ np.array(
        [[1, 0.9, 0.5, 2], [0, 1, 3, 0], [0, 0, 1, 1], [0, 0, 0, 0.1]]
    )


def test_scores_alone_are_independent_and_standard_normal() -> None:
    scores = np.array([step_down(correlated(20, seed))[0] for seed in range(200)])
    assert stats.kstest(scores.ravel(), "norm").pvalue > 0.001
    assert np.abs(np.corrcoef(scores.T) - np.eye(4)).max() < 0.2
    first = correlated(20, 0)[:, 0]
    assert stats.norm.sf(scores[0, 0]) == pytest.approx(
        stats.ttest_1samp(first, 0, alternative="greater").pvalue
    )


def test_the_joint_chance_is_hotellings() -> None:
    found = correlated(20, 1) + 0.3
    mean, covariance = found.mean(axis=0), np.cov(found, rowvar=False)
    squared = 20 * mean @ np.linalg.solve(covariance, mean)
    assert step_down(found)[1] == pytest.approx(stats.f.sf(squared * 16 / (4 * 19), 4, 16))


def test_scores_too_small_or_too_large_or_shifted_are_told() -> None:
    scores = stats.norm.ppf((np.arange(200) + 0.5) / 200)
    assert spread(scores).holds
    assert spread(scores * 0.7).low < 0.001
    assert spread(scores * 1.3).high < 0.001
    assert spread(scores + 0.4).shape < 0.001


# --- formulas ---------------------------------------------------------------------------------------


def test_formulas_agree_where_their_queues_are_one() -> None:
    assert formulas.erlang_c(0.7, 1) == pytest.approx(0.7)
    assert formulas.erlang_c(4.0, 5) == pytest.approx(0.5541, abs=5e-5)  # as tabled
    assert formulas.pollaczek_khinchine(0.8, 1.0) == pytest.approx(0.8 / 0.2)
    assert formulas.takacs(0.8, 1.0) == pytest.approx(2 * 0.8 / 0.2**2)
    roomy = formulas.finite_queue(1.6, 2, 400)
    assert roomy[2:].sum() == pytest.approx(formulas.erlang_c(1.6, 2))
    # The mean of a distribution that is known up to two services lies where Crommelin's does.
    assert formulas.erlang_d(0.5) == pytest.approx(1 - 0.5 * (np.e - 0.5 * np.e**0.5))


def test_a_diary_loses_no_request() -> None:
    experiment = diary.Diary("doctor", 1.3, 2.0)
    other = experiment.world().scenario.background
    asked = diary.LISTED * other.visits_per_listed_per_year * 364 / 365.25
    assert sum(experiment.expected().values()) == pytest.approx(asked, rel=1e-9)


# --- the command --------------------------------------------------------------------------------------


def outcome_of(result: Result) -> suite.Outcome:
    scores = np.array([c.alone for c in result.comparisons])
    results = {name: [result] for name in suite.SECTIONS}
    return suite.Outcome(results, {"All together": spread(scores)}, [])


@pytest.mark.parametrize(("kernel", "code"), [(right, 0), (slow, 1)])
def test_the_command_writes_the_page_and_tells_by_its_exit_code(
    kernel: Any, code: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clinic_day, "queue_day", kernel)
    result = judged(SMALL[1])
    monkeypatch.setattr(suite, "run", lambda tell: outcome_of(result))
    monkeypatch.setattr(command, "PAGE", tmp_path / "verification.md")
    assert command.main() == code
    told = (tmp_path / "verification.md").read_text(encoding="utf-8")
    assert ("**Everything on this page holds:**" in told) == (code == 0)
    assert ("**no**" in told) == (code == 1)
    assert result.experiment.formula in told
    assert ("share who wait" in capsys.readouterr().out) == (code == 1)


def test_seed_sets_of_different_experiments_are_different() -> None:
    sections = (module.experiments() for module in suite.SECTIONS.values())
    names = [experiment.name for experiments in sections for experiment in experiments]
    assert len(names) == len(set(names))
    assert dataclasses.replace(SMALL[0], sets=1) != SMALL[0]


def test_every_queue_of_the_suite_is_on_its_page() -> None:
    result = judged(SMALL[0])
    told = page(outcome_of(result), 60.0)
    for name in suite.SECTIONS:
        assert f"## {name}" in told
