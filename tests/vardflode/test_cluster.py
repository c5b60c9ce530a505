"""`run --cluster` on a real scheduler with real workers on loopback: the same digits, or clear words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scenarios.load import Resolved
from tests.conftest import SmallRegion
from tests.vardflode.dask_cluster import LocalCluster
from tests.vardflode.files_of import files_of
from vardflode import cluster
from vardflode.cli import main
from vardflode.cluster import Cluster, ClusterError, refusal
from vardflode.executor import pool_of
from vardflode.runs import make_run

SMALL = str(Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml")

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra dask is not installed")


def run(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", SMALL, "-n", "1", "--out", str(out), *arguments])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8786", "tcp://127.3.2.1:1", "tcp://[::1]:8786", "localhost:1", "tls://far.example:8786"],
)
def test_addresses_on_this_computer_and_encrypted_ones_are_taken(address: str):
    assert refusal(address) is None


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:8786", "far.example:8786", "0.0.0.0:1", "localhost.evil.example:1", "127.0.0.1.x:1"],
)
def test_plain_addresses_of_other_computers_are_refused_with_the_reason(address: str, tmp_path: Path):
    result = run(tmp_path, "--cluster", address)
    assert result.exit_code == 2
    assert "not encrypted" in result.stderr
    assert "tls://" in result.stderr


@pytest.mark.parametrize(
    "address", ["", "x", "ws://127.0.0.1:80", "127.0.0.1", "127.0.0.1:x", "tls://:1", "[::1"]
)
def test_what_is_no_address_is_refused(address: str, tmp_path: Path):
    result = run(tmp_path, "--cluster", address)
    assert result.exit_code == 2
    assert "no address of a scheduler" in result.stderr


def test_processes_beside_a_cluster_are_refused(tmp_path: Path):
    result = run(tmp_path, "--cluster", "127.0.0.1:1", "-j", "2")
    assert result.exit_code == 2
    assert "Leave one out" in result.stderr


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = run(tmp_path, "--cluster", "127.0.0.1:1")
    assert result.exit_code == 3
    assert "vardflode[dask]" in result.stderr


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path_factory.mktemp("dask")) as started:
        started.wait_for("Registered to", 2)
        yield started


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    return small_region("streams.iron.patients=3")


@needs_dask
def test_a_scheduler_that_is_not_there_is_named(tmp_path: Path):
    result = run(tmp_path, "--cluster", "127.0.0.1:1")
    assert result.exit_code == 3
    assert "no scheduler answers at tcp://127.0.0.1:1" in result.stderr


@needs_dask
def test_certificates_that_are_missing_are_asked_for(tmp_path: Path):
    result = run(tmp_path, "--cluster", "tls://127.0.0.1:1")
    assert result.exit_code == 3
    assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in result.stderr


@needs_dask
def test_other_versions_are_refused(two: LocalCluster):
    connection = Cluster(two.address)
    connection._versions = {**cluster.versions(), "numpy": "1.0"}
    with pytest.raises(ClusterError, match=r"worker tcp://.* has numpy .*, not 1\.0 as here"):
        connection.__enter__()
    late = {**cluster.versions(), "numba": "0.1"}
    with pytest.raises(ClusterError, match="has numba"):
        cluster._done(late, str, 1)


@needs_dask
def test_a_worker_killed_in_the_middle_changes_no_digit(
    two: LocalCluster, tmp_path: Path, resolved: Resolved
):
    make_run(resolved, replications=4, workers=1, out=tmp_path / "here")

    def progress(done: int, total: int) -> None:
        if done == 1:
            two.workers[0].kill()

    with pool_of(cluster=two.address) as pool:
        made = make_run(resolved, replications=4, pool=pool, out=tmp_path / "there", progress=progress)
    assert not made.failures
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")


@needs_dask
def test_a_cluster_without_workers_is_not_waited_for(
    two: LocalCluster, tmp_path: Path, resolved: Resolved, monkeypatch: pytest.MonkeyPatch
):
    """The last one goes in the middle: what was finished is kept. Then none is there from the start."""
    monkeypatch.setattr(cluster, "SECONDS_TO_LOOK", 0.5)
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1)

    def progress(done: int, total: int) -> None:
        if done == 1:
            for worker in two.workers:
                worker.kill()

    with pytest.raises(ClusterError, match="no worker left"), pool_of(cluster=two.address) as pool:
        make_run(resolved, replications=50, pool=pool, out=tmp_path, progress=progress)
    assert list(tmp_path.rglob("*.block"))
    result = run(tmp_path, "--cluster", two.address)
    assert result.exit_code == 3
    assert f"has no worker; start some: dask worker {two.address}" in result.stderr


@needs_dask
def test_over_tls(tmp_path: Path, resolved: Resolved):
    dask, trustme = pytest.importorskip("dask"), pytest.importorskip("trustme")
    authority, files = trustme.CA(), {name: tmp_path / f"{name}.pem" for name in ("ca", "cert", "key")}
    own = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(files["ca"]))
    own.private_key_pem.write_to_path(str(files["key"]))
    own.cert_chain_pems[0].write_to_path(str(files["cert"]))
    options = {"tls-ca-file": files["ca"], "tls-cert": files["cert"], "tls-key": files["key"]}
    settings = {
        "distributed.comm.tls.ca-file": str(files["ca"]),
        "distributed.comm.tls.client.cert": str(files["cert"]),
        "distributed.comm.tls.client.key": str(files["key"]),
    }
    with LocalCluster(tmp_path, ["1"], options) as started, dask.config.set(settings):
        started.wait_for("Registered to")
        with pool_of(cluster=started.address) as pool:
            made = make_run(resolved, replications=1, pool=pool, out=tmp_path / "runs")
    assert made.made == 1
    assert started.address.startswith("tls://")
