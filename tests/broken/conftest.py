"""What every bad input must get: exit code 3, one harmless line per fault, their number, no traceback."""

import pathlib
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from vardflode.cli import main

Refuse = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused() -> Refuse:
    """Run a command that must refuse its input; returns the lines of its faults."""

    def run(*args: str) -> list[str]:
        result = CliRunner().invoke(main, list(args))
        *faults, count = result.stderr.splitlines()
        assert result.exit_code == 3, result.output
        assert "Traceback" not in result.output
        assert all(line.isprintable() and len(line) < 500 for line in faults)
        assert count == ("1 fault." if len(faults) == 1 else f"{len(faults)} faults.")
        return faults

    return run
