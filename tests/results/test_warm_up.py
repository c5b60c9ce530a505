"""Whether queues settled: MSER-5 on series of which the answer is known, and what a run tells of its warm-up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from results.settling import others_by_week, settling
from results.warm_up import LEAST_BATCHES, WarmUp, mser, waits, warm_up
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import DIVERTED_BOOKED, DIVERTED_SAME_DAY, SEEN_BOOKED, SEEN_SAME_DAY
from tests.conftest import SmallRegion
from vardflode.cli import main

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml"
WEEKS = 26


def by_hand(batches: np.ndarray) -> int:
    """MSER as it is defined, one cut after the other."""
    best, found = np.inf, 0
    for cut in range(len(batches) - LEAST_BATCHES + 1):
        rest = batches[cut:]
        error = sum((z - rest.mean()) ** 2 for z in rest) / len(rest) ** 2
        if error < best:
            best, found = error, cut
    return found


def test_mser_is_the_cut_with_the_least_marginal_error() -> None:
    draws = np.random.Generator(np.random.PCG64(1))
    for _ in range(20):
        batches = draws.normal(size=30) + 3 * np.exp(-np.arange(30) / draws.uniform(1, 9))
        assert mser(batches) == by_hand(batches)


def test_mser_cuts_a_start_that_is_apart_and_nothing_of_a_level() -> None:
    level = np.tile([1.0, 1.2], 20)
    assert mser(level) == 0
    assert mser(np.concatenate([np.zeros(7), level])) == 7
    assert mser(np.arange(30.0)) == 30 - LEAST_BATCHES  # a trend never settles


# --- judged by hand ---------------------------------------------------------------------------------------


def table(
    waited: Any, *, replications: int = 1, warm_up_weeks: int = WEEKS, years: int = 2, noise: float = 0.01,
    **columns: Any,
) -> pd.DataFrame:  # fmt: skip
    """A table `settling` in which those seen on short notice waited `waited(week)` days; 1,000 a week."""
    weeks = np.arange(1 - warm_up_weeks, 52 * years + 1)
    frames = []
    for number in range(replications):
        draws = np.random.Generator(np.random.PCG64(number))
        means = np.array([waited(week) for week in weeks]) + noise * draws.normal(size=weeks.size)
        for profession in ("nurse", "doctor"):
            for queue, queues in (("same_day", 10), ("booked", 8), ("saturated", 2)):
                frame = pd.DataFrame({"week": weeks, "waited_days": 1000 * means})
                fixed = {
                    "ordinary": True,
                    "seen": 1000,
                    "diverted": 0,
                    "wanted_minutes": 2e4,
                    "room_minutes": 1e5,
                }
                frames.append(
                    frame.assign(
                        replication=number,
                        profession=profession,
                        queue=queue,
                        queues=queues,
                        **(fixed | columns),
                    )
                )
    return pd.concat(frames, ignore_index=True)


def july(week: int) -> float:
    """Long waits for six weeks of each year."""
    return 2.0 if 15 <= week % 52 <= 20 else 1.0


def test_a_queue_that_settles_early_is_settled_whatever_july_is() -> None:
    judged = warm_up(table(lambda week: july(week) * (1 - np.exp(-(week + WEEKS) / 3))))
    assert judged.settled is True
    assert judged.settled_from is not None
    assert -WEEKS + 3 < judged.settled_from < -5
    assert list(judged.warnings()) == []


def test_a_queue_that_settles_after_the_warm_up_is_told_of_with_what_to_do() -> None:
    judged = warm_up(table(lambda week: july(week) * (1 - np.exp(-(week + WEEKS) / 25))))
    assert judged.settled is False
    (told,) = judged.warnings()
    assert "have not settled within the 26 weeks of warm-up" in told
    assert "let warm_up_weeks be more" in told


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_a_short_warm_up_is_told_of(weeks: int) -> None:
    judged = warm_up(table(lambda week: 1 - np.exp(-(week + weeks) / 6), warm_up_weeks=weeks, noise=0.02))
    assert judged.settled is False
    assert any("settle" in told for told in judged.warnings())


def test_a_queue_that_grows_and_grows_is_told_of() -> None:
    judged = warm_up(table(lambda week: 1 + 0.01 * (week + WEEKS)))
    assert judged.settled is False
    assert "changes from year to year" in next(judged.warnings())


def test_noise_alone_is_not_taken_for_a_start() -> None:
    """However loud it is: of 200 series at rest hardly one is told of."""
    told = []
    for number in range(100):
        draws = np.random.Generator(np.random.PCG64(number))
        for noise in (0.05, 0.3):
            at_rest = table(lambda week: 1.0)
            waited = draws.normal(1000, 1000 * noise, size=len(at_rest))
            told.append(warm_up(at_rest.assign(waited_days=waited)).settled)
    assert told.count(False) <= 4


def test_without_warm_up_and_without_a_year_to_compare_with() -> None:
    none = warm_up(table(lambda week: 1.0, warm_up_weeks=0))
    assert (none.settled, none.weeks) == (None, 0)
    assert "there is no warm-up" in next(none.warnings())
    short = warm_up(table(lambda week: 1.0, years=1))
    assert short.settled is None
    assert list(short.warnings()) == []
    assert any("cannot be judged" in told for told in short.remarks())


def test_saturation_is_told_of() -> None:
    full = warm_up(table(lambda week: 1.0, wanted_minutes=4e4))
    assert full.asked == {"nurse": pytest.approx(1.2), "doctor": pytest.approx(1.2)}
    assert "too close to saturation to settle" in next(full.warnings())
    roomy = warm_up(table(lambda week: 1.0))
    assert (roomy.queues, roomy.saturated, roomy.saturated_share) == (20, 4, 0.5)
    assert next(roomy.remarks()).startswith("4 of 20 queues for booked visits")


def test_nobody_else_is_nothing_to_warn_of() -> None:
    empty = warm_up(table(lambda week: 0.0, noise=0, warm_up_weeks=0, seen=0, wanted_minutes=0.0))
    assert (empty.queues, list(empty.warnings()), list(empty.remarks())) == (0, [], [])


# --- what a run keeps ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heavy(small_region: SmallRegion) -> Resolved:
    return small_region("background.load_factor=2.2", "warm_up_weeks=8", "horizon_years=2")


def test_what_is_kept_is_what_was_recorded(heavy: Resolved) -> None:
    records = simulate(heavy, 1, 0)
    kept = settling(heavy, records, others_by_week(records))
    rows = records.others
    assert kept["week"].min() == -7
    assert kept["week"].max() == 104
    for queues, seen, turned_away in (
        (["same_day"], SEEN_SAME_DAY, DIVERTED_SAME_DAY),
        (["booked", "saturated"], SEEN_BOOKED, DIVERTED_BOOKED),
    ):
        part = kept[kept["queue"].isin(queues)]
        came = rows[rows["outcome"] == seen]
        assert part["seen"].sum() == came["visits"].sum()
        assert part["waited_days"].sum() == (came["visits"].astype(np.int64) * came["waited"]).sum()
        assert part["diverted"].sum() == rows["visits"][rows["outcome"] == turned_away].sum()
    week = (rows["day"] // 7 == 9) & (rows["profession"] == 1) & (rows["outcome"] == SEEN_SAME_DAY)
    one = kept[(kept["week"] == 10) & (kept["profession"] == "doctor") & (kept["queue"] == "same_day")]
    assert one["seen"].tolist() == [rows["visits"][week].sum()]
    present = (records.servers * records.open_minutes[:, None, None]).sum(axis=(0, 1))
    assert kept[kept["queue"] == "same_day"].groupby("profession")["room_minutes"].sum().tolist() == [
        present[1],
        present[0],
    ]
    queues = kept[kept["week"] == 1].groupby("queue")["queues"].sum()
    assert queues["booked"] + queues["saturated"] == queues["same_day"] == 24


def test_ordinary_weeks_have_neither_holidays_nor_periods(heavy: Resolved) -> None:
    records = simulate(heavy, 1, 0)
    kept = settling(heavy, records, others_by_week(records)).groupby("week")["ordinary"].first()
    start = heavy.scenario.start_date
    named = {week: (start + pd.Timedelta(weeks=week - 1)).isocalendar().week for week in kept.index}
    assert not kept[[week for week, iso in named.items() if iso in (28, 29, 52, 1)]].any()  # July, Christmas
    assert not kept[5]  # 30 March 2026: Maundy Thursday and Good Friday
    assert kept[3]
    assert kept.sum() > 60


def test_a_region_asked_for_more_than_it_has_warns(heavy: Resolved) -> None:
    records = [simulate(heavy, 1, number) for number in range(2)]
    tables = [
        settling(heavy, each, others_by_week(each)).assign(replication=each.replication) for each in records
    ]
    judged: WarmUp = warm_up(pd.concat(tables))
    assert judged.asked["nurse"] > 1.1
    assert any("saturation" in told for told in judged.warnings())
    assert waits(tables[0][tables[0]["queue"] == "same_day"]).gt(0).all()


def test_a_run_warns_on_stderr_in_its_summary_and_in_its_manifest(tmp_path: Path) -> None:
    words = ["run", str(EXAMPLE), "-n", "1", "-j", "1", "--out", str(tmp_path), "--set", "warm_up_weeks=0"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.stderr
    assert "there is no warm-up" in result.stderr
    assert "Note on other patients: there is no warm-up" in result.stdout
    manifest = json.loads(next(tmp_path.glob("*/manifest.json")).read_text(encoding="utf-8"))
    assert any(note.startswith("there is no warm-up") for note in manifest["notes"])
    assert manifest["warm_up"]["weeks"] == 0
