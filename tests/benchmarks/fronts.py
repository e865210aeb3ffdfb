"""Supply, fights and countryside alone, as this project runs them: on arrays, with Mesa around them.

What :mod:`tests.benchmarks.plain_mesa` is compared with. Every month each actor that stands next to an enemy's place attacks
a third of those places, half of its fighters nearby go there, the places are fought for, and the countryside follows. Nobody
decides, pays or trades.
"""

from __future__ import annotations

import mesa
import numpy as np

from model.dynamics import supply
from model.dynamics.combat import fight_out
from model.dynamics.control import relax_countryside
from model.dynamics.front import AT_WAR, gather
from model.dynamics.ground import ground_of
from model.run import Run, setting_of
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.setup import armed_tables, begin_state, profile_of
from model.state import State
from model.world.read import load_world
from model.world.world import World

SPARE = 0.5
THIRD = 3
Setting = tuple[World, Scenario]


def setting(name: str, scenario: str = "status_quo") -> Setting:
    """A world by name and what a scenario says of it."""
    return load_world(name), load_scenario(scenario, [f'world="{name}"'])


def start(world: World, scenario: Scenario) -> State:
    """The state at the start."""
    state = begin_state(world, scenario, profile_of(armed_tables(scenario)))
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
        self.world, scenario = setting
        self.state = start(self.world, scenario)
        self.run = Run(setting_of(scenario, self.world, armed_tables(scenario)), self.state, rng)
        self.run.hand_over()
        # until supply takes the run
        self.ground = ground_of(self.world, scenario.processes.ground)
        self.network = supply.RoadNetwork(self.world, scenario.processes.supply)
        self.still = np.zeros(len(self.world.forces))
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
        rules = run.parameters.supply
        supply.update(self.world, self.ground, state, run.draws, self.network, rules, 0.0, self.still)
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
