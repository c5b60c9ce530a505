import pytest

from results.report.chapters.glossary import alphabetical, chapter
from results.report.document import Table
from results.report.language import LANGUAGES, Language
from results.report.subject import Subject


def test_the_swedish_alphabet_ends_with_letters_of_its_own() -> None:
    assert sorted(["öl", "zon", "ål", "Ärta", "apa"], key=alphabetical) == ["apa", "zon", "ål", "Ärta", "öl"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_terms_stand_in_order_each_once_with_a_sentence(subject: Subject, code: str) -> None:
    say = Language(code)
    (table,) = chapter(subject, say).blocks
    assert isinstance(table, Table)
    terms, other, meanings = zip(
        *([say.flat(cell) for cell in line.cells] for line in table.lines), strict=True
    )
    assert len(terms) >= 30
    assert list(terms) == sorted(terms, key=alphabetical)
    assert len(set(terms)) == len(terms) == len(set(meanings))
    assert "vårdcentral" in (terms if code == "sv" else other)
    assert all(meaning.endswith(".") for meaning in meanings)
