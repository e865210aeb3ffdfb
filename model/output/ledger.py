"""The laws that hold in every run, checked cheaply every month: a broken one ends the run with its name and figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.dynamics.mining import MiningReport
from model.kernels import compiled, laws
from model.kernels.bound import Gatherer, bind
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]


class LawBrokenError(Exception):
    """A conservation law or bound does not hold: a bug of the model, never of the user."""


class Ledger(Gatherer):
    """Opening balances of a month, and the check at its end.

    Args:
        world: the world.
        state: the state at the start of the run.
    """

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self.open(state)

    def _gather(self, state: State) -> None:
        tally = state.tally
        self.arms, self.treasury = state.arms.copy(), state.treasury.copy()
        self.troops = np.zeros(len(state.troops), np.int64)
        people = (tally.recruited, tally.dead, tally.deserted, tally.captured)
        arms = (state.arms, self.arms, tally.arms_gained, tally.arms_lost)
        money = (state.treasury, self.treasury, tally.income, tally.spent)
        goods = (state.stock, state.in_process, state.reagent)
        if compiled():
            self._bound = bind(state.troops, self.troops, goods, people, arms, money, state.control, state.holder)

    def open(self, state: State) -> None:
        """Note the balances with which a month begins."""
        if self.finds_another(state):
            self._gather(state)
        np.copyto(self.arms, state.arms)
        np.copyto(self.treasury, state.treasury)
        if compiled():
            self.ore, self.reagent = laws.balances(self._bound)
            return
        self.troops[:] = state.troops.sum(axis=1)
        self.ore = float((state.stock + state.in_process).sum())
        self.reagent = float(state.reagent.sum())

    def close(self, state: State, mined: MiningReport) -> None:
        """Check the month.

        Args:
            state: the state at its end.
            mined: what mining reported.

        Raises:
            LawBrokenError: with the law and by how much it fails.
        """
        # The kernel says in one pass whether all is well; which law is broken is found out below.
        if compiled() and self._all_hold(state, mined):
            return
        tally = state.tally
        ore = self.ore + float((mined.leached - mined.lost).sum()) - float(state.flows.ore.sum())
        reagent = self.reagent + float((mined.reagent_imported - mined.reagent_used - mined.reagent_lost).sum())
        gone = tally.dead + tally.deserted + tally.captured
        self._equal("troops", state.troops.sum(axis=1), self.troops + tally.recruited - gone, 0.0)
        self._equal("arms", state.arms, self.arms + tally.arms_gained - tally.arms_lost, 1e-6)
        self._equal("money", state.treasury, self.treasury + tally.income - tally.spent, 0.01)
        self._equal("ore", np.array([(state.stock + state.in_process).sum()]), np.array([ore]), 1e-6 * max(ore, 1.0))
        self._equal("reagent", np.array([state.reagent.sum()]), np.array([reagent]), 1e-6 * max(reagent, 1.0))
        self._bounds(state)

    def _all_hold(self, state: State, mined: MiningReport) -> bool:
        worked = (mined.leached, mined.lost, mined.reagent_imported, mined.reagent_used, mined.reagent_lost)
        return laws.hold(self._bound, self.ore, self.reagent, *worked, state.flows.ore)

    def _equal(self, law: str, found: NDArray[np.generic], expected: NDArray[np.generic], tolerance: float) -> None:
        gap = np.abs(found.astype(np.float64) - expected.astype(np.float64))
        if not (gap <= tolerance * np.maximum(1.0, np.abs(expected.astype(np.float64)) * 1e-9 + 1.0)).all():
            raise LawBrokenError(f"the ledger of {law} does not close: {found} against {expected}")

    def _bounds(self, state: State) -> None:
        if (state.troops < 0).any():
            raise LawBrokenError("there are fewer than no fighters somewhere")
        gap = np.abs(state.control.sum(axis=0) - 1.0).max()
        if not gap <= 1e-9 or (state.control < 0).any():
            raise LawBrokenError("the shares of a township's countryside do not sum to 1")
        holders = len(state.troops)
        if (state.holder < -1).any() or (state.holder >= holders).any():
            raise LawBrokenError("a place is held by an actor that does not exist")
        if (state.flows.ore < 0).any() or (state.stock < -1e-9).any():
            raise LawBrokenError("there is less than no ore somewhere")
