"""A real Dask cluster on loopback for tests: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

SECONDS_TO_START = 60.0
QUIET = {
    "DASK_DISTRIBUTED__ADMIN__EVENT_LOOP_MONITOR_INTERVAL": "1h",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
}


class LocalCluster:
    """A scheduler and as many workers as there are hash seeds; ended by their process ids."""

    def __init__(
        self, folder: Path, hash_seeds: Sequence[str] = ("1", "2"), security: Mapping[str, Path] | None = None
    ) -> None:
        self._folder = folder
        self._security = dict(security or {})
        self._options = [f"--{name}={value}" for name, value in self._security.items()]
        scheme = "tls" if security else "tcp"
        self._port = _free_port()
        self.address = f"{scheme}://127.0.0.1:{self._port}"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self._hash_seeds = hash_seeds

    def __enter__(self) -> LocalCluster:
        self._start("scheduler", ["--port", str(self._port)], {})
        for number, seed in enumerate(self._hash_seeds):
            self.add_worker(f"worker{number}", seed)
        return self

    def add_worker(self, name: str, hash_seed: str = "0") -> subprocess.Popen[bytes]:
        """One more, of one thread, without anybody who would start it anew."""
        options = [self.address, "--nthreads", "1", "--no-nanny"]
        worker = self._start("worker", options, {"PYTHONHASHSEED": hash_seed}, name)
        self.workers.append(worker)
        return worker

    def _start(
        self, program: str, options: Sequence[str], environment: Mapping[str, str], name: str = "scheduler"
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + program, *options, *self._options]
        command += ["--host", "127.0.0.1", "--no-dashboard"]
        command += ["--local-directory", str(self._folder)] if program == "worker" else []
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._folder, env={**os.environ, **QUIET, **environment}
            )
        self._processes.append(process)
        return process

    def logs(self) -> str:
        """What all of them said."""
        return "\n".join(path.read_text() for path in sorted(self._folder.glob("*.log")))

    def wait_for(self, text: str, times: int = 1) -> None:
        """Until they have said so."""
        end = time.monotonic() + SECONDS_TO_START
        while self.logs().count(text) < times:
            assert time.monotonic() < end, self.logs()
            time.sleep(0.1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number
