"""Errors that a user of batches can put right: one sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Sequence


class BatchError(RuntimeError):
    """A batch cannot be planned, stored or run; ``problems`` holds one sentence for each thing that is wrong."""

    exit_code = 2

    def __init__(self, problems: Sequence[str] | str) -> None:
        sentences = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(sentences))
        self.problems = sentences

    def __reduce__(self) -> tuple[type[BatchError], tuple[list[str]]]:
        """Keep the list when the error travels between processes."""
        return type(self), (self.problems,)


class PlanError(BatchError, ValueError):
    """What was asked for is no batch: wrong keys, empty lists, two scenarios of one name."""


class StoreError(BatchError, ValueError):
    """The folder of results cannot be used: it is locked, holds something else, or cannot be written."""


class DiskFullError(StoreError):
    """Nothing more could be written while the batch was running; what had been written before is whole."""

    exit_code = 4


class RunnerError(BatchError):
    """Runs cannot be handed to worker processes."""
