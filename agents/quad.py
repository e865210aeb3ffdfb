"""India, Japan and Australia: the road to India, its funding, and processing plants.

India *hedges* between the Quad and BRICS/SCO. State: ``commitment`` c, 0-1. Equation::

    c <- c + speed * (clip(c0 + w_us US effort + w_rev busy - w_brics pull, 0, 1) - c)

where ``busy`` is the share of its plants for this ore that was at work last month and ``pull`` that of BRICS and SCO, with all weights
assumed (nothing of the kind has been observed; India asked for samples in 2025 and no bulk flow followed). It moves the
opening of India's own gate and the ramp of its plants, and through them ``india_commitment``, ``exports_t_quad``,
``india_processing_revenue_usd`` and ``us_heavy_ree_supply_share``. It does not slow down the building of the road, most of which
lies in Myanmar: commitment counts once in what comes over it. Japan's money speeds up building as far as the US builds
(``japan_finance_usd``); Australia takes ore from India's stock as far as the Quad's effort goes
(``separated_t_australia``).
"""

from __future__ import annotations

from typing import Any

from mesa import Model

from agents.base import Actor
from agents.policy_parameters import QuadParameters
from model.compile import compiled
from model.live import LiveParameters


@compiled
def readiness(run: Any, us_effort: float, busy: float) -> float:
    """Commitment, 0-1, towards which India moves; arguments as of :meth:`India.hedge`."""
    p = run.rules.quad_partners
    gain = p.hedging_us * us_effort + p.hedging_revenue * busy
    return min(max(p.india_commitment + gain - p.hedging_brics * p.brics_pull, 0.0), 1.0)


@compiled
def hedged(run: Any, commitment: float, us_effort: float, busy: float) -> float:
    """India's commitment, 0-1, after a month."""
    return commitment + run.rules.quad_partners.hedging_speed * (readiness(run, us_effort, busy) - commitment)


class QuadPartner(Actor):
    """A member of the Quad other than the US.

    Args:
        model: the Mesa model it lives in.
        parameters: the Quad's table.
    """

    country = ""
    table = "quad_partners"


class India(QuadPartner):
    """India: owner of the road, processor of the ore, hedging between blocs."""

    country = "India"

    def __init__(self, model: Model, parameters: QuadParameters | LiveParameters) -> None:
        super().__init__(model, parameters)
        self.commitment = float(readiness(self.data, 0.0, 0.0))
        self.courted = False
        """Whether anything has ever been put into the road; until then India stays of the mind with which it begins."""

    def hedge(self, us_effort: float, busy: float) -> float:
        """Move commitment towards what speaks for and against the Quad this month, and return it.

        Args:
            us_effort: what the US puts into the road and contracts for its ore, 0-1.
            busy: share of its plants for this ore that was at work last month, 0-1.
        """
        self.courted = self.courted or us_effort > 0
        self.commitment = float(hedged(self.data, self.commitment, us_effort, busy))
        return self.commitment

    def build(self, us_effort: float) -> float:
        """Effort on the road that it lets happen, 0-1: what the US puts in, unless it wants none of it.

        How far it is committed counts at its gate, and not here once more; it has built nothing on its own so far.
        """
        return us_effort if self.commitment > 0 else 0.0


class Japan(QuadPartner):
    """Japan: funding of the road."""

    country = "Japan"
    paid = 0.0
    """USD that it paid this month."""

    def finance(self, effort: float) -> float:
        """Pay, and return the factor by which that speeds up the road at this effort (0-1), 1 and up."""
        self.paid = self.parameters.japan_usd * effort
        return 1.0 + self.parameters.japan_finance * effort


class Australia(QuadPartner):
    """Australia: separation of heavy rare earths (Lynas' circuits in Malaysia and Australia)."""

    country = "Australia"

    def separate(self, effort: float) -> float:
        """Ore it takes from India's stock, t/month, at this effort of the Quad (0-1)."""
        return self.parameters.australia_separation_t * effort
