"""Beijing: crossings, pressure on armed groups, talks with them, support for the junta, instructions to buyers."""

from __future__ import annotations

from agents.armed.actor import ArmedActor
from agents.base import Actor
from agents.beijing import lanes, talks
from model.arrays import Floats
from model.draws import logistic


class Beijing(Actor):
    """Beijing as border authority and patron.

    Every method is a decision of a month; the rules that it calls stand in ``lanes.py`` and ``talks.py``.

    Args:
        model: the Mesa model it lives in.
        parameters: its table.
    """

    table = "beijing"

    # quiet talks: talks.py --------------------------------------------------------------------------------------

    def invite(self) -> list[int]:
        """Indices of the armed actors that it invites to quiet talks this month."""
        talks.invite(self.data)
        return [int(a) for a in self.run.stakes.invited.nonzero()[0]]

    def talk_with(self, actor: ArmedActor) -> bool:
        """Put a package on the table: ``run.stakes.package``, with what each side gains from it in ``run.stakes.gain``.

        Args:
            actor: with whom it talks.

        Returns:
            Whether there is a package that all sides could sign.
        """
        talks.take_up_case(self.data, actor.index)
        return bool(talks.bargain(self.data, actor.index))

    def signs_deal(self, gain: float) -> float:
        """Chance that it signs the package on the table, by quantal response.

        Args:
            gain: what it gains from it, in log-odds.
        """
        return float(logistic(self.run.parameters.diplomacy.precision * gain))

    # reactions at the border: lanes.py --------------------------------------------------------------------------

    def press(self) -> None:
        """Move its pressure on armed actors (``run.state.pressure``)."""
        lanes.press(self.data)

    def lean_on_suppliers(self) -> None:
        """Have suppliers stop arms for allies, or let them begin again (``run.state.dealings.supplies``)."""
        lanes.lean_on_suppliers(self.data)

    def move_lanes(self) -> None:
        """Shut crossings to ore, reagent or goods, and reopen them; :func:`model.dynamics.border.move_lane` moves one."""
        lanes.move_lanes(self.data)

    # money and prices -------------------------------------------------------------------------------------------

    def support_usd(self) -> float:
        """USD a month of arms and credit for the junta, for the towns that it has lost over the past year."""
        junta = self.run.land.junta
        lost = float(self.run.state.towns_lost_year[junta]) if junta >= 0 else 0.0
        return self.parameters.junta_support_usd * max(lost, 0.0)

    def embargo(self, usual: float, link: Floats) -> float:
        """0-1, share of the reagent for ore bound for India that it withholds.

        Args:
            usual: what it withholds in any case.
            link: (F,) how far the US deals with each armed actor, 0-1.
        """
        squeezes = self.parameters.answer == "squeezes_reagent" and self._answers_anyone(link)
        return 1.0 if squeezes else usual

    def outbid(self, quad_offer: float, link: Floats) -> float:
        """Factor that its buyers pay on top.

        Args:
            quad_offer: 0-1, level of a rival contract.
            link: (F,) how far the US deals with each armed actor, 0-1.
        """
        p = self.parameters
        outbids = p.answer == "outbids" and self._answers_anyone(link)
        return 1 + (p.outbid_cap - 1) * (1.0 if outbids else min(max(quad_offer, 0.0), 1.0))

    def _answers_anyone(self, link: Floats) -> bool:
        return any(lanes.gives_answer(dealings, self.run.rules.beijing) for dealings in link)
