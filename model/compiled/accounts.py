"""The compiled books of a month: what they take from the model, and what becomes of their answers.

The work is done by :mod:`model.kernels.accounts`; the same in NumPy stands in :meth:`model.model.RareEarthModel.balance_books`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.dynamics import border, governance, people
from model.kernels import accounts as kernels
from model.kernels.bound import Bound, Gatherer, bind
from model.kernels.loops import LOOPS
from model.parameters import as_record
from model.phases.policy import duties, support_of_junta

if TYPE_CHECKING:
    from model.model import RareEarthModel

_SERVES = ("population_tax_usd", "weight_consent", "backing_worth", "choice_precision")
_PAYS = ("upkeep_usd", "arms_budget_share", "dependence_on_china", "arms_via_allies", "arms_per_fighter")
_RECRUITS = ("mobilised_share", "force_cap", "volunteer_rate", "conscripts_per_month", "desertion_rate")


class Accounts(Gatherer):
    """Keeps the books of all armed actors by one kernel.

    Args:
        model: the model at its start; what never changes in a run is gathered once.
    """

    def __init__(self, model: RareEarthModel) -> None:
        world, ground, p = model.world, model.ground, model.p
        us, beijing = model.united_states.parameters, model.beijing.parameters
        rest = {
            "useful": 1 - us.agency_slack,
            "sanctions_usd": us.sanctions_usd,
            "aid_usd": us.aid_usd,
            "arms_per_month": us.arms_per_month,
            "patron_usd": beijing.patron_usd,
            "asset_freeze": beijing.asset_freeze,
            "months_weighed": governance.MONTHS,
        }
        rules = as_record(p.budgets, p.people, p.governance, p.harm, **rest)
        salts = np.array([model.draws.salt(name) for name in ("recruits", "desertion", "civilians")])
        keys = (ground.actor_keys, ground.place_keys, ground.territory_keys)
        base = people.base_consent(ground, len(world.codes), p.people)
        crossings = (world.crossing_place, world.crossing_capacity)
        country = (governance.LEVELS, world.population, *crossings, ground.rent_site, base)
        homes = (*people.home_people(ground, world), ground.home_place, ground.posture)
        self._fixed = (LOOPS, rules, salts, keys, model.junta, country, homes)
        self._start = (model.start["troops"], model.start["people"])
        self._people = np.zeros(len(model.armed))

    def _gather(self, model: RareEarthModel) -> None:
        state, tally, profile = model.state, model.state.tally, model.profile
        booked = (tally.arms_gained, tally.arms_lost, tally.income, tally.spent)
        people_of = (tally.recruited, tally.deserted, tally.dead, tally.captured)
        lost = (state.losses_year, state.towns_lost_year, tally.deaths, tally.air_fights)
        places = (
            (state.control, state.legitimacy, state.services, state.displaced, state.lanes),
            (state.troops, state.holder, state.isolated, state.stance, state.hope),
            (state.treasury, state.arms, state.paid, state.revenue, state.revenue_best),
        )
        beijing = (state.dealings.patron, state.pressure, profile["dependence_on_china"])
        self._bound = bind(*self._fixed, *places, beijing, (*booked, *people_of, *lost), self._start, self._people)
        self._usual = self._minds(profile)

    def _minds(self, profile: dict[str, NDArray[np.float64]]) -> Bound:
        serves, pays, recruits = (tuple([profile[name] for name in group]) for group in (_SERVES, _PAYS, _RECRUITS))
        return bind(serves, pays, recruits, profile["outside_revenue_usd"], profile["air_support"])

    def balance(self, model: RareEarthModel, profile: dict[str, NDArray[np.float64]]) -> None:
        """Do the books of the month.

        Args:
            model: its state changes.
            profile: (F,) parameters of the actors, with conscripts as the outside world has them this month.
        """
        state = model.state
        if self.finds_another(state):
            self._gather(model)
        level = model.level
        state.totals.civilians_dead = kernels.balance(
            self._bound,
            self._usual if profile is model.profile else self._minds(profile),
            state.month,
            level("sanctions"),
            level("sanctions_relief"),
            level("aid"),
            level("arms"),
            duties(model),
            support_of_junta(model),
            border.arms_between_allies(state, profile["arms_for_allies"]),
            state.flows.tax_usd,
        )
        model.people = self._people
