"""The weeks in which few are at work, such as those of July and Christmas."""

from __future__ import annotations

import datetime as dt

from scenarios.load import Resolved

LOW_STAFF_SHARE = 0.75  # July and Christmas, not the weeks around them


def low_staff_weeks(resolved: Resolved) -> tuple[list[tuple[int, int]], tuple[str, ...]]:
    """Stretches of weeks (first, last; counted from 1) with few at work, and the names of their periods."""
    scenario = resolved.scenario
    periods = sorted(scenario.staffing.periods.items())
    stretches: list[tuple[int, int]] = []
    names: dict[str, None] = {}
    for week in range(1, scenario.horizon_days // 7 + 1):
        iso_week = (scenario.start_date + dt.timedelta(weeks=week - 1)).isocalendar().week
        name, period = next(((n, p) for n, p in periods if p.covers(iso_week)), ("", None))
        if period is None or period.staff_share > LOW_STAFF_SHARE:
            continue
        names[name] = None
        if stretches and stretches[-1][1] == week - 1:
            stretches[-1] = (stretches[-1][0], week)
        else:
            stretches.append((week, week))
    return stretches, tuple(names)
