"""The schema of a scenario: the actors' and the processes' own parameter tables, put together.

:class:`Scenario` is the *resolved* form, in which every parameter is present; files state only what differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from agents.armed.parameters import (
    EthnicArmedOrganizationParameters,
    JuntaParameters,
    PeoplesDefenceForceParameters,
)
from agents.beijing.parameters import BeijingParameters
from agents.buyer_parameters import ChineseBuyerParameters
from agents.policy_parameters import (
    QuadParameters,
    UnitedStatesParameters,
    WesternParameters,
)
from model.dynamics.parameters import Processes
from model.forcing import Forcing
from model.parameters import ParameterTable, choice, parameter

ActorTable = (
    JuntaParameters | EthnicArmedOrganizationParameters | PeoplesDefenceForceParameters | ChineseBuyerParameters
)
Actor = Annotated[ActorTable, Field(discriminator="kind")]


class Structure(ParameterTable):
    """Rival mechanisms that the record cannot tell apart; ``--variants all`` crosses them."""

    mine_stop: Literal["halt", "reagent", "both"] = choice("reagent")
    """What stops mines when crossings close: a halt by the holder, lack of reagent, or both. Source: two in three
    vectors of the plausible set (pangwa calibrate); SOURCES F3."""
    recognition: Literal["linear", "threshold"] = choice("threshold")
    """How Western governments follow: each in proportion, or each above a threshold. Source: SOURCES F8."""
    contest: Literal["ratio", "difference"] = choice("ratio")
    """Form of the contest success function. Source: Tullock 1980, Skaperdas 1996; Hirshleifer 1989."""
    tax_reading: Literal["tax", "price"] = choice("tax")
    """Whether the KIA's 35,000 yuan per tonne is a tax, or an invoiced price of which it takes 20%. Source: SOURCES
    T3; SOURCES K9."""


class Scenario(ParameterTable):
    """A resolved scenario: a what-if with every parameter present."""

    name: str
    """Name in tables and legends; has no effect on the run."""
    title: str = ""
    """Title, one line."""
    description: str = ""
    """The question, and why it is asked."""
    world: str = "myanmar"
    """A shipped world, a folder of CSV files, or invented:ROWSxCOLS."""
    start: str = Field(default="2025-08", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    """First month, as 2025-08."""
    months: int = parameter(60, low=0, high=1200, unit="months", off="none", status="definition")
    """Length of a run. Source: convention."""
    actors: dict[str, Actor] = Field(default_factory=dict)
    """Armed actors and buyers by id."""
    united_states: UnitedStatesParameters = UnitedStatesParameters()
    beijing: BeijingParameters = BeijingParameters()
    quad: QuadParameters = QuadParameters()
    western: WesternParameters = WesternParameters()
    processes: Processes = Processes()
    structure: Structure = Structure()
    plugins: dict[str, str] = Field(default_factory=dict)
    """Files that define kinds of actors or outcomes, by name; set only by --plugin."""
    forcing: list[Forcing] = Field(default_factory=list)
    """External events by date."""
    _notes: tuple[str, ...] = PrivateAttr(default=())

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about input that does nothing in this run, see :mod:`model.scenario.idle`."""
        return self._notes

    def take_notes(self, notes: Iterable[str]) -> None:
        """Keep what was noticed when the scenario was read."""
        self._notes = tuple(notes)

    def resolved(self) -> dict[str, Any]:
        """Everything that a run depends on, as plain data; name, title and description are left out."""
        plain = self.model_dump(mode="json", exclude={"name", "title", "description"})
        return plain if self.plugins else {key: value for key, value in plain.items() if key != "plugins"}
