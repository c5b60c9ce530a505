"""The register of assumptions: every value with its range, grade, source and influence, what matters most first."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from results.report.document import Cell, Code, Line, Name, Paragraph, Section, Strong, Table, Text
from results.report.entries import GRADES, Common, Entry, entries, first_told, shared
from results.report.language import Language
from results.report.naming import stream_name
from results.report.quantities import Quantity
from results.report.subject import Subject
from results.report.valued import value_name, value_text, word
from scenarios.evidence import sources


def chapter(subject: Subject, say: Language) -> Section:
    """What the result rests on most, then the whole register, part by part."""
    every = entries(subject)
    tables = _Tables(subject, say)
    return Section(
        "register",
        say("register.title"),
        (
            *_introduction(subject, say, every),
            tables.most(first_told(subject, every)),
            *_by_stream(tables, [entry for entry in every if entry.stream]),
            *_by_area(tables, [entry for entry in every if not entry.stream]),
        ),
    )


def _introduction(subject: Subject, say: Language, every: Sequence[Entry]) -> Iterator[Paragraph]:
    assumption, derived, source, decision = (_graded(subject, every, grade) for grade in GRADES)
    lead = say(
        "register.lead",
        values=subject.counted(len(every), "values", "values"),
        assumption=assumption,
        derived=derived,
        source=source,
        decision=decision,
    )
    yield Paragraph(lead, "lead")
    yield Paragraph(say("register.read", choice=Strong(say.plain("register.mark_choice"))))
    own = sum(entry.own for entry in every)
    if own:
        mark = Strong(say.plain("register.mark_own"))
        told_own = subject.counted(own, "values", "own values")
        yield Paragraph(say("register.own", own=told_own, mark=mark), "warning")
    known = any(entry.influence > 0 for entry in every)
    yield Paragraph(say("register.some_influence" if known else "register.no_influence"), "note")


def _graded(subject: Subject, every: Iterable[Entry], grade: str) -> Quantity:
    number = sum(entry.evidence is not None and entry.evidence.grade == grade for entry in every)
    return subject.counted(number, "none", f"values {grade}")


def _by_stream(tables: _Tables, every: Iterable[Entry]) -> Iterator[Table]:
    """What most streams have in common, then what is each stream's own."""
    common, rest = shared(every)
    yield tables.common(common)
    for stream, own in itertools.groupby(rest, key=lambda entry: entry.stream):
        yield tables.stream(stream, list(own))


def _by_area(tables: _Tables, every: Iterable[Entry]) -> Iterator[Table]:
    areas: dict[str, list[Entry]] = {}
    for entry in every:
        areas.setdefault(entry.section, []).append(entry)
    for area, own in areas.items():
        yield tables.area(area, own)


class _Tables:
    """Writes tables of values, with a column of influence where it was computed."""

    def __init__(self, subject: Subject, say: Language) -> None:
        self.subject, self.say = subject, say
        self.influence = subject.further.influence()

    def __repr__(self) -> str:
        return f"<Tables of {self.subject.main.label}>"

    def most(self, first: Sequence[tuple[str, str, Entry]]) -> Table:
        """What matters most, with what rests on it."""
        heads = ("what", "bears", "value", "grade", "source")
        lines = [
            self._line(entry, value_name(self.subject.resolved, entry.key, self.say), self._bears(kind, of))
            for kind, of, entry in first
        ]
        return self._table("register-most", self.say("register.most"), heads, lines, folded=False)

    def common(self, common: Sequence[Common]) -> Table:
        """Values that most streams share, with the streams that they do not hold for."""
        ranked = sorted(common, key=lambda each: each.entry.rank)
        lines = [
            self._line(
                each.entry, (*self._named(each.entry), *self._except(each), " ", Code(each.entry.pattern))
            )
            for each in ranked
        ]
        return self._folded("register-common", self.say("register.common"), lines)

    def stream(self, stream: str, own: Sequence[Entry]) -> Table:
        """What one stream does not share."""
        title = self.say("register.one_stream", stream=self._label(stream))
        return self._folded(f"register-stream-{stream}", title, self._ranked(own))

    def area(self, area: str, own: Sequence[Entry]) -> Table:
        """One part of the scenario."""
        return self._folded(f"register-{area}", self.say(f"register.area_{area}"), self._ranked(own))

    def _ranked(self, own: Iterable[Entry]) -> list[Line]:
        return [self._line(entry, self._header(entry)) for entry in sorted(own, key=lambda entry: entry.rank)]

    def _folded(self, name: str, title: Text, lines: Sequence[Line]) -> Table:
        return self._table(name, title, ("what", "value", "grade", "source"), lines, folded=True)

    def _table(
        self, name: str, title: Text, heads: Sequence[str], lines: Sequence[Line], *, folded: bool
    ) -> Table:
        heads = (*heads, "influence") if self.influence else heads
        columns = tuple(self.say(f"register.{head}") for head in heads)
        return Table(name, title, columns, tuple(lines), (False,) * len(columns), folded=folded)

    def _line(self, entry: Entry, header: Text, *before: Text) -> Line:
        cells: tuple[Cell, ...] = (
            header,
            *before,
            value_text(self.subject, entry, self.say),
            self._grade(entry),
            self._source(entry),
        )
        return Line((*cells, self._influence(entry)) if self.influence else cells)

    def _header(self, entry: Entry) -> Text:
        return (*self._named(entry), " ", Code(entry.key))

    def _named(self, entry: Entry) -> Text:
        """What a value is; of which stream the table says."""
        return value_name(self.subject.resolved, entry.key, self.say, of_stream=False)

    def _except(self, common: Common) -> Text:
        if not common.other:
            return ()
        return self.say("register.except", streams=self.say.list(map(self._label, common.other)))

    def _label(self, stream: str) -> Name:
        return stream_name(self.subject.resolved, stream, self.say)

    def _bears(self, kind: str, of: str) -> Text:
        if kind == "readiness":
            return self.say("register.bears_readiness", group=Name(word(self.say, of)))
        if of:
            return self.say(f"register.bears_{kind}", stream=self._label(of))
        return self.say(f"register.bears_{kind}")

    def _grade(self, entry: Entry) -> Text:
        if entry.evidence is None:
            return self.say("register.no_grade")
        if entry.own:
            return self.say("register.mark_own")
        grade = self.say(f"terms.grade_{entry.evidence.grade}")
        return (*grade, ", ", *self.say("register.mark_choice")) if entry.evidence.kind == "choice" else grade

    def _source(self, entry: Entry) -> Text:
        """Title and year of the source, and the note; nothing for what its user set."""
        if entry.evidence is None or entry.own:
            return ()
        said: list[Text] = []
        if entry.evidence.source is not None:
            source = sources()[entry.evidence.source]
            said.append((Name(f"{source.title} ({source.year})."),))
        if entry.evidence.note:
            said.append((Name(entry.evidence.note),))
        return tuple(part for text in said for part in (*text, " "))[:-1]

    def _influence(self, entry: Entry) -> Text:
        if entry.key not in self.influence:
            return ("–",)
        analysis, place, index = self.influence[entry.key]
        share = analysis.number(index.total_order, "share", f"values/{place}", "total_order", index)
        return self.say(
            "register.share_of_variation", share=share, measure=self.say(f"measures.{index.measure}")
        )
