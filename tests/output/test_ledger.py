"""The laws that are checked every month: each holds in an honest month, and each is seen to be broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from model.model import RareEarthModel
from model.output.ledger import LAWS_OF_ACTORS, LAWS_OF_THE_COUNTRY, LawBrokenError, Ledger
from model.state import State
from tests.world_of_policy import small

MONTH = 3


@pytest.fixture(scope="module")
def model() -> RareEarthModel:
    """A run of some months, whose last month's balances are still open to check."""
    made = small()
    for _ in range(MONTH):
        made.step()
    return made


def _one_more(state: State) -> None:
    state.troops[1, 0] += 3


def _moved_below_zero(state: State) -> None:
    rich = int(state.troops[0].argmax())
    poor = int(state.troops[0].argmin())
    state.troops[0, rich] += state.troops[0, poor] + 1
    state.troops[0, poor] = -1


def _arms(state: State) -> None:
    state.arms[0] -= 0.5


def _money(state: State) -> None:
    state.treasury[2] += 1.0


def _no_number(state: State) -> None:
    state.treasury[2] = np.nan


def _spent_unseen(state: State) -> None:
    state.tally.spent[0] += 5.0


def _ore(state: State) -> None:
    state.stock[0] += 1.0


def _sent_unseen(state: State) -> None:
    state.flows.ore[0, 1] += 1.0


def _reagent(state: State) -> None:
    state.reagent[0] += 2.0


def _shares(state: State) -> None:
    state.control[0, 0] += 1e-6


def _negative_share(state: State) -> None:
    state.control[:, 0] = 0.0
    state.control[0, 0], state.control[1, 0] = 1.25, -0.25


def _stranger(state: State) -> None:
    state.holder[0] = len(state.troops)


def _negative_store(state: State) -> None:
    state.stock[0] -= state.stock[0] + 4.0
    state.in_process[0] += 1e9


def _negative_flow(state: State) -> None:
    state.flows.ore[0, 2] = -6.0


BREACHES: list[tuple[Callable[[State], None], str, str]] = [
    (_one_more, "the ledger of troops does not close", "is off by 3 fighters"),
    (_moved_below_zero, "there are fewer than no fighters somewhere", "is off by -1 fighters"),
    (_arms, "the ledger of arms does not close", "is off by -0.5 fighter equivalents"),
    (_money, "the ledger of money does not close", "is off by 1 USD"),
    (_no_number, "the ledger of money does not close", "is off by nan USD"),
    (_spent_unseen, "the ledger of money does not close", "is off by 5 USD"),
    (_ore, "the ledger of ore does not close", "off by 1 t"),
    (_sent_unseen, "the ledger of ore does not close", "off by 1 t"),
    (_reagent, "the ledger of reagent does not close", "off by 2 t"),
    (_shares, "the shares of a township's countryside do not sum to 1, or one is below 0", "off by 1e-06"),
    (_negative_share, "the shares of a township's countryside do not sum to 1, or one is below 0", "off by -0.25"),
    (_stranger, "a place is held by an actor that does not exist", "off by 1 places"),
    (_negative_store, "there is less than no ore somewhere", "off by -4 t"),
    (_negative_flow, "there is less than no ore somewhere", "off by -6 t"),
]


def test_an_honest_month_closes(model: RareEarthModel) -> None:
    model.run.ledger.close()
    assert model.state.flows.leached.sum() > 0, "the mines worked"
    assert model.state.tally.recruited.sum() > 0 and model.state.tally.income.sum() > 0


@pytest.mark.parametrize(("breach", "law", "figure"), BREACHES)
def test_a_broken_law_is_told_with_its_name_and_figure(
    model: RareEarthModel, breach: Callable[[State], None], law: str, figure: str
) -> None:
    state = model.state
    kept = state.copy()
    try:
        breach(state)
        with pytest.raises(LawBrokenError) as error:
            model.run.ledger.close()
        assert law in str(error.value) and figure in str(error.value)
    finally:
        for name in ("troops", "arms", "treasury", "stock", "in_process", "reagent", "control", "holder"):
            getattr(state, name)[:] = getattr(kept, name)
        state.tally.spent[:], state.flows.ore[:] = kept.tally.spent, kept.flows.ore
    model.run.ledger.close()


def test_every_law_has_been_broken_above() -> None:
    assert {law for _, law, _ in BREACHES} == {law.broken for law in (*LAWS_OF_ACTORS, *LAWS_OF_THE_COUNTRY)}


def test_rounding_breaks_no_law_and_the_actor_is_named(model: RareEarthModel) -> None:
    state = model.state
    state.arms[0] += 1e-7
    state.treasury[0] += 1e-3
    model.run.ledger.close()
    state.treasury[1] += 2.5
    with pytest.raises(LawBrokenError, match=f"{model.world.force_ids[1]} is off by 2.5 USD"):
        model.run.ledger.close()
    state.arms[0] -= 1e-7
    state.treasury[0] -= 1e-3
    state.treasury[1] -= 2.5


def test_a_month_is_counted_from_its_own_opening() -> None:
    run = small().run
    ledger = Ledger(run)
    run.state.treasury[0] += 100.0
    run.state.tally.clear()
    with pytest.raises(LawBrokenError, match="money"):
        ledger.close()
    ledger.open()
    ledger.close()
