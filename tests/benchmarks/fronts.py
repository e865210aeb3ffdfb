"""Supply, fights and countryside alone, as this project runs them: on arrays, with Mesa around them.

What :mod:`tests.benchmarks.plain_mesa` is compared with. Every month each actor that stands next to an enemy's place attacks
a third of those places, half of its fighters nearby go there, the places are fought for, and the countryside follows. Nobody
decides, pays or trades.
"""

from __future__ import annotations

import mesa
import numpy as np

from model.begin import setting_for, start_state
from model.dynamics import market
from model.dynamics.combat import fight_out
from model.dynamics.control import relax_countryside
from model.dynamics.front import AT_WAR, gather
from model.dynamics.supply import supply_by_land
from model.run import Run, Setting
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from model.state import State

SPARE = 0.5
THIRD = 3


def setting(name: str, scenario: str = "status_quo") -> Setting:
    """A world by name with what a scenario says of it."""
    read = load_scenario(scenario, [f'world="{name}"'])
    return setting_for(RunSpec.make(read.name, read.resolved()).scenario)


def start(setting: Setting) -> State:
    """The state at the start."""
    state = start_state(setting.world, setting.scenario, setting.actors)
    state.supply[:], state.recognition[:] = 1.0, 0.0
    return state


class FrontsOnArrays(mesa.Model):
    """The three processes on arrays.

    Args:
        setting: see :func:`setting`.
        rng: the seed.
    """

    def __init__(self, setting: Setting, rng: int = 0) -> None:
        super().__init__(rng=rng)
        self.world, self.state, buyers = setting.world, start(setting), setting.buyers
        asked = (buyers["market_share"], buyers["inventory_months"], setting.scenario.processes.market)
        reference = market.begin(self.world, self.state, setting.scenario.start, *asked)
        self.run = Run(setting, self.state, rng, reference)
        self.month = 0
        self.datacollector = mesa.DataCollector(
            {
                "fighters": lambda model: int(model.state.troops.sum()),
                "towns": lambda model: int((model.state.holder[: len(model.world.codes)] == 0).sum()),
            }
        )

    def step(self) -> None:
        """One month."""
        run, state = self.run, self.state
        state.month = self.month
        state.tally.clear()
        supply_by_land(run.data)  # neither aircraft nor boats
        self._order()
        gather(run.data)
        fight_out(run.data)
        relax_countryside(run.data)
        self.month += 1
        self.datacollector.collect(self)

    def _order(self) -> None:
        state, plans = self.state, self.run.plans
        beside = np.asarray(self.world.near, np.int64)
        hostile = np.zeros((len(state.stance), len(state.stance) + 1), bool)
        hostile[:, :-1], hostile[:, -1] = state.stance == AT_WAR, True  # the last: places of nobody
        actor, place = np.nonzero((state.troops @ beside > 0) & hostile[:, state.holder])
        turn = (actor + place + self.month) % THIRD == 0
        count = int(turn.sum())
        plans.order_actor[:count], plans.order_place[:count], plans.orders["count"] = actor[turn], place[turn], count
        plans.spare[:] = SPARE
