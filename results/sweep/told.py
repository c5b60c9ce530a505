"""A sweep as its reader sees it: a table of headline measures per cell, or one JSON object for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from results.as_json import SCHEMA_VERSION
from results.summary.figures import Figures, Section, unit_of
from results.sweep.measures import CellMeasures
from scenarios.design import CELL, Cell, Design, spelt

HEADLINES = (
    "unit_visits_per_year",
    "nurse_hours_per_year",
    "on_time_share",
    "background_within_guarantee_share",
    "cost_msek_per_year",
)
MANY = 30  # cells; of more only the first and the extremes are shown
FIRST = 10
LONGEST = 60  # characters of a value


def cell_json(
    cell: Cell,
    keys: Sequence[str],
    measures: CellMeasures | None,
    scenario: Mapping[str, str],
    seed: int,
    failed: Iterable[str],
    names: Iterable[str],
) -> dict[str, Any]:
    """What `sweep --json` tells of a cell; `measures` is None where it has no replication.

    `failed` are the lines of its certificate that do not hold, `names` the measures that are told, all if none.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "sweep",
        "cell": cell.number,
        "values": dict(zip(keys, cell.values, strict=True)),
        "scenario": dict(scenario),
        "seed": seed,
        "replications": 0 if measures is None else len(measures.replications),
        "certificate_failed": list(failed),
        "measures": [] if measures is None else list(measures.told(names)),
    }


@dataclass(frozen=True, slots=True)
class Headlines:
    """One cell's shown measures of the region, as means and as they are written; none where nothing was made."""

    cell: Cell
    window: str
    means: tuple[float, ...]
    written: tuple[str, ...]


def headlines(cell: Cell, measures: CellMeasures | None, names: Sequence[str]) -> Headlines:
    """What the table shows of a cell."""
    if measures is None:
        return Headlines(cell, "", (math.nan,) * len(names), ("–",) * len(names))
    region = [i for i, row in enumerate(measures.rows) if row.scope == "region" and row.name in names]
    figures = Figures(tuple(measures.rows[i] for i in region), measures.values[:, region], measures.window)
    means = tuple(figures.mean(name) for name in names)
    return Headlines(cell, measures.window, means, tuple(figures.told(name) for name in names))


def sections(design: Design, told: Sequence[Headlines], names: Sequence[str]) -> Iterator[Section]:
    """Every cell, or the first ones and those where a measure is least and most."""
    many = len(told) > MANY
    windows = {each.window for each in told if each.window}
    remark = f"Of the region, window {', '.join(windows)}." if len(windows) == 1 else "Of the region."
    beside = ("window",) if len(windows) > 1 else ()
    rows = tuple(
        (
            str(each.cell.number),
            *(_short(spelt(value)) for value in each.cell.values),
            *(each.window for _ in beside),
            *each.written,
        )
        for each in told[: FIRST if many else None]
    )
    title = f"The first {FIRST} of {len(told):,} cells" if many else "Cells"
    yield Section(title, (CELL, *design.keys, *beside, *map(_column, names)), rows, (remark,))
    if many:
        columns = ("measure", "", "mean", CELL, *beside, "values")
        extremes = (
            (
                _column(name),
                word,
                each.written[i],
                str(each.cell.number),
                *(each.window for _ in beside),
                settings,
            )
            for i, name in enumerate(names)
            for word, each in _extremes(told, i)
            for settings in [", ".join(map(_short, design.settings(each.cell)))]
        )
        yield Section("Least and most", columns, tuple(extremes))


def _extremes(told: Sequence[Headlines], place: int) -> Iterator[tuple[str, Headlines]]:
    """The cells where a measure's mean is least and most, the first of equal ones."""
    if known := [each for each in told if math.isfinite(each.means[place])]:
        yield "least", min(known, key=lambda each: each.means[place])
        yield "most", max(known, key=lambda each: each.means[place])


def _column(name: str) -> str:
    return f"{name} ({unit})" if (unit := unit_of(name)) and "per_year" not in name else name


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
