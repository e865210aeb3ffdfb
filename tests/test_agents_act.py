"""Agents act: without them nothing is decided, and a class of one's own decides otherwise, in a run.

Who has left decides nothing; a decision that a subclass overrides is felt in the world; what an agent shows of itself is what its
run uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.armed.actor import ArmedActor, PeoplesDefenceForce
from agents.beijing.agent import Beijing
from agents.buyers import ChineseBuyer
from agents.quad import Australia, India, Japan
from agents.united_states import UnitedStates
from agents.western import WesternGovernment
from model.model import RareEarthModel
from model.run import buyer_tables
from model.scenario.plugins import forget_plugins, use_plugin
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from model.state import ORE
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small

MONTHS = 24
BY_NATURE = {"siege_broken", "siege_relieved"}
"""Events that nobody decides on: a siege without attackers is over, boats relieve a garrison by chance."""


def model_of(scenario: str, world: str) -> RareEarthModel:
    read = load_scenario(scenario, [f"world={world}", f"months={MONTHS}"])
    return RareEarthModel(spec=RunSpec.make(read.name, read.resolved()))


def policy_felt(model: RareEarthModel) -> float:
    """Sum of all that is delivered this month."""
    return sum(float(np.abs(model.run.policy[name]).sum()) for name in model.run.policy.dtype.names)


# nobody is left ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "world", "agents"),
    [("engage_kia", "tests/tiny", 32), ("engage_kia", "myanmar", 49), ("status_quo", "myanmar", 49)],
)
def test_without_agents_nothing_changes_hands_no_deal_is_made_and_no_policy_is_felt(
    scenario: str, world: str, agents: int
) -> None:
    model = model_of(scenario, world)
    holder, stance, lanes = (getattr(model.state, name).copy() for name in ("holder", "stance", "lanes"))
    everyone = model.run.agents.everyone()
    assert len(everyone) == agents == len(model.agents)
    for actor in everyone:
        actor.remove()
    assert not model.run.agents.everyone() and not len(model.agents)
    felt, moved = 0.0, 0
    for _ in range(MONTHS):
        model.step()
        felt += policy_felt(model)
        moved += model.towns_changed_hands
    assert model.month == MONTHS and model.exports_t > 0, "miners and traders go on"
    assert (felt, moved) == (0.0, 0)
    for name, before in (("holder", holder), ("stance", stance), ("lanes", lanes)):
        assert (getattr(model.state, name) == before).all(), name
    assert {event[2] for event in model.run.events} <= BY_NATURE


def test_the_same_run_with_its_agents_has_all_of_that() -> None:
    model, felt = model_of("engage_kia", "tests/tiny"), 0.0
    holder, lanes = model.state.holder.copy(), model.state.lanes.copy()
    for _ in range(MONTHS):
        model.step()
        felt += policy_felt(model)
    assert felt > 0
    assert (model.state.holder != holder).any() and (model.state.lanes != lanes).any()
    assert {event[2] for event in model.run.events} > {"town_taken", "deal", "instrument_begins", "lane_closed"}


def test_who_is_removed_in_a_run_decides_nothing_from_then_on() -> None:
    model = run(small(), 6)
    kia = armed(model, "KIA")
    assert kia.attacks
    kia.remove()
    for _ in range(6):
        model.step()
        assert not kia.attacks
        assert any(actor.attacks for actor in model.run.agents.armed), "the war goes on"
    assert kia.troops > 0, "its garrisons stay until they are taken"


# own armed actors, as plug-ins ----------------------------------------------------------------------------------------

PLUGIN = """
from agents.armed.actor import EthnicArmedOrganization, Junta, PeoplesDefenceForce


class ColdJunta(Junta):
    def choose_attacks(self):
        pass


class FreeArmy(EthnicArmedOrganization):
    def choose_services(self):
        self.run.books.level[self.index] = 0.0


class LonePool(PeoplesDefenceForce):
    def join_allies(self):
        pass
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[None]:
    """Own kinds that scenarios may name."""
    path = tmp_path / "own.py"
    path.write_text(PLUGIN, encoding="utf-8")
    assert use_plugin(path) == ["ColdJunta", "FreeArmy", "LonePool"]
    yield
    forget_plugins()


def armed(model: RareEarthModel, name: str) -> ArmedActor:
    """The armed actor of a name."""
    return next(actor for actor in model.run.agents.armed if actor.actor_id == name)


def attacks(model: RareEarthModel, months: int = 12) -> dict[str, int]:
    """Attacks that each actor orders within some months."""
    count = {actor.actor_id: 0 for actor in model.run.agents.armed}
    for _ in range(months):
        model.step()
        for actor in model.run.agents.armed:
            count[actor.actor_id] += len(actor.attacks)
    return count


def test_a_junta_of_ones_own_attacks_nobody(plugin: None) -> None:
    usual, cold = small(), small('actors.JUNTA.kind="ColdJunta"')
    assert cold.run.land.junta == armed(cold, "JUNTA").index
    assert attacks(usual)["JUNTA"] > 0
    found = attacks(cold)
    assert found["JUNTA"] == 0 < found["KIA"]


def test_an_organisation_of_ones_own_pays_for_no_services(plugin: None) -> None:
    usual, free = run(small(), 12), run(small('actors.KIA.kind="FreeArmy"'), 12)
    kia = armed(usual, "KIA").index
    assert usual.run.books.services[kia] > 0
    assert free.run.books.services[kia] == 0
    assert free.state.services[kia].max() < usual.state.services[kia].max()


def test_a_pool_of_ones_own_joins_no_allies(plugin: None) -> None:
    sets = ("actors.PDF-SAGAING.coordination=1", "actors.PDF-SAGAING.operations_per_month=0")
    usual, lone = small(*sets), small(*sets, 'actors.PDF-SAGAING.kind="LonePool"')
    assert isinstance(armed(lone, "PDF-SAGAING"), PeoplesDefenceForce)
    assert attacks(usual)["PDF-SAGAING"] > 0
    assert attacks(lone)["PDF-SAGAING"] == 0


# all others, put in the place of those whom the model made -------------------------------------------------------------


class Miser(ChineseBuyer):
    """Bids a tenth of the market price."""

    def bid(self) -> None:
        """Write that."""
        self.run.quotes.factor[self.index] = 0.1


def test_for_buyers_of_ones_own_who_pay_little_less_is_mined() -> None:
    usual, cheap = small(), small()
    tables = buyer_tables(cheap.run.scenario, cheap.world)
    buyers = [Miser(cheap, buyer.id, k, tables[k]) for k, buyer in enumerate(cheap.world.buyers)]
    assert len(buyers) == len(usual.run.agents.buyers) > 0
    cheap.run.agents.buyers[:] = buyers
    mined = [float(run(model, 6).state.totals["mined"]) for model in (usual, cheap)]
    assert 0 < 2 * mined[1] < mined[0]


class Closing(Beijing):
    """Shuts every gate to ore at once."""

    def move_lanes(self) -> None:
        """Shut them."""
        self.run.state.lanes[self.run.land.chinese, ORE] = 0.0


def test_a_beijing_of_ones_own_shuts_all_gates() -> None:
    usual, shut = small("processes.trade.leak=0"), small("processes.trade.leak=0")
    shut.run.agents.beijing = Closing(shut, shut.run.scenario.beijing)
    ore = [run(model, 3).exports_t for model in (usual, shut)]
    assert ore[0] > 0 == ore[1]


class Reluctant(UnitedStates):
    """Promises much and does a tenth of it."""

    def effort_of(self, instrument: object, months: int) -> float:
        """A tenth."""
        return 0.1


def test_a_washington_of_ones_own_does_less() -> None:
    offers = (*WATCHFUL, *WILLING, instrument("aid", "KIA"), "united_states.aid_per_person_usd=50")
    usual, slow = small(*offers), small(*offers)
    slow.run.agents.united_states = Reluctant(slow, slow.run.scenario.united_states)
    kia = armed(usual, "KIA").index
    aid = []
    for model in (usual, slow):
        run(model, 1)
        aid.append((float(model.run.policy["aid"][kia]), float(model.run.books.aid[kia])))
    assert aid[0][0] == 1.0 and aid[1][0] == pytest.approx(0.1)
    assert aid[0][1] > 0 and aid[1][1] == pytest.approx(0.1 * aid[0][1])


ROUTE = (*WATCHFUL, instrument("route_building"))


class Absent(India):
    """Builds nothing."""

    def build(self, us_effort: float) -> float:
        """Nothing."""
        return 0.0


class Lavish(Japan):
    """Triples the pace of the road."""

    def finance(self, effort: float) -> float:
        """Pay for it."""
        return 3.0


class Idle(Australia):
    """Separates nothing."""

    def separate(self, effort: float) -> float:
        """Nothing."""
        return 0.0


def route(model: RareEarthModel) -> float:
    """T/month that the road to India can carry after half a year."""
    return float(run(model, 6).state.market["route_capacity"])


def test_an_india_of_ones_own_builds_no_road() -> None:
    usual, absent = small(*ROUTE), small(*ROUTE)
    absent.run.agents.india = Absent(absent, absent.run.scenario.quad)
    assert route(usual) > 0 == route(absent)


def test_a_japan_of_ones_own_speeds_it_up() -> None:
    usual, lavish = small(*ROUTE), small(*ROUTE)
    lavish.run.agents.japan = Lavish(lavish, lavish.run.scenario.quad)
    assert route(lavish) > 1.5 * route(usual) > 0


def test_an_australia_of_ones_own_takes_no_ore() -> None:
    usual, idle = small(*ROUTE), small(*ROUTE)
    idle.run.agents.australia = Idle(idle, idle.run.scenario.quad)
    separated = []
    for model in (usual, idle):
        model.state.market["india_stock"] = 500.0
        separated.append(float(run(model, 1).state.totals["separated"]))
    assert separated[0] > 0 == separated[1]


class Loyal(WesternGovernment):
    """Follows the US at once, whatever the others do."""

    def hazard(self, pull: float) -> float:
        """Certain."""
        return 1.0


def test_western_governments_of_ones_own_follow_at_once() -> None:
    sets = (*WATCHFUL, *WILLING, instrument("recognition", "KIA"))
    usual, loyal = small(*sets), small(*sets)
    western, kia = loyal.run.agents.western, armed(loyal, "KIA").index
    western[:] = [Loyal(loyal, number, loyal.run.scenario.western) for number in range(len(western))]
    assert western
    found = [float(run(model, 1).state.recognition[kia]) for model in (usual, loyal)]
    assert found[0] < found[1] == 1.0


# what an agent shows of itself ------------------------------------------------------------------------------------------


def test_an_actor_shows_the_fighters_and_towns_that_its_run_has() -> None:
    model = small()
    kia, state = armed(model, "KIA"), model.state
    assert kia.troops == state.troops[kia.index].sum() > 0
    assert kia.townships and all(state.holder[model.world.find_place(code)] == kia.index for code in kia.townships)
    state.holder[model.world.find_place("T12")] = kia.index
    assert "T12" in kia.townships
    kia.troops = 9_000
    assert kia.troops == state.troops[kia.index].sum() == 9_000
    kia.troops = 0
    assert not state.troops[kia.index].any()
    model.step()
    assert not kia.attacks, "who has no fighters attacks nobody"


def test_money_given_to_an_actor_is_money_in_its_run() -> None:
    dear = "actors.PDF-SAGAING.upkeep_usd=400"
    poor, rich = small(dear), small(dear)
    for model, usd in ((poor, 0.0), (rich, 5e7)):
        pool = armed(model, "PDF-SAGAING")
        pool.treasury = usd
        assert pool.treasury == usd == model.state.treasury[pool.index]
        model.step()
    assert poor.state.paid[pool.index] < 1.0 == rich.state.paid[pool.index], "upkeep comes out of it"
    assert armed(rich, "PDF-SAGAING").treasury < 5e7


def test_a_parameter_set_in_a_run_counts_from_the_next_month_on() -> None:
    model = run(small(), 6)
    kia = armed(model, "KIA")
    assert kia.attacks
    parameters: Any = kia.parameters
    parameters.operations_per_month = 0
    assert parameters.operations_per_month == 0 == model.run.actors["operations_per_month"][kia.index]
    others = []
    for _ in range(6):
        model.step()
        assert not kia.attacks
        others += [actor.index for actor in model.run.agents.armed if len(actor.attacks)]
    assert others


def test_a_parameter_set_by_the_run_is_what_the_actor_shows() -> None:
    model = small()
    kia = armed(model, "KIA")
    model.run.actors["commit_share"][kia.index] = 0.9
    assert kia.parameters.commit_share == 0.9
