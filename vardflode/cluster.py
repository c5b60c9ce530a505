"""Workers of a Dask cluster, for the loop of `vardflode.executor`.

Tasks are pickles: whoever reaches a scheduler can run code on its workers. So an address off this computer must be
encrypted (`tls://`, with the certificates of Dask's own configuration). Versions of all that a digit may depend on
are the same on every worker, or it is refused.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import ipaddress
import logging
import platform
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar
from urllib.parse import urlsplit

B = TypeVar("B")
R = TypeVar("R")

SECONDS_TO_CONNECT = 10
SECONDS_TO_LOOK = 20.0
PACKAGES = ("simpy", "numpy", "scipy", "pandas", "numba", "pydantic", "pyarrow", "holidays")
TLS = ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY")  # of Dask's own configuration
KEPT = "what was finished is kept, and the same command goes on from there"


class ClusterError(Exception):
    """A cluster that cannot be used, or not any more: why, and what to do."""


def refusal(address: str) -> str | None:
    """Why an address is not to be used; None where it may be."""
    scheme, host, port = _parts(_with_scheme(address))
    if scheme not in ("tcp", "tls") or not host or port is None:
        return "is no address of a scheduler: give tls://HOST:PORT, or on this computer 127.0.0.1:PORT"
    if scheme == "tcp" and not _on_this_computer(host):
        return (
            "is another computer and not encrypted: whoever reaches a plain scheduler can run code there. Start "
            "scheduler and workers with certificates and give tls://, or go through a tunnel (ssh -L) to 127.0.0.1"
        )
    return None


def _parts(address: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port, as far as they are there."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"tcp://{address}"


def _on_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Cluster:
    """The workers of a scheduler, connected when entered."""

    def __init__(self, address: str) -> None:
        self._address = _with_scheme(address)
        self._client: Any = None
        self._executor: Any = None
        self._versions = versions()

    def __repr__(self) -> str:
        return f"<Cluster {self._address}>"

    def __enter__(self) -> Cluster:
        """Raises ClusterError."""
        self._client = _connected(self._address)
        try:
            self._must_be_as_here()
            self.renew()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _must_be_as_here(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
        except TimeoutError:
            advice = f"start some: dask worker {self._address}"
            raise ClusterError(f"{self._address} has no worker; {advice}") from None
        told = self._client.run(versions, on_error="return")
        for worker, found in told.items():
            if faults := [*_versions_there(found, self._versions)]:
                raise ClusterError(f"worker {worker} {'; '.join(faults)}")

    def __exit__(self, *_: object) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @property
    def death(self) -> type[BaseException]:
        from distributed import KilledWorker

        return KilledWorker

    @property
    def at_once(self) -> int:
        """Two for each thread of each worker that is there now: one is at hand when the other is done."""
        return 2 * max(1, self._threads())

    @property
    def patience(self) -> float:
        return SECONDS_TO_LOOK

    def submit(self, do: Callable[[B], R], block: B) -> Future[R]:
        """A worker that came later may have other versions: it says so instead of working."""
        future: Future[R] = self._executor.submit(_done, self._versions, do, block)
        return future

    def renew(self) -> None:
        """The scheduler has other workers, or gets them. Raises ClusterError where it is gone."""
        self.look()
        self._executor = self._client.get_executor(pure=False)

    def look(self) -> None:
        """Raises ClusterError where no worker or no scheduler is left."""
        if not self._threads():
            raise ClusterError(f"{self._address} has no worker left; {KEPT}")

    def abandon(self) -> None:
        """The client may work on, for what is to be made next."""
        with contextlib.suppress(Exception):  # it may be lost
            self._executor.shutdown(wait=False)
        self._executor = self._client.get_executor(pure=False)

    def _threads(self) -> int:
        """Threads of all workers. Raises ClusterError."""
        try:
            return sum(self._client.nthreads().values())
        except Exception as error:  # a lost connection shows in many ways
            raise ClusterError(f"{self._address} does not answer any more ({error}); {KEPT}") from None


def _connected(address: str) -> Any:
    """A client of a scheduler. Raises ClusterError."""
    try:
        from distributed import Client, Security
    except ImportError:
        advice = "install it: pip install 'vardflode[dask]', or in a checkout: make setup"
        raise ClusterError(f"working on a cluster needs the package distributed; {advice}") from None
    for name in ("distributed", "distributed.client"):  # what matters of it is told in our words
        logging.getLogger(name).setLevel(logging.CRITICAL)
    security = Security()  # type: ignore[no-untyped-call]
    if address.startswith("tls:"):
        _must_have_certificates(address, security)
    _, host, port = _parts(address)
    try:
        socket.create_connection((host or "", port or 0), SECONDS_TO_CONNECT).close()
        return Client(address, timeout=SECONDS_TO_CONNECT, security=security, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        advice = "is it running (dask scheduler), and is that its address?"
        raise ClusterError(f"no scheduler answers at {address} ({error}); {advice}") from None


def _must_have_certificates(address: str, security: Any) -> None:
    """Raises ClusterError."""
    why = "none are set"
    try:
        if security.get_connection_args("client")["ssl_context"] is not None:
            return
    except (OSError, ValueError) as error:  # no such file, or no certificate in it
        why = str(error)
    names = ", ".join(f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in TLS)
    raise ClusterError(f"{address} needs certificates ({why}): set {names}")


@functools.cache
def versions() -> dict[str, str]:
    """What a digit of a result may depend on, on this computer."""
    from sim.model import MODEL_VERSION

    return {
        "model": MODEL_VERSION,
        "processor": platform.machine(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("vardflode", *PACKAGES)},
    }


def _versions_there(found: dict[str, str] | BaseException, wanted: dict[str, str]) -> Iterator[str]:
    """What a worker has that is not as wanted; one that does not answer is the scheduler's to replace."""
    if isinstance(found, OSError):
        return
    if isinstance(found, BaseException):
        yield f"cannot load vardflode ({found}); install it there"
        return
    for name, version in wanted.items():
        if found.get(name) != version:
            yield f"has {name} {found.get(name)}, not {version} as here: digits could differ"


def _done(wanted: dict[str, str], do: Callable[[B], R], block: B) -> R:
    """A block, worked where everything is as wanted. Raises ClusterError."""
    if faults := [*_versions_there(versions(), wanted)]:
        raise ClusterError(f"a worker on {platform.node()} {'; '.join(faults)}")
    return do(block)
