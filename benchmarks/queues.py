"""One M/M/5 queue in four engines, customers per second, each held against Erlang's formula.

Every engine is written as its own documentation teaches, draws its own times and keeps each customer's wait.
"""

from __future__ import annotations

import importlib.metadata
import math
import random
import statistics
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from benchmarks import replication
from benchmarks.measuring import tell, timed
from benchmarks.rows import Findings, Row, Table, compared, joined, ratios, spread, spread_as_read

TITLE = "A queue of customers"
ABOUT = """\
One M/M/5 queue at a load of 0.9, first come first served, in vardflode's day kernel and in three engines from the
package index, each as its documentation teaches, without trace or animation. Every engine draws its own times and
keeps each customer's wait; building the queue counts. They take turns, and the number of customers is such that each
runs for seconds. The mean wait of each must lie within its 99.9 % interval of Erlang's (in units of the mean service;
batch means, the first tenth left out), so that it is the right queue that is timed. The engines do more for a
customer than the kernel, which knows nothing but such queues: what is compared is what a clinic day costs."""

SERVERS = 5
LOAD = 0.9
RATE = LOAD * SERVERS  # customers per mean service
TICKS = 1e6  # the kernel's arrivals are whole numbers, here of a millionth of a mean service
BATCHES = 5  # per round; each many times as long as the queue remembers
CONFIDENCE = 0.999
FIRST_SEED = 20260301

Waits = NDArray[np.float64]
Process = Generator[Any, Any, None]


ROUNDS = 3
FULL = {
    "vardflode": 5_000_000,
    "SimPy": 100_000,
    "Ciw": 100_000,
    "salabim": 20_000,
}  # customers in each round
QUICK = {"vardflode": 50_000, "SimPy": 5_000, "Ciw": 2_500, "salabim": 500}


def in_the_kernel(customers: int, seed: int) -> Waits:
    """One long day of the compiled clinic day, at one unit with nurses only."""
    draws = np.random.default_rng(seed)
    arrivals = np.ceil(draws.exponential(TICKS / RATE, customers).cumsum()).astype(np.int64)
    services = draws.exponential(TICKS, customers)
    ends = np.array([0, customers, customers])
    starts = replication.queue(ends, arrivals, services, np.array([[SERVERS, 0]]), math.inf, math.inf)
    waits: Waits = (starts - arrivals) / TICKS
    return waits


def in_simpy(customers: int, seed: int) -> Waits:
    """A process per customer and a `Resource`."""
    env = simpy.Environment()
    staff = simpy.Resource(env, capacity=SERVERS)
    draws = random.Random(seed)
    waits: list[float] = []

    def customer() -> Process:
        came = env.now
        with staff.request() as turn:
            yield turn
            waits.append(env.now - came)
            yield env.timeout(draws.expovariate(1.0))

    def source() -> Process:
        for _ in range(customers):
            yield env.timeout(draws.expovariate(RATE))
            env.process(customer())

    env.process(source())
    env.run()
    return np.array(waits)


def in_ciw(customers: int, seed: int) -> Waits:
    """A network of one node."""
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    return np.array([record.waiting_time for record in records])


def in_salabim(customers: int, seed: int) -> Waits:
    """A component per customer and a `Resource`; with `yield`, since the other way needs one more package."""
    import salabim

    env = salabim.Environment(trace=False, random_seed=seed, yieldless=False)
    staff = salabim.Resource("staff", capacity=SERVERS)
    service = salabim.Exponential(1)
    waits: list[float] = []

    class Customer(salabim.Component):  # type: ignore[misc]  # salabim ships no types
        def process(self) -> Process:
            came = env.now()
            yield self.request(staff)
            waits.append(env.now() - came)
            yield self.hold(service())

    salabim.ComponentGenerator(Customer, iat=salabim.Exponential(1 / RATE), number=customers)
    env.run()
    return np.array(waits)


def erlang_c() -> float:
    """The mean wait, in mean services: P(wait) ÷ (servers - offered load), with Erlang's formula of delay.

    Erlang AK. Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges. Elektroteknikeren 1917;13:5–13; as in Gross et al., Fundamentals of queueing theory
    (doi 10.1002/9781118625651), section 2.3.
    """
    terms = [RATE**n / math.factorial(n) for n in range(SERVERS)]
    delayed = RATE**SERVERS / math.factorial(SERVERS) / (1 - LOAD)
    return delayed / (sum(terms) + delayed) / (SERVERS - RATE)


def interval(rounds: list[Waits]) -> tuple[float, float]:
    """Mean wait and the half-width of its interval, by batch means."""
    from scipy.stats import t

    settled = [waits[len(waits) // 10 :] for waits in rounds]
    means = [float(batch.mean()) for waits in settled for batch in np.array_split(waits, BATCHES)]
    error = statistics.stdev(means) / math.sqrt(len(means))
    return statistics.fmean(means), float(t.ppf((1 + CONFIDENCE) / 2, len(means) - 1)) * error


Engine = Callable[[int, int], Waits]
ENGINES: dict[str, Engine] = {
    "vardflode": in_the_kernel,
    "SimPy": in_simpy,
    "Ciw": in_ciw,
    "salabim": in_salabim,
}


def measure(quick: bool) -> Findings:
    """Let the engines take turns."""
    customers = QUICK if quick else FULL
    for engine in ENGINES.values():
        engine(100, FIRST_SEED)  # loads and compiles what needs it
    speeds: dict[str, list[float]] = {name: [] for name in ENGINES}
    waits: dict[str, list[Waits]] = {name: [] for name in ENGINES}
    for i in range(ROUNDS):
        tell(f"an M/M/5 queue: round {i + 1} of {ROUNDS} …")
        for name, engine in ENGINES.items():
            spent, found = timed(engine, customers[name], FIRST_SEED + i)
            speeds[name].append(customers[name] / spent)
            waits[name].append(found)
    lines = tuple(
        (
            f"{name} {importlib.metadata.version(name.lower())}",
            f"{ROUNDS} × {customers[name]:,}",
            spread_as_read(speeds[name]),
        )
        for name in ENGINES
    )
    table = Table("Engines", ("engine", "customers", "customers a second (lowest–highest)"), lines)
    rows = tuple(_against(name, speeds) for name in ENGINES if name != "vardflode")
    return joined([Findings(rows, (table,)), *(_held(name, found) for name, found in waits.items())])


def _against(name: str, speeds: dict[str, list[float]]) -> Row:
    found = ratios(speeds["vardflode"], speeds[name])
    return spread(f"day kernel, against {name}", "M/M/5", "times as many customers a second", found)


def _held(name: str, rounds: list[Waits]) -> Findings:
    """The mean wait of an engine against Erlang's."""
    mean, half = interval(rounds)
    found = f"mean wait in {name}: {mean:.3f} ± {half:.3f}; Erlang's {erlang_c():.3f} lies"
    return compared(abs(mean - erlang_c()) <= half, f"{found} within", f"{found} without")
