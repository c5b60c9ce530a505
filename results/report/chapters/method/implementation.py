"""With which programs, random numbers and machine the runs were made."""

from __future__ import annotations

from collections.abc import Iterator

from results.report.chapters.method.items import items
from results.report.document import Block, Code, Name, Text
from results.report.language import Language
from results.report.subject import Subject

APART = ("python", "machine")  # of the versions: told in other words


def blocks(subject: Subject, say: Language) -> Iterator[Block]:
    """Items 5.1 to 5.4."""
    manifest = subject.main.manifest
    machine, model = Name(str(manifest["versions"]["machine"])), Name(str(manifest["model_version"]))
    yield items(
        say,
        {
            "5_1": _software(subject, say),
            "5_2": [say("method.sampling")],
            "5_3": [say("method.execution", model=model)],
            "5_4": [say("method.system", machine=machine)],
        },
    )


def _software(subject: Subject, say: Language) -> Iterator[Text]:
    versions = subject.main.manifest["versions"]
    packages = say.list(Name(f"{name} {told}") for name, told in versions.items() if name not in APART)
    yield say("method.software", python=Name(str(versions["python"])), packages=packages)
    lock = subject.main.manifest["lock_hash"]
    if lock is not None:
        yield say("method.locked", lock=Code(lock[:12]))
