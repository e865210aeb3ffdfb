"""Supply, fights and countryside alone, as this project runs them: on arrays, with Mesa around them.

What :mod:`tests.benchmarks.plain_mesa` is compared with. Every month each actor that stands next to an enemy's place attacks
a third of those places, half of its fighters nearby go there, the places are fought for, and the countryside follows. Nobody
decides, pays or trades.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from model.draws import Draws
from model.dynamics import combat, control, operations, supply
from model.dynamics.combat import Battle, Orders
from model.dynamics.ground import ground_of
from model.dynamics.parameters import Processes
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.setup import armed_tables, begin_state, profile_of
from model.state import NOBODY, State, Tally
from model.world.read import load_world
from model.world.world import World

SPARE = 0.5
THIRD = 3
Setting = tuple[World, Scenario]


def setting(name: str, scenario: str = "status_quo") -> Setting:
    """A world by name and what a scenario says of it."""
    return load_world(name), load_scenario(scenario, [f'world="{name}"'])


def start(world: World, scenario: Scenario) -> tuple[State, dict[str, Any]]:
    """The state at the start and the actors' parameters."""
    profile = profile_of(armed_tables(scenario))
    state = begin_state(world, scenario, profile)
    state.supply[:], state.recognition[:] = 1.0, 0.0
    return state, profile


class FrontsOnArrays(mesa.Model):
    """The three processes on arrays.

    Args:
        setting: see :func:`setting`.
        rng: the seed.
    """

    def __init__(self, setting: Setting, rng: int = 0) -> None:
        super().__init__(rng=rng)
        self.world, scenario = setting
        self.p: Processes = scenario.processes
        self.state, self.profile = start(self.world, scenario)
        self.ground = ground_of(self.world, self.p.ground)
        self.draws = Draws(rng)
        self.network = supply.RoadNetwork(self.world, self.p.supply)
        self.needed = control.fighters_to_hold(self.world, self.p.control)
        self.air = np.zeros((2, len(self.world.place_ids)))
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
        state, ground, p = self.state, self.ground, self.p
        state.month, state.tally = self.month, Tally.zero(len(self.world.forces), len(self.world.codes))
        supply.update(self.world, ground, state, self.draws, self.network, p.supply, 0.0, self.still)
        orders = self._orders()
        combat.gather(ground, state, orders)
        tables = (p.combat, p.contest, p.fortification)
        fight = combat.resolve(Battle(ground, state, self.draws, orders, *tables, "ratio", self.profile, self.air))
        fallen = fight.place[fight.fallen]
        state.holder[fallen] = fight.attacker[fight.fallen]
        state.attacker[fallen], state.siege_progress[fallen], state.besieged[fallen] = NOBODY, 0.0, 0
        state.posts[fallen] = (p.combat.posts_on_capture * state.posts_full[fallen]).astype(np.int64)
        control.update(ground, state, self.needed, p.control)
        self.month += 1
        self.datacollector.collect(self)

    def _orders(self) -> Orders:
        state = self.state
        near = np.asarray((self.ground.near @ state.troops.T.astype(np.float64)).T)
        actor, place = operations.within_reach(state, near, 1.0, state.stance == -1)
        turn = (actor + place + self.month) % THIRD == 0
        return Orders(actor[turn], place[turn], np.full(state.troops.shape, SPARE))
