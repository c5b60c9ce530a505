"""What a stream should bring, from its assumptions alone: where its patients are listed."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.register import Unit
from scenarios.schema import Stream


def age_weighted_listing(stream: Stream, units: Sequence[Unit]) -> list[float]:
    """Relative number of a stream's patients per unit: listed × max(0, 1 + age_weight × (share 65+ ÷ mean − 1)).

    The mean share is that of all listed; where nobody is 65 or older the patients follow listing alone.
    """
    mean_old = sum(u.listed * u.share_65_plus for u in units) / sum(u.listed for u in units)
    if mean_old == 0:
        return [float(u.listed) for u in units]
    return [
        u.listed * max(0.0, 1 + stream.age_weight * (u.share_65_plus / mean_old - 1)) for u in units
    ]
