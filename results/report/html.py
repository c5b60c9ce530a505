"""A report as one HTML file: no script, no request, a content policy that allows neither, and all names escaped."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources

from results.report.document import (
    Bullets,
    Cards,
    Code,
    Facts,
    Figure,
    Name,
    Paragraph,
    Report,
    Strong,
    Table,
)
from results.report.language import Language
from results.report.quantities import Quantity

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
    import jinja2
    from markupsafe import Markup

    say = Language(report.language)
    folder = importlib.resources.files("results.report") / "templates"
    style = (folder / "report.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"svg": Markup, "exact": exact}  # the svg of figures is made clean by figures.svg
    environment.tests["kind"] = lambda item, kind: KINDS[type(item)] == kind
    return environment.get_template("report.html.jinja").render(
        report=report,
        say=say,
        plain=lambda key, **parts: say.plain(f"report.{key}", **parts),
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{_digest(style)}'; base-uri 'none'; form-action 'none'",
    )


def exact(value: float) -> str:
    """A number as it is, for who reads the file by machine."""
    return f"{value:.12g}"


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
