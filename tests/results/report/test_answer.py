"""The first page: what it says follows from the results, also where these are odd."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from results.comparison import Sample, Side, compare
from results.report.chapters.answer import chapter
from results.report.document import Bullets, Name, Paragraph, Section, Text
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.subject import Subject, Target
from results.report.tightness import tightness
from results.table import Row
from scenarios.evidence import Evidence
from tests.results.report.found import look_up

LANGUAGES = ("sv", "en")
SEEN, AWAY = "background_within_guarantee_share", "background_diverted_per_year"
DECISION, TODAY, TIGHT = "decision-2026", "no-transfer", "tight-everywhere"
NOISE = np.array([0.01, -0.01, 0.012, -0.012])  # of four replications, with no mean of its own

Values = np.ndarray
Change = Callable[[Row, Values], Values]


def changed(subject: Subject, changes: Mapping[str, Change], *, replications: int | None = None) -> Subject:
    """The subject as if runs had given other values: by label, or by calibration and label, row by row."""

    def sample(own: Sample, *names: str) -> Sample:
        values = own.values[:replications].copy()
        for name in names:
            for i, row in enumerate(own.rows if name in changes else ()):
                values[:, i] = changes[name](row, values[:, i])
        return replace(own, values=values)

    def side(own: Side) -> Side:
        under = {name: sample(each, f"{own.label} @ {name}") for name, each in own.under.items()}
        mine = next((name for name, each in own.under.items() if each is own.sample), None)
        alone = sample(own.sample, own.label)
        return replace(own, sample=alone, under={**under, mine: alone} if mine else under)

    found = subject.comparison
    baseline, *scenarios = map(side, subject.sides)
    comparison = compare(baseline, scenarios, found.view, paired=True, calibrations=found.calibrations)
    return replace(subject, comparison=comparison, numbers=subject.numbers[:replications])


def over_rows(
    new: Mapping[str, Callable[[Values], Values]], scope: str = "region", key: str | None = None
) -> Change:
    """A change of some measures at one scope, in every window."""

    def change(row: Row, values: Values) -> Values:
        meant = row.name in new and row.scope == scope and key in (None, row.key)
        return new[row.name](values) if meant else values

    return change


def constant(value: float) -> Callable[[Values], Values]:
    return lambda values: np.full(values.shape, value)


def alone(subject: Subject) -> Subject:
    """One run without anything beside it."""
    found = subject.comparison
    return replace(subject, comparison=compare(found.baseline, [], found.view, paired=True, calibrations=()))


def texts(section: Section) -> Iterator[Text]:
    for block in section.blocks:
        match block:
            case Paragraph(text=text):
                yield text
            case Bullets(items=items):
                yield from items


def page(subject: Subject, code: str = "sv") -> str:
    say = Language(code)
    return "\n".join(say.flat(text) for text in texts(chapter(subject, say)))


def quantities(subject: Subject) -> list[Quantity]:
    section = chapter(subject, Language("sv"))
    return [part for text in texts(section) for part in text if isinstance(part, Quantity)]


def assert_says(subject: Subject, sv: str, en: str) -> None:
    for code, told in (("sv", sv), ("en", en)):
        assert told in page(subject, code), (told, page(subject, code))


def assert_silent(subject: Subject, sv: str, en: str) -> None:
    for code, told in (("sv", sv), ("en", en)):
        assert told not in page(subject, code), told


# --- the four cases ---------------------------------------------------------------------------------


def test_a_difference_that_may_be_chance_is_not_distinguishable(subject: Subject) -> None:
    """Doses on time without the transfer are those of the decision, but for noise."""
    own = subject.values(subject.main, subject.row("on_time_share"))
    alike = changed(subject, {TODAY: over_rows({"on_time_share": lambda values: own + NOISE})})
    assert_says(
        alike, "går inte att skilja från slumpen, om sjukhusen", "cannot be told from chance, if hospitals"
    )
    assert_says(alike, "går inte att skilja från slumpen.", "is not distinguishable from chance.")
    assert_silent(alike, "Fler doser ges i tid", "More doses are on time")
    assert_silent(alike, "Färre doser ges i tid", "Fewer doses are on time")


@pytest.mark.parametrize(
    ("shift", "sv", "en"),
    [(-0.2, "Fler doser ges i tid", "More doses are on time"),
     (0.2, "Färre doser ges i tid", "Fewer doses are on time"),
     (0.0, "Lika många doser ges i tid", "As many doses are on time")],
)  # fmt: skip
def test_a_difference_has_its_direction(subject: Subject, shift: float, sv: str, en: str) -> None:
    """Seen from the decision: without the transfer so many more are on time."""
    own = subject.values(subject.main, subject.row("on_time_share"))
    moved = own + shift + (NOISE if shift else 0.0)
    assert_says(changed(subject, {TODAY: over_rows({"on_time_share": lambda values: moved})}), sv, en)


def graded(subject: Subject, grades: Mapping[str, str]) -> Subject:
    """The subject as if these numbers of patients had other grades."""
    main = subject.main
    evidence = dict(main.resolved.evidence)
    for stream, grade in grades.items():
        source = "decision-2026-01-19" if grade == "decision" else None
        evidence[f"streams.{stream}.patients"] = Evidence(grade=grade, source=source)
    baseline = replace(main, resolved=replace(main.resolved, evidence=evidence))
    return replace(subject, comparison=replace(subject.comparison, baseline=baseline))


def test_what_rests_mainly_on_assumptions_says_so(subject: Subject) -> None:
    """In the test region every number of patients is a bare one, so an assumption."""
    assert_says(subject, "Svaret vilar mest på antaganden", "The answer rests mainly on assumptions")
    assert_says(subject, "Vilar mest på antaganden.", "Rests mainly on assumptions.")
    assert_says(subject, "100\xa0% av sjuksköterskornas tid", "100\xa0% of nurse time")


def test_what_rests_partly_on_assumptions_names_them(subject: Subject) -> None:
    streams = subject.resolved.scenario.streams
    stated = graded(subject, {s: "decision" for s in streams if s not in ("denosumab", "iron")})
    hours = {
        s: subject.values(subject.main, subject.row("nurse_hours_per_year", "stream", s)) for s in streams
    }
    share = ((hours["denosumab"] + hours["iron"]) / sum(hours.values())).mean()
    assert 0.1 < share < 0.5
    assert_says(stated, "vilar delvis på antaganden", "rests partly on assumptions")
    assert_silent(stated, "vilar mest på antaganden", "rests mainly on assumptions")
    told = [each for each in quantities(stated) if each.trace.kind == "assumed"]
    assert told[0].value == pytest.approx(share)
    assert "Denosumab, skelettmetastaser 30\xa0patienter" in page(stated)
    assert "Fulvestrant, bröstcancer 20\xa0patienter" not in page(stated)


def test_what_hardly_rests_on_assumptions_does_not_boast_of_them(subject: Subject) -> None:
    stated = graded(subject, dict.fromkeys(subject.resolved.scenario.streams, "decision"))
    assert_silent(stated, "Svaret vilar", "The answer rests")
    assert_says(stated, "De är till största delen angivna: 0\xa0%", "Most are stated: 0\xa0%")
    assert_silent(stated, "Antaget:", "Assumed:")


def unit_means(subject: Subject, name: str) -> dict[str, float]:
    """Of each unit the mean over replications, from the run's own table."""
    table = subject.runs[DECISION].table("measures", subject.numbers)
    rows = table[
        (table["name"] == name) & (table["scope"] == "unit") & (table["window"] == subject.window.name)
    ]
    return dict(rows.groupby("key", observed=True)["value"].mean().dropna())


def test_a_missed_target_names_its_units(subject: Subject) -> None:
    means = unit_means(subject, "on_time_share")
    worst, second, *rest = sorted(means, key=lambda key: means[key])
    between = float(means[second] + means[rest[0]]) / 2
    held = replace(subject, targets=(Target("on_time_share", True, between),))
    names = {unit.key: unit.name for unit in subject.resolved.units}
    assert_says(
        held,
        "missas det vid 2\xa0vårdcentraler, mest vid " + names[worst],
        "is missed at 2\xa0units, most at " + names[worst],
    )
    told = page(held)
    assert f" och {names[second]} med " in told
    assert not any(f"{names[key]} med " in told for key in rest)


def test_a_target_on_its_bound_is_met(subject: Subject) -> None:
    mean = subject.measured(subject.main, "on_time_share")
    own = subject.values(subject.main, subject.row("on_time_share"))
    just, beyond = (
        Target("on_time_share", True, mean.low),
        Target("on_time_share", True, math.nextafter(mean.low, 1)),
    )
    for target, met in ((just, True), (beyond, False)):
        told = page(replace(subject, targets=(target,)))
        assert ("går inte att säga" in told) is not met
    always = replace(subject, targets=(Target("on_time_share", True, float(own.min()) - 0.1),))
    assert_says(always, "nås i regionen i alla simulerade år", "is met in the region in every simulated year")


def test_chance_is_told_in_years_of_ten(subject: Subject) -> None:
    """Of four years one misses: 2.5 of ten, told as 2."""
    own = np.sort(subject.values(subject.main, subject.row("on_time_share")))
    target = Target("on_time_share", True, float(own[:2].mean()))
    assert_says(replace(subject, targets=(target,)), "missas i 2\xa0år av 10", "missed in 2\xa0of 10 years")


def test_displacement_that_depends_on_tightness_is_said_to(subject: Subject) -> None:
    """Nothing changes where few units are overloaded; where all are tight 500 more are turned away."""
    few = subject.values(subject.today, subject.row(AWAY)) if subject.today else np.empty(0)
    today = changed(
        subject,
        {
            DECISION: over_rows({AWAY: lambda values: few + NOISE}),
            f"{DECISION} @ {TIGHT}": over_rows({AWAY: lambda values: values + 100}, key=""),
            f"{TODAY} @ {TIGHT}": over_rows({AWAY: constant(7.0)}),
        },
    )
    depends = changed(today, {f"{DECISION} @ {TIGHT}": over_rows({AWAY: lambda values: 507.0 + NOISE})})
    assert_says(depends, "beror på hur hårt belastade vårdcentralerna är", "depends on how tight units are")
    assert_says(
        depends, "om få vårdcentraler är överbelastade och +500,0", "if few units are overloaded and +500.0"
    )


@pytest.mark.parametrize(
    ("few", "tight", "sv", "en"),
    [(100.0, 150.0, "Andra patienter trängs undan, både", "Other patients are displaced, both"),
     (9.0, 9.5, "men färre än 1 % av dem", "but fewer than 1 % of those"),
     (-100.0, -150.0, "Fler andra patienter får plats, både", "More other patients get room, both"),
     (100.0, 250.0, "beror på hur hårt belastade", "depends on how tight"),
     (0.0, 0.0, "går inte att skilja från slumpen", "cannot be told from chance")],
)  # fmt: skip
def test_displacement_is_told_under_both_calibrations(
    subject: Subject, few: float, tight: float, sv: str, en: str
) -> None:
    same = over_rows({AWAY: constant(1000.0), SEEN: constant(0.9)})
    told = changed(
        subject,
        {
            TODAY: same,
            f"{TODAY} @ {TIGHT}": same,
            DECISION: over_rows({AWAY: lambda values: 1000.0 + few + NOISE, SEEN: constant(0.9)}),
            f"{DECISION} @ {TIGHT}": over_rows(
                {AWAY: lambda values: 1000.0 + tight + NOISE, SEEN: constant(0.9)}
            ),
        },
    )
    assert_says(told, sv, en)


@pytest.mark.parametrize("name", ["as-in", "load 1.3, spread 0.2", "<script>"])
def test_a_calibration_of_the_users_own_is_told_by_its_name(name: str) -> None:
    assert Name(name) in tightness(Language("sv"), name)


# --- money ------------------------------------------------------------------------------------------


def with_use(subject: Subject, whole: float, bare: float = 0.01) -> Subject:
    """As if the cost were this share of the whole uplift, in every year."""

    def change(row: Row, values: Values) -> Values:
        if row.name != "uplift_share_used" or row.scope != "region":
            return values
        parts = dict(part.split("=") for part in row.key.split(";") if part)
        used = bare if "readiness" in parts else whole
        return np.full(values.shape, used / float(parts.get("available", 1.0)))

    return changed(subject, {DECISION: change})


@pytest.mark.parametrize(
    ("whole", "sv", "en"),
    [(0.05, "Den ryms i 5\xa0% av höjningen.", "It fits 5\xa0% of the uplift."),
     (0.06, "i 10\xa0% av höjningen, men inte i 5\xa0%.", "10\xa0% of the uplift, but not 5\xa0%."),
     (1.0, "i 100\xa0% av höjningen, men inte i 50\xa0%.", "100\xa0% of the uplift, but not 50\xa0%."),
     (1.01, "Den ryms inte i hela höjningen", "It does not fit the whole uplift")],
)  # fmt: skip
def test_money_fits_down_to_a_share_of_the_uplift(subject: Subject, whole: float, sv: str, en: str) -> None:
    assert_says(with_use(subject, whole), sv, en)


def test_money_without_readiness_is_told_where_it_goes_further(subject: Subject) -> None:
    assert_says(
        with_use(subject, 0.06, bare=0.02),
        "Utan beredskap räcker 5\xa0%",
        "Without readiness 5\xa0% is enough",
    )
    assert_silent(with_use(subject, 0.06, bare=0.06), "Utan beredskap räcker", "Without readiness")


def test_a_dear_year_decides_whether_money_fits(subject: Subject) -> None:
    """The mean fits a tenth of the uplift; one year in four does not, so neither does one in twenty."""
    dear = np.array([0.09, 0.09, 0.09, 0.12])

    def change(row: Row, values: Values) -> Values:
        if row.name != "uplift_share_used" or row.scope != "region" or "readiness" in row.key:
            return values
        return dear / float(row.key.partition("=")[2] or 1.0)

    assert_says(
        changed(subject, {DECISION: change}),
        "i 25\xa0% av höjningen, men inte i 10\xa0%.",
        "25\xa0% of the uplift, but not 10\xa0%.",
    )


def test_units_that_carry_more_than_their_uplift_are_named(subject: Subject) -> None:
    first, second, third = subject.resolved.units[:3]

    def change(row: Row, values: Values) -> Values:
        share = {first.key: (1.0, 1.4), second.key: (0.75, 2.5), third.key: (0.5, 1.6)}.get(row.key)
        if row.scope != "unit" or share is None:
            return values
        if row.name == "units_over_uplift_share":
            return (np.arange(4) < 4 * share[0]).astype(float)
        return np.full(4, share[1]) if row.name == "uplift_share_used" else values

    over = changed(subject, {DECISION: change})
    told = page(over)
    assert "Vid 2\xa0vårdcentraler är kostnaden större än den egna höjningen" in told
    assert told.index(f"mest vid {second.name} med 250\xa0%") < told.index(f"{first.name} med 140\xa0%")
    assert f"{third.name} med" not in told


def test_a_unit_that_sometimes_carries_more_is_told_with_its_chance(subject: Subject) -> None:
    unit = subject.resolved.units[4]
    change = over_rows(
        {"units_over_uplift_share": lambda values: np.array([0.0, 0.0, 1.0, 0.0])}, "unit", unit.key
    )
    assert_says(
        changed(subject, {DECISION: change}),
        f"närmast är {unit.name}, där den gör det i 2\xa0år av 10",
        f"nearest is {unit.name}, where it does in 2\xa0of 10 years",
    )


# --- what stands before the answer, and odd subjects ---------------------------------------------------


def with_certificate(subject: Subject, label: str, lines: object) -> Subject:
    run = subject.runs[label]
    return replace(
        subject, runs={**subject.runs, label: replace(run, manifest={**run.manifest, "certificate": lines})}
    )


def first_block(subject: Subject) -> Paragraph:
    first = chapter(subject, Language("sv")).blocks[0]
    assert isinstance(first, Paragraph)
    return first


def test_a_certificate_that_holds_is_no_warning(subject: Subject) -> None:
    assert first_block(subject).tone == "lead"


@pytest.mark.parametrize("label", [DECISION, TODAY])
def test_the_page_opens_with_a_certificate_that_failed(subject: Subject, label: str) -> None:
    line, *rest = subject.runs[label].manifest["certificate"]
    failed = with_certificate(subject, label, [{**line, "verdict": "failed"}, *rest])
    opening = first_block(failed)
    assert opening.tone == "warning"
    assert Language("sv").flat(opening.text).startswith(f"Kontrollen av körningen misslyckades för {label}.")


def test_the_page_opens_with_a_certificate_that_is_missing(subject: Subject) -> None:
    opening = first_block(with_certificate(subject, TODAY, None))
    assert opening.tone == "warning"
    assert Language("sv").flat(opening.text).startswith(f"Körningen är inte kontrollerad för {TODAY}:")


def test_one_replication_is_said_to_have_no_intervals(subject: Subject) -> None:
    single = changed(subject, {}, replications=1)
    assert first_block(single).tone == "warning"
    assert_says(single, "inga intervall kan anges", "there are no intervals")
    assert not any(quantity.has_interval for quantity in quantities(single))


def test_one_run_alone_is_compared_with_nothing(subject: Subject) -> None:
    single = alone(subject)
    assert_silent(single, "än utan överföringen", "than without the transfer")
    assert_silent(single, "jämfört med", "compared with")
    assert_silent(single, "Alternativ.", "Alternative.")
    assert_says(
        single,
        "Frågan: vad innebär ”Beslutet i januari 2026”?",
        "what comes of ‘The decision of January 2026’?",
    )


def test_without_transfer_nothing_is_said_to_move(subject: Subject) -> None:
    found = subject.comparison
    assert subject.today is not None
    still = compare(subject.today, [found.baseline], found.view, paired=True, calibrations=found.calibrations)
    assert_says(
        replace(subject, comparison=still),
        "Ingen patient flyttas",
        "No patient moves",
    )
    assert_silent(replace(subject, comparison=still), "Pengar.", "Money.")


def test_without_calibrations_displacement_is_not_claimed(subject: Subject) -> None:
    bare = replace(subject.comparison, calibrations=(), displacement={})
    assert_says(replace(subject, comparison=bare), "Undanträngning visas inte", "Displacement is not shown")


def test_what_is_undefined_is_left_out(subject: Subject) -> None:
    doses = ("on_time_share", "late_days_p95")

    def undefined(row: Row, values: Values) -> Values:
        return np.full(values.shape, math.nan) if row.name in doses else values

    none = changed(subject, dict.fromkeys((DECISION, TODAY), undefined))
    assert_says(none, "Ingen dos förföll", "None fell due")
    assert_says(none, "kan inte prövas", "cannot be tried")
    assert all(each.known for each in quantities(none))


# --- alternatives -----------------------------------------------------------------------------------


def test_alternatives_tell_what_they_change_most_and_what_may_be_chance(subject: Subject) -> None:
    label = subject.alternatives[0].label
    headlines = {
        "travel_km_per_year": lambda values: 3 * values,
        "cost_msek_per_year": lambda values: values * 1.05,
        "nurse_hours_per_year": lambda values: values + NOISE,
        "on_time_share": lambda values: values,
    }
    own = dict(zip(subject.main.sample.rows, subject.main.sample.values.T, strict=True))

    def change(row: Row, values: Values) -> Values:
        if row.scope != "region" or row.key:
            return values
        return headlines.get(row.name, lambda same: same)(own[row])

    told = page(changed(subject, {label: change}))
    assert "ändrar mest: Patienternas resor +" in told
    assert told.index("Patienternas resor +") < told.index(
        "Kostnad för vårdcentralerna, beredskap inräknad +"
    )
    assert "Kan vara slump: ”Sjuksköterskans tid”." in told


# --- every number -----------------------------------------------------------------------------------

EXACT = ("count", "value", "target", "available", "units missing", "chance")  # known without an interval


def test_no_number_stands_without_interval_and_unit(subject: Subject) -> None:
    told = quantities(subject)
    assert len(told) > 25
    for each in told:
        never_varies = each.low == each.high
        assert each.has_interval or never_varies or each.trace.kind in EXACT, each
        assert each.unit != "none" or each.trace.how in ("low", "high"), each


def test_every_number_leads_back_to_the_runs(subject: Subject) -> None:
    for each in {each.trace: each for each in quantities(subject)}.values():
        value, low, high = look_up(subject, each.trace)
        assert each.value == pytest.approx(value), each.trace
        if each.has_interval and not math.isnan(low):
            assert (each.low, each.high) == pytest.approx((low, min(high, each.high))), each.trace


def test_what_is_added_under_a_calibration_is_as_compared(subject: Subject) -> None:
    found = subject.comparison.displacement[TODAY, TIGHT]
    (wanted,) = (each for each in found if each.row == subject.row(AWAY))
    (told,) = (
        each
        for each in quantities(subject)
        if each.trace.kind == "difference" and each.trace.run.endswith(TIGHT)
    )
    assert (told.value, told.low, told.high) == pytest.approx((-wanted.mean, -wanted.high, -wanted.low))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_is_short(subject: Subject, code: str) -> None:
    """One page in print: without targets, which are told at length because they were asked for."""
    assert 250 < len(page(replace(subject, targets=()), code).split()) < 450
