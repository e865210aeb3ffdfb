"""Sliders reach the ends of their ranges and round nothing; the server finds a port and says what is missing."""

from __future__ import annotations

import importlib.util
import socket

import pytest

from model.scenario.listing import scenario_declarations
from model.scenario.read import load_scenario
from model.views import serve
from model.views.read import ViewError
from model.views.sliders import notch_of, notches_of, value_at


def test_every_slider_reaches_both_ends_exactly_and_stays_within() -> None:
    found = [one for one in scenario_declarations(load_scenario("status_quo")) if notches_of(one)]
    numbers = [one for one in found if isinstance(one.default, (int, float)) and not isinstance(one.default, bool)]
    assert len(numbers) > 300
    for one in numbers:
        last = notches_of(one)
        assert value_at(one, 0) == one.low and value_at(one, last) == one.high, one.path
        assert notch_of(one, float(one.low or 0)) == 0 and notch_of(one, float(one.high or 0)) == last
        one_step = float(value_at(one, 1))
        assert float(one.low or 0) < one_step <= float(one.high or 0), one.path
        assert isinstance(value_at(one, 1), type(one.default))


def test_a_taken_port_gives_the_next_and_no_port_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.free_port("127.0.0.1", port) != port
    with pytest.raises(ViewError, match="is free"):
        serve.free_port("192.0.2.1", 8765)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ViewError, match=r"needs solara and uvicorn: .*'\.\[app\]'"):
        serve.check_packages()
