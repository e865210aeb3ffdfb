"""Washington: carries out the scenario's instruments under limited attention, and may pick its own partner.

Attention ``A`` is a stochastic budget with a sustained mean (SOURCES K8): ``A <- m + r (A - m) + s xi`` within 0-1, where the
mean ``m`` decays only in scenarios that say so, and a special envoy at level ``e`` holds a part of what is missing:
``m + h e (1 - m)``. What an instrument delivers is ``level (1 - exp(-t / ramp)) A`` while it runs, its condition holds and its
target has accepted it; recognition, sanctions and tariffs stand once they are declared, without ``A``.

*Partner* (article: "strategic empowerment"). Every ``n`` months each armed actor's standing (legitimacy, governing capacity,
alignment, stability, resources, 0-1 each; :func:`model.dynamics.governance.standing`) is weighed, ``score = sum w k / sum w``, with
an advantage for the present partner; the choice is a quantal response among all actors and having none. Instruments for PARTNER
go to whom it picks. Weights are assumed equal; moves ``us_partner_*`` and whatever the instruments move.

*Threats*. State: ``credibility`` c, 0-1. While a threat stands, ``c <- c + m (carried out - c)``, where carried out is the level of
tariffs and sanctions in force. A threat costs the junta ``chill c`` of the tariff at once, and adds what is believed of a
year's cost to its worth of a peace. Assumed; moves ``federal_settlement``, ceasefires, ``revenue_usd_junta``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from agents.base import Actor
from agents.instruments import DECLARED, NEEDS_CONSENT, SHARED, Condition, Instrument
from agents.policy_parameters import UnitedStatesParameters
from model.draws import Draws, key, keys
from model.dynamics.governance import Standing

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

_KEY = key("US")

NO_ONE = -1
"""Index of the target of instruments without an armed target, and of having no partner."""


class UnitedStates(Actor):
    """The United States.

    Args:
        model: the Mesa model it lives in.
        parameters: its table.
    """

    def __init__(self, model: Model, parameters: UnitedStatesParameters) -> None:
        super().__init__(model)
        self.parameters = parameters
        self.attention = parameters.attention_mean
        self.credibility = parameters.threat_credibility
        self.partner = NO_ONE
        self.envoy = 0.0
        self.running: dict[tuple[str, int], int] = {}

    def attend(self, draws: Draws, month: int) -> float:
        """Draw this month's attention, 0-1."""
        p = self.parameters
        mean = p.attention_mean * (1 - p.attention_decay) ** month
        mean += p.envoy_attention * self.envoy * (1 - mean)
        shock = draws.scalar_normal("attention", month, _KEY)
        scale = p.attention_noise * (1 - p.attention_persistence**2) ** 0.5
        self.attention = min(max(mean + p.attention_persistence * (self.attention - mean) + scale * shock, 0.0), 1.0)
        return self.attention

    def scores(self, standing: Standing) -> Floats:
        """(F,) weighted mean of each actor's standing, 0-1, without the advantage of the present partner."""
        p = self.parameters
        weighed = (
            (p.partner_weight_legitimacy, standing.legitimacy),
            (p.partner_weight_capacity, standing.capacity),
            (p.partner_weight_alignment, standing.alignment),
            (p.partner_weight_stability, standing.stability),
            (p.partner_weight_resources, standing.resources),
        )
        total = sum(weight for weight, _ in weighed)
        return np.asarray(sum(weight * value for weight, value in weighed) / max(total, 1e-9))

    def choose_partner(self, standing: Standing, draws: Draws, actor_keys: Keys, month: int) -> int:
        """Pick a partner when an assessment is due, and return the present one.

        Args:
            standing: how the armed actors stand.
            draws: keyed draws, one an actor and one for having none.
            actor_keys: (F,) keys of the armed actors.
            month: the month, from 0.

        Returns:
            Index of an armed actor, or NO_ONE.
        """
        p = self.parameters
        if p.partner_choice == "scenario" or month % p.partner_months:
            return self.partner
        score = self.scores(standing)
        if self.partner != NO_ONE:
            score[self.partner] += p.partner_loyalty
        worth = p.partner_precision * score + draws.gumbel("partner", month, actor_keys)
        none = p.partner_precision * p.partner_bar + float(draws.gumbel("partner", month, keys(("nobody",)))[0])
        best = int(worth.argmax())
        self.partner = best if worth[best] > none else NO_ONE
        return self.partner

    def deliver(
        self,
        month: int,
        forces: int,
        aim: Callable[[Instrument], Sequence[int]],
        holds: Callable[[Condition], bool],
        accepts: Callable[[Instrument, int], bool],
    ) -> dict[str, Floats]:
        """What each kind of instrument delivers this month to each armed actor.

        Args:
            month: the month, from 0.
            forces: number of armed actors.
            aim: indices of the armed actors that an instrument is for; NO_ONE for one that needs none.
            holds: whether a condition on the world holds.
            accepts: whether an actor takes what is offered to it.

        Returns:
            (F + 1,) levels 0-1 by kind; the last element is for instruments without an armed target.
        """
        delivered: dict[str, Floats] = {}
        given: set[str] = set()
        running: dict[tuple[str, int], int] = {}
        self.envoy = 0.0
        for name, instrument in self.parameters.instruments.items():
            due = _due(instrument, month) and (instrument.when is None or holds(instrument.when))
            targets = aim(instrument) if due else ()
            for actor in targets:
                if instrument.kind in NEEDS_CONSENT and not accepts(instrument, actor):
                    continue
                running[name, actor] = self.running.get((name, actor), 0) + 1
                effort = instrument.level * _ramped(instrument.ramp, running[name, actor])
                if instrument.kind == "envoy":
                    self.envoy = max(self.envoy, effort)
                part = len(targets) if instrument.kind in SHARED else 1
                row = delivered.get(instrument.kind)
                if row is None:
                    row = delivered[instrument.kind] = np.zeros(forces + 1)
                level = effort if instrument.kind in DECLARED else effort * self.attention / part
                row[actor] = min(float(row[actor]) + level, 1.0)
                if level > 0:
                    given.add(instrument.kind)
        self.running = running
        self._learn_threats(delivered)
        return {kind: row for kind, row in delivered.items() if kind in given}

    def _learn_threats(self, delivered: dict[str, Floats]) -> None:
        if "tariff_threat" not in delivered:
            return
        carried = max(
            (float(delivered[kind].max()) for kind in ("tariff", "sanctions") if kind in delivered), default=0
        )
        self.credibility += self.parameters.threat_memory * (carried - self.credibility)


def _due(instrument: Instrument, month: int) -> bool:
    return instrument.start <= month and (instrument.end is None or month < instrument.end)


@lru_cache(maxsize=4096)
def _ramped(ramp: float, months: int) -> float:
    return 1.0 if ramp == 0 else 1 - float(np.exp(-months / ramp))
