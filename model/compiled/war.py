"""The compiled phases of the war: what they take from the model, and what becomes of their answers.

The work is done by :mod:`model.kernels.decide` and :mod:`model.kernels.fronts`; the same phases in NumPy stand in
:mod:`model.phases`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.armed import ArmedActor, PeoplesDefenceForce
from model.dynamics import market, operations
from model.dynamics.combat import SIEGE_MONTHS, Fight, Orders, arrays_of_war
from model.dynamics.operations import COSTS, WEIGHTS, Options
from model.kernels import decide as kernels
from model.kernels import fronts
from model.kernels.loops import LOOPS
from model.parameters import as_record
from model.policy_phases import supported

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


class War:
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
        self._begin = (LOOPS, salts)
        wall = operations.walls(ground, p.fortification)
        land = (ground.near_start, ground.near_end, ground.home, ground.is_town, wall, ground.beijing_cares)
        lure = (ground.population, world.betweenness, ground.headquarters_of)
        trade = (ground.rent_site, world.crossing_place, world.crossing_capacity, world.mine_place)
        keys = (ground.actor_keys, ground.place_keys)
        self._fixed = (rules, model.junta, land, lure, trade, keys)
        self._rules, self._draws = (rules, as_record(p.control)), (fights, keys)
        self._land = (ground.near_start, ground.near_end, ground.is_town, wall, ground.territory)
        self._all_places = np.zeros(len(wall), bool)
        self._pools = (keys, model.pdf, model.coordination)
        self._gain = p.governance.coordination_gain
        chooses, joins = ArmedActor.choose_operations, PeoplesDefenceForce.joins
        self.usual = all(type(actor).choose_operations is chooses for actor in model.armed)
        """Whether all actors choose, and all pools join, in the usual way; else Python asks them one by one."""
        self.usual = self.usual and all(type(pool).joins is joins for pool in model.pools)

    def decide(self, model: RareEarthModel) -> tuple[Orders, Floats]:
        """What :func:`model.phases.decide_operations` gives, where all choose in the usual way."""
        state, profile = model.state, supported(model)
        drive = (state.hope, state.recognition, profile["recognition_base"], self._gain)
        posted = (state.isolated, state.control, model.ground.posture, profile["mobile_share"])
        weighed, pools = self._gather(model, profile), (*self._pools, *drive)
        actor, place, spare, prospects = kernels.decide(weighed, model.habits, pools, posted)
        return Orders(actor, place, spare), prospects

    def weigh(
        self, model: RareEarthModel, profile: dict[str, Floats]
    ) -> tuple[Options, Floats, Floats, Floats, Floats]:
        """The options at war, and (F, P) spare, reach and staging and (F, F + 1) prospects, where actors choose by themselves."""
        found = kernels.weigh(*self._gather(model, profile))
        return Options(*found[:6]), *found[6:]

    def _gather(self, model: RareEarthModel, profile: dict[str, Floats]) -> tuple[Any, ...]:
        state = model.state
        war = (state.holder, state.attacker, state.stance, state.troops, state.supply, state.known, state.establishment)
        means = (state.arms, state.training, state.recognition, state.paid, state.revenue, state.pressure)
        works = (state.lanes, state.capacity, state.operating, state.dealings.tax_cut)
        who, weights, costs = (tuple(profile[name] for name in group) for group in (_WHO, WEIGHTS, COSTS))
        tax = (model.tax_rules, model.settled_tax, profile["ore_tax_share"])
        now = (state.month, market.gate_price(state.market.price_ore, model.p.market))
        return (*self._begin, now, *self._fixed, war, means, works, who, weights, costs, tax)

    def fight(self, model: RareEarthModel, orders: Orders, barred: list[int]) -> tuple[Fight, Ints, Ints]:
        """Fight out the attacks of a month, as :func:`model.phases.fight` does.

        Args:
            model: the model.
            orders: the attacks.
            barred: places that are not fought for.

        Returns:
            What happened at the places attacked; places whose siege ended, and who had besieged them.
        """
        state, profile, tally = model.state, model.profile, model.state.tally
        closed = self._all_places
        if barred:
            closed = closed.copy()
            closed[barred] = True
        means = (state.arms, state.training, state.recognition, state.paid)
        counts = (tally.dead, tally.deaths, tally.posts_taken, tally.captured, tally.arms_lost, tally.arms_gained)
        weather = 1 - (1 - model.p.fortification.air_in_monsoon) * model.rains
        *result, over, state.control, tally.operations, towns = fronts.fight(
            LOOPS,
            self._rules,
            (self._draws[0], state.month, *self._draws[1]),
            self._land,
            (*arrays_of_war(state), state.known, state.towns_lost_year),
            means,
            (*counts, tally.air_fights),
            (orders.actor, orders.place, orders.spare),
            closed,
            (profile["air_support"], weather, model.level("air_denial")),
            (profile["effectiveness"], profile["assaults_per_operation"], profile["forgetting"]),
            (state.legitimacy, state.control, model.needed),
        )
        tally.towns_changed += towns
        return Fight(*result), over[:, 0], over[:, 1]
