"""The commands that answer questions, called as a user calls them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.scenario.conftest import TINY
from tests.test_cli import pangwa

KIA = """
extends = 'tiny.toml'
[united_states.instruments.aid]
kind = "aid"
target = "KIA"
level = 1.0
"""


def closing(printed: str) -> str:
    """The last paragraph of what a command prints, its finding, in one line."""
    return " ".join(printed.rstrip().rpartition("\n\n")[2].splitlines())


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with two scenarios, ``tiny`` and ``tiny_kia``, on the world of twelve townships."""
    (tmp_path / "tiny.toml").write_text(f"world = '{TINY.as_posix()}'\nmonths = 6\n")
    (tmp_path / "tiny_kia.toml").write_text(KIA)
    return tmp_path


def test_compare_writes_table_and_figure_and_ends_with_the_finding(tiny: Path) -> None:
    made = pangwa(
        "batch", "tiny.toml", "tiny_kia.toml", "-r", "3", "-j", "1", "--out", "r", "--no-figures", folder=tiny
    )
    assert made.returncode == 0, made.stderr
    done = pangwa("compare", "r", "--against", "tiny", "-o", "revenue_usd_kia_y1", "-o", "troops_kia", folder=tiny)
    assert done.returncode == 0, done.stderr
    assert "tiny_kia against tiny" in done.stdout
    assert closing(done.stdout).startswith("Against tiny: ")
    assert "assumed, not observed" in closing(done.stdout)
    written = {path.name for path in (tiny / "r" / "compare-tiny").iterdir()}
    assert written == {"compare.csv", "forest.png", "forest.svg", "tables.json"}
    wrong = pangwa("compare", "r", "--against", "tiny_kai", folder=tiny)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean 'tiny_kia'?" in wrong.stderr


def test_sensitivity_promises_runs_and_names_what_matters(tiny: Path) -> None:
    words = ["sensitivity", "tiny_kia.toml", "-p", "actors.KIA.troops", "-p", "actors.KIA.effectiveness"]
    words += [
        "--trajectories",
        "4",
        "--replicates",
        "1",
        "-o",
        "troops_kia",
        "--set",
        "months=2",
        "-j",
        "1",
        "--out",
        "s",
    ]
    promised = pangwa(*words, "--dry-run", folder=tiny)
    assert promised.returncode == 0, promised.stderr
    assert promised.stdout.startswith("2 factors, 12 points x 1 replicates: 12 runs, ")
    assert not (tiny / "s").exists()
    done = pangwa(*words, folder=tiny)
    assert done.returncode == 0, done.stderr
    finding = closing(done.stdout)
    assert finding.startswith("What moves fighters of the KIA (troops_kia) most: 1. Fighters at the start")
    assert "(KIA), actors.KIA.troops, weakly identified; 2. " in finding
    assert {"sensitivity.csv", "factors.csv", "tornado.png"} <= {
        path.name for path in (tiny / "s" / "sensitivity-morris").iterdir()
    }
    words = [
        "sensitivity",
        "tiny_kia.toml",
        "--method",
        "sobol",
        "--direct",
        "8",
        "-r",
        "1",
        "--from",
        "s",
        "--top",
        "2",
    ]
    shared = pangwa(*words, "-o", "troops_kia", "--set", "months=1", "-j", "1", "--out", "v", folder=tiny)
    assert shared.returncode == 0, shared.stderr
    assert "(KIA), actors.KIA.troops" in closing(shared.stdout)
    assert {"sobol.csv", "sobol.png"} <= {path.name for path in (tiny / "v" / "sensitivity-sobol").iterdir()}
    wrong = pangwa("sensitivity", "tiny_kia.toml", "-p", "actors.KIA.trops", folder=tiny)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean" in wrong.stderr


def test_diff_lists_parameters_then_outcomes_of_a_small_batch_that_is_kept(tiny: Path) -> None:
    words = ("diff", "tiny.toml", "tiny_kia.toml", "-r", "2", "-j", "1", "--set", "months=2", "-o", "revenue_usd_kia")
    done = pangwa(*words, folder=tiny)
    assert done.returncode == 0, done.stderr
    assert "united_states.instruments.aid" in done.stdout
    assert "tiny_kia against tiny" in done.stdout
    assert (tiny / "results" / "tiny_tiny_kia-diff" / "runs.parquet").is_file()


def test_sweep_and_regret_write_tables_figures_and_their_findings(tiny: Path) -> None:
    words = ["sweep", "actors.KIA.troops=500:2000:2", "tiny.toml", "tiny_kia.toml", "-r", "2", "--set", "months=2"]
    done = pangwa(*words, "-j", "1", "-o", "troops_kia", "--out", "w", folder=tiny)
    assert done.returncode == 0, done.stderr
    assert closing(done.stdout).startswith("As actors.KIA.troops (Fighters at the start")
    assert {"sweep.csv", "sweep.png"} <= {path.name for path in (tiny / "w" / "sweep").iterdir()}
    regret = pangwa("regret", "w", "--more", "troops_kia", "--less", "deaths_civilians_all=10", folder=tiny)
    assert regret.returncode == 0, regret.stderr
    assert "2 futures that differ in actors.KIA.troops" in closing(regret.stdout)
    assert {path.name for path in (tiny / "w" / "regret").iterdir()} == {
        "regret.csv",
        "regret.png",
        "regret.svg",
        "tables.json",
    }
    wrong = pangwa("regret", "w", "--more", "troops_kia=many", folder=tiny)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "must be a finite number" in wrong.stderr


def test_discover_tells_a_box_and_its_check(tiny: Path) -> None:
    words = ["discover", "tiny_kia.toml", "-o", "troops_kia", "--above", "5000", "-p", "actors.KIA.troops"]
    words += ["--points", "40", "-r", "1", "-j", "1", "--set", "months=1", "--out", "d"]
    done = pangwa(*words, folder=tiny)
    assert done.returncode == 0, done.stderr
    assert closing(done.stdout).startswith("Where actors.KIA.troops is at least")
    assert "on a second sample" in done.stdout
    assert {"box.csv", "box.png"} <= {path.name for path in (tiny / "d" / "discover-troops_kia").iterdir()}
    both = pangwa(*words, "--below", "5", folder=tiny)
    assert (both.returncode, "either --above or --below" in both.stderr) == (2, True)


def test_ablate_says_what_moves_nothing_and_goes_on_where_it_stopped(tiny: Path) -> None:
    words = ["ablate", "tiny.toml", "tiny_kia.toml", "-s", "processes.harm.civ*", "-s", "*.instruments.*"]
    words += ["-s", "actors.*.ambition_abroad", "--months", "2", "-j", "1", "--out", "a"]
    promised = pangwa(*words, "-r", "2", "--dry-run", folder=tiny)
    assert promised.stdout.startswith("7 switches over 2 scenarios x 2 replicates: 18 runs, "), promised.stderr
    done = pangwa(*words, "-r", "2", folder=tiny)
    assert done.returncode == 0, done.stderr
    assert "Of 4 parameters and mechanisms switched off one at a time in tiny, tiny_kia, " in closing(done.stdout)
    assert {"switches.csv", "ablation.csv", "ablation.png"} <= {path.name for path in (tiny / "a").iterdir()}
    aid = pd.read_csv(tiny / "a" / "switches.csv").set_index("switch").loc["united_states.instruments.aid"]
    assert (aid["scenarios"], aid["off"]) == (1, "left out")
    more = pangwa(*words, "-r", "3", "--resume", "--no-figures", folder=tiny)
    assert more.returncode == 0, more.stderr
    assert next(line for line in more.stdout.splitlines() if " runs in " in line).startswith("4 runs in ")
    assert "3 pairs" in closing(more.stdout)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            ("-s", "processes.trade.leek"),
            "--switches processes.trade.leek: matches nothing that can be removed; did you mean",
        ),
        (("-s", "quad.embargo_reagent"), "nothing to ablate"),
        (("-o", "troops_kai"), "--outcome troops_kai: there is no such outcome; did you mean 'troops_kia'?"),
        (("--all",), "give either scenarios or --all"),
    ],
)
def test_ablate_refuses_in_a_sentence(tiny: Path, wrong: tuple[str, ...], sentence: str) -> None:
    done = pangwa("ablate", "tiny.toml", *wrong, folder=tiny)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)


def test_explain_tells_three_sentences_and_keeps_results_where_asked(tiny: Path) -> None:
    (tiny / "road.toml").write_text(KIA + "[united_states.instruments.road]\nkind = 'route_building'\nramp = 0.0\n")
    words = ["explain", "road.toml", "-o", "exports_t_quad", "-j", "1", "--months"]
    kept = pangwa(*words, "2", "-r", "2", "--out", "e", folder=tiny)
    assert kept.returncode == 0, kept.stderr
    first, second, third = (" ".join(part.split()) for part in kept.stdout.strip().split("\n\n")[-4:-1])
    assert first.startswith("Delivered under road, means") and " aid " in first and "million USD per month" in first
    assert (
        second.startswith("Against the same runs without instruments, road raises or lowers none")
        and "more runs to tell" in second
    )
    assert third.startswith("Binding constraints: Of ") and "t per month that mines would send to India" in third
    written = {path.name for path in (tiny / "e" / "explain").iterdir()}
    assert written == {"explain.csv", "instruments.csv", "explain.png", "explain.svg", "tables.json"}
    drawn = pangwa("plot", "e", "--kind", "explain", "--format", "svg", folder=tiny)
    assert drawn.returncode == 0 and (tiny / "e" / "figures" / "explain.svg").is_file(), drawn.stderr
    before = set(tiny.iterdir())
    told = pangwa(*words, "1", "-r", "1", folder=tiny)
    assert told.returncode == 0 and "Binding constraints: " in told.stdout, told.stderr
    assert set(tiny.iterdir()) == before, "nothing is kept that was not asked for"
    refused = pangwa("explain", "tiny.toml", folder=tiny)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "has no US instruments" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "tiny_kia.toml"),
        ("sensitivity", "tiny.toml", "--method", "morris"),
        ("discover", "tiny.toml", "--above", "1"),
        ("sweep", "processes.trade.leak=0:0.3:2", "tiny.toml"),
        ("sweep", "doses"),
        ("diff", "tiny.toml", "tiny_kia.toml"),
        ("ablate", "tiny.toml"),
    ],
)
def test_an_unknown_outcome_is_refused_before_anything_is_run(words: tuple[str, ...], tiny: Path) -> None:
    done = pangwa(*words, "-o", "troops_kai", folder=tiny)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "--outcome troops_kai: there is no such outcome; did you mean 'troops_kia'?"
    assert not (tiny / "results").exists()
