"""Runs of a small region, made once, and what a report says of them."""

from pathlib import Path

import pytest

from results.report.document import Report
from results.report.language import Language
from results.report.making import make_report
from results.report.subject import Subject, Target
from results.store import scenario_yaml
from scenarios.load import Resolved
from tests.conftest import SmallRegion
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
    return subject_of(
        small_scenarios,
        replications=REPLICATIONS,
        seed=1,
        workers=1,
        explained=True,
        targets=TARGETS,
        runs=runs_folder,
    )


@pytest.fixture(scope="session")
def reports(subject: Subject) -> dict[str, Report]:
    """The report in both languages."""
    return {code: make_report(subject, Language(code)) for code in ("sv", "en")}
