"""Where the twin and the model differ, told so that one sees what happened first."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.records import Records
from tests.twin.log import TwinRecords

SAME = 1e-9  # share of overtime, of which the twin adds up visits and the model staff; all else is equal to the bit
WHEN = {"visits": "day", "doses": "given", "others": "day", "referrals": "reviewed", "patients": "referred"}
TOLD = 8  # fields


def difference(model: Records, twin: TwinRecords) -> str:
    """The first difference of each field, the earliest field first; empty where the two are the same."""
    found = [
        _told(field.name, getattr(model, field.name), getattr(twin, field.name))
        for field in fields(twin)
        if not _same(field.name, getattr(model, field.name), getattr(twin, field.name))
    ]
    return "\n".join(text for _, text in sorted(found)[:TOLD])


def _same(name: str, model: Any, twin: Any) -> bool:
    if name == "overtime" and model.shape == twin.shape:
        return bool((np.abs(model - twin) <= SAME * np.maximum(1.0, model)).all())
    return bool(np.array_equal(model, twin))


def _told(name: str, model: Any, twin: Any) -> tuple[int, str]:
    """A day, far away where the field has none, and what differs."""
    never = 10**9
    if not isinstance(model, np.ndarray) or (model.shape != twin.shape and model.dtype.names is None):
        return never, f"{name}: model {model!r}, twin {twin!r}"
    if model.dtype.names is None:
        place = tuple(np.argwhere(model != twin)[0].tolist())
        day = place[0] if model.ndim == 3 and name.startswith(("used", "overtime", "servers")) else never
        return day, f"{name}{list(place)}: model {model[place]!r}, twin {twin[place]!r}"
    common = min(len(model), len(twin))
    unlike = np.flatnonzero(model[:common] != twin[:common])
    row = int(unlike[0]) if unlike.size else common
    mine, its = _row(model, row), _row(twin, row)
    days = [told[WHEN[name]] for told in (mine, its) if told and name in WHEN]
    told = f"{name}, row {row} of {len(model)} and {len(twin)}:\n  model {mine}\n  twin  {its}"
    return min(days, default=never), told


def _row(rows: NDArray[Any], number: int) -> dict[str, Any] | None:
    """A row by its column names; None past the end."""
    names = rows.dtype.names or ()
    return dict(zip(names, rows[number].tolist(), strict=True)) if number < len(rows) else None
