"""From what a report is about to the whole document."""

from __future__ import annotations

import datetime as dt

from results.report.chapters import chapters
from results.report.document import Cell, Code, Name, Report, Text
from results.report.language import Language
from results.report.subject import Subject
from scenarios.load import Resolved


def make_report(subject: Subject, say: Language) -> Report:
    """Every chapter that has something to say of these runs."""
    found = (chapter(subject, say) for chapter in chapters())
    return Report(
        language=say.code,
        title=say("report.title", scenario=title_of(subject.main.resolved, say)),
        subtitle=say("report.subtitle"),
        provenance=tuple(provenance(subject, say)),
        chapters=tuple(section for section in found if section is not None),
        made=made(subject),
        digest=subject.main.manifest["hash"],
    )


def made(subject: Subject) -> dt.datetime:
    """When the newest of the runs was made: the report's date, so that equal runs give equal reports."""
    runs = (*subject.runs.values(), *subject.tight.values())
    return max(dt.datetime.fromisoformat(run.manifest["made"]) for run in runs)


def title_of(resolved: Resolved, say: Language) -> Name:
    """A scenario's title in the report's language."""
    return Name(getattr(resolved.scenario.title, say.code))


def provenance(subject: Subject, say: Language) -> list[tuple[Text, Cell]]:
    """What the report was made of and how it is checked: runs by their hash, replications, seed, versions."""
    manifest = subject.main.manifest
    check = f"vardflode verify {subject.runs[subject.main.label].folder.name}"
    hashes = [(Name(side.label), " ", Code(side.manifest["hash"][:12])) for side in subject.sides]
    replications = subject.counted(subject.replications, "replications", "replications")
    return [
        (say("report.nature"), say("report.simulated")),
        (say("report.runs"), say.list(hashes)),
        (say("report.replications"), replications),
        (say("report.seed"), subject.counted(manifest["seed"], "none", "seed")),
        (say("report.version"), (Name(str(manifest["versions"]["vardflode"])),)),
        (say("report.model_version"), (Name(str(manifest["model_version"])),)),
        (say("report.made"), (say.date(made(subject).date()),)),
        (say("report.verify"), (Code(check),)),
    ]
