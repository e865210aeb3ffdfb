"""The books of a month: what agents decide in them, and what goes on without them."""

from __future__ import annotations

import numpy as np
import pytest

from agents.armed.actor import ArmedActor
from model.phases.accounts import balance_books, begin_books
from tests.world_of_policy import present, small

MODEL = small()
JUNTA, KIA = (MODEL.world.force_index[name] for name in ("JUNTA", "KIA"))


class Miser(ArmedActor):
    """Pays for no services and puts all it has into arms."""

    def choose_services(self) -> None:
        """Nothing."""
        self.run.books.level[self.index] = 0.0

    def buy_arms(self) -> None:
        """Everything."""
        self.run.books.arms_usd[self.index] = 1e12


def test_a_run_begins_at_rest() -> None:
    model = small()
    state = model.state
    base = model.run.land.base_consent
    assert (state.legitimacy >= base).all()
    assert state.legitimacy == pytest.approx(
        np.clip(base + model.run.parameters.people.consent_services * state.services, 0, 1)
    )
    assert state.services[KIA].max() == pytest.approx(model.run.books.level[KIA])
    assert (state.people_at_start == state.people).all()
    assert (state.people > 0).any()
    assert (state.troops_at_start == state.troops.sum(axis=1)).all()


def test_beginning_twice_changes_nothing() -> None:
    model = small()
    before = model.state.copy()
    begin_books(model.run)
    for name in ("services", "legitimacy", "revenue", "people"):
        assert getattr(model.state, name) == pytest.approx(getattr(before, name))


def test_a_subclass_decides_on_services_and_arms() -> None:
    usual, stingy = small(), small()
    stingy.run.agents.armed[KIA].__class__ = Miser
    for model in (usual, stingy):
        balance_books(model.run)
    assert usual.run.books.services[KIA] > 0
    assert stingy.run.books.services[KIA] == 0.0
    assert stingy.state.tally.arms_gained[KIA] > usual.state.tally.arms_gained[KIA]
    assert stingy.run.books.services[JUNTA] == pytest.approx(usual.run.books.services[JUNTA])


def test_fighters_of_a_removed_actor_are_paid_and_nothing_is_chosen_for_it() -> None:
    model = small()
    model.run.agents.armed[KIA].remove()
    balance_books(model.run)
    books, state = model.run.books, model.state
    assert books.services[KIA] == 0.0
    assert state.tally.arms_gained[KIA] == 0.0
    assert books.upkeep[KIA] > 0
    assert state.paid[KIA] == 1.0
    assert books.services[JUNTA] > 0


def test_without_patrons_nobody_gets_their_money() -> None:
    model = small()
    state, beijing = model.state, present(model.run.agents.beijing)
    state.towns_lost_year[JUNTA], state.dealings.patron[KIA] = 50.0, 1.0
    model.run.policy["tariff_threat"][-1] = 1.0
    balance_books(model.run)
    assert model.run.books.aid[JUNTA] == pytest.approx(50.0 * beijing.parameters.junta_support_usd)
    assert model.run.books.aid[KIA] > 0
    assert model.run.books.sanctions[JUNTA] > 0
    beijing.remove()
    present(model.run.agents.united_states).remove()
    balance_books(model.run)
    assert not model.run.books.aid.any()
    assert not model.run.books.sanctions.any()
