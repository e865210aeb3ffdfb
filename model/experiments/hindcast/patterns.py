"""The patterns of the record, as data, and the hash that shows that neither they nor their measuring was changed.

``patterns.csv`` holds a row a number; a pattern of several rows is met when all of them are. ``use`` is *calibration* (may be
looked at while parameters are chosen), *held-out* (may not), *diagnostic* (told, not counted) or *untestable*; ``free`` marks
those that are met nearly whatever the model does (SOURCES K13).
"""

from __future__ import annotations

import ast
import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE / "patterns.csv"
CALIBRATION, HELD_OUT, DIAGNOSTIC, UNTESTABLE = USES = ("calibration", "held-out", "diagnostic", "untestable")
SCENARIOS = ("hindcast", "hindcast_2023", "hindcast_2024", "hindcast_trade")
LEAST_SHARE = 0.30
"""Share of runs that must lie within tolerance, besides the median (design 8)."""

FROZEN = ("patterns.csv", "statistics.py", "survival.py", "trace.py", "score.py", "../../output/observe.py")
"""The files that decide what is measured and how it is scored."""


@dataclass(frozen=True)
class Pattern:
    """One number of a pattern.

    Args:
        pattern: number of the pattern, as P13.
        name: what it is.
        use: calibration, held-out, diagnostic or untestable.
        free: whether it is met nearly whatever the model does.
        scenario: the hindcast in which it is read.
        statistic: name of the function in ``statistics.py``.
        summary: ``median`` (of the runs), or ``share`` (the mean of 0/1 over the runs in which it is defined).
        observed: the number of the record.
        low: lowest value that counts as met.
        high: highest.
        unit: unit of the number.
        source: tag of SOURCES.md.
        note: how the number is read.
    """

    pattern: str
    name: str
    use: str
    free: bool
    scenario: str
    statistic: str
    summary: str
    observed: float
    low: float
    high: float
    unit: str
    source: str
    note: str


@cache
def patterns() -> tuple[Pattern, ...]:
    """All rows of ``patterns.csv``; untestable ones have no numbers (NaN)."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(_pattern(row) for row in rows)


def _pattern(row: dict[str, str]) -> Pattern:
    texts = {key: row[key] for key in row if key not in ("free", "observed", "low", "high")}
    observed, low, high = (float(row[key] or "nan") for key in ("observed", "low", "high"))
    return Pattern(**texts, free=row["free"] == "yes", observed=observed, low=low, high=high)


def of_use(*uses: str) -> tuple[Pattern, ...]:
    """The rows of some uses."""
    return tuple(pattern for pattern in patterns() if pattern.use in uses)


def frozen_at() -> str:
    """The hash that was noted when pattern table, operators and scoring were frozen, before held-out patterns were seen."""
    return (HERE / "frozen.md").read_text(encoding="utf-8").split()[0]


def frozen_hash() -> str:
    """Sixteen hex digits of the pattern table, the operators and the scoring; docstrings and where lines are broken do not matter."""
    digest = hashlib.blake2b(digest_size=8)
    for name in FROZEN:
        text = (HERE / name).read_text(encoding="utf-8")
        told = "".join(_code(text).split()) if name.endswith(".py") else text
        digest.update(f"{name}\0{told}\0".encode())
    return digest.hexdigest()


def _code(text: str) -> str:
    """The lines of a module without those of docstrings."""
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr))
    words = [node for node in nodes if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)]
    said = {line for node in words for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return "\n".join(line for number, line in enumerate(text.splitlines(), 1) if number not in said)
