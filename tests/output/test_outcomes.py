"""Outcomes are found again by their column's name, with the words that figures and sentences have for them."""

from __future__ import annotations

from model.output.outcomes import heading_of, outcome_list, outcome_named, words_of

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
