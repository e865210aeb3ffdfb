"""The compiled phases of the war: what they take from the model, and what becomes of their answers.

The work is done by :mod:`model.kernels.decide` and :mod:`model.kernels.fronts`; the same phases in NumPy stand in
:mod:`model.phases.war`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.armed.actor import ArmedActor, PeoplesDefenceForce
from model.dynamics import market, operations
from model.dynamics.combat import SIEGE_MONTHS, Fight, Orders, arrays_of_war
from model.dynamics.ground import Ground
from model.dynamics.operations import COSTS, WEIGHTS, Options
from model.kernels import decide as kernels
from model.kernels import fronts
from model.kernels.bound import Bound, Gatherer, bind
from model.kernels.loops import LOOPS
from model.parameters import as_record
from model.phases.policy import supported
from model.world.world import World

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DECISIONS = ("belief", "attack", "hold", "appraisal", "join")
_WHO = (
    "effectiveness",
    "commit_share",
    "garrison_kept",
    "operations_per_month",
    "belief_noise",
    "belief_persistence",
    "belief_months",
    "arms_per_fighter",
)
_FIGHTS = ("posts", "siege", "losses", "captured")


@lru_cache(maxsize=64)
def _lures(world: World, ground: Ground) -> tuple[Floats, ...]:
    """(P,) worth of a town or site at home, of its people, roads, headquarters; see ``operations.own_worth``."""
    size, people = np.where(ground.is_town, 1.0, 0.5), np.minimum(ground.population / 1e5, 3.0)
    return size, people, world.betweenness, (ground.headquarters_of >= 0).astype(float)


class War(Gatherer):
    """Decides for all armed actors by one kernel, and fights out their attacks by another.

    Args:
        model: the model at its start; what never changes in a run is gathered once.
    """

    def __init__(self, model: RareEarthModel) -> None:
        world, ground, p = model.world, model.ground, model.p
        rest = {
            "invoiced": p.trade.invoiced_share if model.setup.structure.tax_reading == "price" else 1.0,
            "yuan_per_usd": p.market.yuan_per_usd,
            "siege_months": SIEGE_MONTHS,
            "difference": model.setup.structure.contest == "difference",
        }
        rules = as_record(p.contest, p.fortification, p.combat, p.budgets, p.posting, **rest)
        salts, fights = (np.array([model.draws.salt(name) for name in names]) for names in (_DECISIONS, _FIGHTS))
        wall = operations.walls(ground, p.fortification)
        land = ((ground.near_start, ground.near_end.astype(np.uint32)), wall, ground.beijing_cares)
        lure = (ground.home, *_lures(world, ground))
        trade = (ground.rent_site, world.crossing_place, world.crossing_capacity, world.mine_place)
        keys = (ground.actor_keys, ground.place_keys)
        self._to_decide = (LOOPS, salts, rules, model.junta, land, lure, trade, keys)
        near = (ground.near_start, ground.near_end, ground.is_town, wall, ground.territory)
        self._to_fight = (LOOPS, (rules, as_record(p.control)), fights, keys, near)
        self._all_places = np.zeros(len(wall), bool)
        self._pools = (keys, model.pdf, model.coordination)
        self._gain = p.governance.coordination_gain
        self._sorties_lost = 1 - p.fortification.air_in_monsoon
        chooses, joins = ArmedActor.choose_operations, PeoplesDefenceForce.joins
        self.usual = all(type(actor).choose_operations is chooses for actor in model.armed)
        """Whether all actors choose, and all pools join, in the usual way; else Python asks them one by one."""
        self.usual = self.usual and all(type(pool).joins is joins for pool in model.pools)

    def _gather(self, model: RareEarthModel) -> None:
        state, tally, profile = model.state, model.state.tally, model.profile
        war = (state.holder, state.attacker, state.stance, state.troops, state.supply, state.known, state.establishment)
        means = (state.arms, state.training, state.recognition, state.paid, state.revenue, state.pressure)
        works = (state.lanes, state.capacity, state.operating, state.dealings.tax_cut)
        drive = (state.hope, state.recognition, profile["recognition_base"], self._gain)
        posted = (state.isolated, state.control, model.ground.posture)
        now = (war, means, works)
        forces = len(state.troops)
        self._spare, self._prospects = np.empty(state.troops.shape), np.empty((forces, forces + 1))
        out = (self._spare, self._prospects)
        self._deciding = bind(self._to_decide, now, model.habits, (*self._pools, *drive), posted, out)
        self._minds, self._supported_minds = _minds(model, profile), _minds(model, model.supported_profile)
        counts = (tally.dead, tally.deaths, tally.posts_taken, tally.captured, tally.arms_lost, tally.arms_gained)
        front = (*arrays_of_war(state), state.known, state.towns_lost_year)
        names = ("effectiveness", "assaults_per_operation", "forgetting", "air_support")
        fighters, people = tuple([profile[name] for name in names]), (state.legitimacy, state.control, model.needed)
        places = len(state.holder)
        self._sides, self._ends = np.empty((3, places), np.int64), np.empty((2, places), np.bool_)
        self._over = np.empty((places, 2), np.int64)
        fought = (self._sides, self._ends, self._over)
        self._fighting = bind(*self._to_fight, front, means[:4], (*counts, tally.air_fights), fighters, people, fought)

    def decide(self, model: RareEarthModel) -> tuple[Orders, Floats]:
        """What :func:`model.phases.war.decide_operations` gives, where all choose in the usual way."""
        actor, place = kernels.decide(*self._arguments(model, supported(model)))
        return Orders(actor, place, self._spare), self._prospects

    def weigh(
        self, model: RareEarthModel, profile: dict[str, Floats]
    ) -> tuple[Options, Floats, Floats, Floats, Floats]:
        """The options at war, and (F, P) spare, reach and staging and (F, F + 1) prospects, where actors choose by themselves."""
        *found, reach, gathering = kernels.weigh(*self._arguments(model, profile))
        return Options(*found), self._spare, reach, gathering, self._prospects

    def _arguments(self, model: RareEarthModel, profile: dict[str, Floats]) -> tuple[Bound, Bound, int, float]:
        state = model.state
        if self.finds_another(state):
            self._gather(model)
        minds = self._minds if profile is model.profile else self._supported_minds
        return self._deciding, minds, state.month, market.gate_price(state.market.price_ore, model.p.market)

    def fight(self, model: RareEarthModel, orders: Orders, barred: list[int]) -> tuple[Fight, Ints, Ints]:
        """Fight out the attacks of a month, as :func:`model.phases.war.fight` does.

        Args:
            model: the model.
            orders: the attacks.
            barred: places that are not fought for.

        Returns:
            What happened at the places attacked; places whose siege ended, and who had besieged them.
        """
        state = model.state
        if self.finds_another(state):
            self._gather(model)
        closed = self._all_places
        if barred:
            closed = closed.copy()
            closed[barred] = True
        weather = 1 - self._sorties_lost * model.rains
        attacks = (orders.actor, orders.place, orders.spare)
        count, over, state.totals.operations, towns = fronts.fight(
            self._fighting, state.month, *attacks, closed, weather, model.level("air_denial")
        )
        state.totals.towns_changed += towns
        result = Fight(*self._sides[:, :count], *self._ends[:, :count])
        return result, self._over[:over, 0], self._over[:over, 1]


def _minds(model: RareEarthModel, profile: dict[str, Floats]) -> Bound:
    """Parameters of the actors and their taxes, as kernels take them."""
    who, weights, costs = (tuple([profile[name] for name in group]) for group in (_WHO, WEIGHTS, COSTS))
    tax = (model.tax_rules, model.settled_tax, profile["ore_tax_share"])
    return bind(who, weights, costs, tax, profile["mobile_share"])
