"""Worlds of any size that are facts about nowhere: to measure how time and memory grow, and to test on other ground.

A world ``invented:ROWSxCOLS:ACTORS`` follows from its name alone. It has hexagonal territories, China beyond the eastern
edge and India beyond the western one, mountains towards both, a river down the middle, a central junta, armed
organizations around it and People's Defence Forces among its towns. Its magnitudes are Myanmar's, a territory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from model.arrays import Floats, Ints
from model.world.topology import distance_km
from model.world.world import Buyer, Force, InitialState, World, WorldError

NAME = re.compile(r"invented:(\d+)x(\d+)(?::(\d+))?")
SIDES = (4, 120)
ACTORS = (5, 50)
USUAL_ACTORS = 8
FORM = f"invented:ROWSxCOLS or invented:ROWSxCOLS:ACTORS, with {SIDES[0]} to {SIDES[1]} rows and columns"

# Myanmar's figures in 2025 over its 330 townships, rounded: persons, fighters of each kind, money.
SPACING_KM = 48.0
MEAN_POPULATION = 152_000.0
FIGHTERS = {"Junta": 400.0, "EthnicArmedOrganization": 350.0, "PeoplesDefenceForce": 170.0}
MOST_FIGHTERS = 390_000
"""The parameter tables allow an actor 400,000."""
OUTSIDE_REVENUE_USD = 800_000.0
TREASURY_USD = 4_500_000.0
STATE_SIDE = 5
"""Rows and columns of a state."""
TERRAIN_RANKS = (("lowland", 0.2), ("plain", 0.45), ("hills", 0.65), ("rugged_hills", 0.8), ("plateau", 0.87))
"""Terrain by rank of height, up to the share of all territories given; mountains above."""
WINDING = {"lowland": 1.2, "plain": 1.2, "hills": 1.35, "rugged_hills": 1.5, "plateau": 1.35, "mountain": 1.7}
"""Road length over great-circle distance."""
PEOPLING = {"lowland": 1.6, "plain": 1.4, "hills": 0.8, "rugged_hills": 0.5, "plateau": 0.8, "mountain": 0.3}
"""Population over the mean, before scaling."""
DATE = "2021-01"
"""Early, so that a scenario of any start finds a state."""


def invent_world(name: str) -> World:
    """Make the world of a name.

    Args:
        name: ``invented:ROWSxCOLS`` or ``invented:ROWSxCOLS:ACTORS``, such as ``invented:20x20:12``.

    Returns:
        A world that passes every check that a folder must pass; the same one for the same name on every machine.

    Raises:
        WorldError: when the name has another form, or its numbers are out of range.
    """
    plan = _Plan.parse(name)
    land = _land(plan)
    _add_sites(plan, land)
    _add_graph(plan, land)
    _add_trade(plan, land)
    _add_actors(plan, land)
    land["initial"] = {DATE: _initial(plan, land)}
    return World(name=name, **land)


@dataclass(frozen=True)
class _Plan:
    """The numbers of a name."""

    rows: int
    cols: int
    actors: int

    @classmethod
    def parse(cls, name: str) -> _Plan:
        match = NAME.fullmatch(name)
        if match is None:
            raise WorldError([f"world {name!r} has an unknown form; allowed is {FORM}"])
        rows, cols = int(match[1]), int(match[2])
        actors = int(match[3]) if match[3] else USUAL_ACTORS
        problems = [
            f"world {name!r} has {value} {what}; {low} to {high} are allowed"
            for value, what, (low, high) in (
                (rows, "rows", SIDES),
                (cols, "columns", SIDES),
                (actors, "actors", ACTORS),
            )
            if not low <= value <= high
        ]
        if not problems and rows * cols < 2 * actors:
            problems = [
                f"world {name!r} has {rows * cols} territories for {actors} actors; there must be at least two per actor"
            ]
        if problems:
            raise WorldError(problems)
        return cls(rows, cols, actors)

    @property
    def size(self) -> int:
        """Number of territories."""
        return self.rows * self.cols

    @property
    def pools(self) -> int:
        """Number of People's Defence Forces."""
        return max(1, self.actors // 4)

    @property
    def groups(self) -> int:
        """Number of armed organizations."""
        return self.actors - 1 - self.pools

    def random(self, purpose: int) -> np.random.Generator:
        """A generator that depends on the name and the purpose alone."""
        return np.random.default_rng([self.rows, self.cols, self.actors, purpose])


def _land(plan: _Plan) -> dict[str, Any]:
    row, col = (grid.ravel() for grid in np.mgrid[: plan.rows, : plan.cols])
    lat = 28.0 - row * SPACING_KM * np.sqrt(0.75) / 111.2
    lon = 94.0 + (col + 0.5 * (row % 2)) * SPACING_KM / (111.2 * np.cos(np.radians(lat)))
    terrain = _terrain(plan)
    river = np.abs(col - (plan.cols / 2 + plan.cols / 10 * np.sin(row / 4))) < 0.5
    people = np.array([PEOPLING[kind] for kind in terrain]) * plan.random(1).lognormal(0.0, 0.5, plan.size)
    people = np.where(river, 1.5 * people, people)
    return {
        "codes": tuple(f"R{r:03d}C{c:03d}" for r, c in zip(row, col, strict=True)),
        "names": tuple(f"Township {r + 1}-{c + 1}" for r, c in zip(row, col, strict=True)),
        "states": tuple(f"State {r // STATE_SIDE + 1}-{c // STATE_SIDE + 1}" for r, c in zip(row, col, strict=True)),
        "row": row.astype(np.int64),
        "col": col.astype(np.int64),
        "lat": lat,
        "lon": lon,
        "population": np.round(MEAN_POPULATION * people / people.mean()),
        "area": np.full(plan.size, np.round(SPACING_KM**2 * np.sqrt(0.75))),
        "terrain": terrain,
        "river": river,
    }


def _terrain(plan: _Plan) -> tuple[str, ...]:
    """(N,) terrain in patches: smoothed noise, raised towards the eastern and western edges."""
    noise = gaussian_filter(plan.random(0).standard_normal((plan.rows, plan.cols)), 1.5, mode="reflect")
    edge = np.abs(np.linspace(-1.0, 1.0, plan.cols)) ** 2
    height = (noise / noise.std() + 2.0 * edge).ravel()
    rank = np.argsort(np.argsort(height, kind="stable")) / plan.size
    steps = np.searchsorted([share for _, share in TERRAIN_RANKS], rank, side="right")
    kinds = [kind for kind, _ in TERRAIN_RANKS] + ["mountain"]
    return tuple(kinds[step] for step in steps)


def _add_sites(plan: _Plan, land: dict[str, Any]) -> None:
    """Gates at the two edges, mines in the eastern third: one cluster for each hundred territories.

    The first stands at the home of the easternmost organization, so that mines are always at stake.
    """
    sites: list[tuple[str, str, str, int]] = []
    for country, column, count in (
        ("China", plan.cols - 1, max(2, plan.rows // 8)),
        ("India", 0, max(1, plan.rows // 16)),
    ):
        for number, row in enumerate(np.linspace(0, plan.rows - 1, count + 2)[1:-1].round().astype(int), start=1):
            sites.append((f"{country.upper()}-{number}", f"{country} gate {number}", "gate", row * plan.cols + column))
    east = np.nonzero(land["col"] >= plan.cols - max(1, plan.cols // 3))[0]
    first = _homes(plan)[1]
    others = plan.random(2).choice(np.setdiff1d(east, [first]), max(1, plan.size // 100) - 1, replace=False)
    clusters = np.sort(np.append(others, first))
    sites += [(f"MINES-{n}", f"Mines {n}", "mine", int(at)) for n, at in enumerate(clusters, start=1)]
    parent = np.array([site[3] for site in sites], np.int64)
    away = np.array([{"C": 0.2, "I": -0.2, "M": 0.1}[site[0][0]] for site in sites])
    land |= {
        "site_ids": tuple(site[0] for site in sites),
        "site_names": tuple(site[1] for site in sites),
        "site_kinds": tuple(site[2] for site in sites),
        "site_parent": parent,
        "site_lat": land["lat"][parent],
        "site_lon": land["lon"][parent] + away,
    }


def hexagon_pairs(rows: int, cols: int) -> Ints:
    """(E, 2) pairs of adjacent tiles of an odd-r grid, numbered row by row; each once, first < second, sorted."""
    index = np.arange(rows * cols).reshape(rows, cols)
    pairs = [np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1)]
    for row in range(rows - 1):
        above, below = index[row], index[row + 1]
        pairs.append(np.stack([above, below], axis=1))
        slanted = (above[:-1], below[1:]) if row % 2 else (above[1:], below[:-1])
        pairs.append(np.stack(slanted, axis=1))
    together = np.concatenate(pairs)
    return together[np.lexsort((together[:, 1], together[:, 0]))].astype(np.int64)


def _add_graph(plan: _Plan, land: dict[str, Any]) -> None:
    """Borders of all sides; roads along the shortest tree, along a third of the other borders, and to the sites."""
    borders = hexagon_pairs(plan.rows, plan.cols)
    a, b = borders.T
    river = land["river"]
    winding = np.array([WINDING[kind] for kind in land["terrain"]])
    direct = distance_km(land["lat"][a], land["lon"][a], land["lat"][b], land["lon"][b])
    km = direct * np.maximum(winding[a], winding[b]) * plan.random(3).uniform(0.95, 1.15, len(borders))
    tree = minimum_spanning_tree(csr_matrix((km, (a, b)), shape=(plan.size, plan.size))).tocoo()
    main = np.isin(a * plan.size + b, tree.row.astype(np.int64) * plan.size + tree.col)
    chosen = main | (plan.random(4).random(len(borders)) < 1 / 3)
    rougher = np.where(winding[a] >= winding[b], a, b)
    parent = land["site_parent"]
    to_site = np.stack([parent, plan.size + np.arange(len(parent))], axis=1)
    site_km = (
        distance_km(land["lat"][parent], land["lon"][parent], land["site_lat"], land["site_lon"]) * winding[parent]
    )
    land |= {
        "borders": borders,
        "border_km": np.full(len(borders), SPACING_KM / np.sqrt(3.0)),
        "border_kind": tuple(
            "water" if wet else "land" for wet in (river[a] != river[b]) & (land["row"][a] == land["row"][b])
        ),
        "roads": np.concatenate([borders[chosen], to_site]),
        "road_km": np.concatenate([km[chosen], site_km]),
        "road_terrain": tuple(land["terrain"][at] for at in np.concatenate([rougher[chosen], parent])),
        "road_names": tuple("main" if is_main else "minor" for is_main in main[chosen]) + ("minor",) * len(parent),
    }


def _add_trade(plan: _Plan, land: dict[str, Any]) -> None:
    """Crossings at the gates, mines that sell to the nearest gate to China, buyers there, other income."""
    gates = [k for k, kind in enumerate(land["site_kinds"]) if kind == "gate"]
    mines = [k for k, kind in enumerate(land["site_kinds"]) if kind == "mine"]
    country = tuple("China" if land["site_ids"][k].startswith("CHINA") else "India" for k in gates)
    china = [k for k, name in zip(gates, country, strict=True) if name == "China"]
    lat, lon = land["site_lat"], land["site_lon"]
    nearest = [int(np.argmin(distance_km(lat[k], lon[k], lat[china], lon[china]))) for k in mines]
    ore = 1500.0 * max(1.0, len(mines) / len(china))
    busiest = np.argsort(-np.bincount(nearest, minlength=len(china)), kind="stable")[:4]
    weight = 1.0 + np.bincount(nearest, minlength=len(china))[busiest]
    share = np.round(weight / weight.sum(), 4)
    share[0] += 1.0 - share.sum()
    land |= {
        "crossing_ids": tuple(land["site_ids"][k] for k in gates),
        "crossing_names": tuple(land["site_names"][k] for k in gates),
        "crossing_place": plan.size + np.array(gates, np.int64),
        "crossing_country": country,
        "crossing_capacity": np.array(
            [(ore, 8 * ore, 10.0) if name == "China" else (300.0, 0.0, 2.0) for name in country]
        ),
        "mine_ids": tuple(land["site_ids"][k] for k in mines),
        "mine_names": tuple(land["site_names"][k] for k in mines),
        "mine_place": plan.size + np.array(mines, np.int64),
        "mine_crossing": np.array(nearest, np.int64),
        "mine_cost": np.round(plan.random(5).uniform(80_000, 100_000, len(mines)), -3),
        "buyers": tuple(
            Buyer(f"BUYER-{n}", f"Buyer {n}", land["site_ids"][china[at]], {"market_share": float(part)})
            for n, (at, part) in enumerate(zip(busiest, share, strict=True), start=1)
        ),
    }


def _add_actors(plan: _Plan, land: dict[str, Any]) -> None:
    """A junta in the middle, armed organizations on an outer ring, People's Defence Forces on an inner one."""
    pools, groups = plan.pools, plan.groups
    homes = _homes(plan)
    reach = {"EthnicArmedOrganization": 0.35 / groups, "PeoplesDefenceForce": 0.2 / pools}
    forces = []
    for number, home in enumerate(homes):
        kind, identity, name = _label(number, groups)
        far = (land["row"] - land["row"][home]) ** 2 + (land["col"] - land["col"][home]) ** 2
        near = np.sort(np.argsort(far, kind="stable")[: max(1, int(reach.get(kind, 1.0) * plan.size))])
        homeland = tuple(land["codes"][at] for at in near)
        forces.append(Force(identity, kind, name, land["codes"][home], homeland, _settings(kind, plan)))
    land["forces"] = tuple(sorted(forces, key=lambda force: force.id))
    land["income_place"] = np.array(homes[1 : groups + 1], np.int64)
    land["income_kind"] = ("trade",) * groups
    land["income_usd"] = np.full(groups, 2_000_000.0)


def _homes(plan: _Plan) -> list[int]:
    """Territories of the headquarters, all different: the junta's, the organizations', the Defence Forces'."""
    rings = [(0.0, 0.0)]
    for count, radius in ((plan.groups, 0.42), (plan.pools, 0.2)):
        angles = 2 * np.pi * np.arange(count) / count
        rings += [(radius * np.sin(angle), radius * np.cos(angle)) for angle in angles]
    row, col = (grid.ravel() for grid in np.mgrid[: plan.rows, : plan.cols])
    homes: list[int] = []
    for south, east in rings:
        far = (row - (0.5 + south) * (plan.rows - 1)) ** 2 + (col - (0.5 + east) * (plan.cols - 1)) ** 2
        far[homes] = np.inf
        homes.append(int(np.argmin(far)))
    return homes


def _label(number: int, groups: int) -> tuple[str, str, str]:
    if number == 0:
        return "Junta", "JUNTA", "Junta"
    if number <= groups:
        return "EthnicArmedOrganization", f"EAO-{number:02d}", f"Armed organization {number}"
    return "PeoplesDefenceForce", f"PDF-{number - groups:02d}", f"People's Defence Force {number - groups}"


def _settings(kind: str, plan: _Plan) -> dict[str, str | float | int | bool]:
    """What forces.csv says of Myanmar's actors, scaled with the number of territories within the tables' ranges."""
    scale = plan.size / 330
    if kind == "Junta":
        return {
            "dependence_on_china": 0.3,
            "outside_revenue_usd": min(OUTSIDE_REVENUE_USD * plan.size, 2e9),
            "treasury_usd": TREASURY_USD * plan.size,
            "air_support": min(float(np.ceil(8 * scale)), 40.0),
            "airlift_places": min(float(np.ceil(10 * scale)), 60.0),
            "conscripts_per_month": min(float(np.ceil(3_000 * scale)), 12_000.0),
        }
    if kind == "EthnicArmedOrganization":
        return {"dependence_on_china": 0.5, "ore_tax_yuan_per_t": 35_000, "federal_preference": 0.5}
    return {"federal_preference": 0.5, "outside_revenue_usd": 100_000.0}


def _initial(plan: _Plan, land: dict[str, Any]) -> InitialState:
    forces: tuple[Force, ...] = land["forces"]
    stance = _stance(forces)
    town, owner = _holders(land, forces)
    attacker = _attackers(plan, land, town, owner, stance)
    parent = land["site_parent"]
    posts = 1 + np.ceil(5 * land["population"] / MEAN_POPULATION).clip(1, 15).astype(np.int64)
    holder = np.concatenate([town, town[parent]])
    besieger = np.concatenate([attacker, np.full(len(parent), -1)]).astype(np.int64)
    troops = _troops(plan, land, holder, besieger)
    best = troops.sum(axis=1)
    return InitialState(
        date=DATE,
        holder=holder,
        attacker=besieger,
        posts=np.concatenate([posts, np.full(len(parent), 2)]).astype(np.int64),
        control=_control(town, owner, forces),
        troops=troops,
        strength=np.stack([best * 7 // 10, best, best * 13 // 10], axis=1),
        stance=stance,
        displaced=np.round(np.where(attacker >= 0, 0.2, 0.0) * land["population"]),
        arms_left=np.ones(len(stance)),
        **_trade_state(plan, land),
    )


def _stance(forces: tuple[Force, ...]) -> Ints:
    """(F, F) the junta at war with Defence Forces and two organizations in three; its enemies' Defence Forces allied."""
    peaceful = [force.kind == "EthnicArmedOrganization" and int(force.id[4:]) % 3 == 0 for force in forces]
    stance = np.eye(len(forces), dtype=np.int64)
    for a, one in enumerate(forces):
        for b, other in enumerate(forces[:a]):
            kinds = {one.kind, other.kind}
            if peaceful[a] or peaceful[b]:
                value = 0
            elif "Junta" in kinds:
                value = -1
            else:
                value = int("PeoplesDefenceForce" in kinds)
            stance[a, b] = stance[b, a] = value
    return stance


def _holders(land: dict[str, Any], forces: tuple[Force, ...]) -> tuple[Ints, Ints]:
    """(N,) who holds each town, and whose homeland it is (the junta's where nobody else's).

    An organization holds the nearer part of its homeland, a Defence Force its home and what is close.
    """
    code = {name: at for at, name in enumerate(land["codes"])}
    junta = next(k for k, force in enumerate(forces) if force.kind == "Junta")
    holder = np.full(len(code), junta, np.int64)
    owner = holder.copy()
    nearest = np.full(len(code), np.inf)
    for index, force in enumerate(forces):
        if index == junta:
            continue
        at, home = np.array([code[name] for name in force.homeland]), code[force.home]
        far = np.hypot(land["row"][at] - land["row"][home], land["col"][at] - land["col"][home])
        closer = far < nearest[at]
        inner = far <= np.quantile(far, 0.6 if force.kind == "EthnicArmedOrganization" else 0.2)
        owner[at[closer]] = index
        holder[at[closer]] = np.where(inner, index, junta)[closer]
        nearest[at[closer]] = far[closer]
    return holder, owner


def _attackers(plan: _Plan, land: dict[str, Any], town: Ints, owner: Ints, stance: Ints) -> Ints:
    """(N,) who besieges each town: a tenth of the towns in a homeland that an enemy next door holds; -1 elsewhere."""
    beside = np.zeros(plan.size, bool)
    for a, b in (land["borders"].T, land["borders"].T[::-1]):
        beside[a[town[b] == owner[a]]] = True
    wanted = beside & (stance[owner, town] < 0) & (plan.random(6).random(plan.size) < 0.1)
    return np.where(wanted, owner, -1)


def _control(town: Ints, owner: Ints, forces: tuple[Force, ...]) -> Floats:
    """(F + 1, N) shares of the countryside: mostly the holder's, divided where the town is in another's homeland."""
    everywhere = np.arange(len(town))
    divided = town != owner
    control = np.zeros((len(forces) + 1, len(town)))
    control[town, everywhere] = np.where(divided, 0.45, 0.9)
    control[owner, everywhere] += np.where(divided, 0.4, 0.0)
    control[-1] = 1.0 - control[:-1].sum(axis=0)
    return control


def _troops(plan: _Plan, land: dict[str, Any], holder: Ints, attacker: Ints) -> Ints:
    """(F, P) fighters: each actor's total over what it holds and besieges, by population; the rest at its home."""
    forces: tuple[Force, ...] = land["forces"]
    people = np.concatenate([land["population"], np.full(len(land["site_parent"]), MEAN_POPULATION / 4)])
    kinds = [force.kind for force in forces]
    code = {name: at for at, name in enumerate(land["codes"])}
    troops = np.zeros((len(forces), len(people)), np.int64)
    for index, force in enumerate(forces):
        total = min(int(FIGHTERS[force.kind] * plan.size / kinds.count(force.kind)), MOST_FIGHTERS)
        weight = np.where((holder == index) | (attacker == index), np.sqrt(people), 0.0)
        if weight.any():
            troops[index] = np.floor(total * weight / weight.sum())
        troops[index, code[force.home]] += total - troops[index].sum()
    return troops


def _trade_state(plan: _Plan, land: dict[str, Any]) -> dict[str, Any]:
    """Mines at work with two months of reagent; lanes to China open, those to India closed to ore."""
    capacity = np.round(plan.random(7).uniform(300.0, 600.0, len(land["mine_ids"])))
    return {
        "capacity": capacity,
        "operating": np.full(len(capacity), 0.6),
        "reagent": np.round(6.0 * capacity),
        "in_process": np.round(0.7 * capacity),
        "stock": np.round(0.25 * capacity),
        "lanes": np.array(
            [(1.0, 1.0, 1.0) if name == "China" else (0.0, 0.0, 1.0) for name in land["crossing_country"]]
        ),
    }
