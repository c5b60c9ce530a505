"""The page that tells what was verified."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from types import ModuleType

from verification import coverage
from verification.coverage import LEAST, MOST, REPLICATIONS
from verification.experiment import LIMIT, ROOT, Comparison, Result, Spread
from verification.suite import SECTIONS, Outcome

PACKAGES = ("numpy", "numba", "scipy", "simpy")

HEAD = """\
# Verification

Is the model right where theory knows the answer? This page is written by `make verify` (`python -m verification`),
which runs the model's own code and holds it against exact results. Nothing on it is written by hand.
"""

HOW = f"""\
## How to read it

Each line is one comparison: the value that theory expects, the mean found, its standard error over independent
seed sets, and **z**, their distance in standard errors. The seed sets stem from one constant, {ROOT}, the name of
the experiment and the number of the set. They were fixed before the first run and are never picked again.

- Every |z| must be below {LIMIT:g}.
- The z-scores of one experiment are not independent: whoever waits longer waits oftener, and one week is like the
  next. So each line has a second score, **alone**: what it says beyond the lines before it (step-down of Hotelling's
  test: Roy 1958, doi 10.1214/aoms/1177706449). These are independent and standard normal if the model is right, and
  must be below {LIMIT:g} too.
- **A check that cannot fail would show:** its scores would be too small. So the scores are tested together, for a
  sum of squares too large or too small, and for their distribution.
- [A test](../tests/theory/test_verification.py) feeds wrong kernels to the same comparisons, such as services 2 % too
  long, or a patient sent to a server who is not the first free, and sees them fail.

What else speaks for the model: [the same model once more](../tests/twin) in plain SimPy; [an independent
engine](../tests/theory), Ciw; [properties](../tests/properties) that must hold whatever the scenario; and the
certificate of every run, which `vardflode verify RUN` computes again.
"""

SCORES = """\
## Are the scores standard normal?

The scores `alone`. The sum of their squares is χ² with as many degrees of freedom; the last chance is that of
Kolmogorov and Smirnov. Each chance must be at least 0.001: a first that is tiny means scores too small, a second
scores too large.
"""


def page(outcome: Outcome, seconds: float) -> str:
    """The whole page in Markdown."""
    sections = (_section(name, results) for name, results in outcome.results.items())
    parts = [HEAD, _verdict(outcome), HOW, _scores(outcome), _coverage(outcome), *sections, _machine(seconds)]
    return "\n".join(parts)


def _verdict(outcome: Outcome) -> str:
    failures, comparisons = outcome.failures(), outcome.comparisons
    largest = f"{len(comparisons)} comparisons with theory, of which the largest |z| is " + format(
        max(abs(c.z) for c in comparisons), ".2f"
    )
    if not failures:
        return f"**Everything on this page holds:** {largest}.\n"
    told = "\n".join(f"- {failure}" for failure in failures)
    return f"**{len(failures)} of the checks fail** ({largest}):\n\n{told}\n"


def _scores(outcome: Outcome) -> str:
    head = "of", "scores", "sum of squares", "chance of less", "of more", "of such a distribution", "holds"
    return f"{SCORES}\n{_table(head, (_spread(*named) for named in outcome.spreads.items()))}"


def _spread(name: str, test: Spread) -> tuple[object, ...]:
    chances = (f"{chance:.3f}" for chance in (test.low, test.high, test.shape))
    return name, test.scores, f"{test.squares:.1f}", *chances, _yes(test.holds)


def _coverage(outcome: Outcome) -> str:
    head = "intervals", "measure", "promised", "covered", "95 % interval of that", "seed sets", "holds"
    rows = (_covered(result, c) for result in outcome.coverage for c in result.comparisons)
    return "\n".join(
        (
            f"## Do the 95 % intervals cover the truth?\n\n{_told(coverage)}\n",
            f"They must cover in {100 * LEAST:.0f}–{100 * MOST:.0f} % of the seed sets,",
            f"of {REPLICATIONS} replications each.\n",
            _table(head, rows),
        )
    )


def _covered(result: Result, c: Comparison) -> tuple[object, ...]:
    from scipy import stats

    sets = result.experiment.sets
    likely = stats.binomtest(round(c.found * sets), sets).proportion_ci(method="exact")
    shares = (f"{100 * share:.1f} %" for share in (c.expected, c.found))
    between = f"{100 * likely.low:.1f}–{100 * likely.high:.1f} %"
    return result.experiment.name, c.quantity, *shares, between, sets, _yes(LEAST <= c.found <= MOST)


def _section(name: str, results: Sequence[Result]) -> str:
    """What is compared, its formulas, and a line for each comparison; weeks have tables of their own."""
    formulas = dict.fromkeys((r.experiment.formula, r.experiment.source) for r in results)
    told = "".join(f"- {formula} ({source})\n" for formula, source in formulas)
    head = "experiment", "quantity", "expected", "found", "standard error", "seed sets", "z", "alone", "holds"
    rows = (_line(r, c) for r in results for c in r.comparisons if not _week(c))
    weekly = (_weeks(r) for r in results if any(map(_week, r.comparisons)))
    return "\n".join([f"## {name}\n\n{_told(SECTIONS[name])}\n\n{told}\n{_table(head, rows)}", *weekly])


def _line(result: Result, c: Comparison) -> tuple[object, ...]:
    numbers = (_number(value) for value in (c.expected, c.found, c.error))
    scores = f"{c.z:.2f}", f"{c.alone:.2f}", _yes(c.holds)
    return result.experiment.name, c.quantity, *numbers, result.experiment.sets, *scores


def _week(c: Comparison) -> re.Match[str] | None:
    """The kind of a quantity and its week, if it has one."""
    return re.fullmatch(r"(.*), week (\d+)", c.quantity)


def _weeks(result: Result) -> str:
    """Week by week, the kinds of quantity side by side; of all together Hotelling's test."""
    found: dict[int, dict[str, Comparison]] = {}
    for c in result.comparisons:
        if told := _week(c):
            found.setdefault(int(told[2]), {})[told[1]] = c
    kinds = list(dict.fromkeys(kind for of_week in found.values() for kind in of_week))
    head = ["week", *(f"{kind}: {what}" for kind in kinds for what in ("expected", "found", "z", "alone"))]
    rows = (
        (week, *(text for kind in kinds for text in _cells(of_week.get(kind))))
        for week, of_week in found.items()
    )
    return "\n".join(
        (
            f"### {result.experiment.name}\n",
            f"{result.experiment.sets} seed sets; found with its standard error. Chance of so large a distance of all",
            f"together (Hotelling): {result.joint:.3f}.\n",
            _table(head, rows),
        )
    )


def _cells(c: Comparison | None) -> tuple[str, ...]:
    if c is None:
        return ("",) * 4
    alone = f"{c.alone:.2f}" if c.holds else f"**{c.alone:.2f}**"
    return f"{c.expected:.2f}", f"{c.found:.2f} ± {c.error:.2f}", f"{c.z:.2f}", alone


def _machine(seconds: float) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"""\
## Where it ran

- Python {platform.python_version()}, {packages}; {platform.system()} on {platform.machine()}
- {os.cpu_count()} cores, {_memory()} of memory, one process per core
- {seconds / 60:.0f} minutes; other work on the machine makes it longer

Again: `make verify`. It ends with exit code 1 if anything on this page does not hold.
"""


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB"
    except (AttributeError, ValueError, OSError):  # not every system tells
        return "an unknown amount"


def _told(module: ModuleType) -> str:
    """What a part of the suite says of itself."""
    return (module.__doc__ or "").strip()


def _number(value: float) -> str:
    """Five digits, at least four of them decimals where the value is below one."""
    digits = 4 if abs(value) < 1 else max(0, 5 - len(str(int(abs(value)))))
    return f"{value:,.{digits}f}"


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
