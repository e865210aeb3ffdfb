"""The command breakeven, called as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.test_cli import pangwa
from tests.test_cli_answers import tiny

__all__ = ["tiny"]

WORDS = ["breakeven", "troops_kia", "--at-least", "1000", "--vary", "actors.KIA.troops=600:1400", "tiny.toml"]
WORDS += ["--set", "months=1", "-r", "2", "-j", "1", "-q", "--out", "b"]


def test_a_search_bisects_says_what_it_would_take_and_goes_on(tiny: Path) -> None:
    done = pangwa(*WORDS, folder=tiny)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tiny / "b" / "breakeven").iterdir()}
    assert written == {"breakeven.csv", "means.csv", "breakeven.png", "breakeven.svg", "tables.json"}
    row = pd.read_csv(tiny / "b" / "breakeven" / "breakeven.csv").iloc[0]
    means = pd.read_csv(tiny / "b" / "breakeven" / "means.csv")
    assert row["state"] == "within the range" and row["value_low95"] <= row["value"] <= row["value_high95"]
    assert len(means) > 9 and means["n"].eq(2).all()
    again = pangwa(*WORDS, "--resume", "--no-figures", "-r", "3", folder=tiny)
    assert again.returncode == 0, again.stderr
    more = pd.read_csv(tiny / "b" / "breakeven" / "means.csv")
    assert more["n"].eq(3).all() and set(means["actors.KIA.troops"]) <= set(more["actors.KIA.troops"])


def test_wrong_names_are_refused_before_any_run(tiny: Path) -> None:
    done = pangwa("breakeven", "troop_kia", *WORDS[2:], folder=tiny)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'troops_kia'?" in done.stderr and not (tiny / "b").exists()
    wide = [word.replace("600:1400", "-5:1400") for word in WORDS]
    done = pangwa(*wide, folder=tiny)
    assert done.returncode == 2 and "actors.KIA.troops = -5" in done.stderr and not (tiny / "b").exists()
