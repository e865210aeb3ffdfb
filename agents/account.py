"""Account of an instrument in a run: how long it is offered, whether it is accepted, and how much arrives."""

from __future__ import annotations

from dataclasses import dataclass

FEAR, AUTONOMY = "for fear of Beijing", "to keep its autonomy"
"""Why a target turns an offer down: the larger of the two costs."""


@dataclass
class Account:
    """Sums over the months of a run in which an instrument was due; where it has several targets, means over them."""

    due: int = 0
    """Months."""
    no_target: int = 0
    """Months in which there was nobody to offer it to: Washington had no partner."""
    waiting: float = 0.0
    """Months in which the target had not answered its first offer from abroad."""
    refused_fear: float = 0.0
    refused_autonomy: float = 0.0
    """Months in which it was turned down, by reason."""
    taken: float = 0.0
    """Months in which it ran."""
    dropped: float = 0.0
    """Times that a target which had it turned it down."""
    offered: float = 0.0
    """Sum of the level."""
    accepted: float = 0.0
    """The level in the months in which it was taken."""
    ramped: float = 0.0
    """The same, as far as it had been built up by then."""
    sent: float = 0.0
    """Of that, what attention was left for, for kinds that need it month by month."""
    delivered: float = 0.0
    """Of that, what arrived: all but the aid that the target's services could not take in."""

    def refuse(self, reason: str, part: float, had: bool) -> None:
        """Note a month without consent.

        Args:
            reason: one of FEAR and AUTONOMY; empty while the target has not answered yet.
            part: share of the instrument that was for this target, 0-1.
            had: whether the target had it last month.
        """
        if reason == FEAR:
            self.refused_fear += part
        elif reason == AUTONOMY:
            self.refused_autonomy += part
        else:
            self.waiting += part
        self.dropped += part * had

    def take(self, level: float, effort: float, sent: float, delivered: float, part: float) -> None:
        """Note a month in which a target had it.

        Args:
            level: of the instrument.
            effort: level as far as it has been built up.
            sent: the same, with attention.
            delivered: what of it arrived.
            part: share of the instrument that was for this target, 0-1.
        """
        self.taken += part
        self.accepted += part * level
        self.ramped += part * effort
        self.sent += part * sent
        self.delivered += part * delivered
