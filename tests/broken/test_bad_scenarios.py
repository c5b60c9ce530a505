import json
import os
import pathlib
import random

import pytest
from click.testing import CliRunner

from scenarios.lineage import LIBRARY, MAX_BYTES
from scenarios.yaml_nodes import MAX_DEPTH
from vardflode.cli import main

CHILD = "name: mine\nextends: decision-2026\n"
NOT_A_NUMBER = "not a number that can be used"
BILLION_LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
HOSTILE = [
    "=cmd()",
    "[/bold]",
    "<script>alert(1)</script>",
    "$x$",
    "../../etc",
    "\x1b[2J",
    "\u202egnp.exe",
    "%s{0}",
]


def patched(section: str, text: str) -> str:
    return f"{CHILD}{section}:\n  {text}\n"


def stream(text: str) -> str:
    return f"{CHILD}streams:\n  iron: {{{text}}}\n"


# --- whole files ----------------------------------------------------------------------------------

FILES = {
    "empty": (b"", "mine.yaml: is empty; give at least name and extends"),
    "only a comment": (b"# nothing\n", "mine.yaml: is empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "mine.yaml: is empty"),
    "a list": (b"- name: mine\n", "mine.yaml:1: a scenario is a mapping of keys to values"),
    "a sentence": (b"hello there\n", "mine.yaml:1: a scenario is a mapping of keys to values"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "mine.yaml:1: is not UTF-8 text"),
    "every byte": (bytes(range(256)) * 100, "is not UTF-8 text"),
    "null bytes": (b"name: \0\n", "not valid YAML: unacceptable character #x0000"),
    "latin-1": (
        "name: mine\ntitle: å\n".encode("latin-1"),
        "mine.yaml:2: is not UTF-8 text; save it as UTF-8",
    ),
    "utf-16": (CHILD.encode("utf-16"), "is not UTF-8 text"),
    "10 MB": (b"a: 1\n" * 2_000_000, f"is larger than {MAX_BYTES // 1_000_000} MB"),
    "many keys": (
        b"".join(b"k%d: 1\n" % i for i in range(2_000)),
        "holds more than 3,000 keys and values; that is not a scenario",
    ),
    "a long list": (
        b"units: [" + b"1," * 4_000 + b"1]\n",
        "holds more than 3,000 keys and values; that is not a scenario",
    ),
    "alias bomb": (BILLION_LAUGHS.encode(), "mine.yaml:1: anchors and aliases are not allowed"),
    "an alias to nothing": (b"name: *a\n", "anchors and aliases are not allowed"),
    "a merge key": (b"a: &a {b: 1}\nc:\n  <<: *a\n", "anchors and aliases are not allowed"),
    "a tag": (b"name: !!python/object/apply:os.system [ls]\n", "mine.yaml:1: tags are not allowed"),
    "a directive": (b"%YAML 1.1\n---\nname: mine\n", "directives (%YAML, %TAG) are not allowed"),
    "two documents": (b"name: a\n---\nname: b\n", "mine.yaml:2: more than one document"),
    "deep brackets": (b"a: " + b"[" * 10_000 + b"]" * 10_000, f"nested deeper than {MAX_DEPTH} levels"),
    "deep braces": (b"{a: " * 10_000 + b"1" + b"}" * 10_000, f"nested deeper than {MAX_DEPTH} levels"),
    "deep lists": (b"- " * 10_000 + b"x", f"nested deeper than {MAX_DEPTH} levels"),
    "deep indents": (
        "\n".join(" " * depth + "a:" for depth in range(1_200)).encode(),
        f"nested deeper than {MAX_DEPTH} levels",
    ),
    "brackets that never close": (b"a: [1, 2\nname: mine\n", "not valid YAML"),
    "a tab": (b"streams:\n\tiron: 3\n", "mine.yaml:2: not valid YAML"),
    "a key that is a list": (b"[a, b]: 1\n", "a key must be plain text"),
    "half a character": (b'name: "\\ud800"\n', "mine.yaml:1: holds half a character (a lone surrogate)"),
}


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_files_that_are_no_scenario(folder, refused, monkeypatch, content: bytes, expected: str):
    monkeypatch.setattr("scenarios.yaml_nodes.MAX_EVENTS", 3_000)
    pathlib.Path("mine.yaml").write_bytes(content)
    faults = refused("check", "mine.yaml")
    assert expected in faults[0]
    assert faults[0].startswith("mine.yaml")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nowhere.yaml", "nowhere.yaml: no such file"),
        ("nowhere/mine.yaml", "no such file"),
        ("../../etc/passwd", "etc/passwd"),
        ("nowhere", "nowhere: no scenario 'nowhere'; `vardflode list` shows them"),
        ("decison-2026", "no scenario 'decison-2026'; did you mean decision-2026?"),
        ("sources", "no scenario 'sources'"),
        ("", "no scenario ''"),
        ("..", "no scenario '..'"),
        ("sub.yaml", "sub.yaml: is a folder; name a .yaml file in it"),
        ("x" * 300 + ".yaml", "cannot be read: "),
        ("\x1b[2J.yaml", "\\x1b[2J.yaml: "),
    ],
)
def test_scenarios_that_are_not_there(folder, refused, name: str, expected: str):
    pathlib.Path("sub.yaml").mkdir()
    (fault,) = refused("check", name)
    assert expected in fault


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting(folder, refused):
    os.mkfifo("mine.yaml")
    assert refused("check", "mine.yaml") == ["mine.yaml: is not a regular file"]


# --- keys and values ------------------------------------------------------------------------------

VALUES = {
    "unknown key": (CHILD + "horizon: 3\n", "mine.yaml:3: horizon: unknown key"),
    "misspelt key": (
        stream("pateints: 3"),
        "mine.yaml:4: streams.iron.pateints: unknown key; did you mean patients?",
    ),
    "wrong type": (
        stream("patients: many"),
        "mine.yaml:4: streams.iron.patients: must be a whole number, not 'many'",
    ),
    "text for a number": (stream('nurse_minutes: "30"'), "nurse_minutes: must be a number, not '30'"),
    "truth for a number": (stream("nurse_minutes: true"), "nurse_minutes: must be a number, not True"),
    "part of a patient": (stream("patients: 2.5"), "patients: must be a whole number, not 2.5"),
    "a value for a section": (
        CHILD + "money: 5\n",
        "mine.yaml:3: money: must be a mapping of keys to values, not 5",
    ),
    "a section for a value": (stream("patients: {a: 1}"), "patients: must be a whole number, not a mapping"),
    "negative": (stream("patients: -1"), "patients: must be greater than or equal to 0, not -1"),
    "a share above 1": (
        stream("uptake_share: 1.2"),
        "uptake_share: must be less than or equal to 1, not 1.2",
    ),
    "not a number": (stream("nurse_minutes: .nan"), f"streams.iron.nurse_minutes: {NOT_A_NUMBER}: '.nan'"),
    "infinity": (stream("nurse_minutes: -.inf"), f"nurse_minutes: {NOT_A_NUMBER}: '-.inf'"),
    "infinity by size": (stream("nurse_minutes: 1e999"), f"nurse_minutes: {NOT_A_NUMBER}: '1e999'"),
    "not a number in evidence": (
        stream("nurse_minutes: {value: .nan, grade: assumption}"),
        f"nurse_minutes.value: {NOT_A_NUMBER}",
    ),
    "not a number in a range": (
        stream("nurse_minutes: {value: 5, grade: assumption, range: {low: .nan, high: 9}}"),
        f"nurse_minutes.range.low: {NOT_A_NUMBER}",
    ),
    "a huge number": (stream("patients: " + "9" * 39), "must be less than or equal to 1000000, not 999"),
    "a number without end": (stream("patients: " + "9" * 5_000), f"patients: {NOT_A_NUMBER}: '999"),
    "a hexadecimal without end": (stream("patients: 0x" + "f" * 50_000), f"patients: {NOT_A_NUMBER}: '0xfff"),
    "window wider than the interval": (
        stream("early_days: 300"),
        "mine.yaml:4: streams.iron: early_days + late_days must be shorter than interval_days",
    ),
    "taken back before it is late": (
        stream("late_days: 20, returned_after_days: 10"),
        "returned_after_days must be at least late_days",
    ),
    "a visit of no minutes": (stream("nurse_minutes: 0"), "nurse_minutes must be above 0"),
    "a day that is no Monday": (CHILD + "start_date: 2026-03-03\n", "start_date must be a Monday"),
    "a day that is none": (CHILD + "start_date: 2026-02-30\n", "start_date: not a date: '2026-02-30'"),
    "key given twice": (
        CHILD + "horizon_years: 2\nhorizon_years: 3\n",
        "mine.yaml:4: horizon_years: given twice; first on line 3",
    ),
    "section given twice": (
        CHILD + "money: {}\nmoney: {}\n",
        "mine.yaml:4: money: given twice; first on line 3",
    ),
    "closed before it opens": (
        patched("calendar", 'opening: {monday: {opens: "17:00", closes: "08:00"}}'),
        "closes must be at least an hour after opens",
    ),
    "a weekday that is none": (
        patched("calendar", 'opening: {mondag: {opens: "08:00", closes: "17:00"}}'),
        "did you mean monday?",
    ),
    "an unknown source": (
        stream("patients: {value: 5, grade: source, source: my-uncle}"),
        "streams.iron.patients: source 'my-uncle' is not in sources.yaml",
    ),
    "a range upside down": (
        stream("patients: {value: 5, grade: assumption, range: {low: 9, high: 1}}"),
        "streams.iron.patients.range: low 9 is above high 1",
    ),
    "a value outside its range": (
        stream("patients: {value: 5, grade: assumption, range: {low: 6, high: 9}}"),
        "streams.iron.patients: value 5 lies outside its range 6 to 9",
    ),
    "a circle": ("name: mine\nextends: ./mine.yaml\n", "mine.yaml:2: extends: goes round in a circle"),
    "a text without end": (
        CHILD + f"title: {{en: {'x' * 50_000}, sv: x}}\n",
        "mine.yaml:3: title.en: String should have at most 2000 characters",
    ),
    "a key without end": (CHILD + "? " + "x" * 5_000 + "\n: 1\n", "unknown key"),
    "a null character in a path": (CHILD + 'units: "a\\0b"\n', "cannot be read: embedded null byte"),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_keys_and_values_that_cannot_be(folder, refused, text: str, expected: str):
    pathlib.Path("mine.yaml").write_text(text, encoding="utf-8")
    (fault,) = refused("check", "mine.yaml")
    assert expected in fault


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "=",
        "x",
        "streams",
        "a=1",
        "a..b=1",
        ".=1",
        "a=",
        "a=[",
        "a=*b",
        "a=!!set {}",
        "name=x y",
        "." * 50 + "=1",
    ],
)
def test_settings_that_cannot_be(refused, setting: str):
    (fault,) = refused("check", "decision-2026", "--set", setting)
    assert fault.startswith("--set: ")


# --- names and titles that would act somewhere ----------------------------------------------------


@pytest.mark.parametrize("name", [*HOSTILE, "", " ", "a b", "Å", "-a", "a" * 61, "con/../x"])
def test_hostile_names_are_refused(folder, refused, name: str):
    pathlib.Path("mine.yaml").write_text(
        f"name: {json.dumps(name)}\nextends: decision-2026\n", encoding="utf-8"
    )
    (fault,) = refused("check", "mine.yaml")
    assert fault.startswith("mine.yaml:1: name: must be 1 to 60 of a-z, 0-9 and -, not first -, not ")


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_shown_harmlessly(folder, title: str):
    text = f"{CHILD}title: {{en: {json.dumps(title)}, sv: {json.dumps(title)}}}\n"
    pathlib.Path("mine.yaml").write_text(text, encoding="utf-8")
    shown = CliRunner().invoke(main, ["show", "mine.yaml"])
    assert shown.exit_code == 0
    assert all(line.isprintable() for line in shown.stdout.splitlines())
    (line,) = (line for line in shown.stdout.splitlines() if line.startswith("title.en "))
    harmless = title.encode("unicode_escape").decode() if not title.isprintable() else title
    assert harmless in line
    told = json.loads(CliRunner().invoke(main, ["show", "mine.yaml", "--json"]).stdout)
    assert told["scenario"]["title"] == {"en": title, "sv": title}


def test_show_refuses_what_check_refuses(folder, refused):
    pathlib.Path("mine.yaml").write_text(stream("patients: -1"), encoding="utf-8")
    assert refused("show", "mine.yaml") == refused("check", "mine.yaml")


def test_hostile_keys_and_file_names_are_shown_harmlessly(folder, refused):
    pathlib.Path("[red]å.yaml").write_text(CHILD + '"\\e[31m[/bold]\\u202e": 1\n', encoding="utf-8")
    (fault,) = refused("check", "[red]å.yaml")
    assert fault == "[red]å.yaml:3: \\x1b[31m[/bold]\\u202e: unknown key"


# --- whatever else --------------------------------------------------------------------------------


def test_damaged_scenarios_never_end_in_a_traceback(folder):
    """The base file with a piece of noise somewhere: valid or refused, nothing else."""
    text = (LIBRARY / "tight-everywhere.yaml").read_text(encoding="utf-8")
    alphabet = "a0,:-{}[]\"'#&*!|>%@`?\n\t .é\u2028\u202e~<=x_"
    draw = random.Random(5)
    for _ in range(50):
        at = draw.randrange(len(text))
        noise = "".join(draw.choice(alphabet) for _ in range(draw.randrange(1, 20)))
        damaged = text[:at] + noise + text[at + draw.randrange(10) :]
        pathlib.Path("mine.yaml").write_text(damaged, encoding="utf-8", newline="")
        result = CliRunner().invoke(main, ["check", "mine.yaml"])
        assert result.exit_code in (0, 3), (damaged, result.output)
        assert all(line.isprintable() for line in result.output.splitlines())
