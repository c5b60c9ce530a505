"""A report as one HTML file: no script, no request, a content policy that allows neither, and all names escaped."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
import re
from typing import TYPE_CHECKING

from results.report.document import (
    Bullets,
    Cards,
    Code,
    Facts,
    Figure,
    Name,
    Paragraph,
    Report,
    Section,
    Strong,
    Table,
)
from results.report.language import Language
from results.report.quantities import Quantity

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

KINDS = {
    Paragraph: "paragraph",
    Bullets: "bullets",
    Table: "table",
    Figure: "figure",
    Facts: "facts",
    Cards: "cards",
    Quantity: "quantity",
    Name: "name",
    Code: "code",
    Strong: "strong",
    str: "words",
    tuple: "text",
    type(None): "nothing",
}


def html(report: Report) -> str:
    """The whole file. Raises ModuleNotFoundError without jinja2 or babel."""
    from markupsafe import Markup

    style = _file("report.css")
    page = _environment(Language(report.language)).get_template("report.html.jinja")
    return page.render(report=report, style=Markup(style), policy=policy(style))


def policy(style: str) -> str:
    """The content security policy of a page that has this style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def exact(value: float) -> str:
    """A number as it is, for who reads the file by machine."""
    return f"{value:.12g}"


def unbroken(told: str) -> Markup:
    """A number as told, with its interval kept on one line."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"\(.*?\)", r"<small>\g<0></small>", str(escape(told))))


def is_grouped(section: Section) -> bool:
    """Whether a section holds groups of cards and nothing else."""
    return bool(section.blocks) and all(isinstance(block, Cards) for block in section.blocks)


def _environment(say: Language) -> jinja2.Environment:
    """What the templates are written with: all that is put into them is escaped, but for the drawings."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_file),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "svg": Markup,
        "exact": exact,
        "unbroken": unbroken,
    }  # the svg of figures is made clean by figures.svg
    environment.tests |= {"kind": lambda item, kind: KINDS[type(item)] == kind, "grouped": is_grouped}
    environment.globals |= {
        "say": say,
        "plain": lambda key, **parts: say.plain(f"report.{key}", **parts),
    }
    return environment


def _file(name: str) -> str:
    """One of the templates, or the style."""
    return (importlib.resources.files("results.report") / "templates" / name).read_text(encoding="utf-8")
