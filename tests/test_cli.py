"""The commands of the command line, called as a user calls them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from model.cli import main
from model.experiments.batch_file import read_plan
from tests.scenario.conftest import TINY
from tests.scenario.test_plugins import TEXT as CAUTIOUS
from tests.scenario.test_problems import FIVE_ERRORS

REPOSITORY = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    "COLUMNS": "100",
}


def pangwa_apart(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, for what must not stay in this one."""
    command = [sys.executable, "-m", "model.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT, check=False)


def pangwa(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in this process, which has loaded and compiled already what a new one would have to."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patched, contextlib.chdir(folder or Path.cwd()):
        patched.setattr(sys, "argv", ["pangwa", *words])
        patched.setenv("COLUMNS", "100")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with a scenario ``tiny.toml`` on the world of twelve townships."""
    (tmp_path / "tiny.toml").write_text(f"title = 'Twelve townships'\nworld = '{TINY.as_posix()}'\nmonths = 3\n")
    return tmp_path


def test_help_lists_the_verbs_and_loads_nothing_heavy() -> None:
    done = pangwa_apart("--help")
    assert done.returncode == 0
    assert all(
        f"\n  {command} " in done.stdout
        for command in ("run", "batch", "plot", "scenarios", "new", "check", "parameters", "outcomes", "schema")
    )
    heavy = ("mesa", "pandas", "matplotlib", "pydantic", "numpy", "rich")
    code = f"import sys, model.cli; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert loaded.stdout.strip() == "[]"


def test_version() -> None:
    assert pangwa("--version").stdout.startswith("pangwa ")


def test_an_unknown_verb_suggests_the_nearest() -> None:
    done = pangwa("rnu")
    assert done.returncode == 2
    assert "Did you mean 'run'?" in done.stderr


def test_scenarios_are_listed_and_printed() -> None:
    listed = pangwa("scenarios").stdout
    assert re.search(r"^engage_kia +Engage the KIA$", listed, re.MULTILINE)
    assert "policy_options" in listed
    assert pangwa("scenarios", "engage_kia").stdout == (REPOSITORY / "scenarios" / "engage_kia.toml").read_text()
    unknown = pangwa("scenarios", "engage_kai")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "did you mean 'engage_kia'?" in unknown.stderr


def test_check_prints_all_mistakes_and_ends_with_2(tiny: Path) -> None:
    (tiny / "five.toml").write_text(f"extends = 'tiny.toml'\n{FIVE_ERRORS}")
    done = pangwa("check", "five.toml", "tiny.toml", folder=tiny)
    assert done.returncode == 2
    assert done.stdout == "tiny.toml: ok\n"
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    assert all(line.startswith("five.toml: ") for line in lines)


def test_all_shipped_files_are_in_order() -> None:
    """One batch is read with every vector of the plausible set, the others with the first: the vectors are the same."""
    files = sorted(str(path) for path in (REPOSITORY / "scenarios").glob("*.toml"))
    files.append(str(REPOSITORY / "scenarios" / "batches" / "policy_options.toml"))
    done = pangwa("check", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{file}: ok" for file in files]
    batches = {path.stem for path in (REPOSITORY / "scenarios" / "batches").glob("*.toml")}
    assert batches > {"policy_options"}
    assert all(read_plan([name], replicates=1).specs for name in batches)


def test_check_takes_overrides_and_batch_files(tiny: Path) -> None:
    done = pangwa("check", "tiny.toml", "--set", "months=-1", folder=tiny)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["--set: months = -1: must be a whole number between 0 and 1200"],
    )
    (tiny / "batch.toml").write_text("scenarios = ['tiny.toml']\nreplicats = 3\n")
    done = pangwa("check", "batch.toml", folder=tiny)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["batch.toml: replicats = 3: unknown key; did you mean 'replicates'?"],
    )


def test_kinds_of_ones_own_are_known_to_the_verbs_that_look_things_up(tiny: Path) -> None:
    (tiny / "cautious.py").write_text(CAUTIOUS, encoding="utf-8")
    (tiny / "mine.toml").write_text(
        f"extends = 'status_quo'\nworld = '{TINY.as_posix()}'\n[actors.KIA]\nkind = 'CautiousArmy'\n", encoding="utf-8"
    )
    without = pangwa("check", "mine.toml", folder=tiny)
    assert without.returncode == 2 and "CautiousArmy" in without.stderr
    own = ("--plugin", "cautious.py")
    told = pangwa_apart("parameters", "mine.toml", "--search", "caution", *own, folder=tiny)
    assert "actors.KIA.caution = 0" in told.stdout
    assert "townships_held_kia" in pangwa_apart("outcomes", "mine.toml", *own, folder=tiny).stdout
    assert pangwa_apart("new", "other", "--extends", "mine.toml", *own, folder=tiny).returncode == 0
    assert pangwa_apart("check", "other.toml", *own, folder=tiny).stdout == "other.toml: ok\n"
    refused = pangwa("check", "mine.toml", "--plugin", "none.py", folder=tiny)
    assert refused.returncode == 2 and "Traceback" not in refused.stderr and "none.py" in refused.stderr


def test_new_writes_a_file_that_changes_nothing_yet_and_never_overwrites(tiny: Path) -> None:
    done = pangwa("new", "mine", "--extends", "engage_kia", folder=tiny)
    assert done.returncode == 0
    assert "wrote mine.toml" in done.stdout
    text = (tiny / "mine.toml").read_text()
    assert 'extends = "engage_kia"' in text
    assert "# [united_states.instruments.aid_kia]" in text
    assert pangwa("check", "mine.toml", folder=tiny).returncode == 0
    again = pangwa("new", "mine", folder=tiny)
    assert again.returncode == 2
    assert "mine.toml: already exists and is not overwritten" in again.stderr
    assert (tiny / "mine.toml").read_text() == text


def test_what_new_writes_works_with_its_comment_signs_taken_away(tiny: Path) -> None:
    assert pangwa("new", "mine", "--extends", "engage_kia", folder=tiny).returncode == 0
    lines = (tiny / "mine.toml").read_text().splitlines()
    starts: tuple[str, ...] = (
        "# [",
        "# level =",
        "# kind =",
        "# target =",
        "# start =",
        "# months =",
        "# ramp =",
        "# when =",
    )
    starts += ("# troops =", "# mine_stop =", "# name =", "# end =", "# value =")
    plain = [line.removeprefix("# ") if line.startswith(starts) else line for line in lines]
    text = "\n".join(line for line in plain if not line.startswith("[united_states]"))
    (tiny / "all.toml").write_text(text)
    done = pangwa("check", "all.toml", folder=tiny)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("new", "status_quo"), "'status_quo' is the name of a shipped scenario"),
        (("new", "a:b"), "'a:b' cannot be a file name"),
        (("new", "nowhere/x"), "x.toml: cannot be written: No such file or directory"),
        (("new", "x", "--extends", "statusquo"), "did you mean 'status_quo'?"),
        (("run", "nothing.toml"), "nothing.toml: no such file"),
        (("run", "tiny.toml", "--set", "actors.KIA.trops=5"), "--set: actors.KIA.trops = 5: unknown key; did you"),
        (("run", "tiny.toml", "--out", "tiny.toml"), "--out tiny.toml: is a file; give a new folder"),
        (("run", "tiny.toml", "--months", "-1"), "'--months'"),
        (("parameters", "tiny.toml", "--search", "trops"), "no parameter matches 'trops'; did you mean 'troops'?"),
        (("batch", "tiny.toml", "--replicates", "0"), "replicates"),
        (("plot", "nowhere"), "nowhere: no such folder"),
    ],
)
def test_mistakes_end_with_2_a_sentence_and_no_traceback(tiny: Path, words: tuple[str, ...], sentence: str) -> None:
    done = pangwa(*words, folder=tiny)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tiny.iterdir()] == ["tiny.toml"]


def test_parameters_are_listed_searched_and_tabled(tiny: Path) -> None:
    text = pangwa("parameters", "tiny.toml", "--search", "kia ORE_TAX yuan", folder=tiny).stdout
    assert "actors.KIA.ore_tax_yuan_per_t = 35000 [yuan/t]" in text
    assert "0 to 200000, off at 0; weakly identified" in text
    assert "Source: " in text
    table = pangwa("parameters", "tiny.toml", "--csv", "--set", "actors.KIA.troops=7", folder=tiny).stdout
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(table))}
    assert rows["actors.KIA.troops"]["value"] == "7"
    assert rows["structure.mine_stop"]["options"] == "halt|reagent|both"
    assert (rows["actors.<ArmedActor>.force_cap"]["off"], rows["actors.KIA.troops"]["off"]) == ("5.0", "")
    assert all(row["unit"] and row["status"] and row["source"] and row["meaning"] for row in rows.values())


def test_a_closed_pipe_is_silent(tiny: Path) -> None:
    command = f"{sys.executable} -m model.cli parameters tiny.toml | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, cwd=tiny, env=ENVIRONMENT, check=True
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_the_schema_is_json() -> None:
    assert json.loads(pangwa("schema").stdout)["title"] == "Pangwa scenario"


@pytest.mark.parametrize("room", ["agents", "model"])
@pytest.mark.parametrize("file", ["{}.py", "{}/__init__.py"])
def test_modules_that_have_the_names_of_rooms_are_told_or_passed_by(tmp_path: Path, room: str, file: str) -> None:
    """Mesa's usual layout has a ``model.py`` and an ``agents.py`` in the folder."""
    foreign = tmp_path / file.format(room)
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("raise SystemExit('the wrong module')\n")
    first = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; sys.argv = ['pangwa', '--version']; "
    told = f"the module '{room}' found at {foreign} is not Pangwa's, which has one of that name: rename it"
    for code, ends in (("import pangwa; pangwa.run", told), ("from pangwa import main; main()", "")):
        done = subprocess.run(
            [sys.executable, "-c", first + code], capture_output=True, text=True, env=ENVIRONMENT, check=False
        )
        assert told in (done.stderr.splitlines() or [""])[-1] if ends else not done.stderr
        assert done.returncode == bool(ends)
