"""The uplift at each available share: used, left, and how often it is not enough; with and without readiness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from results.measures import available_shares
from results.report.available import available, key_at
from results.report.document import Cell, Figure, Line, Table, Text
from results.report.figures import Bar, interval_bars
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.rules import out_of_ten
from results.report.subject import Subject

USED, LEFT, OVER = "uplift_share_used", "uplift_room_msek", "units_over_uplift_share"


def drawn(subject: Subject, say: Language) -> Figure:
    """The share used at each available share, against all of it."""
    bars = [
        Bar(
            _label(subject, share, say),
            _told(subject, USED, share, readiness=readiness),
            _group(say, readiness=readiness),
        )
        for share in available_shares(subject.resolved)
        for readiness in (True, False)
    ]
    return interval_bars(
        say,
        id="uplift-used",
        title=say("uplift.figure_title"),
        description=say("uplift.figure_description"),
        bars=bars,
        axis=say.plain("uplift.figure_axis"),
        zero=True,
        mark=(1.0, say.plain("uplift.all_of_it")),
    )


def by_share(subject: Subject, say: Language) -> tuple[Table, Table]:
    """A line per available share: what is used of it and how often it is not enough, and what is left over."""

    def line(share: float, *cells: Cell) -> Line:
        return Line((available(subject, share), *cells))

    shares = available_shares(subject.resolved)
    used = [line(share, *_used(subject, share), _not_enough(subject, share, say)) for share in shares]
    left = [line(share, *_left(subject, share)) for share in shares]
    return (
        _table(say, "uplift-shares", ("share", "left_of", "used", "used_bare", "not_enough"), used),
        _table(
            say, "uplift-room", ("share", "room", "room_bare", "more_visits"), left, say("uplift.visits_note")
        ),
    )


def _used(subject: Subject, share: float) -> tuple[Quantity, Quantity, Quantity]:
    amount = replace(_told(subject, "uplift_msek_per_year", share), decimals=1)
    return amount, _told(subject, USED, share), _told(subject, USED, share, readiness=False)


def _left(subject: Subject, share: float) -> tuple[Quantity, Quantity, Quantity]:
    more = _told(subject, "extra_visits_affordable", share)
    return _told(subject, LEFT, share), _told(subject, LEFT, share, readiness=False), more


def _table(say: Language, id: str, heads: Sequence[str], lines: Sequence[Line], *notes: Text) -> Table:
    """With a column of words only where it says how often."""
    numeric = (False, *(head != "not_enough" for head in heads[1:]))
    columns = tuple(say(f"uplift.{head}") for head in heads)
    return Table(id, say(f"{id.replace('-', '.')}_caption"), columns, tuple(lines), numeric, notes)


def _not_enough(subject: Subject, share: float, say: Language) -> Text:
    """In how many years the cost exceeds it, readiness included."""
    row = subject.row(USED, key=key_at(subject, share))
    return out_of_ten(say, subject.chance(subject.main, row, ">1"), of="years")


def over_their_own(subject: Subject, say: Language) -> Table:
    """Units whose cost exceeds their own part, at each available share."""
    lines = tuple(
        Line(
            (
                available(subject, share),
                _told(subject, OVER, share),
                _told(subject, OVER, share, readiness=False),
            )
        )
        for share in available_shares(subject.resolved)
    )
    columns = (say("uplift.share"), say("uplift.over"), say("uplift.over_bare"))
    return Table("uplift-over", say("uplift.over_caption"), columns, lines, (False, True, True))


def _told(subject: Subject, name: str, share: float, *, readiness: bool = True) -> Quantity:
    return subject.measured(subject.main, name, key=key_at(subject, share, readiness=readiness))


def _label(subject: Subject, share: float, say: Language) -> str:
    return say.plain("uplift.if_available", share=available(subject, share))


def _group(say: Language, *, readiness: bool) -> str:
    return say.plain("uplift.with_readiness" if readiness else "uplift.without_readiness")
