"""From a matplotlib figure to a clean <svg> element that stands in a page beside others, and in print.

No prolog, metadata, style, script or reference to elsewhere; text stays text; every id begins with the figure's own.
A strict content policy forbids styles inside a page, so that each becomes an attribute of its element.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from results.figures.lettering import harmless

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "DejaVu Sans, Verdana, sans-serif"  # the first two are as wide as each other
POINTS, PIXELS = 72, 96  # per inch

DROPPED = ("metadata", "style", "title")
LENGTHS = re.compile(r"-?\d*\.\d+(?:e[-+]?\d+)?")
UPRIGHT = re.compile(r"^rotate\(-?0[ ,)]")
REFERENCE = re.compile(r"#([\w-]+)")
SHORTHAND = re.compile(r"^(?P<style>italic |oblique )?(?P<weight>\d+ |bold )?(?P<size>[\d.]+)px ")
WRITTEN = frozenset(
    {"fill", "stroke", "href", "id", "text-anchor", "clip-path"}
)  # attributes without lengths


def svg(figure: Figure, id: str, title: str, description: str) -> str:
    """A figure drawn `in_style` as the text of one <svg> element, with its title and description for who cannot see it.

    Its unit is the point; unless a page says otherwise it is as wide as in print.
    """
    wide, tall = figure.get_size_inches()
    attributes = {
        "xmlns": NAMESPACE,
        "viewBox": f"0 0 {_short(wide * POINTS)} {_short(tall * POINTS)}",
        "width": _short(wide * PIXELS),
        "height": _short(tall * PIXELS),
        "role": "img",
        "aria-labelledby": f"{id}-name",
        "aria-describedby": f"{id}-words",
        "font-family": FONTS,
        "stroke-linejoin": "round",
    }
    root = ET.Element("svg", attributes)
    ET.SubElement(root, "title", {"id": f"{id}-name"}).text = harmless(title)
    ET.SubElement(root, "desc", {"id": f"{id}-words"}).text = harmless(description)
    drawn = _saved(figure)
    names = {old: f"{id}-{number}" for number, old in enumerate(_referenced(drawn))}
    for child in drawn:
        root.extend(_clean(child, names))
    return ET.tostring(root, encoding="unicode")


def _saved(figure: Figure) -> ET.Element:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return ET.fromstring(file.getvalue())


def _referenced(root: ET.Element) -> list[str]:
    """The ids that something in the drawing refers to, in the order of their elements."""
    texts = [value for element in root.iter() for name, value in element.attrib.items() if name != "id"]
    wanted = {found for text in texts for found in REFERENCE.findall(text)}
    return [element.attrib["id"] for element in root.iter() if element.get("id") in wanted]


def _clean(element: ET.Element, names: Mapping[str, str]) -> Iterator[ET.Element]:
    """The element without what is not drawn; a group that says nothing gives way to what is in it."""
    tag = element.tag.split("}")[-1]
    if tag in DROPPED:
        return
    clean = ET.Element(tag, dict(_attributes(element, names)))
    for child in element:
        clean.extend(_clean(child, names))
    if tag == "g" and not clean.attrib:
        yield from clean
    elif len(clean) or tag not in ("g", "defs"):
        clean.text = element.text if tag == "text" else None
        yield clean


def _attributes(element: ET.Element, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in _spoken(element):
        if name == "id":
            if value in names:
                yield "id", names[value]
        elif not (name == "transform" and UPRIGHT.match(value)):
            pointed = REFERENCE.sub(lambda found: "#" + names.get(found[1], found[1]), value)
            yield name, pointed if name in WRITTEN else _rounded(pointed)


def _spoken(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Attributes without namespaces, those of the style among them; the font's name stands at the root."""
    for name, value in element.attrib.items():
        if name != "style":
            yield name.split("}")[-1], value
            continue
        for declaration in filter(None, value.split(";")):
            key, _, said = (part.strip() for part in declaration.partition(":"))
            if key == "font":
                yield from _font(said)
            elif key != "font-family":
                yield key, said.removesuffix("px")


def _font(said: str) -> Iterator[tuple[str, str]]:
    """The parts of a font in short, as older matplotlib writes it: `bold 9px 'DejaVu Sans'`."""
    found = SHORTHAND.match(said)
    assert found is not None, said
    for name in ("style", "weight", "size"):
        if found[name]:
            yield f"font-{name}", found[name].strip()


def _rounded(value: str) -> str:
    """Numbers with up to two decimals, parted by single blanks."""
    return " ".join(LENGTHS.sub(lambda found: _short(float(found[0])), value).split())


def _short(number: float) -> str:
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
