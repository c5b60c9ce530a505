"""Second page: the certificate. What was checked in these very runs, with what result, and how to check it again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from results.report.document import Block, Cell, Code, Line, Name, Paragraph, Section, Table, Text, Tone
from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.rules import trust
from results.report.subject import Subject, under_label
from results.store import Run

Certificate = Sequence[Mapping[str, Any]]


def chapter(subject: Subject, say: Language) -> Section:
    """The certificate of the run in question, a verdict on each other, and the command that checks them again."""
    run = subject.runs[subject.main.label]
    return Section(
        "certificate",
        say("certificate.title"),
        (
            *_verdict(subject, say),
            *_lines(subject, say),
            *_others(subject, say),
            *_warm_up(subject, say),
            Paragraph(say("certificate.again", command=Code(f"vardflode verify {run.folder.name}"))),
        ),
    )


def every_run(subject: Subject) -> dict[str, Run]:
    """The runs that the report is made of, each once: those compared, then those under other calibrations."""
    under = {under_label(label, name): run for (label, name), run in subject.tight.items()}
    once: dict[str, Run] = {}
    known: set[str] = set()
    for label, run in {**subject.runs, **under}.items():
        if run.manifest["hash"] not in known:
            once[label] = run
            known.add(run.manifest["hash"])
    return once


def certificates(subject: Subject) -> dict[str, Certificate | None]:
    """The lines of each run's certificate by what the run is called; None where it carries none."""
    return {label: run.manifest.get("certificate") for label, run in every_run(subject).items()}


def run_called(say: Language, label: str) -> Text:
    """What a run is called: its scenario, and whose tightness of units it has if that is not its own."""
    name, _, calibration = label.partition(under_label("", ""))
    if not calibration:
        return (Name(name),)
    return say("certificate.under", scenario=Name(name), calibration=Name(calibration))


def _verdict(subject: Subject, say: Language) -> Iterator[Block]:
    """Whether all that was checked holds, in all runs, and what that says."""
    verdict = trust(certificates(subject).values())
    tone: Tone = "lead" if verdict == "held" else "warning"
    yield Paragraph(say(f"certificate.all_{verdict}"), tone)
    yield Paragraph(say("certificate.about"))


def _lines(subject: Subject, say: Language) -> Iterator[Block]:
    """The certificate of the run in question, line by line."""
    label = subject.main.label
    certificate = certificates(subject)[label]
    if certificate is None:
        command = Code(f"vardflode run {subject.main.resolved.scenario.name} --fresh")
        yield Paragraph(say("certificate.none", run=Name(label), command=command))
        return
    yield Table(
        id="certificate-lines",
        caption=say("certificate.lines", run=Name(label)),
        columns=tuple(
            say(f"certificate.column_{name}")
            for name in ("line", "says", "verdict", "expected", "found", "allowed")
        ),
        lines=tuple(Line(tuple(_cells(say, label, line))) for line in certificate),
        numeric=(False, False, False, True, True, True),
        notes=(say("certificate.farthest"), *_notes(say, certificate)),
    )


def _cells(say: Language, label: str, line: Mapping[str, Any]) -> Iterator[Cell]:
    yield (Code(line["id"]),)
    yield say(f"certificate.says_{line['id']}")
    yield say(f"certificate.{line['verdict'].replace(' ', '_')}")
    for how in ("expected", "found", "allowed"):
        yield None if line[how] is None else _number(label, line, how)


def _number(label: str, line: Mapping[str, Any], how: str) -> Quantity:
    """A number of a line, with as many decimals as tell what is expected from what is found, or a tolerance from 0."""
    apart = abs(line["expected"] - line["found"])
    size = line["allowed"] if how == "allowed" else apart if line["verdict"] == "failed" else 0.0
    decimals = max(0, -math.floor(math.log10(size))) if size and size < 1 else 0
    return Quantity(line[how], "none", Trace("certificate", label, line["id"], how), decimals=decimals)


def _notes(say: Language, certificate: Certificate) -> Iterator[Text]:
    """Where a line fails, and why one has nothing to say."""
    for line in certificate:
        if line["verdict"] == "failed":
            yield say("certificate.where", line=Code(line["id"]), where=Name(line["where"]))
        if line["verdict"] == "not applicable":
            yield say(
                "certificate.absent", line=Code(line["id"]), reason=say(f"certificate.absent_{line['id']}")
            )


def _others(subject: Subject, say: Language) -> Iterator[Block]:
    """Each run of the report with its verdict and its folder."""
    every = every_run(subject)
    if len(every) > 1:
        columns = ("run", "verdict", "compared", "folder")
        yield Table(
            id="certificate-runs",
            caption=say("certificate.runs"),
            columns=tuple(say(f"certificate.column_{name}") for name in columns),
            lines=tuple(Line(tuple(_of_run(say, label, run))) for label, run in every.items()),
            numeric=(False, False, True, False),
        )


def _of_run(say: Language, label: str, run: Run) -> Iterator[Cell]:
    lines = run.manifest.get("certificate")
    yield run_called(say, label)
    verdict = trust([lines])
    failed = [(Code(line["id"]),) for line in lines or () if line["verdict"] == "failed"]
    yield (
        say(f"certificate.run_{verdict}", lines=say.list(failed))
        if failed
        else say(f"certificate.run_{verdict}")
    )
    compared = sum(line["compared"] for line in lines or ())
    trace = Trace("certificate", label, "*", "compared")
    yield None if lines is None else Quantity(float(compared), "none", trace)
    yield (Code(run.folder.name),)


def _warm_up(subject: Subject, say: Language) -> Iterator[Block]:
    """Whether other patients' queues had settled when counting began."""
    label = subject.main.label
    found = subject.runs[label].manifest.get("warm_up")
    if found is None:
        return
    verdict = {True: "settled", False: "unsettled", None: "untold"}[found["settled"]]
    weeks = Quantity(float(found["weeks"]), "weeks", Trace("warm-up", label, "weeks"))
    key = verdict if found["weeks"] else "none"
    yield Paragraph(say(f"certificate.warm_up_{key}", weeks=weeks))
