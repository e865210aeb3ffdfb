"""Supply, fights and countryside alone, as this project runs them: on arrays, with Mesa around them.

What :mod:`tests.benchmarks.plain_mesa` is compared with. Every month each actor that stands next to an enemy's place attacks
a third of those places, half of its fighters nearby go there, the places are fought for, and the countryside follows. Nobody
decides, pays or trades.
"""

from __future__ import annotations

from typing import Any

import mesa

from model.begin import setting_for, start_state
from model.compile import compiled
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
    state.supply[:], state.recognition[:], state.wall = 1.0, 0.0, setting.land.wall
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
        order(run.data)
        gather(run.data)
        fight_out(run.data)
        relax_countryside(run.data)
        self.month += 1
        self.datacollector.collect(self)


@compiled
def order(run: Any) -> None:
    """Every actor orders attacks on a third of the enemies' places at or next to its fighters, in its own order.

    Args:
        run: ``plans`` changes.
    """
    state, plans, count = run.state, run.plans, 0
    actors, places = state.troops.shape
    for a in range(actors):
        for p in range(places):
            holder = state.holder[p]
            hostile = holder < 0 or state.stance[a, holder] == AT_WAR
            if hostile and (a + p + state.clock.month) % THIRD == 0 and stands_beside(run, a, p):
                plans.order_actor[count], plans.order_place[count] = a, p
                count += 1
    plans.orders.count = count
    plans.spare[:] = SPARE


@compiled
def stands_beside(run: Any, a: int, p: int) -> bool:
    """Whether an actor has fighters at a place or next to it."""
    land, fighters = run.land, 0
    for link in range(land.near_start[p], land.near_start[p + 1]):
        fighters += run.state.troops[a, land.near[link]]
    return fighters > 0
