"""What every pool of workers can do; the pools there are stand in :mod:`model.experiments.pools`."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Literal, Protocol

from model.experiments.codec import Finished
from model.experiments.worker import Simulate
from model.scenario.spec import RunSpec

Results = Future[list[Finished]]
Failure = Literal["", "task", "all"]
"""What an error of a future says: nobody died, the task's worker died, or all tasks in flight are lost."""


class WorkerPool(Protocol):
    """Workers that run tasks."""

    @property
    def workers(self) -> int:
        """How many there are."""

    def submit(self, simulate: Simulate, specs: tuple[RunSpec, ...], timeout: float | None) -> Results:
        """Hand out a task; the future may end with an error of the pool's own, see :meth:`failure`.

        Raises:
            RunnerError: no task can be handed out any more.
        """

    def failure(self, error: BaseException) -> Failure:
        """What the error of a future means."""

    def renew(self, proven: bool) -> bool:
        """Begin anew after all tasks were lost.

        Args:
            proven: whether any task has ended well before.

        Returns:
            Whether a worker ended itself because a run would not stop in time.

        Raises:
            RunnerError: it is not possible.
        """

    @property
    def replaces(self) -> bool:
        """Whether :meth:`replace` puts other workers in the place of those there are."""

    def replace(self) -> None:
        """Put new workers in the place of those there are; nothing is in flight."""

    def watch(self, timeout: float | None) -> None:
        """End workers that have been at one run for longer than its limit, be they stopped or deaf; called now and then."""

    def close(self, busy: bool) -> None:
        """End the workers.

        Args:
            busy: tasks are in flight; what they do is given up.
        """
