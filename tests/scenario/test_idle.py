"""Input that cannot act is refused where it never could, and told where it lies outside the run's months."""

from __future__ import annotations

import pytest

from model.scenario.read import load_scenario
from tests.scenario.conftest import Problems, Write

FORCING = '[[forcing]]\nname = "f"\nstart = "2025-09"\n'
INSTRUMENT = "[united_states.instruments.a]\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('kind = "price_factor"\nvalue = 2.0\ntarget = "KIA"', 'target = "KIA": must be omitted: a forcing of kind'),
        ('kind = "other_origins"\nlane = "ore"', 'lane = "ore": must be omitted'),
        ('kind = "price_factor"\nvalue = 2.0\nactor = "KIA"', 'actor = "KIA": must be omitted'),
        ('kind = "holder"\ntarget = "T10"\nactor = "KIA"\nvalue = 2.0', "value = 2.0: must be omitted"),
        ('kind = "holder"\ntarget = "T10"', "actor: is missing; it needs the id of an armed actor, or nobody"),
        ('kind = "holder"\nactor = "KIA"', "target: is missing; it needs a township or site"),
        ('kind = "conscription"\nvalue = 900.0', "target: is missing; it needs the id of an armed actor"),
        ('kind = "lanes"\nvalue = 1.01', "value = 1.01: must be at most 1"),
        ('kind = "close_lanes"\nvalue = 7.0', "value = 7.0: must be at most 1"),
        ('kind = "lanes"\ntarget = "Thailand"', 'target = "Thailand": unknown crossing, or country or state with one'),
        ('kind = "lanes"\nend = "2025-08"', 'end = "2025-08": must not be before the start, 2025-09'),
    ],
)
def test_a_forcing_says_nothing_in_vain(problems: Problems, text: str, sentence: str) -> None:
    (found,) = problems(FORCING + text)
    assert found.startswith(f"x.toml: forcing.f.{sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('kind = "tariff"\ntarget = "JUNTA"', 'target = "JUNTA": must be omitted: an instrument of kind'),
        ('kind = "route_building"\ntarget = "KIA"', 'target = "KIA": must be omitted'),
        ('kind = "tariff"\nstart = 5\nend = 5', "end = 5: must be after the start, 5"),
        ('kind = "tariff"\nend = 0', "end = 0: must be after the start, 0"),
    ],
)
def test_an_instrument_says_nothing_in_vain(problems: Problems, text: str, sentence: str) -> None:
    (found,) = problems(INSTRUMENT + text)
    assert found.startswith(f"x.toml: united_states.instruments.a.{sentence}")


def test_an_actor_is_neither_its_own_ally_nor_enemy(problems: Problems) -> None:
    for key in ("allies", "enemies"):
        assert "unknown armed actor" in problems(f'[actors.KIA]\n{key} = ["KIA"]')[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (INSTRUMENT + 'kind = "tariff"\nstart = 59', []),
        (INSTRUMENT + 'kind = "tariff"\nstart = 60', ["1 instrument lies outside the run, 2025-08 to 2030-07, and"]),
        (FORCING + 'kind = "price_factor"\nvalue = 2.0', []),
        (FORCING.replace("2025-09", "2030-07") + 'kind = "price_factor"\nvalue = 2.0', []),
        (
            FORCING.replace("2025-09", "2030-08") + 'kind = "price_factor"\nvalue = 2.0',
            ["1 forcing lies outside the run"],
        ),
        (FORCING.replace("2025-09", "2024-01") + 'kind = "lanes"\nend = "2025-07"', ["1 forcing lies outside the run"]),
        (FORCING.replace("2025-09", "2024-01") + 'kind = "lanes"\nend = "2025-08"', []),
    ],
)
def test_what_lies_outside_the_run_is_told(write: Write, text: str, expected: list[str]) -> None:
    found = load_scenario(str(write(text))).notes
    assert len(found) == len(expected)
    assert all(sentence.startswith(start) for sentence, start in zip(found, expected, strict=True))


def test_what_happened_before_the_start_of_a_scenario_that_extends_another_is_not_told(write: Write) -> None:
    past = FORCING.replace("2025-09", "2024-01") + 'kind = "lanes"\nend = "2025-07"'
    write(past, "parent")
    assert load_scenario("parent").notes and not load_scenario(str(write('extends = "parent"'))).notes
