"""The kinds of file that a report can be, by the ending of its name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import NamedTuple

from results.report.document import Report


class Writer(NamedTuple):
    """Where a kind of file is written, and the packages that it needs beyond the core."""

    module: str
    function: str
    needs: tuple[str, ...]


WRITERS: Mapping[str, Writer] = {
    ".html": Writer("results.report.html", "html", ("babel", "jinja2")),
    ".pdf": Writer("results.report.pdf", "pdf", ("babel", "typst")),
    ".xlsx": Writer("results.report.excel", "excel", ("babel", "xlsxwriter")),
}
ENDINGS = tuple(WRITERS)


def written(report: Report, ending: str) -> bytes:
    """A report as the bytes of a file of this kind. Raises KeyError for another ending."""
    writer = WRITERS[ending]
    content = getattr(importlib.import_module(writer.module), writer.function)(report)
    return content.encode() if isinstance(content, str) else content
