"""Runs of a small region, made once, and what a report says of them."""

import itertools
import json
from pathlib import Path

import pytest

from results.report.document import Report
from results.report.language import Language
from results.report.making import make_report
from results.report.subject import Subject, Target
from results.store import scenario_yaml
from scenarios.load import Resolved
from tests.conftest import SmallRegion, shipped_rows
from vardflode.reporting import subject_of

REPLICATIONS = 4
SCENARIOS = ("decision-2026", "no-transfer", "bone-agents-every-4-weeks")
TARGETS = (Target("on_time_share", True, 0.99), Target("late_days_p95", False, 400.0))


def stored(resolved: Resolved, folder: Path) -> Path:
    """A scenario with its register as files that can be named on the command line."""
    folder.mkdir(parents=True)
    (folder / "units.csv").write_bytes(resolved.register_bytes)
    path = folder / "scenario.yaml"
    path.write_text(scenario_yaml(resolved), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_scenarios(small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The scenarios of the report as files, the one in question first."""
    folder = tmp_path_factory.mktemp("scenarios")
    return [stored(small_region(scenario=name), folder / name) for name in SCENARIOS]


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of the report are kept."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def subject(small_scenarios: list[Path], runs_folder: Path) -> Subject:
    """What the report is about: the decision, today, and one alternative, under two calibrations."""
    found, whole = subject_of(
        small_scenarios,
        replications=REPLICATIONS,
        seed=1,
        workers=1,
        explained=True,
        targets=TARGETS,
        runs=runs_folder,
    )
    assert whole
    return found


@pytest.fixture(scope="session")
def reports(subject: Subject) -> dict[str, Report]:
    """The report in both languages."""
    return {code: make_report(subject, Language(code)) for code in ("sv", "en")}


# Text that would act somewhere. A title may hold marks that turn the direction of what follows; a register may not.
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    r"$\frac{1}{0}$",
    "[/bold] #emph[x] @y",
    "\u05d0\u05d1\u05d2 \u0645\u0631\u0643\u0632",  # letters that are written from right to left
    "<img src=x onerror=alert(2)>&lt;b&gt; ]]>",
    "Å" * 300,
)
HOSTILE_TITLE = (
    "A \u202egnp.exe\u202c <script>alert(3)</script> =1+1 $x$ [/bold] \"'`{{ 7 * 7 }} " + "w" * 300
)
HOSTILE_STREAM = "=cmd()<svg onload=alert(4)> \u202eabc"


@pytest.fixture(scope="session")
def hostile(small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """What a report of one replication is about, where title, areas, units and a stream have hostile names."""
    names = itertools.cycle(HOSTILE_NAMES)
    rows = [
        {**row, "name": next(names), "id": f"=1+1 {row['id']}", "area": f"<b>{row['area']}</b>"}
        for row in shipped_rows()
    ]
    sets = [
        f"{key}={json.dumps(dict.fromkeys(('sv', 'en'), text))}"
        for key, text in (
            ("title", HOSTILE_TITLE),
            ("description", HOSTILE_TITLE),
            ("streams.iron.label", HOSTILE_STREAM),
        )
    ]
    folder = tmp_path_factory.mktemp("hostile")
    named = stored(small_region(*sets, rows=rows), folder / "scenario")
    runs = folder / "runs"
    found, _ = subject_of([named], replications=1, seed=1, workers=1, calibration=None, runs=runs)
    return found


@pytest.fixture(scope="session")
def hostile_reports(hostile: Subject) -> dict[str, Report]:
    """The same in both languages."""
    return {code: make_report(hostile, Language(code)) for code in ("sv", "en")}
