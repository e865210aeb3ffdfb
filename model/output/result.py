"""What a run leaves behind; worker processes can pass it on without importing the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class RunResult:
    """What a run leaves behind.

    Args:
        outcomes: value of every outcome of :func:`model.output.outcomes.outcome_list`; None where it is not defined.
        tables: ``monthly, actors, exports, events, control, instruments`` with the schema of ``model.output.tables``, and ``lanes``
            (month, crossing, ore, reagent, goods), which figures of a single run use and batches do not store.
            Those of :class:`model.output.blocks.RunTables` are made when they are asked for.
    """

    outcomes: dict[str, float | None]
    tables: Mapping[str, pa.Table]
