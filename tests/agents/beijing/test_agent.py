"""Beijing the agent: its decisions can be overridden one by one, and end when it is removed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.armed.actor import ArmedActor
from agents.beijing.agent import Beijing
from model.model import RareEarthModel
from model.phases.border import negotiate, react_at_border
from tests.world_of_policy import present, run, small

TALKATIVE = ("beijing.talks_hazard=1", "processes.diplomacy.precision=6")
AT_BORDER = (
    *("talks", "deal", "deal_broken", "town_returned"),
    *("supply_cut", "supply_back", "lane_opened", "lane_closed", "gates_opened", "gates_shut"),
)


def ruled_by(kind: type[Beijing], *sets: str) -> RareEarthModel:
    """The small world with all lanes to China shut, China short of ore, and another Beijing."""
    model = small(*TALKATIVE, *sets)
    model.run.agents.beijing = kind(model, model.run.scenario.beijing)
    model.state.lanes[model.run.land.chinese] = 0.0
    model.state.market.shortage = 0.6
    return model


def kinds_of_events(model: RareEarthModel) -> set[str]:
    return {event[2] for event in model.run.events}


def test_it_is_indifferent_to_what_gains_it_nothing() -> None:
    beijing = present(small().run.agents.beijing)
    assert beijing.signs_deal(0.0) == 0.5
    assert beijing.signs_deal(3.0) > 0.9 > 0.1 > beijing.signs_deal(-3.0)


def test_support_follows_the_juntas_losses_and_its_buyers_outbid_a_rival() -> None:
    model, nobody = small("beijing.outbid_cap=1.2"), np.zeros(5)
    beijing = present(model.run.agents.beijing)
    for lost, counted in ((-3.0, 0.0), (4.0, 4.0)):
        model.state.towns_lost_year[model.run.land.junta] = lost
        assert beijing.support_usd() == counted * beijing.parameters.junta_support_usd
    assert beijing.outbid(0.5, nobody) == pytest.approx(1.1) and beijing.outbid(0.0, nobody) == 1.0
    assert beijing.embargo(0.2, nobody) == 0.2
    squeezing = present(small("beijing.answer=squeezes_reagent").run.agents.beijing)
    assert squeezing.embargo(0.2, nobody) == 0.2 and squeezing.embargo(0.2, np.full(5, 0.5)) == 1.0
    outbidding = present(small("beijing.answer=outbids", "beijing.outbid_cap=1.7").run.agents.beijing)
    assert outbidding.outbid(0.0, nobody) == 1.0 and outbidding.outbid(0.0, np.full(5, 0.5)) == pytest.approx(1.7)


class Silent(Beijing):
    def invite(self) -> list[int]:
        return []


class Empty(Beijing):
    def talk_with(self, actor: ArmedActor) -> bool:
        return False


class Distrustful(Beijing):
    def signs_deal(self, gain: float) -> float:
        return 0.0


def test_talks_can_be_overridden() -> None:
    found = {}
    for kind in (Beijing, Silent, Empty, Distrustful):
        model = ruled_by(kind)
        negotiate(model.run)
        found[kind] = kinds_of_events(model)
    assert {"talks", "deal"} <= found[Beijing]
    assert not found[Silent]
    assert "talks" in found[Empty] and "deal" not in found[Empty]
    assert "talks" in found[Distrustful] and "deal" not in found[Distrustful]


REACTIONS = {"press": "pressure", "move_lanes": "lanes", "lean_on_suppliers": "supplies"}


def at_odds(kind: type[Beijing]) -> RareEarthModel:
    """A world in which Beijing would press, move lanes and lean on a supplier."""
    model = ruled_by(kind, "beijing.transmission=1", "actors.UWSA.arms_for_allies=80")
    state, index = model.state, model.world.force_index
    state.stance[index["UWSA"], index["KIA"]] = state.stance[index["KIA"], index["UWSA"]] = 1
    for month in range(20):
        state.month, state.offensive[:] = month, 1.0
        react_at_border(model.run)
    return model


def changed(model: RareEarthModel) -> dict[str, bool]:
    state = model.state
    return {
        "pressure": bool(state.pressure.any()),
        "lanes": bool(state.lanes[model.run.land.chinese].any()),
        "supplies": not state.dealings.supplies.all(),
    }


def test_beijing_as_it_is_presses_moves_lanes_and_leans() -> None:
    assert all(changed(at_odds(Beijing)).values())


@pytest.mark.parametrize("decision", REACTIONS)
def test_each_reaction_can_be_overridden(decision: str) -> None:
    def nothing(self: Any) -> None:
        """Decide nothing."""

    found = changed(at_odds(type("Idle", (Beijing,), {decision: nothing})))
    assert not found[REACTIONS[decision]]
    # Suppliers are leaned on by pressure alone.
    others = set(found) - {REACTIONS[decision]} - ({"supplies"} if decision == "press" else set())
    assert all(found[name] for name in others)


def test_a_subclass_may_open_every_gate_every_month() -> None:
    class Open(Beijing):
        def move_lanes(self) -> None:
            self.run.state.lanes[self.run.land.chinese] = 1.0

    model = ruled_by(Open)
    react_at_border(model.run)
    assert (model.state.lanes[model.run.land.chinese] == 1).all()


def test_once_removed_it_decides_nothing_and_deals_run_out() -> None:
    model = small(*TALKATIVE, months=12)
    kia, state = model.world.force_index["KIA"], model.state
    state.lanes[model.run.land.chinese] = 0.0
    state.dealings.deal[kia], state.dealings.tax_cut[kia] = 3, 0.2
    state.pressure[kia], before = 0.4, state.lanes.copy()
    present(model.run.agents.beijing).remove()
    assert model.run.agents.beijing is None
    run(model, 6)
    assert (state.lanes == before).all()
    assert state.pressure[kia] == 0.4
    assert state.dealings.deal[kia] == 0 and state.dealings.tax_cut[kia] == 0
    assert not kinds_of_events(model) & set(AT_BORDER) - {"deal_broken"}


class Stubborn(ArmedActor):
    def signs_deal(self, gain: float) -> float:
        return 0.0


def test_an_armed_actor_may_refuse_to_sign_and_one_that_is_removed_is_not_talked_with() -> None:
    model = ruled_by(Beijing)
    for actor in model.run.agents.armed:
        actor.__class__ = type("Refusing", (Stubborn, type(actor)), {})
    negotiate(model.run)
    assert "talks" in kinds_of_events(model) and "deal" not in kinds_of_events(model)
    alone = ruled_by(Beijing)
    for actor in list(alone.run.agents.armed):
        actor.remove()
    negotiate(alone.run)
    assert not kinds_of_events(alone)
