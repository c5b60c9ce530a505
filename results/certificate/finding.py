"""One comparison of a certificate: what one replication should show, and what it shows."""

from __future__ import annotations

import math
from typing import NamedTuple

FAILS_BY_CHANCE = 1e-6  # at most so often does a comparison with a mean fail where all is right


class Finding(NamedTuple):
    """What is expected and what is found of one `key` of a line.

    The two may differ by `allowed`; or, where chance is left, by what `within` allows a sum of independent
    contributions with this `variance` in all, none further than `step` from its mean. Neither: told, and not tested.
    """

    line: str
    key: str
    expected: float
    found: float
    allowed: float = math.nan
    variance: float = math.nan
    step: float = math.nan


def within(variance: float, step: float) -> float:
    """How far a sum strays from its mean by chance, but for once in a million.

    Bernstein's inequality (in Bennett 1962, doi 10.1080/01621459.1962.10482149) bounds the chance that it strays by t
    by 2 exp(−t² ÷ 2(variance + step × t ÷ 3)), for any number of contributions: no normal approximation, so a check
    holds for one replication and few patients as well. With many it is 5.4 standard errors. It holds for sums over a
    Poisson number of contributions, and for those whose number depends on what came before (Freedman 1975).
    """
    chances = math.log(2 / FAILS_BY_CHANCE)
    by_step = step * chances / 3
    return by_step + math.sqrt(by_step**2 + 2 * variance * chances)
