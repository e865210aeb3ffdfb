"""Outcomes are found again by their column's name, with the words that figures and sentences have for them."""

from __future__ import annotations

import numpy as np
import pytest

from model.outcome import RESERVED, Recorded, actor_flow, level
from model.output import outcomes, tables
from model.output.outcomes import compute, heading_of, outcome_list, outcome_named, words_of

ACTORS = ("JUNTA", "KIA", "NDA-K", "PDF-SAGAING")


def test_every_column_is_found_with_unit_meaning_and_words() -> None:
    listed = outcome_list(ACTORS)
    assert [outcome_named(one.name) for one in listed] == listed
    assert len({one.title for one in listed}) == len(listed), "no two are called alike"


def test_words_stand_in_sentences_and_headings_and_strangers_keep_their_names() -> None:
    assert words_of("exports_t_china_all") == "ore to China, whole run"
    assert heading_of("exports_t_china") == "Ore to China"
    assert heading_of("townships_held_nda_k_y1") == "Towns held by the NDA-K, first year"
    assert words_of("townships_held_junta") == "towns held by the junta"
    assert outcome_named("hindcast_seats") is None
    assert words_of("hindcast_seats") == heading_of("hindcast_seats") == "hindcast_seats"


MONTHS = 30


class FakeRecord:
    """A record of which every column rises by one a month, of two actors."""

    months_done = MONTHS
    force_ids: tuple[str, ...] = ("JUNTA", "KIA")
    us_demand = 10.0

    def __init__(self, holders: list[int] | None = None) -> None:
        self.organisations = [1]
        months = np.arange(MONTHS + 1, dtype=float)
        self.monthly = {column.name: months.copy() for column in tables.MONTHLY if column.read is not None}
        self.actors = {
            column.name: np.stack([months, 10 * months], axis=1) for column in tables.ACTORS if column.read is not None
        }
        self.holders = holders

    def holder_of(self, place: str) -> np.ndarray | None:
        """Who held a place, by month."""
        return None if self.holders is None or place != "Bhamo" else np.array(self.holders)


def test_flows_are_summed_over_windows_and_levels_read_at_their_end() -> None:
    found = compute(FakeRecord())
    assert list(found) == [one.name for one in outcome_list(("JUNTA", "KIA"))]
    last, first, second = sum(range(19, 31)), sum(range(1, 13)), sum(range(13, 25))
    windows = [found[f"mined_t{end}"] for end in ("", "_y1", "_y2", "_all")]
    assert windows == [last, first, second, sum(range(1, 31))]
    assert [found[f"us_attention{end}"] for end in ("", "_y1", "_y2", "_all")] == [30, 12, 24, 15.5]
    assert found["troops_kia_y1"] == 120 and found["revenue_usd_kia_y1"] == 10 * first
    assert found["exports_t_total"] == 3 * last and found["exports_t_china"] == 2 * last


def test_shares_are_of_flows_and_null_where_there_is_nothing() -> None:
    record = FakeRecord()
    found = compute(record)
    assert found["china_share_of_exports"] == pytest.approx(2 / 3)
    assert found["china_dependence_heavy"] == pytest.approx(2 / 4)
    assert found["us_heavy_ree_supply_share"] == pytest.approx(sum(range(19, 31)) / 12)
    for name in ("exports_t_china_official", "exports_t_china_informal", "exports_t_quad"):
        record.monthly[name][:] = 1e-3
    assert compute(record)["china_share_of_exports"] is None, "under a tonne"


def test_windows_that_a_run_does_not_reach_are_null() -> None:
    record = FakeRecord()
    record.months_done = 14
    found = compute(record)
    assert found["mined_t_y1"] is not None
    assert (found["mined_t_y2"], found["us_attention_y2"], found["china_share_of_exports_y2"]) == (None,) * 3


@pytest.mark.parametrize(
    ("holders", "fallen", "held"),
    [([0] * 31, 0.0, 30.0), ([0] * 7 + [1] * 24, 1.0, 7.0), ([0] * 7 + [1] + [0] * 23, 1.0, 7.0), (None, None, None)],
)
def test_bhamo(holders: list[int] | None, fallen: float | None, held: float | None) -> None:
    found = compute(FakeRecord(holders))
    assert (found["bhamo_fallen"], found["bhamo_months_held"]) == (fallen, held)


def test_one_function_adds_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (level, actor_flow):
        monkeypatch.setattr(kind, "outcomes", dict(kind.outcomes))
        monkeypatch.setattr(kind, "read", dict(kind.read))

    @level("yuan/kg", "terbium over dysprosium", "ratio of prices")
    def price_ratio(record: Recorded) -> np.ndarray:
        return record.monthly["price_tb_yuan_per_kg"] / 2

    @actor_flow("USD", "spoils", "spoils of the {}")
    def spoils(record: Recorded) -> np.ndarray:
        return record.actors["revenue_usd"] / 2

    outcomes._names.cache_clear()
    outcomes._ordered.cache_clear()
    try:
        found = compute(FakeRecord())
        assert (found["price_ratio"], found["spoils_kia_y1"]) == (15.0, 390.0)
        assert words_of("spoils_kia_y1") == "spoils of the KIA, first year"
        with pytest.raises(ValueError, match="the outcome 'mined_t' already exists"):
            level.recorded("mined_t", "t", "the same", "the same")
    finally:
        outcomes._names.cache_clear()
        outcomes._ordered.cache_clear()


def test_columns_of_the_table_of_runs_are_no_outcomes() -> None:
    assert {*tables.schema("runs").names} <= {*RESERVED}
