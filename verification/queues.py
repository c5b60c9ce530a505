"""The day kernel as one endless day, against the formulas of queueing theory.

Times are in mean services; a is the mean number of arrivals in one, c the number of servers, and the load a ÷ c.
Every queue begins in its stationary state, so no transient is cut off. The first customer who counts comes at time
zero and finds a stationary number (or workload) there, as Poisson arrivals do (Wolff 1982, doi
10.1287/opre.30.2.223); the recursion then keeps every later wait stationary, and the mean is unbiased at any load.
A load of 0.95 still forgets slowly: after some 2 ÷ (c (1 - √load)²) services, 3,000 with one server, so a seed set
is many times as long.

The kernel knows no limit to those who wait. For M/M/c/K a driver gives it each customer with those who are then in
the system, as it served them, and turns away whoever finds K: the starts are the kernel's, the turning away is not.
The limit that the model does have, a diary with an end, is under booking. An overloaded queue begins so long that
no server ever idles; so the mean of the fluid limit is exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numba as nb
import numpy as np

from sim import clinic_day
from verification.experiment import Experiment, Floats, draws_of
from verification.formulas import erlang_c, erlang_d, finite_queue, pollaczek_khinchine, takacs

SCALE = 1_000_000  # arrivals are whole minutes, here millionths of the mean service
ROUNDED = 2 / SCALE  # a wait that may come of that alone
TEXTBOOK = "Shortle et al. 2018, doi 10.1002/9781119453765"
SETS = 240
CUSTOMERS = 60_000


def starts(arrivals: Floats, services: Floats, servers: int) -> Floats:
    """When the kernel begins each visit of one first-come queue that never closes, in mean services."""
    minutes = np.floor(arrivals * SCALE).astype(np.int64)
    ends = np.array([0, minutes.size, minutes.size])
    staff = np.array([[servers, 1]])
    begun, _, _ = clinic_day.queue_day(ends, minutes, services * SCALE, staff, math.inf, math.inf)
    return np.asarray(arrivals + (begun - minutes) / SCALE)


def poisson(draws: np.random.Generator, rate: float, before: int, customers: int) -> Floats:
    """Times of arrival: those there before and the first who counts at zero, then a Poisson process."""
    gaps = draws.exponential(1 / rate, customers - 1)
    return np.concatenate([np.zeros(before + 1), np.cumsum(gaps)])


@dataclass(frozen=True, slots=True)
class MarkovQueue:
    """M/M/c: Poisson arrivals, exponential services, c servers."""

    servers: int
    load: float
    sets: int = SETS
    customers: int = CUSTOMERS

    formula = "Erlang's C: C(c, a), C ÷ (c - a), C e^(-(c - a) t) with t = ln 5 ÷ (c - a)"
    source = TEXTBOOK

    @property
    def name(self) -> str:
        """The queue and its load."""
        return f"M/M/{self.servers}, load {self.load:g}"

    @property
    def rate(self) -> float:
        """Arrivals in a mean service."""
        return self.servers * self.load

    @property
    def long(self) -> float:
        """A wait that one in five of those who wait exceeds."""
        return math.log(5) / (self.servers - self.rate)

    def expected(self) -> Mapping[str, float]:
        """Who waits, waits exponentially."""
        must_wait = erlang_c(self.rate, self.servers)
        return {
            "mean wait": must_wait / (self.servers - self.rate),
            "share who wait": must_wait,
            "share who wait beyond t": must_wait / 5,
        }

    def sample(self, number: int) -> Floats:
        """Waits of one seed set."""
        draws = draws_of(self, number)
        before = self._found(draws)
        arrivals = poisson(draws, self.rate, before, self.customers)
        waits = (starts(arrivals, draws.exponential(1.0, arrivals.size), self.servers) - arrivals)[before:]
        sums = waits.sum(), (waits > ROUNDED).sum(), (waits > self.long).sum()
        return np.array([sums, [waits.size] * 3], dtype=np.float64)

    def _found(self, draws: np.random.Generator) -> int:
        """The stationary number in the system."""
        if draws.random() < erlang_c(self.rate, self.servers):
            return self.servers + int(draws.geometric(1 - self.load)) - 1
        few = np.array([self.rate**k / math.factorial(k) for k in range(self.servers)])
        return int(draws.choice(self.servers, p=few / few.sum()))


@dataclass(frozen=True, slots=True)
class GeneralQueue:
    """M/G/1 with gamma services of a coefficient of variation; M/D/1 where that is zero."""

    cv: float
    load: float
    sets: int = SETS
    customers: int = CUSTOMERS

    @property
    def formula(self) -> str:
        """Pollaczek and Khinchine's, and where services are fixed the distribution."""
        mean = "mean a (1 + cv²) ÷ (2 (1 - a)); square 2 mean² + a E[S³] ÷ (3 (1 - a)); wait: a"
        return mean if self.cv else f"{mean}; beyond 2 services 1 - (1 - a)(e^(2a) - a e^a)"

    @property
    def source(self) -> str:
        """Of the moments, and of the distribution."""
        moments = f"Pollaczek 1930, doi 10.1007/BF01194620; {TEXTBOOK}"
        return moments if self.cv else f"{moments}; Franx 2001, doi 10.1016/S0167-6377(01)00108-0"

    @property
    def name(self) -> str:
        """The queue and its load."""
        kind = f"M/G/1, gamma of cv {self.cv:g}" if self.cv else "M/D/1"
        return f"{kind}, load {self.load:g}"

    def expected(self) -> Mapping[str, float]:
        """Two moments of the wait and who waits."""
        found = {
            "mean wait": pollaczek_khinchine(self.load, self.cv),
            "share who wait": self.load,
            "mean squared wait": takacs(self.load, self.cv),
        }
        return found if self.cv else found | {"share who wait beyond 2": erlang_d(self.load)}

    def sample(self, number: int) -> Floats:
        """Waits of one seed set; whoever comes first takes the work that a Poisson arrival finds."""
        draws = draws_of(self, number)
        arrivals = poisson(draws, self.load, 1, self.customers)
        services = self._services(draws, arrivals.size)
        services[0] = self._work(draws)
        waits = (starts(arrivals, services, 1) - arrivals)[1:]
        sums = waits.sum(), (waits > ROUNDED).sum(), (waits**2).sum(), (waits > 2).sum()
        quantities = 3 if self.cv else 4
        return np.array([sums[:quantities], [waits.size] * quantities], dtype=np.float64)

    def _services(self, draws: np.random.Generator, n: int, biased: int = 0) -> Floats:
        """Services, or with 1 length-biased ones: a gamma distribution of one more shape."""
        return draws.gamma(self.cv**-2 + biased, self.cv**2, n) if self.cv else np.ones(n)

    def _work(self, draws: np.random.Generator) -> float:
        """Stationary work: a geometric number of rests of services, each a uniform part of a length-biased one."""
        rests = int(draws.geometric(1 - self.load)) - 1
        return float((self._services(draws, rests, biased=1) * draws.random(rests)).sum())


@dataclass(frozen=True, slots=True)
class FiniteQueue:
    """M/M/c/K: who finds K in the system is turned away.

    The kernel has no limit of its own to those who wait. Here every customer is given to it with those who are then in
    the system, as it served them, and is turned away by this driver when they are K.
    """

    servers: int
    places: int
    load: float
    sets: int = SETS
    customers: int = 10_000

    formula = "p(n) ∝ Π a ÷ min(i, c); turned away p(K); Little's law for the wait of those admitted"
    source = TEXTBOOK

    @property
    def name(self) -> str:
        """The queue and its load."""
        return f"M/M/{self.servers}/{self.places}, load {self.load:g}"

    def expected(self) -> Mapping[str, float]:
        """Chances by numbers in the system."""
        chance = finite_queue(self.servers * self.load, self.servers, self.places)
        found = {"share turned away": float(chance[-1])}
        if self.places == self.servers:
            return found
        admitted = 1 - found["share turned away"]
        waiting = float(chance @ np.maximum(np.arange(self.places + 1) - self.servers, 0))
        return found | {
            "mean wait": waiting / (self.servers * self.load * admitted),
            "share who wait": float(chance[self.servers : -1].sum()) / admitted,
        }

    def sample(self, number: int) -> Floats:
        """Waits of one seed set."""
        draws = draws_of(self, number)
        rate = self.servers * self.load
        before = int(draws.choice(self.places + 1, p=finite_queue(rate, self.servers, self.places)))
        arrivals = poisson(draws, rate, before, self.customers)
        services = draws.exponential(1.0, arrivals.size)
        waits = served(arrivals, services, self.servers, self.places)[before:]
        admitted = waits[waits >= 0]
        sums = waits.size - admitted.size, admitted.sum(), (admitted > 0).sum()
        found = np.array([sums, [waits.size, admitted.size, admitted.size]], dtype=np.float64)
        return found[:, : len(self.expected())]


@nb.njit(cache=True)
def served(arrivals, services, servers, places):  # type: ignore[no-untyped-def]  # numba infers
    """Waits in a queue with so many places, as the kernel starts its visits; -1 for who is turned away.

    Each customer is a day of the kernel's own: those in the system come at its opening, in their order and with what is
    left of their services, the new one behind them.
    """
    waits = np.full(arrivals.size, -1.0)
    begun, left_at = np.empty(places), np.empty(places)
    staff = np.array([[servers, 1]])
    inside = 0
    for customer in range(arrivals.size):
        now = arrivals[customer]
        staying = 0
        for i in range(inside):
            if left_at[i] > now:
                begun[staying], left_at[staying] = begun[i], left_at[i]
                staying += 1
        inside = staying
        if inside == places:
            continue
        rest = np.empty(inside + 1)
        for i in range(inside):
            rest[i] = left_at[i] - max(begun[i], now)
        rest[inside] = services[customer]
        ends = np.array([0, inside + 1, inside + 1])
        opening = np.zeros(inside + 1, np.int64)
        found = clinic_day.queue_day(ends, opening, rest, staff, np.inf, np.inf)[0]
        waits[customer] = found[inside]
        begun[inside] = now + found[inside]
        left_at[inside] = begun[inside] + services[customer]
        inside += 1
    return waits


@dataclass(frozen=True, slots=True)
class Overload:
    """M/M/c with more arrivals than can be served: the queue grows at the rate a - c.

    It begins with a queue so long that no server ever idles, so that departures are a Poisson process too, and the
    mean of the fluid limit is exact.
    """

    servers: int
    load: float
    sets: int = 1000  # a squared distance is skewed
    span: float = 2_000.0  # mean services
    queue: int = 300

    formula = "begun by t: c + c t; in the system: queue + (a - c) t, with variance (a + c) t"
    source = "Chen and Yao 2001, doi 10.1007/978-1-4757-5301-1"

    @property
    def name(self) -> str:
        """The queue and its load."""
        return f"M/M/{self.servers} overloaded, load {self.load:g}"

    def expected(self) -> Mapping[str, float]:
        """At the end of the span."""
        rate = self.servers * self.load
        return {
            "visits begun": self.servers * (1 + self.span),
            "in the system": self.queue + (rate - self.servers) * self.span,
            "variance of those": (rate + self.servers) * self.span,
        }

    def sample(self, number: int) -> Floats:
        """One path."""
        draws = draws_of(self, number)
        rate = self.servers * self.load
        came = int(draws.poisson(rate * self.span))
        arrivals = np.concatenate([np.zeros(self.queue), np.sort(draws.random(came)) * self.span])
        services = draws.exponential(1.0, arrivals.size)
        begun = starts(arrivals, services, self.servers)
        inside = arrivals.size - (begun + services <= self.span).sum()
        distance = (inside - self.expected()["in the system"]) ** 2
        return np.array([[(begun <= self.span).sum(), inside, distance], [1, 1, 1]], dtype=np.float64)


def experiments() -> tuple[Experiment, ...]:
    """Every queue that is compared."""
    loads = 0.5, 0.8, 0.9, 0.95
    finite = (1, 5, 0.9), (1, 20, 1.0), (2, 8, 1.5), (5, 5, 0.8), (5, 10, 0.95)
    return (
        *(MarkovQueue(servers, load) for servers in (1, 2, 5, 20) for load in loads),
        *(GeneralQueue(cv, load) for cv in (0.0, 0.5, 1.5) for load in loads),
        *(FiniteQueue(*queue) for queue in finite),
        *(Overload(servers, load) for servers, load in ((1, 1.2), (5, 1.1), (3, 2.0))),
    )
