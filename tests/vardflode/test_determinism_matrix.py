"""One digest of a run's files: 1, 2 and 3 workers or a cluster, blocks in any order, two hash seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.vardflode.dask_cluster import LocalCluster

HERE = Path(__file__).parent
SMALL = str(HERE.parents[1] / "docs" / "examples" / "small-area.yaml")
HASH_SEEDS = ("1", "2")


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return digests(tmp_path_factory.mktemp("processes"), "1", "2", "3")


def digests(folder: Path, *places: str) -> list[str]:
    """What a process under each hash seed makes on each place."""
    children = [
        subprocess.Popen(
            [sys.executable, str(HERE / "ways.py"), SMALL, str(folder / seed), *places],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in HASH_SEEDS
    ]
    told = [child.communicate()[0].split() for child in children]
    assert [len(lines) for lines in told] == [len(places)] * len(HASH_SEEDS)
    return [line for lines in told for line in lines]


def test_processes_give_one_digest(processes: list[str]):
    assert len(processes) == 6
    assert len(set(processes)) == 1


@pytest.mark.skipif(find_spec("distributed") is None, reason="the extra dask is not installed")
def test_a_cluster_gives_the_same(processes: list[str], tmp_path: Path):
    """Its workers have different hash seeds too."""
    with LocalCluster(tmp_path, HASH_SEEDS) as cluster:
        cluster.wait_for("Registered to", len(HASH_SEEDS))
        assert {*digests(tmp_path / "runs", cluster.address)} == {*processes}
