"""Fit `background.load_factor`: how busy the units are today, from the care guarantee as it is met today.

Run as `python -m calibration.load_factor SCENARIO`. Without the transfer, the share of same-day requests seen
within the guarantee falls as the load rises; the factor is the root at the target, found by Brent's method on
common random numbers. The output is a scenario overlay.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import click
import numpy as np

from results.measures import same_day_requests
from results.statistics import summarise
from scenarios.faults import InputError
from scenarios.load import Resolved, resolve
from sim.model import simulate

TARGET = 0.88
BRACKET = (0.4, 4.0)
TOLERANCE = 0.002


@dataclass(slots=True)
class Fit:
    """Shares within the guarantee per load factor, one value per replication."""

    scenario: str
    sets: tuple[str, ...]
    replications: int
    seed: int
    workers: ProcessPoolExecutor
    shares: dict[float, list[float]] = field(default_factory=dict)

    def share(self, factor: float) -> float:
        """Mean share within the guarantee at a load factor."""
        sets = (*self.sets, f"background.load_factor={factor}", "transfer.enabled=false", "horizon_years=1")
        resolved = resolve(self.scenario, sets)
        tasks = ((resolved, self.seed, number) for number in range(self.replications))
        self.shares[factor] = list(self.workers.map(_share, *zip(*tasks, strict=True)))
        mean = float(np.mean(self.shares[factor]))
        click.echo(f"load factor {factor:.3f}: {mean:.4f} within the guarantee", err=True)
        return mean

    def root(self, target: float) -> float:
        """The load factor at which the share meets the target. Raises ValueError if none in the bracket does."""
        from scipy.optimize import brentq

        return float(brentq(lambda factor: self.share(factor) - target, *BRACKET, xtol=TOLERANCE))


def _share(resolved: Resolved, seed: int, replication: int) -> float:
    """Share of same-day requests seen within the guarantee in the first year, one replication."""
    records = simulate(resolved, seed, replication)
    requests, met = same_day_requests(records, resolved.scenario.background.guarantee_days)
    counted = requests["visits"] * (requests["day"] >= 0)
    return float((counted * met).sum() / counted.sum())


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def overlay(fit: Fit, factor: float, target: float, visits_per_listed: float) -> str:
    """The fitted value as a scenario overlay."""
    summary = summarise(np.array(fit.shares[factor])[:, None])
    implied = factor * visits_per_listed
    note = (
        f"Fitted: {summary.mean[0]:.3f} ({summary.low[0]:.3f} to {summary.high[0]:.3f}) of same-day requests within "
        f"the guarantee without the transfer, target {target:g}, {fit.replications} replications from seed "
        f"{fit.seed}, by python -m calibration.load_factor {fit.scenario}. Implies {implied:.2f} visits per listed "
        f"and year beside {visits_per_listed:g} counted."
    )
    low, high = round(0.85 * factor, 2), round(1.15 * factor, 2)
    return (
        f"schema_version: 1\nname: {Path(fit.scenario).stem}-calibrated\nextends: {fit.scenario}\n"
        f"background:\n  load_factor:\n    value: {factor:.3f}\n    grade: derived\n"
        f"    range: {{low: {low:g}, high: {high:g}}}\n    note: {json.dumps(note)}\n"
    )


@click.command()
@click.argument("scenario")
@click.option("--target", default=TARGET, show_default=True, help="Share within the guarantee to be met.")
@click.option("-n", "--replications", default=4, show_default=True, help="Replications per load factor.")
@click.option("--seed", default=1, show_default=True, help="Root of all randomness.")
@click.option("-j", "--workers", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Give one value of the scenario.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the overlay to a file.")
def main(
    scenario: str,
    target: float,
    replications: int,
    seed: int,
    workers: int,
    sets: tuple[str, ...],
    out: Path | None,
) -> None:
    """Fit the load of SCENARIO to the care guarantee and print a scenario overlay."""
    try:
        assumed = resolve(scenario, sets).scenario.background
    except InputError as error:
        click.echo(str(error), err=True)
        raise SystemExit(3) from None
    with _pool(workers) as pool:
        fit = Fit(scenario, sets, replications, seed, pool)
        try:
            factor = round(fit.root(target), 3)
        except ValueError:
            raise click.ClickException(
                f"no load factor from {BRACKET[0]} to {BRACKET[1]} gives {target:g} within the guarantee; "
                "look at staffing, minutes per visit and the spread of load between units"
            ) from None
        fit.share(factor)
    text = overlay(fit, factor, target, assumed.visits_per_listed_per_year)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"written to {out}", err=True)


if __name__ == "__main__":
    main()
