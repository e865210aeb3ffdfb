"""How a month begins and ends: calendar, season, what the outside world does; the laws and the record."""

from __future__ import annotations

import numpy as np

from model.dynamics.season import set_season
from model.phases.forcing import apply_forcing, force_conscription
from model.run import Run, date_after

_COUNTED_ANEW = ("towns_changed", "operations", "civilians_dead")


def open_month(run: Run) -> None:
    """Calendar, season, forcing; the ledgers' opening balances."""
    state = run.state
    state.tally.clear()
    for name in _COUNTED_ANEW:
        state.totals[name] = 0
    run.ledger.open()
    set_season(state.clock, int(run.date[5:]), run.parameters.season)
    np.copyto(state.holder_before, state.holder)
    force_conscription(run)
    apply_forcing(run)


def close_month(run: Run) -> None:
    """Check the conservation laws and record the month."""
    run.ledger.close()
    ended = run.date
    run.state.month += 1
    run.date = date_after(run.scenario.start, run.state.month)
    run.recorder.note(ended)
