"""States carried on to later dates by the record."""

from __future__ import annotations

import pytest

from model.world import dated
from model.world.read import SHIPPED, load_world
from model.world.record import load_record

WORLD = load_world("myanmar")


@pytest.mark.parametrize("date", ["2024-07", "2024-10"])
def test_shipped_states_are_what_the_rule_gives(date: str) -> None:
    folder = SHIPPED / dated.WORLD / "initial"
    assert dated.carry("2024-03", date).rows == dated.Tables.read(folder / date).rows


def test_captures_before_the_date_change_hands_and_later_ones_do_not() -> None:
    early, late = (WORLD.initial[date] for date in ("2024-07", "2024-10"))
    names = (*WORLD.force_ids, "nobody")
    for change in load_record(WORLD.name).towns:
        if change.place and not change.contested and "2024-07" <= change.date[:7] < "2024-10":
            place = WORLD.place_ids.index(change.place)
            assert names[late.holder[place]] == change.holder
    lashio = WORLD.place_ids.index("MMR015001")
    assert names[early.holder[lashio]] == "JUNTA" and names[late.holder[lashio]] == "MNDAA"


def test_whoever_took_a_town_is_at_war_and_garrisons_add_up() -> None:
    state = dated.carry("2024-03", "2024-10")
    stance = {frozenset((row["a"], row["b"])): row["stance"] for row in state.rows["stances"]}
    assert stance[frozenset(("MNDAA", "JUNTA"))] == stance[frozenset(("KIA", "NDA-K"))] == "war"
    places = {row["place"]: row["holder"] for row in state.rows["places"]}
    garrisoned = {row["place"] for row in state.rows["troops"] if row["actor"] == places[row["place"]]}
    taken = {change.place for change in load_record(WORLD.name).towns if "2024-03" <= change.date[:7] < "2024-10"}
    assert taken & set(places) <= garrisoned
    assert state.totals()["AA"] == pytest.approx(15_000 + 12 / 22 * 15_000, abs=20)
