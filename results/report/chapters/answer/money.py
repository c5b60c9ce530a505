"""Money: the cost against the uplift, how little of it would do, and which units carry more than their own part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from results.report.available import available, fitting, key_at
from results.report.chapters.answer.phrases import known_by_key, moves, spaced, unit_names
from results.report.document import Text
from results.report.language import Language
from results.report.quantities import Quantity, Trace, path_of
from results.report.rules import MOSTLY, out_of_ten
from results.report.subject import Subject

NAMED = 3  # units that are named, of those that carry more than their uplift
OVER = "units_over_uplift_share"


def money(subject: Subject, say: Language) -> Text:
    """Cost with and without readiness against the uplift, and who carries more than its own part of it."""
    if not moves(subject):
        return ()
    main = subject.main
    cost = say(
        "answer.money",
        cost=subject.measured(main, "cost_msek_per_year"),
        bare=subject.measured(main, "cost_msek_per_year", key="readiness=no"),
        uplift=subject.measured(main, "uplift_msek_per_year"),
    )
    return spaced([cost, *_fits(subject, say), *_over(subject, say)])


def _fits(subject: Subject, say: Language) -> Iterator[Text]:
    fit, bare = fitting(subject), fitting(subject, readiness=False).least
    if fit.least is None:
        yield say("answer.fits_not")
    elif fit.beyond is None:
        yield say("answer.fits_all", least=available(subject, fit.least))
    else:
        least, beyond = (available(subject, share) for share in (fit.least, fit.beyond))
        yield say("answer.fits_some", least=least, beyond=beyond)
    if bare is not None and bare != fit.least:
        yield say("answer.fits_bare", least=available(subject, bare))


def _over(subject: Subject, say: Language) -> Iterator[Text]:
    """The units that carry more than their uplift in most years, the worst by name; else how near any comes to it."""
    years_over = known_by_key(subject, OVER, "unit")
    over = [key for key, share in years_over.items() if share.value > MOSTLY]
    if over:
        yield _carrying_more(subject, say, over)
        return
    nearest = max(years_over, key=lambda key: (years_over[key].value, key), default=None)
    if nearest is None or years_over[nearest].value == 0:
        yield say("answer.over_never")
    else:
        chance = subject.chance(subject.main, subject.row(OVER, "unit", nearest), ">0.0")
        told = out_of_ten(say, chance, "years")
        yield say("answer.over_seldom", unit=unit_names(subject)[nearest], chance=told)
    yield from _with_less(subject, say)


def _carrying_more(subject: Subject, say: Language, over: Sequence[str]) -> Text:
    used, names = known_by_key(subject, "uplift_share_used", "unit"), unit_names(subject)
    worst = sorted(over, key=lambda key: (-used[key].value, key))[:NAMED]
    row = subject.row(OVER, "unit", "*")
    trace = Trace("units missing", subject.main.label, path_of(row), f">{MOSTLY!r}")
    return say(
        "answer.over",
        count=len(over),
        units=Quantity(len(over), "units", trace),
        worst=say.list([say("answer.unit_with", unit=names[key], value=used[key]) for key in worst]),
    )


def _with_less(subject: Subject, say: Language) -> Iterator[Text]:
    """How many units carry more than their part of the least of the uplift that does for the region."""
    least = fitting(subject).least
    if least is not None:
        share = subject.measured(subject.main, OVER, key=key_at(subject, least))
        if share.value > 0:
            yield say("answer.over_with_less", least=available(subject, least), share=share)
