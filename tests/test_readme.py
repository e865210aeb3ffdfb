"""What README.md says is so: its commands work, and what it points to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import pangwa

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.findall(r"^```([a-z]*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
BLOCKS, PYTHON = ([text for kind, text in FENCED if (kind == "python") == wanted] for wanted in (False, True))
COMMANDS = [shlex.split(line, comments=True) for block in BLOCKS for line in block.splitlines() if line.strip()]
PANGWA = [words[1:] for words in COMMANDS if words[0] == "pangwa"]


def shortened(words: list[str]) -> list[str]:
    """The same command on three months and two replicates; figures are left to the first run and the batch."""
    if words[0] not in ("run", "batch"):
        return words
    short = list(words)
    for option in ("--replicates", "--until"):
        if option in short:
            short[short.index(option) + 1] = "2"
    repeated = words[0] == "run" and words != PANGWA[0]
    return [*short, "--set", "months=3", *(["--no-figures"] if repeated else [])]


@pytest.mark.slow
def test_the_commands_of_the_readme_work_one_after_another(tmp_path: Path) -> None:
    assert {words[0] for words in PANGWA} >= {"run", "batch", "new", "check", "parameters", "outcomes"}
    assert PANGWA[0][0] == "run"
    for words in PANGWA:
        done = pangwa(*shortened(words), folder=tmp_path)
        assert done.returncode == 0, f"pangwa {shlex.join(words)}: {done.stderr}"
        assert done.stdout, f"pangwa {shlex.join(words)} says nothing"


def test_the_five_lines_of_python_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = PYTHON
    assert len([line for line in text.splitlines() if line]) == 5 and README.index(text) < README.index(
        "## Ask your own question"
    )
    monkeypatch.chdir(tmp_path)
    short = text.replace("months=24", "months=3").replace("replicates=20", "replicates=2, months=3, jobs=1")
    names: dict[str, Any] = {}
    exec(compile(short, "README.md", "exec"), names)
    assert names["run"].scenario.months == 3
    assert len(names["batch"].runs) == 4
    assert list(tmp_path.iterdir()) == []


def test_the_chores_of_the_readme_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    chores = {words[1] for words in COMMANDS if words[0] == "make"}
    assert chores >= {"demo", "test"}
    assert chores <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_what_the_readme_points_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    quoted = re.findall(r"`([\w./-]+)`", README)
    rooms = ("agents/", "model/", "notebooks/", "scenarios/", "tests/")
    files = [word for words in COMMANDS for word in words if word.startswith(rooms)]
    wanted = {*links, *files, *(name for name in quoted if name.startswith(rooms))}
    assert wanted
    assert [name for name in sorted(wanted) if not (ROOT / name).exists()] == []
