import datetime as dt
import io
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Drawing

from results.figures.compared.borders import read_borders
from results.figures.heat_map import COLOURS
from results.figures.style import in_style
from results.report.document import Figure, Line, Name, Table
from results.report.figures import (
    Bar,
    Group,
    Series,
    beeswarm,
    interval_bars,
    region_map,
    s_curve,
    waterfall,
    week_band,
)
from results.report.figures.region_map import round_ends
from results.report.figures.svg import svg
from results.report.language import LANGUAGES, Language
from results.report.quantities import Quantity, Trace
from results.statistics import summarise
from tests.results.rendered import Drawn, contrast, mark_colours, render

NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    "=HYPERLINK()",
    "$\\frac{1}{2}$ \"'&",
    "[/bold]",
    "Å" * 300,
    "\u202efil.exe\u200f",
)
PLAIN = ("Beslutet 2026", "Utan överföring", "Infusionshubbar", "Glesare kontroller", "Ale", "Mark")
TRACE = Trace("measure", "decision-2026", "on_time_share/region//steady", "mean")
MOST, MOST_OF_MAP = 25_000, 150_000  # bytes
DRAWN = {"title", "desc", "defs", "path", "use", "text", "g", "clipPath", "rect", "pattern"}

Make = Callable[..., Figure]


def number(
    value: float, half: float = np.nan, unit: str = "hours_per_year", *, signed: bool = False
) -> Quantity:
    return Quantity(value, unit, TRACE, value - half, value + half, signed=signed)


VALUES = (5912.0, 120.5, 4300.25, np.nan, 3000.0, 4410.0)
HALVES = (72.0, 3.0, 500.0, np.nan, np.nan, 0.5)
SHARES = np.random.default_rng(1).normal([[0.93], [0.96], [0.94]], 0.012, (3, 20))
PARTS = ((12.3, 1.2), (-4.5, 1.1), (np.nan, np.nan), (-3.0, np.nan))


def bars(names: tuple[str, ...]) -> dict[str, Any]:
    found = [Bar(name, number(*each)) for name, *each in zip(names, VALUES, HALVES, strict=True)]
    return {"bars": found, "axis": names[0], "zero": True}


def grouped(names: tuple[str, ...]) -> dict[str, Any]:
    found = [
        Bar(name, number(shift * value, 0.01, "points", signed=True), group)
        for name, value in zip(names[:3], (0.3, -0.2, 0.05), strict=True)
        for group, shift in ((names[3], 1.0), (names[4], 1.3))
    ]
    return {"bars": found, "axis": names[5], "zero": True}


def groups(names: tuple[str, ...]) -> dict[str, Any]:
    found = [Group(name, share, TRACE, "share") for name, share in zip(names[:3], SHARES, strict=True)]
    return {"groups": found, "axis": names[4], "mark": (0.95, names[5])}


def parts(names: tuple[str, ...]) -> dict[str, Any]:
    told = [number(value, half, "msek_per_year", signed=True) for value, half in PARTS]
    total = number(4.8, 1.0, "msek_per_year", signed=True)
    return {"steps": [*zip(names, told, strict=False)], "total": (names[4], total), "axis": names[5]}


def weeks(names: tuple[str, ...]) -> dict[str, Any]:
    week = np.arange(156.0)
    found = [
        Series(name, mean, 0.9 * mean, 1.1 * mean)
        for name, mean in ((name, 500 + k * 10 * np.sin(week / 8)) for k, name in enumerate(names[:3], 1))
    ]
    data = Table("weeks-data", ("",), (("Vecka",),), (Line(((Name("1"),),)),), (False,))
    return {
        "series": found, "start": dt.date(2026, 3, 2), "shaded": [(18, 23), (43, 44)], "axis": names[5],
        "data": data,
    }  # fmt: skip


def towns(names: tuple[str, ...]) -> dict[str, Any]:
    known = sorted(read_borders())[2:]
    found = {town: number(10 + 0.77 * place, 2.0) for place, town in enumerate(known)}
    return {"values": found | {name: number(5.0, 1.0) for name in names[:3]}, "axis": names[4]}


KINDS: Mapping[str, tuple[Make, Callable[[tuple[str, ...]], dict[str, Any]]]] = {
    "bars": (interval_bars, bars),
    "grouped": (interval_bars, grouped),
    "dots": (beeswarm, groups),
    "curves": (s_curve, groups),
    "parts": (waterfall, parts),
    "weeks": (week_band, weeks),
    "map": (region_map, towns),
}


def made(kind: str, code: str = "sv", names: tuple[str, ...] = PLAIN, id: str = "", **other: Any) -> Figure:
    """A figure of a kind; `other` replaces what it is made of."""
    make, arguments = KINDS[kind]
    title, description = (Name(names[0]), " är störst"), ("Så ser det ut: ", Name(names[1]))
    return make(
        Language(code), id=id or kind, title=title, description=description, **arguments(names) | other
    )


def drawing(kind: str, *args: Any, **kwargs: Any) -> Drawing:
    """The same as matplotlib has it, before it is SVG."""
    found: list[Drawing] = []
    original = Drawing.savefig

    def noted(self: Drawing, *args: Any, **kwargs: Any) -> None:
        found.append(self)
        original(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Drawing, "savefig", noted)
        made(kind, *args, **kwargs)
    return found[0]


def rendered(kind: str, *args: Any, **kwargs: Any) -> Drawn:
    figure = drawing(kind, *args, **kwargs)
    FigureCanvasAgg(figure)
    with in_style():
        return render(figure)


@pytest.fixture(scope="module")
def every() -> dict[tuple[str, str], Figure]:
    return {(kind, code): made(kind, code, id=f"{kind}-{code}") for kind in KINDS for code in LANGUAGES}


def texts(figure: Figure) -> list[str]:
    return [text.text or "" for text in ET.fromstring(figure.svg).iter(f"{NAMESPACE}text")]


def references(root: ET.Element) -> set[str]:
    values = [value for each in root.iter() for value in each.attrib.values()]
    return {found for value in values for found in re.findall(r"#([\w-]+)\)?$", value)} - {
        value[1:] for value in values if re.fullmatch(r"#[0-9a-f]{6}", value)
    }


def test_a_figure_is_well_formed_and_holds_nothing_that_a_strict_policy_forbids(
    every: dict[tuple[str, str], Figure],
) -> None:
    for figure in every.values():
        root = ET.fromstring(figure.svg)
        assert root.tag == f"{NAMESPACE}svg"
        assert {each.tag.removeprefix(NAMESPACE) for each in root.iter()} - {"svg"} <= DRAWN
        attributes = [(name, value) for each in root.iter() for name, value in each.attrib.items()]
        assert not [name for name, _ in attributes if name == "style" or name.startswith(("on", "{"))]
        assert figure.svg.count("http") == 1, "the namespace alone leads elsewhere"
        assert all(value.startswith("#") for name, value in attributes if name == "href")
        assert not re.search(r"<\?|<!|&(?!amp;|lt;|gt;|quot;|#)", figure.svg)


def test_a_figure_has_a_name_and_a_description_and_text_that_can_be_read_in_print(
    every: dict[tuple[str, str], Figure],
) -> None:
    for figure in every.values():
        root = ET.fromstring(figure.svg)
        title, description = root[:2]
        assert root.get("role") == "img"
        assert (title.get("id"), description.get("id")) == (
            root.get("aria-labelledby"),
            root.get("aria-describedby"),
        )
        assert (title.text, description.text) == (
            "Beslutet 2026 är störst",
            "Så ser det ut: Utan överföring",
        )
        assert root.get("font-family", "").endswith("sans-serif")
        assert min(float(text.get("font-size", 0)) for text in root.iter(f"{NAMESPACE}text")) >= 8
        wide = float(root.get("viewBox", "").split()[2])
        assert wide == 7 * 72
        assert float(root.get("width", 0)) == 7 * 96


def test_ids_are_of_one_figure_alone_and_lead_somewhere(every: dict[tuple[str, str], Figure]) -> None:
    joined = ET.fromstring(f"<all>{''.join(figure.svg for figure in every.values())}</all>")
    ids = [each.attrib["id"] for each in joined.iter() if "id" in each.attrib]
    assert len(ids) == len({*ids})
    for figure, root in zip(every.values(), joined, strict=True):
        own = {each.attrib["id"] for each in root.iter() if "id" in each.attrib}
        assert all(id.startswith(f"{figure.id}-") for id in own)
        assert references(root) == own - {f"{figure.id}-name", f"{figure.id}-words"}


def test_figures_are_small(every: dict[tuple[str, str], Figure]) -> None:
    for figure in every.values():
        assert len(figure.svg.encode()) <= (MOST_OF_MAP if figure.id.startswith("map") else MOST), figure.id
        assert not re.search(r"\d\.\d{3}", figure.svg), "coordinates have two decimals"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_give_the_same_bytes_whatever_the_users_own_settings(kind: str) -> None:
    first = made(kind)
    with mpl.rc_context({"font.size": 20, "svg.fonttype": "path", "axes.facecolor": "red"}):
        assert made(kind).svg == first.svg


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_come_out_as_text(kind: str) -> None:
    figure = made(kind, "sv", HOSTILE)
    root = ET.fromstring(figure.svg)
    assert {each.tag.removeprefix(NAMESPACE) for each in root.iter()} - {"svg"} <= DRAWN
    assert root[0].text == "<script>alert(1)</script> är störst"
    assert not set("\u202e\u200f") & set("".join(root.itertext()))
    if kind in ("bars", "grouped", "dots", "curves", "parts", "weeks"):
        assert HOSTILE[0] in texts(figure)
        assert HOSTILE[2] in texts(figure)


@pytest.mark.parametrize("names", [PLAIN, HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_overlaps_another_or_leaves_the_drawing(kind: str, names: tuple[str, ...]) -> None:
    assert not [*rendered(kind, "sv", names).faults()]


@pytest.mark.parametrize("kind", KINDS)
def test_colours_stand_out_from_the_page(kind: str) -> None:
    assert all(contrast(colour) >= 3 for colour in mark_colours(drawing(kind)) if to_hex(colour) != "#ffffff")


def test_numbers_are_written_as_the_language_writes_them(every: dict[tuple[str, str], Figure]) -> None:
    for code, written in (("sv", "0,2"), ("en", "0.2")):
        assert written in texts(made("bars", code, bars=[Bar("a", number(0.41))]))
    assert "4\u00a0000" in texts(every["bars", "sv"])
    assert "4,000" in texts(every["bars", "en"])
    assert "−20" in texts(every["grouped", "sv"])
    assert "apr." in texts(every["weeks", "sv"])
    assert "Apr" in texts(every["weeks", "en"])


def from_axis(figure: Figure) -> Callable[[float], float]:
    """From a place in points to a number, by the ticks along the lower edge as they are labelled."""
    root = ET.fromstring(figure.svg)
    ticks = [
        (float(text.attrib["x"]), float((text.text or "").replace("\u00a0", "").replace("−", "-")))
        for text in root.iter(f"{NAMESPACE}text")
        if text.get("text-anchor") == "middle" and re.fullmatch(r"[−\d\u00a0]+", text.text or "")
    ]
    slope, start = np.polyfit(*zip(*ticks, strict=True), 1)
    return lambda x: float(slope * x + start)


def used(figure: Figure, shape: str) -> list[float]:
    """Where along the axis the marks stand whose outline matches."""
    root = ET.fromstring(figure.svg)
    shapes = {
        f"#{path.attrib['id']}" for path in root.iter(f"{NAMESPACE}path")
        if "id" in path.attrib and re.match(shape, path.attrib["d"])
    }  # fmt: skip
    return [float(use.attrib["x"]) for use in root.iter(f"{NAMESPACE}use") if use.attrib["href"] in shapes]


def test_points_and_caps_stand_at_their_numbers(every: dict[tuple[str, str], Figure]) -> None:
    figure = every["bars", "sv"]
    to = from_axis(figure)
    known = [value for value in VALUES if np.isfinite(value)]
    assert [to(x) for x in used(figure, r"M 0 3 C")] == pytest.approx(known, abs=1)
    ends = [v + s * h for v, h in zip(VALUES, HALVES, strict=True) if np.isfinite(h) for s in (-1, 1)]
    assert [to(x) for x in used(figure, r"M 0 3.5 L 0 -3.5$")] == pytest.approx(ends, abs=1)


def test_groups_differ_in_shape_and_are_named_by_a_legend() -> None:
    lines = [line for line in drawing("grouped").axes[0].lines if line.get_marker() not in ("None", "|", "")]
    looks = {(line.get_marker(), line.get_color()) for line in lines}
    assert len(looks) == len({marker for marker, _ in looks}) == len({colour for _, colour in looks}) == 2
    shown = texts(made("grouped"))
    assert {PLAIN[3], PLAIN[4]} <= {*shown}
    assert [shown.count(name) for name in PLAIN[:3]] == [1, 1, 1], "each label once"


def test_every_replication_is_a_dot_at_its_value_that_covers_no_other() -> None:
    figure = drawing("dots")
    dots = [line for line in figure.axes[0].lines if len(line.get_xdata()) == SHARES.shape[1]]
    assert [list(dot.get_xdata()) for dot in dots] == [list(100 * share) for share in SHARES]
    assert len({dot.get_markersize() for dot in dots}) == 1, "a larger dot would say more"
    for dot in dots:
        places = figure.axes[0].transData.transform(np.column_stack(dot.get_data()))
        apart = [np.hypot(*(a - b)) for a, b in itertools.combinations(places, 2)]
        assert min(apart) >= dot.get_markersize() / 72 * figure.dpi - 1e-6


@pytest.mark.parametrize("shares", [np.zeros(400), np.linspace(0, 1, 400)])
def test_many_replications_keep_to_a_row_and_to_their_values(shares: np.ndarray) -> None:
    figure = drawing("dots", groups=[Group("a", shares, TRACE, "share")])
    axes = figure.axes[0]
    places = axes.transAxes.inverted().transform(
        axes.transData.transform(np.column_stack(axes.lines[-2].get_data()))
    )
    assert figure.get_size_inches()[1] < 2
    assert places[:, 1].min() > 0
    assert places[:, 1].max() < 1
    assert list(axes.lines[-2].get_xdata()) == list(100 * shares)


def test_a_curve_says_which_share_of_years_is_at_or_below() -> None:
    axes = drawing("curves").axes[0]
    curves = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    assert len({line.get_linestyle() + str(line._unscaled_dash_pattern) for line in curves}) == len(SHARES)  # type: ignore[attr-defined]
    for line, values in zip(curves, SHARES, strict=True):
        at, share = line.get_data()
        for value in (*values, 0.95):
            told = share[np.searchsorted(at, 100 * value, side="right") - 1]
            assert told == pytest.approx(np.mean(values <= value))


def test_each_part_begins_where_the_one_before_ended_and_loss_is_striped() -> None:
    axes = drawing("parts").axes[0]
    *pieces, total = [bar for container in axes.containers for bar in container]
    ends = np.cumsum([0.0, *(value if np.isfinite(value) else 0.0 for value, _ in PARTS)])
    for bar, start, end, (value, _) in zip(pieces, ends[:-1], ends[1:], PARTS, strict=True):
        assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx((start, end))
        assert bool(bar.get_hatch()) == (value < 0)
    assert (total.get_x(), total.get_width()) == (0.0, 4.8)
    whiskers = [end for line in axes.lines if line.get_marker() == "|" for end in line.get_xdata()]
    assert whiskers == pytest.approx([11.1, 13.5, 6.7, 8.9, 3.8, 5.8])


def test_a_week_has_its_mean_and_its_band() -> None:
    axes = drawing("weeks").axes[0]
    series = weeks(PLAIN)["series"]
    for line, band, each in zip(axes.lines, axes.collections, series, strict=True):
        assert list(line.get_ydata()) == list(each.mean)
        assert list(line.get_xdata()) == [*range(1, 157)]
        edge = band.get_paths()[0].vertices
        assert (edge[:, 1].min(), edge[:, 1].max()) == (each.low.min(), each.high.max())
    assert len({line._unscaled_dash_pattern for line in axes.lines}) == 3  # type: ignore[attr-defined]


def test_a_municipality_has_the_shade_of_its_class_and_who_has_no_number_is_striped() -> None:
    borders, values = read_borders(), towns(PLAIN)["values"]
    ends = round_ends(5.0, 10 + 0.77 * 46)
    fills: dict[bytes, tuple[str, str | None]] = {}
    for collection in drawing("map").axes[0].collections:
        assert isinstance(collection, PathCollection)
        if len(collection.get_facecolor()):
            look = to_hex(collection.get_facecolor()[0]).upper(), collection.get_hatch()
            fills |= {path.vertices.tobytes(): look for path in collection.get_paths()}
    for town, path in borders.items():
        colour, hatch = fills[path.vertices.tobytes()]
        if town not in values:
            assert hatch
            continue
        number = COLOURS.index(colour) - 1
        assert not hatch
        assert ends[number] <= values[town].value <= ends[number + 1]
    assert len(borders) == 49


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (12.9, 56.0, [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]),
        (3.31, 3.62, [3.28, 3.36, 3.44, 3.52, 3.6, 3.68]),
        (-0.02, 0.03, [-0.02, -0.01, 0.0, 0.01, 0.02, 0.03]),
    ],
)
def test_classes_have_round_ends(low: float, high: float, ends: list[float]) -> None:
    assert round_ends(low, high) == pytest.approx(ends)


def test_a_towns_name_that_no_border_has_is_told_below_the_map() -> None:
    say = Language("sv")
    assert say.flat(made("map").notes[-1]).endswith("Beslutet 2026, Utan överföring och Infusionshubbar.")
    known = {town: number(1.0 + len(town), 1.0) for town in read_borders()}
    assert made("map", values=known).notes == ()


def test_the_table_has_every_number_that_is_drawn() -> None:
    figure = made("grouped")
    assert figure.data.id == "grouped-data"
    told = [(line.cells[0], line.cells[1], line.cells[2]) for line in figure.data.lines]
    wanted = [((Name(b.label),), (Name(b.group),), b.quantity) for b in grouped(PLAIN)["bars"]]
    assert told == wanted
    assert figure.data.numeric == (False, False, True)
    assert Language("sv").flat(figure.data.columns[-1]) == "Värde (intervall), procentenheter"


def test_the_table_of_replications_leads_back_to_their_row() -> None:
    for line, share in zip(made("dots").data.lines, SHARES, strict=True):
        _, mean, low, high = line.cells
        assert isinstance(mean, Quantity)
        assert isinstance(low, Quantity)
        assert isinstance(high, Quantity)
        assert [each.trace.how for each in (mean, low, high)] == ["mean", "p5", "p95"]
        assert {each.trace.of for each in (mean, low, high)} == {TRACE.of}
        found = summarise(share[:, None])
        assert (mean.value, low.value, high.value) == (found.mean[0], found.p5[0], found.p95[0])
        assert (mean.low, mean.high) == (found.low[0], found.high[0])


def test_one_replication_and_what_is_undefined_can_be_drawn() -> None:
    few = [
        Group("en", np.array([0.4]), TRACE, "share"),
        Group("ingen", np.array([np.nan]), TRACE, "share"),
    ]
    for kind in ("dots", "curves"):
        figure = made(kind, groups=few, mark=None)
        (_, mean), (_, none) = (line.cells for line in figure.data.lines)
        assert isinstance(mean, Quantity)
        assert isinstance(none, Quantity)
        assert mean.known
        assert not mean.has_interval
        assert not none.known
    unknown = made("bars", bars=[Bar("okänt", number(np.nan))])
    assert "–" in texts(unknown)
    assert not used(unknown, r"M 0 3 C")
    assert made("map", values={"Ale": number(np.nan), "Mark": number(3.0)}).svg


def test_units_that_differ_stand_in_a_column_of_their_own() -> None:
    mixed = [Bar("besök", number(3.0, unit="visits_per_year")), Bar("tid", number(2.0))]
    data = made("bars", bars=mixed).data
    assert [
        Language("en").flat(line.cells[-1]) for line in data.lines if isinstance(line.cells[-1], tuple)
    ] == [
        "besök per år",
        "timmar per år",
    ]


class OlderDrawing:
    """A drawing as matplotlib 3.9 writes it: fonts in short, prolog, metadata, a style for all."""

    SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
        <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
        <svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg">
        <metadata><title>no</title></metadata><defs><style type="text/css">*{stroke-linecap: butt}</style></defs>
        <g id="text_1"><!-- 3,5 --><g>
        <text style="font: bold 8.5px 'DejaVu Sans', sans-serif; text-anchor: end" x="1.23456" y="-0.001"
        transform="rotate(-0 1.23456 -0.001)">3,5</text></g></g>
        <defs><path id="m1" d="M 0 3.50001 \nL 0 -1.5e-05 \n" style="stroke: #0072b2"/></defs>
        <use xlink:href="#m1" x="10" y="20"/><text style="font: 9px 'DejaVu Sans'">a</text></svg>"""

    def get_size_inches(self) -> tuple[float, float]:
        return 7.0, 2.0

    def savefig(self, file: io.BytesIO, **_: Any) -> None:
        file.write(self.SVG.encode())


def test_what_older_matplotlib_writes_becomes_the_same_clean_element() -> None:
    assert svg(OlderDrawing(), "x", "<a>", "b") == (  # type: ignore[arg-type]
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 504 144" width="672" height="192" role="img" '
        'aria-labelledby="x-name" aria-describedby="x-words" font-family="DejaVu Sans, Verdana, sans-serif" '
        'stroke-linejoin="round"><title id="x-name">&lt;a&gt;</title><desc id="x-words">b</desc>'
        '<text font-weight="bold" font-size="8.5" text-anchor="end" x="1.23" y="0">3,5</text>'
        '<defs><path id="x-0" d="M 0 3.5 L 0 0" stroke="#0072b2" /></defs><use href="#x-0" x="10" y="20" />'
        '<text font-size="9">a</text></svg>'
    )
