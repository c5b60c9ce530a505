"""Who carries more than others beside their own part of the uplift: areas, and the units that use most of theirs."""

from __future__ import annotations

from results.report.document import Line, Name, Table
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.rules import out_of_ten
from results.report.subject import Subject, keys_of

USED = "uplift_share_used"
AMOUNTS = ("cost_msek_per_year", "uplift_msek_per_year", USED, "uplift_room_msek")
NAMED = 10  # units


def by_area(subject: Subject, say: Language) -> Table:
    """Cost, uplift, share used and left of each area, the largest share first."""

    def cells(scope: str, key: str) -> list[Quantity]:
        return [subject.measured(subject.main, name, scope, key) for name in AMOUNTS]

    areas = {key: cells("area", key) for key in keys_of(subject, "area")}
    ranked = sorted(areas, key=lambda key: (-areas[key][AMOUNTS.index(USED)].value, key))
    lines = [Line(((Name(key),), *areas[key])) for key in ranked]
    heads = (say("uplift.cost"), say("uplift.uplift"), say("uplift.used"), say("uplift.room"))
    return Table(
        "uplift-areas",
        say("uplift.areas"),
        (say("terms.area"), *heads),
        (*lines, Line((say("terms.region"), *cells("region", "")), "total")),
        (False, True, True, True, True),
    )


def most_used(subject: Subject, say: Language) -> Table:
    """The units that use most of their own part in the mean, and how often it is not enough for them."""
    used = {unit: subject.measured(subject.main, USED, "unit", unit.key) for unit in subject.resolved.units}
    known = [unit for unit in used if used[unit].known]
    ranked = sorted(known, key=lambda unit: (-used[unit].value, unit.key))[:NAMED]
    lines = []
    for unit in ranked:
        over = subject.chance(subject.main, subject.row(USED, "unit", unit.key), ">1")
        place = (Name(unit.municipality),)
        lines.append(Line(((Name(unit.name),), place, used[unit], out_of_ten(say, over, of="years"))))
    columns = (say("terms.unit"), say("terms.municipality"), say("uplift.used"), say("uplift.not_enough"))
    return Table("uplift-units", say("uplift.units"), columns, tuple(lines), (False, False, True, False))
