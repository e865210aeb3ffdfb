"""Washington: implements the scenario's instruments with limited attention, and may choose its partner.

Attention ``A`` is a stochastic budget with a sustained mean (SOURCES K8): ``A <- m + r (A - m) + s xi`` within 0-1, where the
mean ``m`` decays only in scenarios that say so, and a special envoy at level ``e`` holds a part of what is missing:
``m + h e (1 - m)``. What an instrument delivers is ``level (1 - exp(-t / ramp)) A`` while it runs, its condition holds and its
target has accepted it. Recognition, sanctions and tariffs stand once they are declared, without ``A``. Aid arrives as far as the
target's services can take it in: so much for each person under its control (absorptive capacity). What is delivered is written
into ``run.policy``, whose fields are the kinds of :mod:`agents.instruments`.

*Partner* (article: "strategic empowerment"). Every ``n`` months each armed actor's standing (legitimacy, governing capacity,
alignment, stability, resources, 0-1 each; :mod:`model.dynamics.governance`) is averaged; it picks
the best, or none where no average is above a bar. Instruments for PARTNER go to the actor that it picks. Moves
``us_partner_*`` and whatever the instruments move.

*Threats*. State: ``credibility`` c, 0-1. While a threat stands, ``c <- c + m (carried out - c)``, where carried out is the level of
tariffs and sanctions in force. A threat costs the junta ``chill c`` of the tariff at once, and adds the believed part of a year's
cost to its worth of a peace. Assumed; moves ``federal_settlement``, ceasefires, ``revenue_usd_junta``.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from math import exp, sqrt
from typing import Any

import numpy as np
from mesa import Model

from agents.account import Account
from agents.armed.actor import PeoplesDefenceForce
from agents.armed.offers import reason_to_refuse
from agents.base import Actor
from agents.instruments import KINDS, NUG, PARTNER, Condition, Instrument
from agents.policy_parameters import UnitedStatesParameters
from model.compile import compiled
from model.draws import key, normal, uniform
from model.dynamics.governance import alignment, capacity, legitimacy, resources, stability
from model.live import LiveParameters

_KEY = np.uint64(key("US"))

NO_ONE = -1
"""Index of the target of instruments without an armed target, and of having no partner."""


@compiled
def attention_next(run: Any, attention: float, envoy: float) -> float:
    """Attention of a month, 0-1.

    Args:
        run: the run.
        attention: of the month before.
        envoy: 0-1, effort of a special envoy.
    """
    p, month = run.rules.united_states, run.state.clock.month
    mean = p.attention_mean * (1.0 - p.attention_decay) ** float(month)
    mean += p.envoy_attention * envoy * (1.0 - mean)
    shock = normal(uniform(run.salts.attention, month, _KEY))
    scale = p.attention_noise * sqrt(1.0 - p.attention_persistence * p.attention_persistence)
    return min(max(mean + p.attention_persistence * (attention - mean) + scale * shock, 0.0), 1.0)


class UnitedStates(Actor):
    """The United States.

    Args:
        model: the Mesa model it lives in.
        parameters: its table.
    """

    table = "united_states"

    def __init__(self, model: Model, parameters: UnitedStatesParameters | LiveParameters) -> None:
        super().__init__(model, parameters)
        self.attention = parameters.attention_mean
        """0-1, this month's."""
        self.credibility = parameters.threat_credibility
        """0-1, how far its threats are believed."""
        self.partner = NO_ONE
        """Index of the armed actor that it has picked."""
        self.envoy = 0.0
        """0-1, this month's effort of a special envoy."""
        self.running: dict[tuple[str, int], int] = {}
        """Months for which each instrument has been at work for each armed actor (or NO_ONE), by name and index."""
        self.accounts: dict[str, Account] = defaultdict(Account)
        """What became so far of each instrument that has been due, by name."""
        self.refused: dict[int, list[str]] = {}
        """Kinds that each armed actor, by index, turned down this month; who has not answered yet has not refused."""

    # attention -------------------------------------------------------------------------------------------------

    def attend(self) -> None:
        """Draw this month's attention."""
        self.attention = attention_next(self.data, self.attention, self.envoy)

    # its partner -----------------------------------------------------------------------------------------------

    criteria = (legitimacy, capacity, alignment, stability, resources)
    """What partners are weighed by, each 0-1 and alike; a subclass may weigh them by others."""

    def score(self, actor: int) -> float:
        """Mean of an armed actor's standing by all criteria, 0-1."""
        return sum(float(criterion(self.data, actor)) for criterion in self.criteria) / len(self.criteria)

    def choose_partner(self) -> None:
        """Pick the armed actor that stands best when an assessment is due, or none where no one stands for anything."""
        p, run = self.parameters, self.run
        if p.partner_choice == "scenario" or run.state.month % p.partner_months:
            return
        scores = {actor.index: self.score(actor.index) for actor in run.agents.armed}
        best = max(scores, key=scores.__getitem__, default=NO_ONE)
        self.partner = best if scores.get(best, 0.0) > 0.0 else NO_ONE

    # its instruments -------------------------------------------------------------------------------------------

    def deliver(self) -> None:
        """Offer the instruments that are due, and deliver those that their targets take, into ``run.policy``."""
        ran, self.running, self.refused, self.envoy = self.running, {}, {}, 0.0
        for name, instrument in self.parameters.instruments.items():
            if not self.is_due(instrument):
                continue
            targets, account = self.targets_of(instrument), self.accounts[name]
            account.due, account.offered = account.due + 1, account.offered + instrument.level
            account.no_target += not targets
            for actor in targets:
                if KINDS[instrument.kind].needs_consent and not self._is_taken(instrument, actor):
                    account.refuse(self._reason(actor), 1 / len(targets), (name, actor) in ran)
                    continue
                months = self.running[name, actor] = ran.get((name, actor), 0) + 1
                effort = self.effort_of(instrument, months)
                sent, arrives = self._give(instrument, actor, effort, len(targets))
                account.take(instrument.level, effort, sent, arrives, 1 / len(targets))
        self._learn_threats()

    def is_due(self, instrument: Instrument) -> bool:
        """Whether it pursues an instrument this month."""
        month = self.run.state.month
        begun = instrument.start <= month and (instrument.end is None or month < instrument.end)
        return begun and (instrument.when is None or self.holds(instrument.when))

    def holds(self, condition: Condition) -> bool:
        """Whether a condition on the world holds."""
        state, world = self.run.state, self.run.world
        held = all(
            self.run.name(int(state.holder[world.find_place(place)])) == actor
            for place, actor in condition.holder.items()
        )
        lanes = all(
            bool(state.lanes[world.crossing_index[crossing], 0] >= 0.5) == wanted
            for crossing, wanted in condition.lane_open.items()
        )
        peace = all(
            bool(state.stance[self.run.land.junta, world.force_index[actor]] != -1) == wanted
            for actor, wanted in condition.ceasefire.items()
        )
        return held and lanes and peace

    def targets_of(self, instrument: Instrument) -> list[int]:
        """Indices of the armed actors that an instrument is for; NO_ONE for one that needs none."""
        if instrument.target == PARTNER:
            return [] if self.partner == NO_ONE else [self.partner]
        if instrument.target == NUG:
            return [actor.index for actor in self.run.agents.armed if isinstance(actor, PeoplesDefenceForce)]
        return [self.run.world.force_index.get(instrument.target, NO_ONE)]

    def effort_of(self, instrument: Instrument, months: int) -> float:
        """The level of an instrument that it has built up, before attention.

        Args:
            instrument: the instrument.
            months: for which it has been at work, this one included.
        """
        return instrument.level * _ramped(instrument.ramp, months)

    def _is_taken(self, instrument: Instrument, index: int) -> bool:
        """Whether the target accepts an instrument; one that has been removed takes nothing."""
        if index == NO_ONE:
            return True
        actor = self.run.agents.armed_at(index)
        if actor is None:
            return False
        taken = actor.accepts_terms(instrument, self.envoy)
        if not taken and actor.reviewed >= 0:
            self.refused.setdefault(index, []).append(instrument.kind)
        return taken

    def _reason(self, index: int) -> str:
        """Why a target does not take what it is offered; empty while it has not answered anybody yet."""
        actor = self.run.agents.armed_at(index)
        answered = actor is not None and actor.reviewed >= 0
        return reason_to_refuse(self.data, index) if answered else ""

    def _give(self, instrument: Instrument, actor: int, effort: float, targets: int) -> tuple[float, float]:
        """Write what an instrument delivers to one of its targets; returns the level sent and that which arrives."""
        kind, row = KINDS[instrument.kind], self.run.policy[actor]
        if instrument.kind == "envoy":
            self.envoy = max(self.envoy, effort)
        part = targets if kind.shared else 1
        sent = effort if kind.declared else effort * self.attention / part
        level = min(sent, max(self.most_of(instrument.kind, actor) - float(row[instrument.kind]), 0.0))
        row[instrument.kind] += level
        if kind.link and actor != NO_ONE:
            row["link"] = max(float(row["link"]), min(sent, 1.0))
        return sent * part, level * part

    def most_of(self, kind: str, actor: int) -> float:
        """The highest level of a kind that can arrive at a target: of aid, what the services of its people can take in."""
        most = KINDS[kind].most
        if kind != "aid" or actor == NO_ONE:
            return most
        taken_in = self.parameters.aid_per_person_usd * float(self.run.state.people[actor])
        return min(most, taken_in / max(self.parameters.aid_usd, 1.0))

    def _learn_threats(self) -> None:
        """While a threat stands, belief in it follows what is carried out."""
        instruments, policy = self.parameters.instruments, self.run.policy
        if any(instruments[name].kind == "tariff_threat" for name, _ in self.running):
            carried = min(max(float(policy["tariff"].max()), float(policy["sanctions"].max())), 1.0)
            self.credibility += self.parameters.threat_memory * (carried - self.credibility)
        policy["believed_threat"][-1] = self.credibility * float(policy["tariff_threat"][-1])


@lru_cache(maxsize=4096)
def _ramped(ramp: float, months: int) -> float:
    return 1.0 if ramp == 0 else 1 - exp(-months / ramp)
