"""The ground of a run: what never changes while it lasts, and the dated states it can start from.

A world is a folder of CSV files (``model/world/myanmar/``), or an invented one. Everything here is shared between
models and must not be written to: arrays are made read-only when a world is built.

Indices: ``N`` territories (townships), ``S`` sites inside them, ``P = N + S`` places (territories' towns first, then
sites), ``F`` armed actors in alphabetical order of their ids, ``X`` crossings, ``M`` mine clusters, ``B`` buyers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from model.arrays import Bools, Floats, Ints
from model.world import topology

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


LANES = ("ore", "reagent", "goods")
"""The three lanes of a crossing: ore out, leaching reagent in, general goods both ways."""


_OF_LAND = ("neighbours", "near", "road_matrix", "betweenness", "mine_km", "_corridors")
"""What a world works out from its roads and borders alone."""


class WorldError(ValueError):
    """Something is wrong in a world's files; ``problems`` holds one sentence for each thing that is."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Force:
    """A row of ``forces.csv``: an armed actor as the record has it; what scenarios leave unsaid is taken from here."""

    id: str
    kind: str
    """Junta, EthnicArmedOrganization or PeoplesDefenceForce (class names of ``agents/``)."""
    name: str
    home: str
    """Place id of the headquarters."""
    homeland: tuple[str, ...]
    """Codes of the territories the actor sees as its own."""
    settings: dict[str, str | float | int | bool]
    """Values of the actor's parameter table that the record gives, by parameter name (such as dependence_on_china)."""
    core: tuple[str, ...] = ()
    """Codes of the territories that the actor would never trade away."""


@dataclass(frozen=True)
class Buyer:
    """A row of ``buyers.csv``: a Chinese ore buyer that stands at a crossing."""

    id: str
    name: str
    crossing: str
    settings: dict[str, str | float | int | bool]


@dataclass(frozen=True)
class InitialState:
    """The state of the world at a date, as coded in ``initial/<date>/``; shapes use the indices of the world."""

    date: str
    """"2025-08": the month whose beginning this is."""
    holder: Ints
    """(P,) index of the armed actor that holds the town or site; -1 for nobody."""
    attacker: Ints
    """(P,) index of the actor that besieges it; -1 for none."""
    posts: Ints
    """(P,) fortified positions of the holder around the place."""
    control: Floats
    """(F + 1, N) shares of the countryside; the last row is nobody; columns sum to 1."""
    troops: Ints
    """(F, P) fighters."""
    lanes: Floats
    """(X, 3) how far each lane is open, 0-1, in the order of LANES."""
    capacity: Floats
    """(M,) tonnes of oxide a month that the cluster's pools and works can yield."""
    operating: Floats
    """(M,) share of the capacity at work, 0-1."""
    reagent: Floats
    """(M,) tonnes of ammonium sulphate in store."""
    in_process: Floats
    """(M,) tonnes of oxide being leached."""
    stock: Floats
    """(M,) tonnes of concentrate in store."""
    stance: Ints
    """(F, F) symmetric: -1 at war, 0 no fighting (ceasefire or no contact), 1 allied; the diagonal is 1."""
    displaced: Floats
    """(N,) displaced persons."""
    arms_left: Floats
    """(F,) arms at this date over those that ``arms_per_fighter`` gives: a war has used some up, or captured more."""
    strength: Ints
    """(F, 3) fighters of each actor: lowest, best and highest figure; the best is the sum of ``troops``."""
    homes: tuple[tuple[str, str], ...] = ()
    """Actors whose headquarters stood elsewhere at this date, with its place id."""


@dataclass(frozen=True, eq=False)
class World:
    """Immutable topology and facts of a world; see the module's docstring for the index letters."""

    name: str
    # territories
    codes: tuple[str, ...]
    names: tuple[str, ...]
    states: tuple[str, ...]
    """(N,) name of the state or region of each territory."""
    row: Ints
    col: Ints
    """(N,) position on the tile grid, odd-r offset: odd rows are shifted right by half a tile."""
    lat: Floats
    lon: Floats
    """(N,) degrees."""
    population: Floats
    """(N,) persons."""
    area: Floats
    """(N,) km2."""
    terrain: tuple[str, ...]
    """(N,) lowland, plain, hills, rugged_hills, plateau or mountain."""
    river: Bools
    """(N,) whether boats of size reach the town (Irrawaddy, Chindwin and the like)."""
    # sites
    site_ids: tuple[str, ...]
    site_names: tuple[str, ...]
    site_kinds: tuple[str, ...]
    """(S,) gate, mine, headquarters or subtown: what the site mainly is; crossings and mines may stand at any kind."""
    site_parent: Ints
    """(S,) index of the territory the site lies in."""
    site_lat: Floats
    site_lon: Floats
    """(S,) degrees."""
    # graph
    borders: Ints
    """(E, 2) pairs of territories, each once, first < second."""
    border_km: Floats
    """(E,) length of the shared border."""
    border_kind: tuple[str, ...]
    """(E,) land, water (a river) or sea; one can march over the first two."""
    roads: Ints
    """(R, 2) pairs of places."""
    road_km: Floats
    road_terrain: tuple[str, ...]
    road_names: tuple[str, ...]
    # crossings
    crossing_ids: tuple[str, ...]
    crossing_names: tuple[str, ...]
    crossing_place: Ints
    """(X,) index of the place (usually a site) whose holder has the gate."""
    crossing_country: tuple[str, ...]
    """(X,) China, India, Thailand, ..."""
    crossing_capacity: Floats
    """(X, 3) tonnes a month that the crossing can take on each lane (goods: million USD of trade a month)."""
    # mines
    mine_ids: tuple[str, ...]
    mine_names: tuple[str, ...]
    mine_place: Ints
    """(M,) index of the place whose holder has the mines."""
    mine_crossing: Ints
    """(M,) index of the crossing to China that the ore goes to."""
    mine_cost: Floats
    """(M,) yuan a tonne at the mine: labour, power, reagent at normal prices."""
    # other income
    income_place: Ints
    """(I,) index of the place whose holder earns it."""
    income_kind: tuple[str, ...]
    """(I,) jade, amber, gold, tin, rubies, ..."""
    income_usd: Floats
    """(I,) USD a month that the holder can raise from it."""
    # actors
    forces: tuple[Force, ...]
    """(F,) in alphabetical order of id."""
    buyers: tuple[Buyer, ...]
    initial: dict[str, InitialState]
    """By date; a run starts from the latest date that is not after its start, or is refused."""
    parameters: tuple[tuple[str, str | float | int | bool], ...] = ()
    """Dotted path and value of parameters that were calibrated for this world, which stand in place of the defaults;
    ``actors.<kind>.<name>`` is about all actors of a kind, ``actors.<id>.<name>`` about one."""

    @cached_property
    def place_ids(self) -> tuple[str, ...]:
        """(P,) codes of the territories, then ids of the sites."""
        return self.codes + self.site_ids

    @cached_property
    def place_names(self) -> tuple[str, ...]:
        """(P,) names for people."""
        return self.names + self.site_names

    @cached_property
    def place_territory(self) -> Ints:
        """(P,) the territory each place lies in."""
        return np.concatenate([np.arange(len(self.codes)), self.site_parent])

    @cached_property
    def force_ids(self) -> tuple[str, ...]:
        """(F,) ids of the armed actors."""
        return tuple(force.id for force in self.forces)

    def find_place(self, text: str) -> int:
        """The index of the place with this id or name; case does not matter unless a name and an id differ by it alone.

        Raises:
            KeyError: there is none.
            WorldError: several places are called so, and it is the id of none; with the id and state of each.
        """
        text = text.strip()
        found = self._place_of_id.get(text)
        if found is not None:
            return found
        called = self._places_called[text.casefold()]
        if len(called) > 1:
            raise WorldError([f"'{text}' may mean {self._described(called)}: give the code instead"])
        return called[0]

    def find_lands(self, text: str) -> tuple[str, ...]:
        """The codes of the territories that a word for land means: ``all``, a state, ``all STATE``, or a place.

        Raises:
            KeyError: it means none.
            WorldError: it is the name of a state and of a territory too, or of several territories.
        """
        text = text.strip()
        whole = state_lands(text, self.codes, self.states)
        within = state_lands(f"all {text}", self.codes, self.states)
        places = self._places_called.get(text.casefold(), ())
        if whole or (within and not places):
            return whole or within
        if within:
            raise WorldError(
                [f"'{text}' may mean the state or region, or {self._described(places)}: give 'all {text}' or the code"]
            )
        if text not in self._place_of_id and len({int(self.place_territory[place]) for place in places}) == 1:
            return (self.codes[self.place_territory[places[0]]],)
        return (self.codes[self.place_territory[self.find_place(text)]],)

    def _described(self, places: tuple[int, ...]) -> str:
        """Places of one name, each with its kind, id and state."""
        return " or ".join(
            f"the {'township' if place < len(self.codes) else 'site'} {self.place_ids[place]}"
            f" in {self.states[self.place_territory[place]]}"
            for place in places
        )

    def initial_at(self, start: str) -> InitialState:
        """The latest initial state whose date is not after ``start`` (such as "2025-08").

        Raises:
            WorldError: when the world has no state that early.
        """
        dates = sorted(date for date in self.initial if date <= start)
        if not dates:
            known = ", ".join(sorted(self.initial))
            raise WorldError([f"world {self.name}: no initial state for a start in {start}; its dates are {known}"])
        return self.initial[dates[-1]]

    @cached_property
    def force_index(self) -> dict[str, int]:
        """Index of each armed actor by id."""
        return {force.id: index for index, force in enumerate(self.forces)}

    @cached_property
    def chinese_crossings(self) -> Bools:
        """(X,) whether each crossing leads to China."""
        return topology.read_only(np.array([country == "China" for country in self.crossing_country], dtype=bool))

    @cached_property
    def crossing_index(self) -> dict[str, int]:
        """Index of each crossing by id."""
        return {crossing: index for index, crossing in enumerate(self.crossing_ids)}

    @cached_property
    def mine_index(self) -> dict[str, int]:
        """Index of each mine cluster by id."""
        return {mine: index for index, mine in enumerate(self.mine_ids)}

    @cached_property
    def home(self) -> Bools:
        """(F, P) whether the place lies in the actor's homeland."""
        return self._inside([force.homeland for force in self.forces])

    @cached_property
    def core(self) -> Bools:
        """(F, P) whether the place lies where the actor would never trade it away."""
        return self._inside([force.core for force in self.forces])

    def _inside(self, lands: list[tuple[str, ...]]) -> Bools:
        code_index = {code: index for index, code in enumerate(self.codes)}
        inside = np.zeros((len(lands), len(self.codes)), bool)
        for row, land in zip(inside, lands, strict=True):
            row[[code_index[code] for code in land]] = True
        return topology.read_only(inside[:, self.place_territory])

    def with_actors(self, forces: tuple[Force, ...], initial: dict[str, InitialState]) -> World:
        """The same land with other armed actors; what follows from roads and borders alone is not worked out again.

        Args:
            forces: the armed actors.
            initial: dated states of the land under them.
        """
        made = replace(self, forces=forces, initial=initial)
        made.__dict__.update({name: getattr(self, name) for name in _OF_LAND})
        return made

    @cached_property
    def neighbours(self) -> Ints:
        """(P, D) places within reach of an operation from each place, padded with -1; see :func:`topology.neighbours`."""
        return topology.neighbours(self)

    @cached_property
    def near(self) -> Bools:
        """(P, P) the relation of ``neighbours`` as a matrix, each place near itself."""
        return topology.near(self.neighbours)

    @cached_property
    def road_matrix(self) -> csr_matrix:
        """(P, P) symmetric sparse matrix of kilometres along each road."""
        return topology.road_matrix(self)

    @cached_property
    def betweenness(self) -> Floats:
        """(P,) share of the shortest road paths that pass through each place, scaled so that the largest is 1."""
        return topology.betweenness(self.road_matrix)

    def corridor(self, mine: int, crossing: int) -> tuple[Ints, float]:
        """The shortest road from a mine cluster to a crossing, whatever the country it leads to.

        Args:
            mine: index of the mine cluster.
            crossing: index of the crossing.

        Returns:
            The places along the road from the mines to the gate, both included, and its length in km; an empty array
            and infinity where no road leads there.
        """
        return self._corridors[mine][crossing]

    @cached_property
    def mine_km(self) -> Floats:
        """(M,) km by road from each mine cluster to its crossing to China; inf where no road leads there."""
        return topology.read_only(np.array([self.corridor(m, int(x))[1] for m, x in enumerate(self.mine_crossing)]))

    @cached_property
    def _corridors(self) -> list[list[tuple[Ints, float]]]:
        return topology.corridors(self.road_matrix, self.mine_place, self.crossing_place)

    @cached_property
    def _place_of_id(self) -> dict[str, int]:
        return {label: place for place, label in enumerate(self.place_ids)}

    @cached_property
    def _places_called(self) -> dict[str, tuple[int, ...]]:
        """Places by id and name, without regard to case."""
        called: dict[str, tuple[int, ...]] = {}
        for labels in (self.place_ids, self.place_names):
            for place, label in enumerate(labels):
                others = called.get(label.casefold(), ())
                called[label.casefold()] = others if place in others else (*others, place)
        return called


def state_lands(text: str, codes: tuple[str, ...], states: tuple[str, ...]) -> tuple[str, ...]:
    """The codes that ``all`` or ``all STATE`` means; none where it means neither.

    Args:
        text: the word.
        codes: of the territories.
        states: of each.
    """
    if text.casefold() == "all":
        return codes
    state = text[4:].strip().casefold() if text[:4].casefold() == "all " else ""
    return tuple(code for code, one in zip(codes, states, strict=True) if one.casefold() == state)
