"""Training from outside: it raises the fighting worth of who is trained, and fades when it ends.

``training <- training + rate (gain level - training)``, with ``level`` what the instrument delivers this month, 0-1. Rate and
gain stand in Washington's table (assumed: a year and a half). Moves :mod:`model.dynamics.contest` through ``state.training``.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled


@compiled
def train(run: Any) -> None:
    """Let training take effect, or fade: (F,) ``state.training`` changes."""
    us, training = run.rules.united_states, run.state.training
    for a in range(len(training)):
        training[a] += us.training_rate * (us.training_gain * run.policy[a].training - training[a])
