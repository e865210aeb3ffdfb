"""The compiled books of a month: what they take from the model, and what becomes of their answers.

The work is done by :mod:`model.kernels.accounts`; the same in NumPy stands in :meth:`model.model.RareEarthModel.balance_books`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.dynamics import border, governance, people
from model.kernels import accounts as kernels
from model.kernels.loops import LOOPS
from model.parameters import as_record
from model.policy_phases import duties, support_of_junta

if TYPE_CHECKING:
    from model.model import RareEarthModel

_SERVES = ("population_tax_usd", "weight_consent", "backing_worth", "choice_precision")
_PAYS = ("upkeep_usd", "arms_budget_share", "dependence_on_china", "arms_via_allies", "arms_per_fighter")
_RECRUITS = ("mobilised_share", "force_cap", "volunteer_rate", "conscripts_per_month", "desertion_rate")


class Accounts:
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
        self._salts = np.array([model.draws.salt(name) for name in ("recruits", "desertion", "civilians")])
        self._keys = (ground.actor_keys, ground.place_keys, ground.territory_keys)
        base = people.base_consent(ground, len(world.codes), p.people)
        crossings = (world.crossing_place, world.crossing_capacity)
        country = (governance.LEVELS, world.population, *crossings, ground.rent_site, base)
        homes = (*people.home_people(ground, world), ground.home_place, ground.posture)
        self._fixed = (model.junta, country, homes)
        self._rules = rules
        self._start = (model.start["troops"], model.start["people"])
        self._gather(model)

    def _gather(self, model: RareEarthModel) -> None:
        state, tally, profile = model.state, model.state.tally, model.profile
        self._state, self._tally = state, tally
        booked = (tally.arms_gained, tally.arms_lost, tally.income, tally.spent)
        people_of = (tally.recruited, tally.deserted, tally.dead, tally.captured)
        lost = (state.losses_year, state.towns_lost_year, tally.deaths, tally.air_fights)
        self._counts = (*booked, *people_of, *lost)
        self._places = (
            (state.control, state.legitimacy, state.services, state.displaced, state.lanes),
            (state.troops, state.holder, state.isolated, state.stance, state.hope),
            (state.treasury, state.arms, state.paid, state.revenue, state.revenue_best),
        )
        self._beijing = (state.dealings.patron, state.pressure, profile["dependence_on_china"])
        self._usual = self._parameters(profile)

    def _parameters(self, profile: dict[str, NDArray[np.float64]]) -> tuple[Any, ...]:
        serves, pays, recruits = (tuple([profile[name] for name in group]) for group in (_SERVES, _PAYS, _RECRUITS))
        return serves, pays, recruits, profile["outside_revenue_usd"], profile["air_support"]

    def balance(self, model: RareEarthModel, profile: dict[str, NDArray[np.float64]]) -> None:
        """Do the books of the month.

        Args:
            model: its state changes.
            profile: (F,) parameters of the actors, with conscripts as the outside world has them this month.
        """
        state = model.state
        if state is not self._state or state.tally is not self._tally:
            self._gather(model)
        level = model.level
        policy = (level("sanctions"), level("sanctions_relief"), level("aid"), level("arms"))
        between = border.arms_between_allies(state, profile["arms_for_allies"])
        model.people, civilians = kernels.balance(
            LOOPS,
            self._rules,
            (self._salts, state.month, *self._keys),
            *self._fixed,
            *self._places,
            (*policy, duties(model), support_of_junta(model)),
            (*self._beijing, between, state.flows.tax_usd),
            self._usual if profile is model.profile else self._parameters(profile),
            self._counts,
            self._start,
        )
        self._tally.civilians_dead = int(civilians)
