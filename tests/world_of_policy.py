"""A small world in which policies are tried: the twelve townships of tests/tiny."""

from __future__ import annotations

from typing import TypeVar

from agents.armed.actor import ArmedActor
from agents.base import Actor
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

A = TypeVar("A", bound=Actor)

# Who is offered something answers at once.
PROMPT = tuple(f"actors.{actor}.answer_months=1" for actor in ("JUNTA", "KIA", "UWSA", "PDF-SAGAING"))


def small(*sets: str, months: int = 24, replicate: int = 0) -> RareEarthModel:
    """The model at its start, with settings as ``--set`` takes them."""
    scenario = load_scenario("status_quo", ["world=tests/tiny", f"months={months}", *PROMPT, *sets])
    return RareEarthModel(spec=RunSpec.make(scenario.name, scenario.resolved(), replicate=replicate))


def instrument(kind: str, target: str = "", level: float = 1.0, rest: str = "") -> str:
    """A setting that adds an instrument, at work at once; named after its kind and target."""
    fields = f'kind="{kind}",target="{target}",level={level},ramp=0{rest}'
    return f"united_states.instruments.{kind}_{target or 'all'}={{{fields}}}"


# Attention without noise, and a KIA that takes every offer.
WATCHFUL = ("united_states.attention_mean=1", "united_states.attention_noise=0")
WILLING = ("actors.KIA.autonomy_cost=0", "actors.KIA.weight_pressure=0", "actors.KIA.choice_precision=10")


def present(agent: A | None) -> A:
    """An agent that has not been removed."""
    assert agent is not None
    return agent


def replace(model: RareEarthModel, name: str, kind: type[ArmedActor]) -> None:
    """Let an actor of another class decide for an armed one."""
    armed = model.run.agents.armed
    at = next(k for k, actor in enumerate(armed) if actor.actor_id == name)
    armed[at] = kind(model, name, armed[at].index, armed[at].parameters)


def run(model: RareEarthModel, months: int | None = None) -> RareEarthModel:
    """Let months pass: all that are left, or as many as given."""
    for _ in range(months if months is not None else model.run.scenario.months - model.month):
        model.step()
    return model


def told(model: RareEarthModel, kind: str) -> list[str]:
    """What the chronicle says of a kind of event."""
    return [event[-1] for event in model.recorder.events if event[2] == kind]
