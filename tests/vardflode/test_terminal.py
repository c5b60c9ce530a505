import json
import pathlib
import sys

import pytest

from vardflode import terminal

HOSTILE = "\x1b[31m[/bold]<script>$x$\u202e=cmd()\r\n\x07\u200b\ud800"
HARMLESS = "\\x1b[31m[/bold]<script>$x$\\u202e=cmd()\\r\\n\\x07\\u200b\\ud800"


def test_plain_text_cannot_act():
    assert terminal.plain(HOSTILE) == HARMLESS
    assert terminal.plain("Vårdcentral Å – 5\u00a0%") == "Vårdcentral Å – 5\u00a0%"


def test_everything_printed_goes_through_it(capsys: pytest.CaptureFixture[str]):
    terminal.write(HOSTILE)
    terminal.message(HOSTILE.replace("\n", ""))
    terminal.table([[HOSTILE, "1"]], [HOSTILE, "b"])
    out, err = capsys.readouterr()
    assert all(line.isprintable() for line in out.splitlines() + err.splitlines())
    assert out.splitlines()[0] == HARMLESS


def test_piped_tables_are_aligned_and_never_cut(capsys: pytest.CaptureFixture[str]):
    long = "x" * 500
    terminal.table([["a", "1", ""], ["heading"], ["bb", long, "end"]], ["key", "value", "more"])
    assert capsys.readouterr().out.splitlines() == [
        "key  value  more",
        "a    1",
        "",
        "heading",
        f"bb   {long}  end",
    ]


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_gets_colour_unless_told_not_to(
    no_color: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    terminal.table([["heading"], [HOSTILE, "fail"]], styles={"fail": "red"})
    out = capsys.readouterr().out
    assert ("\x1b[31mfail" in out) is not no_color
    assert HARMLESS in out


def test_json_survives_any_encoding(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    for encoding in ("utf-8", "cp1252", "ascii"):
        with (tmp_path / encoding).open("w", encoding=encoding) as stdout:
            monkeypatch.setattr(sys, "stdout", stdout)
            terminal.write_json({"name": "Åmål – ≥"})
            monkeypatch.undo()
        assert json.loads((tmp_path / encoding).read_text(encoding=encoding)) == {"name": "Åmål – ≥"}
