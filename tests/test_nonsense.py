"""What means nothing is refused by every command before anything is run: empty counts, endless times, unknown values."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.cli import FIGURES, app
from model.cli.answers import goals_of
from model.cli.boundary import told
from model.views.kinds import KINDS

TINY = Path(__file__).parent / "tiny"
NONSENSE = {
    **{
        f"{command} -r 0 -q": "replicates = 0: must be a whole number of at least "
        for command in (
            "batch t.toml", "explain t.toml", "sweep processes.trade.leak=0:0.3:2 t.toml", "diff t.toml u.toml",
            "sensitivity t.toml -p 'processes.trade.*'", "ablate t.toml",
            "discover t.toml -o exports_t_china --above 1 -p processes.trade.leak",
        )
    },
    "batch t.toml -r 1 --timeout inf": "timeout = inf: must be above 0 and at most",
    "batch t.toml -r 1 --timeout nan": "timeout = nan: must be above 0 and at most",
    "batch t.toml -r 1 --timeout 1e9": "timeout = 1000000000.0: must be above 0 and at most",
    "run t.toml --until 4": "until = 4: must be a month of the run, from 1 to 3",
    "run t.toml --set plugins.x=1": "--set: plugins: cannot be set; use --plugin FILE",
    "run t.toml --set start=9999-12": '--set: start = "9999-12": must be a month from 1900-01 to 2099-12',
    "run t.toml --set start=٢٠٢٥-٠٨": '--set: start = "٢٠٢٥-٠٨": must be a month in quotes',
    "sweep title=0:1:2 t.toml": "sweep: title: cannot be varied",
    "sweep plugins.x=0:1:2 t.toml": "sweep: plugins.x: cannot be varied",
    "merge there there --out new": "there: is given twice; give each folder once",
    "merge there ./there/ --out new": "there: is given twice; give each folder once",
}  # fmt: skip


@pytest.mark.parametrize("words", NONSENSE)
def test_what_means_nothing_is_refused_before_anything_is_run(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "tu":
        Path(f"{name}.toml").write_text(f"world = '{TINY.as_posix()}'\nmonths = 3\n", encoding="utf-8")
    Path("there").mkdir()
    done = CliRunner().invoke(app, shlex.split(words))
    error = done.exception
    assert error is not None
    said = done.output if isinstance(error, SystemExit) else "\n".join(told(error)[0])  # type: ignore[arg-type]
    assert NONSENSE[words] in said, said
    assert {path.name for path in tmp_path.iterdir()} == {"t.toml", "u.toml", "there"}


def test_what_is_good_enough_is_a_finite_number() -> None:
    for text in ("x=nan", "x=inf", "x=much"):
        with pytest.raises(SystemExit):
            goals_of([text], None)
    assert goals_of(["x=3"], ["y"])[0].threshold == 3.0


def test_the_kinds_of_figures_are_listed_by_help() -> None:
    assert set(FIGURES) == set(KINDS)
    done = CliRunner().invoke(app, ["plot", "--help"])
    assert all(kind in done.output for kind in KINDS)
