"""The answer in a few lines, on top of the summary."""

from __future__ import annotations

import math

from results.measures import available_shares
from results.summary.figures import Figures, Section, share_key
from scenarios.load import Resolved


def in_short(resolved: Resolved, figures: Figures) -> Section:
    """The answer in a few lines."""
    units = len(resolved.units)
    if not figures.mean("unit_visits_per_year") > 0:
        told = ["No transferred care reaches the units: every dose is given at the hospital."]
    else:
        visits = figures.mean("unit_visits_per_year")
        told = [
            f"Load: {figures.told('unit_visits_per_year')} visits a year at {units} units, {visits / units:.0f} each; "
            f"{figures.told('nurse_hours_per_year')} nurse hours, {figures.told('nurse_fte')} nurses at full time.",
            _doses_in_short(resolved, figures),
            f"Money: {figures.told('cost_msek_per_year')} MSEK a year with readiness, "
            f"{figures.told('cost_msek_per_year', key='readiness=no')} without; {_uplift_in_short(resolved, figures)}",
        ]
    told.append(
        f"Others: {figures.told('background_within_guarantee_share')} of same-day requests seen within "
        f"{resolved.scenario.background.guarantee_days} days; at most "
        f"{figures.told('displacement_bound_visits_per_year')} of others' visits a year displaced, if every unit were "
        "full. How tight they are is not known."
    )
    return Section("In short", (), (), tuple(told))


def _doses_in_short(resolved: Resolved, figures: Figures) -> str:
    shares = {s: figures.mean("on_time_share", "stream", s) for s in sorted(resolved.scenario.streams)}
    known = {s: share for s, share in shares.items() if math.isfinite(share)}
    worst = min(known, key=lambda s: (known[s], s)) if known else None
    told = (
        f"Doses: {figures.told('on_time_share', 'site', 'unit')} on time at units, "
        f"{figures.told('on_time_share', 'site', 'hospital')} at the hospital"
    )
    return (
        f"{told}; least in {worst}, {figures.told('on_time_share', 'stream', worst)}."
        if worst
        else f"{told}."
    )


def _uplift_in_short(resolved: Resolved, figures: Figures) -> str:
    """Down to which share of the uplift the cost still fits."""
    enough = [
        s
        for s in available_shares(resolved)
        if figures.mean("uplift_share_used", key=share_key(figures, s)) <= 1
    ]
    if not enough:
        return "more than the whole uplift."
    least = min(enough)
    if least == min(available_shares(resolved)):
        return f"within the uplift even if only {100 * least:g} % of it is left for these streams."
    beyond = max(s for s in available_shares(resolved) if s < least)
    return f"within {100 * least:g} % of the uplift, not within {100 * beyond:g} %."
