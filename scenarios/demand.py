"""What streams should bring, from their assumptions alone: where patients are listed, and the visits they make."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.register import Unit
from scenarios.schema import ProcedureGroup, Scenario, Stream

DAYS_PER_YEAR = 365.25


def age_weighted_listing(stream: Stream, units: Sequence[Unit]) -> list[float]:
    """Relative number of a stream's patients per unit: listed × max(0, 1 + age_weight × (share 65+ ÷ mean − 1)).

    The mean share is that of all listed; where nobody is 65 or older the patients follow listing alone.
    """
    mean_old = sum(u.listed * u.share_65_plus for u in units) / sum(u.listed for u in units)
    if mean_old == 0:
        return [float(u.listed) for u in units]
    return [u.listed * max(0.0, 1 + stream.age_weight * (u.share_65_plus / mean_old - 1)) for u in units]


def visits_by_municipality(
    scenario: Scenario, units: Sequence[Unit], group: ProcedureGroup
) -> dict[str, float]:
    """Expected yearly visits of a procedure group at units once all have moved, by municipality of listing.

    Of each stream patients × eligible × uptake × the share that is not the municipality's, times planned and
    unplanned visits a year, spread by age-weighted listing. Growth, checks and missed visits are left out.
    """
    found = dict.fromkeys((unit.municipality for unit in units), 0.0)
    for _, stream in sorted(scenario.streams.items()):
        if stream.procedure_group == group:
            weights = age_weighted_listing(stream, units)
            movers = (
                stream.patients * stream.eligible_share * stream.uptake_share * (1 - stream.municipal_share)
            )
            visits = movers * (DAYS_PER_YEAR / stream.interval_days + stream.unplanned_per_year)
            for unit, weight in zip(units, weights, strict=True):
                found[unit.municipality] += visits * weight / sum(weights)
    return found
