"""Many cells of one scenario: their measures on disk, and as they are told."""

from results.sweep.measures import CellMeasures
from results.sweep.store import (
    CERTIFICATE,
    KIND,
    MEASURES,
    TABLES,
    Sweep,
    failed_lines,
    open_sweep,
    sweep_folder,
    write_draft,
)
from results.sweep.told import HEADLINES, Headlines, cell_json, headlines, sections

__all__ = [
    "CERTIFICATE",
    "HEADLINES",
    "KIND",
    "MEASURES",
    "TABLES",
    "CellMeasures",
    "Headlines",
    "Sweep",
    "cell_json",
    "failed_lines",
    "headlines",
    "open_sweep",
    "sections",
    "sweep_folder",
    "write_draft",
]
