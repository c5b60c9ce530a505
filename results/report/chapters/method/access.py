"""How somebody else comes by the model and this run."""

from __future__ import annotations

from collections.abc import Iterator

from results.report.chapters.method.items import items
from results.report.document import Block, Code
from results.report.language import Language
from results.report.subject import Subject


def blocks(subject: Subject, say: Language) -> Iterator[Block]:
    """Item 6.1."""
    commit = subject.main.manifest["commit"]
    code = (
        say("method.access_no_commit")
        if commit is None
        else say("method.access_commit", commit=Code(commit[:12]))
    )
    yield items(say, {"6_1": [say("method.access_command", command=Code("vardflode verify RUN")), code]})
