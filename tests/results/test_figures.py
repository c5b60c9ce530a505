import csv
import io
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from results.figures import FIGURES, draw, draw_all, heat_map
from results.figures.lettering import harmless, shorten, spread, width, wrap
from results.figures.style import COLOURS, QUIET, count, in_style, percent
from results.figures.subject import Subject, read_subject
from results.figures.waiting import quantile
from results.store import NotARun, Run, open_run
from scenarios.load import Resolved, resolve
from tests.results.rendered import Drawn, contrast, mark_colours, render
from vardflode.runs import make_run

SVG_TEXT = "{http://www.w3.org/2000/svg}text"
HOSTILE = (
    "<script>alert(1)</script>",
    "$x$ och $\\frac{1}$",
    '[/bold] & "co"',
    "=cmd()",
    "Å" * 290,
    "診療所",
)
LONG = "ett område vars namn ingen skylt rymmer " * 4

SmallRegion = Callable[..., Any]


@dataclass(frozen=True)
class Recipe:
    """A small run of a kind that must be drawn."""

    sets: tuple[str, ...] = ()
    scenario: str = "decision-2026"
    replications: int = 1
    rename: Callable[[list[dict[str, str]]], list[dict[str, str]]] = field(default=lambda rows: rows)


def hostile(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Each unit in an area of its own, with names that do not fit or are not safe to print raw."""
    names = itertools.cycle(HOSTILE)
    return [row | {"name": next(names), "area": f"{n} <b>$y$ {LONG}"} for n, row in enumerate(rows)]


def title(text: str, key: str = "title") -> str:
    return f'{key}={{en: "{text}", sv: "-"}}'


NO_PERIODS = tuple(f"staffing.periods.{p}=null" for p in ("early-summer", "july", "late-summer", "christmas"))
NURSES = ("fulvestrant", "goserelin", "triptorelin", "zoledronate", "denosumab", "iron", "catheter")
RECIPES = {
    "decision": Recipe(replications=2),
    "three years, little uplift": Recipe(("horizon_years=3", "money.uplift_msek_per_year=0.1", *NO_PERIODS)),
    "no transfer": Recipe(scenario="no-transfer"),
    "no uplift, doctors only": Recipe(
        ("money.uplift_msek_per_year=0", *(f"streams.{stream}.patients=0" for stream in NURSES))
    ),
    "one unit": Recipe(rename=lambda rows: rows[:1]),
    "a unit that is closed": Recipe(("unit_changes={u014: {closes: 2026-03-02, staff_moves_share: 1}}",)),
    "hostile": Recipe(
        (
            title("<script> $x$ [/bold] \\a \\u202E" + "x" * 900),
            title("<b>$y$</b> " + "lång " * 30, "streams.iron.label"),
            title("Å" * 200, "streams.denosumab.label"),
            f"staffing.periods.{'weeks-' * 9}x={{first_iso_week: 40, last_iso_week: 41, staff_share: 0.5, "
            "demand_share: 1}",
        ),
        replications=2,
        rename=hostile,
    ),
}
# Which figures a run tries that nothing before it does.
TRIED = {
    "decision": FIGURES,
    "three years, little uplift": ("weekly_load", "heat_map", "uplift_by_area", "uplift_by_unit", "warm_up"),
    "no transfer": FIGURES,
    "no uplift, doctors only": FIGURES,
    "one unit": ("heat_map", "spread", "uplift_by_area", "uplift_by_unit"),
    "a unit that is closed": ("heat_map", "spread", "uplift_by_unit"),
    "hostile": FIGURES,
}


@pytest.fixture(scope="module")
def subject(
    small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Subject]]:
    """`subject(kind)`: a run of that kind, made when first asked for.

    Its scenario is not read back from its folder: that takes longer than to draw it.
    """
    out, known, scenarios = tmp_path_factory.mktemp("runs"), dict[str, Subject](), dict[str, Resolved]()
    text = small_region().register_bytes.decode("utf-8-sig")
    shipped = list(csv.DictReader(io.StringIO(text)))

    def made(kind: str) -> Subject:
        if kind not in known:
            recipe = RECIPES[kind]
            resolved = small_region(*recipe.sets, scenario=recipe.scenario, rows=recipe.rename(shipped))
            run = make_run(resolved, replications=recipe.replications, workers=1, out=out).run
            assert run is not None
            scenarios[run.manifest["hash"]] = resolved
            known[kind] = read_subject(run)
        return known[kind]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "resolved", lambda run: scenarios[run.manifest["hash"]])
        yield made


@pytest.fixture(scope="module")
def drawn(subject: Callable[[str], Subject]) -> Callable[[str, str], Drawn]:
    """`drawn(name, kind)`: one figure of a run of that kind, drawn once."""
    known = dict[tuple[str, str], Drawn]()

    def rendered(name: str, kind: str) -> Drawn:
        if (name, kind) not in known:
            with in_style():
                known[name, kind] = render(draw(name, subject(kind)))
        return known[name, kind]

    return rendered


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in TRIED.items() for name in names])
def test_no_text_overlaps_another_or_leaves_the_page(
    name: str, kind: str, drawn: Callable[[str, str], Drawn]
) -> None:
    assert list(drawn(name, kind).faults()) == []


def test_a_unit_that_is_closed_throughout_is_none_of_the_units(drawn: Callable[[str, str], Drawn]) -> None:
    kind = "a unit that is closed"
    assert "of 11 units cost more" in " ".join(drawn("uplift_by_unit", kind).lines)
    assert " of 11," in " ".join(drawn("spread", kind).lines)
    assert "half of the units spend at most 0 %" not in " ".join(drawn("heat_map", kind).lines)


def test_the_check_of_texts_sees_what_it_is_for() -> None:
    with in_style():
        page = Figure(figsize=(4, 3))
        FigureCanvasAgg(page)
        page.text(0.5, 0.5, "one")
        page.text(0.52, 0.5, "two")
        page.text(0.95, 0.9, "out of the page")
        assert list(render(page).faults()) == ["'out of the page' leaves the page", "'one' overlaps 'two'"]


@pytest.mark.parametrize("name", FIGURES)
def test_lines_markers_and_bars_stand_out_on_white(name: str, drawn: Callable[[str, str], Drawn]) -> None:
    colours = list(mark_colours(drawn(name, "decision").figure))
    assert colours
    assert min(map(contrast, colours)) >= 3


def test_the_heat_map_darkens_evenly_and_so_reads_in_grey() -> None:
    steps = [1.05 / contrast(colour) - 0.05 for colour in heat_map.COLOURS]
    assert steps == sorted(steps, reverse=True)


def test_the_house_colours_stand_out_on_white() -> None:
    assert min(map(contrast, COLOURS)) >= 3
    assert contrast(QUIET) >= 4.5
    assert contrast("white") == pytest.approx(1)
    assert contrast("black") == pytest.approx(21)


ABOUT_OTHERS = "warm_up"  # the one figure in which nothing is transferred
OF_TRANSFER = [name for name in FIGURES if name != ABOUT_OTHERS]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_what_it_shows_and_of_which_run(
    name: str, drawn: Callable[[str, str], Drawn], subject: Callable[[str], Subject]
) -> None:
    told = " ".join(drawn(name, "decision").lines)
    for words in (
        "The decision of January 2026",
        subject("decision").run.folder.name,
        "2 replications",
        "seed 1",
        "synthetic register of 12 units",
    ):
        assert words in told


@pytest.mark.parametrize("name", OF_TRANSFER)
def test_a_figure_of_the_transfer_says_of_when_and_on_what_it_rests(
    name: str, drawn: Callable[[str, str], Drawn]
) -> None:
    told = " ".join(drawn(name, "decision").lines)
    assert "Window year1" in told
    assert (
        "(of denosumab and zoledronate the decision gives none)" in told
    )  # in this small region all are set


@pytest.mark.parametrize("name", [name for name in OF_TRANSFER if name != "lateness"])
def test_without_transfer_a_figure_says_so(name: str, drawn: Callable[[str, str], Drawn]) -> None:
    told = drawn(name, "no transfer").lines
    assert any(line.startswith("No transferred care in this run") for line in told)


def test_lateness_without_transfer_shows_the_hospital_alone(drawn: Callable[[str, str], Drawn]) -> None:
    told = drawn("lateness", "no transfer").lines
    assert "given at the hospital" in told
    assert "given at the unit" not in told


def test_the_warm_up_is_judged_where_it_can_be(drawn: Callable[[str, str], Drawn]) -> None:
    short, long = (drawn("warm_up", kind).lines for kind in ("decision", "three years, little uplift"))
    assert any(line.startswith("Not judged") for line in short)
    assert not any(line.startswith("MSER-5 cuts until") for line in short)
    assert any("than a year later" in line for line in long)
    assert "MSER-5 cuts until here" in long
    assert "transfer may begin" in short


def test_one_replication_has_no_band(drawn: Callable[[str, str], Drawn]) -> None:
    told = drawn("weekly_load", "three years, little uplift").lines
    assert "the one replication" in told
    assert not any("percentile" in line for line in told)


def test_files_are_whole_parse_and_show_hostile_names_as_text(
    subject: Callable[[str], Subject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("results.figures.FORMATS", ("svg",))
    paths = draw_all(subject("hostile").run, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [f"{name}.svg" for name in FIGURES]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(path.name for path in paths)
    seen = []
    for path in paths:
        tree = ET.parse(path)
        assert not [element for element in tree.iter() if element.tag.endswith("script")]
        seen += ["".join(element.itertext()) for element in tree.iter(SVG_TEXT)]
    assert any(line.startswith("<script> $x$ [/bold] xxx") for line in seen)  # and nothing of the bell
    assert any(line.startswith("0 <b>$y$") for line in seen)
    assert set(seen) & set(HOSTILE)


def test_the_same_run_gives_the_same_bytes(
    subject: Callable[[str], Subject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("results.figures.FIGURES", ("heat_map", "uplift_by_area"))
    first, second = (draw_all(subject("decision").run, tmp_path / folder) for folder in ("a", "b"))
    assert [path.name for path in first[:2]] == ["heat_map.svg", "heat_map.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_patient_numbers_that_the_decision_lacks_are_called_assumptions(
    subject: Callable[[str], Subject],
) -> None:
    shipped = replace(subject("decision"), resolved=resolve("decision-2026"))
    assert shipped.about_patients() == (
        "Patient numbers of denosumab (200) and zoledronate (200) are assumptions, since the decision gives none."
    )
    without = resolve("decision-2026", ["streams.denosumab.patients=0", "streams.zoledronate.patients=0"])
    assert replace(shipped, resolved=without).about_patients() == ""


def test_a_run_without_its_tables_is_told_apart(subject: Callable[[str], Subject], tmp_path: Path) -> None:
    whole = subject("decision").run
    for path in whole.folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    broken = open_run(tmp_path)
    (tmp_path / "weekly.parquet").write_bytes(b"not a table")
    with pytest.raises(NotARun, match=r"damaged .* vardflode run decision-2026 --fresh"):
        draw_all(broken, tmp_path / "figures")
    (tmp_path / "weekly.parquet").unlink()
    with pytest.raises(NotARun, match=r"no weekly\.parquet"):
        draw_all(broken, tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_text_is_cut_to_the_width_it_has() -> None:
    assert shorten("short", 3, 10) == "short"
    cut = shorten("W" * 300, 2, 10)
    assert cut.endswith("…")
    assert width(cut, 10) <= 2 < width(cut[:-1] + "WW", 10)
    lines = wrap("a word and another word and one more", 1.2, 10, lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(width(line, 10) <= 1.2 for line in lines)
    assert " ".join(wrap("nothing is lost of a text without a limit of lines", 1.2, 10)) == (
        "nothing is lost of a text without a limit of lines"
    )


def test_text_is_made_harmless() -> None:
    assert harmless(" a\n\tb\x00\x1b[31mc\u202e\ud800 ") == "a b [31mc"


def test_numbers_read_as_they_are_said() -> None:
    assert [percent(x) for x in (0, 0.0001, 0.001, 0.024, 0.372, 1.5)] == [
        "0 %", "<0.1 %", "0.1 %", "2.4 %", "37 %", "150 %"
    ]  # fmt: skip
    assert [count(x) for x in (0, 0.01, 0.5, 2.0, 37.4, 1204.0)] == ["0", "<0.1", "0.5", "2", "37", "1,204"]


def test_labels_are_spread_within_their_ends() -> None:
    assert spread([1.0, 5.0], 1.0, 0.0, 10.0) == [1.0, 5.0]
    assert spread([1.0, 1.1, 1.2], 1.0, 0.0, 10.0) == pytest.approx([1.0, 2.0, 3.0])
    assert spread([9.5, 9.6, 9.9], 1.0, 0.0, 10.0) == pytest.approx([8.0, 9.0, 10.0])


def test_quantile_is_the_smallest_value_that_is_enough() -> None:
    import numpy as np

    values, counts = np.array([0, 10, 20]), np.array([5.0, 4.0, 1.0])
    assert [quantile(values, counts, q) for q in (0.5, 0.9, 0.95, 1.0)] == [0, 10, 20, 20]
