"""What the outside world does this month."""

from __future__ import annotations

from model.forcing import Forcing
from model.run import Run


def forced(run: Run, kind: str) -> list[Forcing]:
    """What the outside world does this month, of one kind."""
    of_kind = (one for one in run.scenario.forcing if one.kind == kind)
    return [one for one in of_kind if one.start <= run.date and (one.end is None or run.date <= one.end)]
