"""How tight units are is not known: the calibrations of it under which other patients are told of.

A calibration is the two values that say how much other patients ask for and how that is spread over units. Those
that come along meet the same care guarantee and differ in who has room to spare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from results.comparison import Calibration
from scenarios.load import Resolved, patched, resolve, standing

FEW_OVERLOADED, TIGHT_EVERYWHERE = "decision-2026", "tight-everywhere"
VALUES = (("background", "load_factor"), ("background", "unit_load_cv"))


@dataclass(frozen=True, slots=True, repr=False)
class Tightness:
    """A calibration, and its two values with their evidence as `patched` takes them."""

    calibration: Calibration
    values: Mapping[tuple[str, ...], Any]

    def __repr__(self) -> str:
        return f"<Tightness of {self.calibration.name}>"

    def of(self, resolved: Resolved) -> Resolved:
        """The same scenario with units as tight as this; the scenario itself where they are."""
        same = _level(resolved) == (self.calibration.load_factor, self.calibration.unit_load_cv)
        return resolved if same else patched(resolved, self.values)


def calibrations(scenarios: Sequence[Resolved], beside: str) -> tuple[Tightness, ...]:
    """Every calibration that the scenarios have, and at least two.

    Where all have the same, the second is that of the scenario `beside`, or that of `FEW_OVERLOADED` if `beside`
    has the same too. Raises InputError where `beside` is no scenario.
    """
    known = [resolve(name) for name in dict.fromkeys((beside, FEW_OVERLOADED, TIGHT_EVERYWHERE))]
    own = list(dict.fromkeys(map(_level, scenarios)))
    beyond = [level for level in map(_level, known) if level not in own]
    named = {_level(scenario): scenario for scenario in reversed(known)}
    first = {_level(scenario): scenario for scenario in reversed(scenarios)} | named
    return tuple(
        _tightness(first[level], scenarios, named=level in named)
        for level in (own if len(own) > 1 else [*own, beyond[0]])
    )


def _tightness(source: Resolved, scenarios: Sequence[Resolved], *, named: bool) -> Tightness:
    """The calibration of one scenario, as it is told of others."""
    load_factor, unit_load_cv = _level(source)
    name = source.scenario.name if named else f"load {load_factor:g}, spread {unit_load_cv:g}"
    elsewhere = named and any(s.register_bytes != source.register_bytes for s in scenarios)
    return Tightness(
        Calibration(name, load_factor, unit_load_cv, elsewhere),
        {path: standing(source, path) for path in VALUES},
    )


def _level(resolved: Resolved) -> tuple[float, float]:
    background = resolved.scenario.background
    return background.load_factor, background.unit_load_cv
