"""What a run records, month by month, and the result that it hands on."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class RunResult:
    """What a run leaves behind.

    Args:
        outcomes: value of every outcome of :func:`model.outcomes.outcome_list`; None where it is not defined.
        tables: ``monthly, actors, exports, events, control`` with the schema of ``model.experiments.tables``.
    """

    outcomes: dict[str, float | None]
    tables: dict[str, pa.Table]
