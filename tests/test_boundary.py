"""What goes wrong in a command: always a sentence with the file's name, never a traceback."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.cli.boundary import boundary
from model.experiments.errors import StoreError
from model.scenario.characters import is_fit, visible
from tests.test_cli import ENVIRONMENT, pangwa


def said_of(error: Exception, code: int) -> str:
    """What is said of an error inside the boundary, which ends with an exit code."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as end, contextlib.redirect_stderr(said), boundary():
        raise error
    assert end.value.code == code
    return said.getvalue()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (StoreError(["one", "two"]), 2, "one\ntwo\n"),
        (OSError(errno.EACCES, "Permission denied", "a/b.csv"), 2, "a/b.csv: permission denied\n"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x"), 2, "x: file name too long\n"),
        (OSError(errno.ENOSPC, "No space left on device", "x"), 4, "x: the disk is full; free some space"),
        (UnicodeEncodeError("utf-8", "\udc80", 0, 1, "surrogates not allowed"), 2, "cannot be encoded here"),
        (RecursionError(), 2, "nested too deeply"),
        (MemoryError(), 2, "not enough memory"),
    ],
)
def test_an_error_that_somebody_can_put_right_is_a_sentence(error: Exception, code: int, words: str) -> None:
    said = said_of(error, code)
    assert words in said and "Traceback" not in said


def test_a_bug_is_one_line_that_says_where_its_traceback_is() -> None:
    (line,) = said_of(KeyError("nobody, others"), 1).splitlines()
    file = Path(line.rpartition(" ")[2])
    assert "Traceback" in file.read_text(encoding="utf-8")
    file.unlink()


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\u202eb", "\u2066x", "\x07", "a\x9bb", "\ud800", "a\rb"])
def test_control_and_bidirectional_characters_reach_no_terminal(text: str) -> None:
    assert not is_fit(text)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit), boundary():
        print(text)
        raise StoreError(text.replace("\r", "\x00"))
    assert is_fit(out.getvalue(), "\n")
    assert is_fit(err.getvalue().replace("\x1b", "").replace("\r", ""), "\n")
    assert visible("ကချင်, łódź\t東京\n") == "ကချင်, łódź\t東京\n"


@pytest.mark.parametrize(
    "words",
    [
        ("run", "x" * 5000),
        ("run", "a\0b"),
        ("check", "{folder}"),
        ("check", "{deep}"),
        ("check", "{kind}"),
        ("report", "{folder}"),
        ("new", "mine", "--out", "/proc/nowhere/mine.toml"),
        ("run", "status_quo", "--months", "0", "--out", "/proc/nowhere"),
        ("run", "status_quo", "--set", "actors.KIA.kind={}"),
        ("run", "status_quo", "--set", "actors.NEW.kind={}"),
        ("run", "status_quo", "--set", "actors.NEW.kind=[[]]"),
        ("run", "status_quo", "--set", "a." * 2000 + "b=1"),
        ("run", "status_quo", "--set", "actors=" + "[" * 5000),
        ("export", "{folder}", "--to", "csv"),
        ("merge", "{folder}", "--out", "{folder}"),
    ],
    ids=str,
)
def test_odd_words_end_in_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * 4000 + "]" * 4000)
    (tmp_path / "kind.toml").write_text("[actors.X]\nkind = {}\n[[forcing]]\nkind = []\n")
    places = {name: str(tmp_path / f"{name}.toml") for name in ("deep", "kind")} | {"folder": str(tmp_path)}
    done = pangwa(*(word.format(**places) if word in ("{folder}", "{deep}", "{kind}") else word for word in words))
    assert done.returncode == 2, done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert "fault of the program" not in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m model.cli parameters --csv | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 2


def test_a_full_disk_under_the_output_is_a_sentence() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no device that is always full")
    command = f"{sys.executable} -m model.cli scenarios > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 4
    assert "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
