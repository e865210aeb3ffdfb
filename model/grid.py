"""The townships as a Mesa space, a view of a run: cells read the run's arrays whenever they are asked and keep nothing.

A cell's ``connections`` are the borders of the world's table, those across water and sea included. They are not the tiles': a
fifth of the neighbours on the tile map share no border. Tiles are for drawing. A cell's coordinate is (column, row counted from the
south), as Mesa draws a :class:`HexGrid`, so that its drawing shows the shape of this project's maps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import sqrt
from random import Random
from typing import Any, NamedTuple

import numpy as np
from mesa.discrete_space import Cell, CellCollection, DiscreteSpace, HexGrid
from numpy.typing import NDArray

from agents.base import Actor
from model.arrays import Bools
from model.run import Run
from model.scenario.problems import suggestion


class TownshipError(KeyError):
    """No township is meant, or several are; the message is a sentence that says which there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class Siege(NamedTuple):
    """A siege under way."""

    attacker: str
    """Who leads it."""
    progress: float
    """How far the fall of the place has gone, 0-1."""


class Place:
    """A town or a site in a township, as it is now.

    Args:
        run: the run.
        index: of the place.
    """

    def __init__(self, run: Run, index: int) -> None:
        world, sites_from = run.world, len(run.world.codes)
        self._run, self.index = run, index
        self.id, self.name = world.place_ids[index], world.place_names[index]
        self.kind = "town" if index < sites_from else world.site_kinds[index - sites_from]
        """Town, gate, mine, headquarters or subtown."""

    @property
    def holder(self) -> str:
        """Who holds it: an armed actor or nobody."""
        return self._run.name(int(self._run.state.holder[self.index]))

    @property
    def troops(self) -> dict[str, int]:
        """Fighters by armed actor, of those who have any."""
        return _by_actor(self._run, self._run.state.troops[:, self.index])

    @property
    def posts(self) -> int:
        """Fortified positions of the holder."""
        return int(self._run.state.posts[self.index])

    @property
    def siege(self) -> Siege | None:
        """The siege, or None."""
        state = self._run.state
        attacker = int(state.attacker[self.index])
        return Siege(self._run.name(attacker), float(state.siege_progress[self.index])) if attacker >= 0 else None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}, held by {self.holder}>"


class Mine:
    """A cluster of mines, as it is now.

    Args:
        run: the run.
        index: of the cluster.
    """

    def __init__(self, run: Run, index: int) -> None:
        self._run, self.index = run, index
        self.id, self.name = run.world.mine_ids[index], run.world.mine_names[index]

    @property
    def holder(self) -> str:
        """Who holds the place where the mines are."""
        return self._run.name(int(self._run.state.holder[self._run.world.mine_place[self.index]]))

    @property
    def stock(self) -> float:
        """T of ore (oxide) in store."""
        return float(self._run.state.stock[self.index])

    @property
    def capacity(self) -> float:
        """T of oxide a month that the pools can yield."""
        return float(self._run.state.capacity[self.index])

    @property
    def operating(self) -> float:
        """Share of the capacity at work, 0-1."""
        return float(self._run.state.operating[self.index])

    def __repr__(self) -> str:
        return f"<mine {self.name}, held by {self.holder}, {self.stock:.0f} t stored>"


class Township(Cell):
    """A township.

    Args:
        run: the run.
        index: of the township.
        coordinate: (column, row counted from the south).
        random: Mesa's source of random choices among cells.
    """

    def __init__(self, run: Run, index: int, coordinate: tuple[int, int], random: Random) -> None:
        super().__init__(coordinate, capacity=None, random=random)
        world = run.world
        self._run, self.index, self.town = run, index, Place(run, index)
        self.code, self.name, self.state = world.codes[index], world.names[index], world.states[index]
        """Code, name, and the state or region that it belongs to."""
        self.row, self.col = int(world.row[index]), int(world.col[index])
        """Of its tile, counted from the north-west as in ``territories.csv``."""
        self.population = float(world.population[index])
        column, row = coordinate
        self.position = np.array([sqrt(3) * (column + 0.5 * (row % 2 == 0)), 1.5 * row])
        """Where Mesa draws it, in edges of a hexagon."""
        places = (world.place_territory == index).nonzero()[0].tolist()
        self.sites = [Place(run, place) for place in places[1:]]
        """Gates, mines and other sites in it."""
        self.mines = [Mine(run, mine) for mine, place in enumerate(world.mine_place.tolist()) if place in places]
        """Clusters of rare-earth mines in it."""

    @property
    def holder(self) -> str:
        """Who holds its town: an armed actor or nobody."""
        return self.town.holder

    @property
    def posts(self) -> int:
        """Fortified positions around its town."""
        return self.town.posts

    @property
    def siege(self) -> Siege | None:
        """The siege of its town, or None."""
        return self.town.siege

    @property
    def control(self) -> dict[str, float]:
        """Shares of the countryside, 0-1, by armed actor or nobody, of those who have any; they sum to 1."""
        return _by_actor(self._run, self._run.state.control[:, self.index])

    @property
    def troops(self) -> dict[str, int]:
        """Fighters by armed actor in its town and sites."""
        places = [self.index, *(site.index for site in self.sites)]
        return _by_actor(self._run, self._run.state.troops[:, places].sum(axis=1))

    @property
    def services(self) -> dict[str, float]:
        """Level of government services, 0-1, by armed actor, of those who have part of the countryside."""
        names, services = self._run.world.force_ids, self._run.state.services[:, self.index]
        return {name: float(services[names.index(name)]) for name in self.control if name in names}

    @property
    def empty(self) -> bool:
        """Whether no agent stands here."""
        return not self._agents

    @empty.setter
    def empty(self, value: bool) -> None:
        """Take no notice: Mesa's cells write it down."""

    def get_neighborhood(self, radius: int = 1, include_center: bool = False) -> Any:
        """The townships within some borders, as Mesa's cells give them; theirs would keep every run in a cache.

        Args:
            radius: how many borders away, 1 or more.
            include_center: whether it is one of them itself.
        """
        if radius < 1:
            raise ValueError(f"radius = {radius}: must be 1 or more")
        steps, queue = {self: 0}, deque([self])
        while queue and steps[queue[0]] < radius:
            cell = queue.popleft()
            fresh = [other for other in cell.connections.values() if other not in steps]
            steps.update(dict.fromkeys(fresh, steps[cell] + 1))
            queue.extend(fresh)
        found = {cell: cell._agents for cell in steps if include_center or cell is not self}
        return CellCollection(found, random=self.random)

    def __repr__(self) -> str:
        return f"<{self.name} ({self.code}, {self.state}), held by {self.holder}>"


class TownshipGrid(HexGrid):
    """The townships of a run: ``grid["Bhamo"]``, ``grid["MMR001010"]``, ``grid[cell.coordinate]``.

    Armed actors stand where their headquarters are, buyers at their gates; :meth:`settle` moves them each month.

    Args:
        run: the run.
        random: Mesa's source of random choices among cells.
    """

    def __init__(self, run: Run, random: Random) -> None:
        # Not HexGrid's own, which makes a cell for every tile of a rectangle, of a class that Mesa never lets go.
        DiscreteSpace.__init__(self, cell_klass=Township, random=random)
        world = run.world
        # Mesa shifts even rows to the right, counted from the south; the tile map shifts odd ones, counted from the north.
        top = int(world.row.max()) + 1 - int(world.row.max()) % 2
        self.torus, self.dimensions = False, (int(world.col.max()) + 1, top + 1)
        at = [(col, top - row) for col, row in zip(world.col.tolist(), world.row.tolist(), strict=True)]
        self._run, self._settled = run, dict[Actor, Township | None]()
        self._townships = [Township(run, index, coordinate, random) for index, coordinate in enumerate(at)]
        self._cells = dict(zip(at, self._townships, strict=True))
        self._indices = _names(run)
        self._connect_cells()

    def _connect_cells(self) -> None:
        for a, b in self._run.world.borders.tolist():
            one, other = self._townships[a], self._townships[b]
            one.connections[other.coordinate], other.connections[one.coordinate] = other, one

    def __getitem__(self, key: str | tuple[int, int]) -> Township:
        """A township by code or name, by a site in it, or by coordinate.

        Raises:
            TownshipError: there is none, or there are several of the name.
        """
        if isinstance(key, str):
            return self._townships[self._index(key)]
        if key not in self._cells:
            raise TownshipError(f"no township has the coordinate {key}; they are (column, row counted from the south)")
        return self._cells[key]

    def tile(self, row: int, col: int) -> Township:
        """A township by row and column of its tile, counted from the north-west as in ``territories.csv``."""
        return self[col, self.height - 1 - row]

    def _index(self, name: str) -> int:
        found = self._indices.get(name.strip().casefold(), ())
        if len(found) == 1:
            return found[0]
        world = self._run.world
        if found:
            which = ", ".join(f"{world.codes[index]} ({world.states[index]})" for index in found)
            raise TownshipError(f"there are {len(found)} townships {world.names[found[0]]}: {which}; give the code")
        raise TownshipError(f"there is no township '{name}'{suggestion(name, [*world.place_names, *world.codes])}")

    def select_cells(
        self,
        conditions: dict[str, Callable[[Any], Any]] | None = None,
        extreme_values: dict[str, str] | None = None,
        masks: Bools | Sequence[Bools] | None = None,
        only_empty: bool = False,
        return_list: bool = True,
    ) -> Any:
        """Select townships by their attributes, as Mesa's grids select cells by layers of properties.

        Args:
            conditions: by attribute, a function of the array of its values that gives an array of truth values.
            extreme_values: by attribute, ``highest`` or ``lowest`` of those selected so far.
            masks: (width, height) arrays of truth values, all of which must hold.
            only_empty: whether to select only townships where no agent stands.
            return_list: whether to return a list of coordinates; else an array as of ``masks``.
        """
        at = np.array([cell.coordinate for cell in self._townships])
        chosen = np.array([cell.empty or not only_empty for cell in self._townships])
        for mask in () if masks is None else [masks] if isinstance(masks, np.ndarray) else masks:
            chosen &= mask[at[:, 0], at[:, 1]]
        for name, condition in (conditions or {}).items():
            chosen &= np.asarray(condition(self._values(name)), bool)
        for name, end in (extreme_values or {}).items():
            values = self._values(name)
            best = {"highest": np.max, "lowest": np.min}[end]
            chosen &= values == best(values[chosen]) if chosen.any() else False
        if return_list:
            return [cell.coordinate for cell, wanted in zip(self._townships, chosen, strict=True) if wanted]
        mask = np.zeros(self.dimensions, bool)
        mask[at[chosen, 0], at[chosen, 1]] = True
        return mask

    def _values(self, name: str) -> NDArray[Any]:
        return np.array([getattr(cell, name) for cell in self._townships])

    def find_nearest_cell(self, position: Sequence[float]) -> Township:
        """The township whose centre lies nearest to a point of Mesa's drawing.

        Args:
            position: the point, as :attr:`Township.position`.
        """
        return min(self._townships, key=lambda cell: float(np.hypot(*(cell.position - np.asarray(position)))))

    def select_random_empty_cell(self) -> Township:
        """A township where no agent stands, by chance."""
        return self.random.choice(list(self.empties))

    def cell_of(self, actor: Actor) -> Township | None:
        """Where an actor stands; None for who stands nowhere."""
        return self._settled.get(actor)

    def settle(self) -> None:
        """Let every actor stand where it now belongs, and those who have left stand nowhere."""
        now: dict[Actor, Township | None] = {}
        for actor in self._run.agents.everyone():
            place = actor.stands_at()
            now[actor] = self._townships[self._run.world.place_territory[place]] if place >= 0 else None
        for actor in {**self._settled, **now}:
            before, after = self._settled.get(actor), now.get(actor)
            if before is not after:
                if before is not None:
                    before.remove_agent(actor)
                if after is not None:
                    after.add_agent(actor)
        self._settled = now


def _names(run: Run) -> dict[str, tuple[int, ...]]:
    """Townships by code and name, then by what lies in them, in lower case."""
    world, names = run.world, dict[str, tuple[int, ...]]()
    for index, name in enumerate(world.names):
        names[name.casefold()] = (*names.get(name.casefold(), ()), index)
    for labels in (world.codes, world.site_ids, world.site_names):
        parents = world.site_parent.tolist() if labels is not world.codes else range(len(labels))
        for label, parent in zip(labels, parents, strict=True):
            names.setdefault(label.casefold(), (parent,))
    return names


def _by_actor(run: Run, values: NDArray[Any]) -> dict[str, Any]:
    """Values by name of the armed actor (nobody for one after the last), the largest first, without zeros."""
    names = (*run.world.force_ids, "nobody")
    order = np.argsort(-values, kind="stable")
    return {names[actor]: values[actor].item() for actor in order.tolist() if values[actor] > 0}
