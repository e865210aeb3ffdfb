"""Western governments that follow the US in recognising an actor, or not."""

from __future__ import annotations

import numpy as np
import pytest

from agents.policy_parameters import WesternParameters
from agents.western import (
    WesternGovernment,
    key_name,
    pull_of,
    recognition_of,
    shares_that_recognise,
)
from model.model import RareEarthModel
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small, told

TABLE = WesternParameters(us_weight=0.25, us_share=0.5)


def test_what_draws_governments_is_the_us_and_the_others() -> None:
    assert pull_of(0.8, 0.4, TABLE) == pytest.approx(0.25 * 0.8 + 0.75 * 0.4)


def test_recognition_is_that_of_the_us_and_of_those_who_follow() -> None:
    found = recognition_of(np.array([0.8, 1.0]), np.array([0.2, 1.0]), TABLE)
    assert found == pytest.approx([0.5 * 0.8 + 0.5 * 0.2, 1.0])


def test_shares_count_each_recognition_by_itself() -> None:
    model = small()
    governments = model.run.agents.western
    governments[0].recognises.add(3)
    governments[1].recognises.update({3, 0})
    shares = shares_that_recognise(governments, len(model.run.actors))
    assert shares[3] == pytest.approx(2 / len(governments))
    assert shares[0] == pytest.approx(1 / len(governments))
    assert sum(shares) == pytest.approx(3 / len(governments))
    assert shares_that_recognise([], 2) == [0.0, 0.0]


@pytest.mark.parametrize(("form", "hazards"), [("threshold", (0.0, 0.1)), ("linear", (0.02, 0.06))])
def test_the_hazard_has_a_threshold_or_is_in_proportion(form: str, hazards: tuple[float, float]) -> None:
    sets = ("western.hazard=0.1", "western.threshold_mean=0.5", "western.threshold_sd=0")
    government = small(f'structure.recognition="{form}"', *sets).run.agents.western[0]
    assert (government.hazard(0.2), government.hazard(0.6)) == pytest.approx(hazards)


def test_a_government_that_has_recognised_an_actor_stays_with_it() -> None:
    model = small("western.hazard=0.15", "western.threshold_mean=0.25", "western.threshold_sd=0")
    government, months = model.run.agents.western[0], []
    for month in range(200):
        model.state.month = month
        if government.consider(2, 1.0):
            months.append(month)
    assert len(months) == 1
    assert government.recognises == {2}


def followers(*sets: str, level: float = 1.0) -> int:
    model = run(small(*WATCHFUL, *WILLING, instrument("recognition", "KIA", level), *sets, months=60))
    return sum(bool(government.recognises) for government in model.run.agents.western)


def test_governments_follow_beyond_a_threshold_or_in_proportion() -> None:
    eager = ("western.threshold_mean=0.25", "western.hazard=0.15", "western.us_weight=0.45")
    assert followers(*eager) > 10
    assert followers(*eager, level=0.0) == 0
    assert followers("western.threshold_mean=0.7", "western.threshold_sd=0") == 0
    assert followers("western.threshold_mean=0.7", "western.threshold_sd=0", 'structure.recognition="linear"') > 0


class Eager(WesternGovernment):
    """Follows at once."""

    def consider(self, actor: int, pull: float) -> bool:
        """Recognise the actor."""
        new = actor not in self.recognises
        self.recognises.add(actor)
        return new


def with_eager(model: RareEarthModel, count: int) -> RareEarthModel:
    governments = model.run.agents.western
    for number in range(count):
        governments[number] = Eager(model, number, model.run.scenario.western)
    return model


def test_a_subclass_follows_at_once_and_it_is_told() -> None:
    model = small(*WATCHFUL, *WILLING, instrument("recognition", "KIA"), "western.governments=4")
    run(with_eager(model, 2), 1)
    kia = model.world.force_index["KIA"]
    p = model.run.scenario.western
    assert model.state.recognition[kia] == pytest.approx(p.us_share + (1 - p.us_share) * 0.5)
    assert told(model, "western_followers") == ["2 more Western governments follow the US in recognising the KIA"]


def test_governments_that_have_been_removed_follow_nobody() -> None:
    model = with_eager(small(*WATCHFUL, *WILLING, instrument("recognition", "KIA")), 2)
    for government in list(model.run.agents.western):
        government.remove()
    run(model, 2)
    assert told(model, "western_followers") == []
    assert model.state.recognition[model.world.force_index["KIA"]] == pytest.approx(0.5)


def test_draws_are_keyed_by_the_name_of_the_government() -> None:
    assert key_name(3) == "western-3"
    keys = [government.key for government in small().run.agents.western]
    assert len(set(keys)) == len(keys) == 20
