"""What `make bench` stands on: it compares what is equal, times the right queue, and tells what went wrong.

Nothing here looks at a time.
"""

import dataclasses
import json
import math
import pathlib
import shutil
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import before, c_loop, full_twin, parallel, queues, region_year, sizes
from benchmarks.measuring import ROOT, SMALL_REGION, NotMeasurable, in_a_child
from benchmarks.page import Group, lines, page
from benchmarks.replication import REPLICATION, SEED, KernelDay, kernel_days, kernel_seconds
from benchmarks.rows import Findings, Missing, Row, Table, spread
from scenarios.load import resolve
from sim.model import simulate
from tests.conftest import SmallRegion, shipped_rows
from tests.twin.model import simulate as twin

HOSTILE = "<script>|`$x$`[/bold]*_\u202e\x1b[31m\n| --- |"
MACHINE = {"processor": HOSTILE, "cores": "2"}


@pytest.fixture(scope="module")
def days(small_region: SmallRegion) -> list[KernelDay]:
    return kernel_days(small_region("background.load_factor=1.8", rows=shipped_rows()[::4]))[1]


def test_the_c_loop_answers_as_the_kernel_to_the_bit(days: list[KernelDay]) -> None:
    if c_loop.compiler() is None:
        pytest.skip("no C compiler")
    work = [c_loop.prepared(day) for day in days]
    c_loop.run(c_loop.compiled(), work)
    assert all(done.answered(day) for done, day in zip(work, days, strict=True))
    assert sum(int((done.starts == -1.0).sum()) for done in work) > 0
    assert sum(float(done.overtime.sum()) for done in work) > 0
    for answer in (work[0].starts, work[0].used, work[0].overtime):
        answer[0] += 1e-12 + abs(answer[0]) * 1e-15
        assert not work[0].answered(days[0])
        answer[0] = np.nan


def test_without_a_compiler_the_row_says_so(
    days: list[KernelDay], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = region_year.against_c(days[:1], "small")
    assert not found.rows
    assert "no C compiler" in found.missing[0].reason
    broken = tmp_path / "queue_day.c"
    broken.write_text("this is not C")
    monkeypatch.undo()
    if c_loop.compiler() is not None:
        monkeypatch.setattr(c_loop, "SOURCE", broken)
        with pytest.raises(NotMeasurable, match="refused"):
            c_loop.compiled()


def test_erlangs_wait_is_that_of_the_stationary_queue() -> None:
    weights = [1.0]
    for customers in range(1, 2_000):
        weights.append(weights[-1] * queues.RATE / min(customers, queues.SERVERS))
    waiting = sum(max(0, n - queues.SERVERS) * weight for n, weight in enumerate(weights)) / sum(weights)
    assert queues.erlang_c() == pytest.approx(waiting / queues.RATE, rel=1e-9)


@pytest.mark.parametrize(
    ("engine", "load", "customers"),
    [
        (queues.in_the_kernel, 0.9, 200_000),
        (queues.in_simpy, 0.7, 5_000),
        (queues.in_ciw, 0.7, 3_000),
        (queues.in_salabim, 0.5, 700),
    ],
    ids=["kernel", "SimPy", "Ciw", "salabim"],
)
def test_every_engine_is_timed_on_the_queue_of_erlang(
    engine: queues.Engine, load: float, customers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "LOAD", load)
    monkeypatch.setattr(queues, "RATE", load * queues.SERVERS)
    rounds = [engine(customers, queues.FIRST_SEED + i) for i in range(3)]
    mean, half = queues.interval(rounds)
    assert all(waits.size >= customers for waits in rounds)
    assert all((waits >= 0).all() for waits in rounds)
    assert abs(mean - queues.erlang_c()) <= half < queues.erlang_c()


def test_a_queue_of_another_load_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "RATE", 0.88 * queues.SERVERS)
    mean, half = queues.interval([queues.in_the_kernel(200_000, seed) for seed in range(3)])
    monkeypatch.undo()
    assert abs(mean - queues.erlang_c()) > half


def test_another_record_of_the_twin_is_found_out(small_region: SmallRegion) -> None:
    resolved = small_region("background.load_factor=0.1", rows=shipped_rows()[::4])
    ours, theirs = (made(resolved, SEED, REPLICATION) for made in (simulate, twin))
    assert full_twin.different(ours, theirs) == []
    assert full_twin.different(ours, dataclasses.replace(theirs, used=theirs.used + 1e-6)) == ["used"]
    assert full_twin.different(ours, dataclasses.replace(theirs, visits=theirs.visits[:-1])) == ["visits"]


def test_the_functions_of_the_day_kernel_are_timed_by_name(small_region: SmallRegion) -> None:
    spent = kernel_seconds(small_region(rows=shipped_rows()[::4]))
    assert "queue_day" in spent
    assert all(seconds >= 0 for seconds in spent.values())


def test_a_region_of_any_size_is_made_of_the_shipped_one(tmp_path: pathlib.Path) -> None:
    asked = sizes.settings(tmp_path, units=450, people=900_000, patients=3_400)
    resolved = resolve(sizes.SCENARIO, sets=asked)
    assert len(resolved.units) == 450
    assert sum(unit.listed for unit in resolved.units) == pytest.approx(900_000, rel=1e-3)
    assert sum(stream.patients for stream in resolved.scenario.streams.values()) == pytest.approx(
        3_400, abs=4
    )


def test_a_child_tells_its_memory_or_why_not() -> None:
    told = in_a_child(SMALL_REGION, [])
    assert told.seconds > 0
    assert told.peak_megabytes >= told.begun_megabytes > 50


def test_the_code_of_another_commit_is_had_and_left_as_it_was() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no history here")
    with before.checked_out("HEAD") as tree:
        assert (tree / "sim" / "model.py").is_file()
    assert not tree.exists()
    with pytest.raises(NotMeasurable, match="nowhere"), before.checked_out("nowhere"):
        pass


def test_times_of_another_tree_are_those_of_its_own_code(tmp_path: pathlib.Path) -> None:
    for name, code in {
        "benchmarks/replication.py": "SEED, REPLICATION, region = 3, 4, float",
        "sim/model.py": "def simulate(*given):\n    assert given == (2000.0, 3, 4), given",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).with_name("__init__.py").touch()
        (tmp_path / name).write_text(code)
    assert len(before.seconds(tmp_path, 2000.0, 5)) == 5
    with pytest.raises(NotMeasurable, match="AssertionError: \\(17"):
        before.seconds(tmp_path, 17.0, 1)


def test_a_row_is_met_or_says_by_how_much_not() -> None:
    assert spread("a", "", "times", [1.0, 3.0, 2.0], 2.0) == Row("a", "", "times", 1.0, 2.0, 3.0, 2.0)
    assert spread("a", "", "times", [4.0], 2.0).verdict() == "met"
    assert spread("a", "", "times", [4.0], 8.0).verdict() == "not met: 2.00 times too little"
    assert spread("a", "", "times", [3.0], 2.0, at_most=True).verdict() == "not met: 1.50 times too much"
    assert spread("a", "", "times", [3.0]).met is None


FOUND = Findings(
    rows=(
        Row(HOSTILE, HOSTILE, HOSTILE, 1.0, 2.0, 3.0, 4.0),
        Row("fine", "", "MB", 1.0, 1.0, 1.0, 500.0, at_most=True),
        Row("not judged", "", "seconds", 0.001, 1234.5, 99_999.0),
    ),
    tables=(Table(HOSTILE, ("a", HOSTILE), ((HOSTILE, "1.0 (0.9–1.1)"), ("b", "–"))),),
    missing=(Missing(HOSTILE, "[Errno 13] Permission denied: '/opt/somewhere/x.py'"),),
    agreed=(HOSTILE, "the files are equal"),
    differences=(HOSTILE,),
)


def test_the_page_tells_every_row_and_nothing_on_it_acts() -> None:
    text = page([(Group("First", "About it.", lambda _: FOUND), FOUND)], MACHINE, 12.3)
    assert "1 of 2 targets are met." in text
    assert "not met: 2.00 times too little" in text
    assert r"1,234 (0.001–99,999) seconds" in text
    assert "not measured: \\[Errno 13\\] Permission denied: '…'" in text
    assert "- the files are equal" in text
    assert "/opt" not in text
    assert "somewhere" not in text
    assert not any(bad in text for bad in ("<script>", "\u202e", "\x1b", "`$", "[/bold]"))
    for table in text.split("\n\n"):
        if table.startswith("|"):
            cells = {len(line.replace(r"\|", "").split("|")) for line in table.strip().split("\n")}
            assert len(cells) == 1, table
    shown = "\n".join(lines(Group("First", "", lambda _: FOUND), FOUND))
    assert "DIFFERS" in shown
    assert "not measured" in shown


def groups(**measures: Callable[[bool], Findings]) -> dict[str, Group]:
    return {name: Group(name, f"About {name}.", measure) for name, measure in measures.items()}


def fine(quick: bool) -> Findings:
    return Findings((spread("slow", "", "times", [1.0], math.inf),))


def failing(quick: bool) -> Findings:
    raise RuntimeError("the machine is on fire")


def differing(quick: bool) -> Findings:
    return Findings(differences=("one is not the other",))


def test_a_missed_target_is_no_failure_of_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(command, "GROUPS", groups(fine=fine))
    assert command.main([]) == 0
    assert "0 of 1 targets are met" in (tmp_path / "performance.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [failing, differing])
def test_what_failed_or_differs_is_told_and_loses_nothing_else(
    wrong: Callable[[bool], Findings],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(command, "GROUPS", groups(wrong=wrong, fine=fine))
    assert command.main(["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is False
    assert told["groups"]["fine"]["rows"][0]["met"] is False
    assert told["groups"]["wrong"]["missing"] or told["groups"]["wrong"]["differences"]
    text = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert "on fire" in text or "one is not the other" in text


def test_a_part_or_a_quick_look_writes_no_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setattr(command, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(command, "GROUPS", groups(fine=fine, other=failing))
    assert command.main(["--only", "fine"]) == 0
    assert command.main(["--quick", "--only", "fine"]) == 0
    assert not any(tmp_path.iterdir())


def test_the_shipped_page_has_every_group() -> None:
    text = command.PAGE.read_text(encoding="utf-8")
    places = [text.index(f"\n## {group.title}\n") for group in command.GROUPS.values()]
    assert places == sorted(places)


def test_runs_may_differ_in_the_time_at_which_they_were_made_alone() -> None:
    one, other = (
        {"manifest.json": parallel.without_time(b'{"made": "%d", "seed": 1}' % i)} for i in range(2)
    )
    assert parallel.differing(one, other) == []
    assert parallel.differing(one, other | {"units.csv": b""}) == ["units.csv"]
    assert parallel.differing(one, {"manifest.json": b"{}"}) == ["manifest.json"]
