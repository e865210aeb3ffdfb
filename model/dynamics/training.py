"""Foreign training: raises fighting strength, and is lost when the trained fighters leave.

State: share ``s`` of a force that has been trained. With ``n`` people trained this month, ``F`` fighters and the loss ``d``::

    s <- min(s (1 - d) + n / F, 1)

Effectiveness rises by ``gain s`` (:mod:`model.dynamics.contest`). How many are trained stands in Washington's table with its
precedent; gain and loss are assumed.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.dynamics.front import fighters_of


@compiled
def share_trained(share: float, people: float, fighters: int, loss: float) -> float:
    """0-1, share of a force that is trained a month later.

    Args:
        share: now, 0-1.
        people: trained this month.
        fighters: of the force.
        loss: share of the trained who leave in a month.
    """
    return min(share * (1.0 - loss) + people / max(fighters, 1), 1.0)


@compiled
def train(run: Any) -> None:
    """Let training take effect, or be lost: (F,) ``state.training`` changes."""
    us, training = run.rules.united_states, run.state.training
    for a in range(len(training)):
        people = us.training_people * run.policy[a].training
        if people > 0.0 or training[a] > 0.0:
            training[a] = share_trained(training[a], people, fighters_of(run, a), us.training_loss)
