"""The message catalogue: nothing missing, nothing unused, both languages alike."""

import ast
import importlib.resources
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import results.report
from results.catalogue import MEASURES
from results.report.language import Language, words
from results.report.quantities import Quantity, Trace

PACKAGE = Path(str(importlib.resources.files(results.report)))
KEY = re.compile(r"[a-z_]+\.[A-Za-z0-9_.{}\[\]*-]+")
FRAME = re.compile(r"""plain\(\s*["']([a-z_]+)["']""")


def patterns_in(tree: ast.AST) -> Iterator[str]:
    """Constants and f-strings that could be keys, as regular expressions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
            yield re.escape(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(value.value)) if isinstance(value, ast.Constant) else r"[A-Za-z0-9_.*-]+"
                for value in node.values
            ]
            if re.match(r"[a-z_]+\\\.", parts[0]):
                yield "".join(parts)


def keys_asked_for() -> set[str]:
    """Every key, or pattern of keys, that the code and the templates ask for."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        found.update(patterns_in(ast.parse(path.read_text(encoding="utf-8"))))
    for path in PACKAGE.rglob("*.jinja"):
        found.update(rf"report\.{name}" for name in FRAME.findall(path.read_text(encoding="utf-8")))
    return found


def said_in(tree: ast.AST) -> Iterator[str]:
    """Keys that are asked for in so many words: the first argument of say(…) or say.plain(…)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            asked = ast.unparse(node.func)
            if asked in ("say", "say.plain") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def test_no_message_is_missing() -> None:
    asked = {
        key for path in PACKAGE.rglob("*.py") for key in said_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(asked) > 100
    assert sorted(asked - set(words())) == []


def test_no_message_is_unused() -> None:
    patterns = [re.compile(pattern) for pattern in sorted(keys_asked_for())]
    unused = [key for key in words() if not any(pattern.fullmatch(key) for pattern in patterns)]
    assert unused == []


def forms(key: str, code: str) -> list[str]:
    message = words()[key][code]
    return [message] if isinstance(message, str) else [message["one"], message["other"]]


def fields_of(message: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(message) if field is not None}


def test_both_languages_say_the_same() -> None:
    for key, message in words().items():
        assert set(message) == {"sv", "en"}, key
        told = {code: set().union(*map(fields_of, forms(key, code))) for code in ("sv", "en")}
        assert told["sv"] == told["en"], key
        strong = {code: {form.count("**") % 2 for form in forms(key, code)} for code in ("sv", "en")}
        assert strong == {"sv": {0}, "en": {0}}, key


@pytest.mark.parametrize("code", ["sv", "en"])
def test_every_measure_has_a_name_of_its_own(code: str) -> None:
    names = {name: Language(code).plain(f"measures.{name}") for name in MEASURES}
    assert len(set(names.values())) == len(MEASURES)


ANY = Trace("count", "x", "y")


@pytest.mark.parametrize(
    ("quantity", "sv", "en"),
    [
        (Quantity(5912.4, "visits_per_year", ANY, 5840, 5984), "5\xa0912 (5\xa0840–5\xa0984)\xa0besök per år",
         "5,912 (5,840–5,984)\xa0visits a year"),
        (Quantity(0.9712, "share", ANY, 0.9694, 0.973), "97,1\xa0% (96,9–97,3)", "97.1\xa0% (96.9–97.3)"),
        (Quantity(-0.012, "points", ANY, -0.02, -0.004, signed=True),
         "−1,2 (−2,0 till −0,4)\xa0procentenheter", "−1.2 (−2.0 to −0.4)\xa0percentage points"),
        (Quantity(4.31, "msek_per_year", ANY, 4.27, 4.35), "4,31 (4,27–4,35)\xa0mnkr per år",
         "4.31 (4.27–4.35)\xa0MSEK a year"),
        (Quantity(1, "patients", ANY), "1\xa0patient", "1\xa0patient"),
        (Quantity(0.0, "share", ANY, 0.0, 0.0), "0\xa0%", "0\xa0%"),
        (Quantity(float("nan"), "share", ANY), "–", "–"),
        (Quantity(-0.0004, "hours", ANY, -0.1, 0.1, signed=True), "0,0 (−0,1 till +0,1)\xa0timmar",
         "0.0 (−0.1 to +0.1)\xa0hours"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_language_does(quantity: Quantity, sv: str, en: str) -> None:
    assert Language("sv").told(quantity) == sv
    assert Language("en").told(quantity) == en
