"""Supply, fights and countryside in Mesa's plain idiom: a ``CellAgent`` a place, loops over agents, neighbours kept.

As a good Mesa user would write it: every agent holds its own numbers in lists and knows its neighbours and roads by heart,
Dijkstra's algorithm runs on a heap, and nothing is worked out twice in a month. Its luck is Mesa's own generator; with ``keyed``
it is that of :mod:`model.draws`, so that the numbers can be compared with :mod:`tests.benchmarks.fronts`.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

import mesa
import networkx as nx
from mesa.discrete_space import CellAgent, Network

from model import draws
from model.dynamics.geography import Geography
from model.run import Setting
from tests.benchmarks.fronts import SPARE, THIRD, start


class Luck:
    """Draws of a month: Mesa's generator, or keyed by salts."""

    def __init__(self, model: Any, salts: Any, land: Geography) -> None:
        self.model, self.salts, self.land = model, salts, land

    def binomial(self, process: str, n: int, p: float, place: int, actor: int | None = None) -> int:
        """A count."""
        if self.salts is None:
            return int(self.model.rng.binomial(n, p))
        return int(draws.binomial(self._uniform(process, place, actor), n, p))

    def normal(self, process: str, place: int) -> float:
        """A standard normal."""
        if self.salts is None:
            return self.model.random.gauss(0.0, 1.0)
        return float(draws.normal(self._uniform(process, place)))

    def _uniform(self, process: str, place: int, actor: int | None = None) -> float:
        keys = [] if actor is None else [self.land.actor_key[actor]]
        return float(draws.uniform(self.salts[process], self.model.month, *keys, self.land.place_key[place]))


class Place(CellAgent):
    """A town with its countryside, or a site."""

    def __init__(self, model: PlainFronts, index: int, state: Any, land: Geography) -> None:
        super().__init__(model)
        self.index, self.is_town = index, bool(land.is_town[index])
        self.holder, self.attacker = int(state.holder[index]), int(state.attacker[index])
        self.urban, self.isolated, self.besieged = float(state.siege_progress[index]), 0, int(state.besieged[index])
        self.months_unattacked, self.approach = int(state.months_unattacked[index]), 0.0
        self.posts, self.posts_full = int(state.posts[index]), int(state.posts_full[index])
        self.troops = state.troops[:, index].tolist()
        self.supply = [1.0] * len(self.troops)
        self.known = [0.0] * len(self.troops)
        self.legitimacy = [0.5] * len(self.troops)
        self.depot = bool(land.place_population[index] >= model.p.supply.depot_population)
        self.shares = state.control[:, index].tolist() if self.is_town else []
        self.parts: list[Place] = []
        self.near: list[Place] = []
        self.roads: list[tuple[Place, float]] = []

    def settle(self, town: Place, needed: float) -> None:
        """Know its town."""
        self.town, self.needed = town, needed
        town.parts.append(self)

    def fight(self, actors: list[int]) -> int:
        """Fight out the attacks of some actors on this place; returns who takes it, -1 nobody."""
        model, troops = self.model, self.troops
        contest, fort = model.p.contest, model.p.fortification
        leader = max(actors, key=lambda actor: (troops[actor], -actor))
        sides = [actor for actor in actors if model.stance[leader][actor] == 1]
        attack = 0.0
        for actor in sides:
            attack += troops[actor] * model.worth[actor] * self.supply[actor] ** contest.supply_exponent
        defence, floor = 0.0, contest.defence_without_supply
        if self.holder >= 0:
            factor = floor + (1 - floor) * self.supply[self.holder]
            defence = troops[self.holder] * model.worth[self.holder] * factor
        self._press(leader)
        self.approach += model.p.combat.column_km * model.success(attack, defence)
        arrived = self.approach >= self._way_to(leader)
        wall = fort.town if self.is_town else fort.site
        chance = model.success(attack, defence * (wall if arrived else 1.0))
        if arrived:
            tries = sum(model.assaults[actor] for actor in sides)
            chance_post = model.success(attack, defence)
            self.posts -= min(model.luck.binomial("posts", tries, chance_post, self.index), self.posts)
            self.besieged += 2 * self.posts <= self.posts_full
            self._siege(chance)
        self._losses(sides, chance)
        return leader if self.urban >= model.p.combat.urban_fallen or chance >= 1.0 else -1

    def _press(self, leader: int) -> None:
        if self.attacker < 0 or self.model.stance[self.attacker][leader] != 1:
            self.besieged, self.approach = 0, 0.0
        if self.attacker < 0:
            self.urban = self.model.p.combat.urban_start
        self.attacker, self.months_unattacked = leader, 0

    def _way_to(self, leader: int) -> float:
        """Km of road to the place that lead through villages of others."""
        stance = self.model.stance[leader]
        friends = sum(
            share for actor, share in enumerate(self.town.shares[:-1]) if actor == leader or stance[actor] == 1
        )
        return min((km for _, km in self.roads), default=0.0) * max(1.0 - friends, 0.0)

    def fall(self, winner: int) -> None:
        """Change hands; the garrison flees next door, or is captured."""
        loser = self.holder
        if loser >= 0:
            self._rout(winner, loser)
        self.holder, self.isolated = winner, 0
        self.end_siege()
        self.posts = 0

    def _rout(self, winner: int, loser: int) -> None:
        model, p, garrison = self.model, self.model.p.combat, self.troops[loser]
        next_door = [near for near in self.near if near is not self and near.holder == loser]
        refuge = max(next_door, key=lambda near: near.troops[loser], default=None)
        share = 1.0 if refuge is None else p.captured_share
        captured = model.luck.binomial("captured", garrison, share, self.index, loser)
        arms = model.arms[loser] * captured / max(sum(place.troops[loser] for place in model.places), 1)
        self.troops[loser] = 0
        if refuge is not None:
            refuge.troops[loser] += garrison - captured
        model.arms[loser] -= arms
        model.arms[winner] += arms * p.captured_arms

    def end_siege(self) -> None:
        """Nobody besieges it any more."""
        self.attacker, self.urban, self.besieged, self.months_unattacked, self.approach = -1, 0.0, 0, 0, 0.0

    def lift(self) -> None:
        """End a siege that nobody has pressed for two months, or one where it is nearly safe, or in peace."""
        if self.attacker < 0:
            return
        peace = self.holder >= 0 and self.model.stance[self.attacker][self.holder] != -1
        months, nearly_safe = self.months_unattacked, self.urban <= 1 - self.model.p.combat.urban_fallen
        if peace or months >= 2 or (months > 0 and nearly_safe):
            self.end_siege()

    def _siege(self, chance: float) -> None:
        p, u = self.model.p.combat, max(self.urban, 1e-3)
        exposed = 1 - self.posts / max(self.posts_full, 1) if self.posts_full > 0 else 1.0
        exposed = min(max(exposed, 0.0), 1.0)
        speed = p.urban_drift * (1.0 if self.is_town else p.site_speed)
        xi = self.model.luck.normal("siege", self.index)
        u = min(max(u, 0.02), 0.98)
        step = exposed * 4 * speed * (2 * chance - 1) + math.sqrt(exposed) * p.urban_noise * xi
        self.urban = 1 / (1 + math.exp(-(math.log(u / (1 - u)) + step)))

    def _losses(self, sides: list[int], chance: float) -> None:
        p, troops = self.model.p.combat, self.troops
        attackers = sum(troops[actor] for actor in sides)
        defenders = troops[self.holder] if self.holder >= 0 else 0
        engaged = min(attackers, defenders)
        rates = {actor: p.attacker_loss * (2 - chance) * engaged / max(attackers, 1) for actor in sides}
        if self.holder >= 0:
            rate = p.defender_loss * (0.5 + chance) * engaged / max(defenders, 1)
            if self.isolated > 0 and attackers > 0:
                rate += p.isolation_loss * (1 - self.supply[self.holder])
            rates[self.holder] = rate
        for actor, rate in rates.items():
            if rate > 0 and troops[actor] > 0:
                troops[actor] -= self.model.luck.binomial("losses", troops[actor], rate, self.index, actor)

    def rest(self) -> None:
        """A month without an attack."""
        if self.attacker >= 0:
            self.urban *= 0.5
            self.approach *= 0.5
            self.months_unattacked += 1

    def follow(self) -> None:
        """The countryside moves towards those who are strong in it."""
        p, forces = self.model.p.control, len(self.troops)
        weight = [0.0] * forces
        for part in self.parts:
            for actor, troops in enumerate(part.troops):
                if troops:
                    out = p.garrison_patrols if part.holder == actor else 1.0
                    weight[actor] += troops * part.supply[actor] * out
        weight = [(force / self.needed) ** p.decisiveness if force else 0.0 for force in weight]
        if self.holder >= 0 and not self.besieged:
            weight[self.holder] += p.town_weight
        known = zip(weight, self.legitimacy, self.shares, strict=False)
        weight = [w * (0.5 + consent) + p.collaboration * consent * share for w, consent, share in known]
        total = 1.0 + sum(weight)
        aim = [*(w / total for w in weight), 1.0 / total]
        aim = [max(a, p.fading * share) for a, share in zip(aim, self.shares, strict=True)]
        total = sum(aim)
        moved = [0.0] * (forces + 1)
        for actor, wanted in enumerate(aim):
            if wanted:
                share = wanted / total
                moved[actor] = max(self.shares[actor], p.fading * share) ** (1 - p.rate) * share**p.rate
        total = sum(moved)
        self.shares = [share / total for share in moved]


class PlainFronts(mesa.Model):
    """The three processes in plain Mesa.

    Args:
        setting: world and scenario.
        rng: the seed.
        keyed: whether luck is keyed.
    """

    def __init__(self, setting: Setting, rng: int = 0, keyed: bool = False) -> None:
        super().__init__(rng=rng)
        world, land, tables = setting.world, setting.land, setting.tables.values()
        self.p, state = setting.scenario.processes, start(setting)
        self.stance, self.arms, self.homes = state.stance.tolist(), state.arms.tolist(), land.home_place.tolist()
        self.effectiveness = [table.effectiveness for table in tables]
        self.assaults = [table.assaults_per_operation for table in tables]
        self.kept = [1.0 - 1.0 / table.belief_months for table in tables]
        self.friends = [[k for k, stance in enumerate(row) if stance == 1] for row in self.stance]
        self.luck = Luck(self, draws.salts_of(rng) if keyed else None, land)
        graph = nx.Graph()
        graph.add_nodes_from(range(len(world.place_ids)))
        graph.add_edges_from(world.roads.tolist())
        self.space = Network(graph, random=self.random)
        self.places = [Place(self, index, state, land) for index in range(len(world.place_ids))]
        self._join(land)
        self.month = 0
        self.datacollector = mesa.DataCollector(
            {
                "fighters": lambda model: sum(sum(place.troops) for place in model.places),
                "towns": lambda model: sum(place.is_town and place.holder == 0 for place in model.places),
            }
        )

    def _join(self, land: Geography) -> None:
        for place in self.places:
            place.cell = self.space[place.index]
            row = slice(land.road_start[place.index], land.road_start[place.index + 1])
            ends = zip(land.road_end[row].tolist(), land.road_km[row].tolist(), strict=True)
            place.roads = [(self.places[end], km) for end, km in ends]
            near = land.near[land.near_start[place.index] : land.near_start[place.index + 1]]
            place.near = [self.places[k] for k in near.tolist()]
            town = int(land.territory[place.index])
            place.settle(self.places[town], float(land.needed[town]))

    def success(self, attack: float, defence: float) -> float:
        """Chance that an attack succeeds."""
        if attack <= 0:
            return 0.0
        share = attack / (attack + defence)
        return float(1 / (1 + ((1 - share) / share) ** self.p.contest.decisiveness))

    def step(self) -> None:
        """One month."""
        self._supply()
        orders = self._orders()
        self._gather(orders)
        self._look()
        attacks: dict[int, list[int]] = {}
        for actor, place in orders:
            attacks.setdefault(place.index, []).append(actor)
        taken = []
        for place in self.places:
            if place.index not in attacks:
                place.rest()
            elif (winner := place.fight(attacks[place.index])) >= 0:
                taken.append((place, winner))
        self._expend(orders, [self.places[index] for index in attacks])
        self._learn(orders)
        for place, winner in taken:
            place.fall(winner)
        for place in self.places:
            place.lift()
        for place in self.places:
            if place.is_town:
                place.follow()
        self.month += 1
        self.datacollector.collect(self)

    def _expend(self, orders: list[tuple[int, Place]], attacked: list[Place]) -> None:
        fighting, total = [0] * len(self.stance), self._fighters()
        for actor, place in orders:
            fighting[actor] += place.troops[actor]
        for place in attacked:
            if place.holder >= 0:
                fighting[place.holder] += place.troops[place.holder]
        for actor, some in enumerate(fighting):
            self.arms[actor] -= self.p.combat.arms_spent * self.arms[actor] * some / max(total[actor], 1)

    def _learn(self, orders: list[tuple[int, Place]]) -> None:
        for place in self.places:
            place.known = [known * kept for known, kept in zip(place.known, self.kept, strict=True)]
        for actor, place in orders:
            place.known[actor] = 1.0

    def _fighters(self) -> list[int]:
        total = [0] * len(self.stance)
        for place in self.places:
            for actor, troops in enumerate(place.troops):
                total[actor] += troops
        return total

    def _look(self) -> None:
        p, total = self.p.contest, self._fighters()
        self.worth = [
            effect * min(arms / max(fighters, 1), 1.0) ** p.arms_exponent
            for effect, arms, fighters in zip(self.effectiveness, self.arms, total, strict=True)
        ]

    def _supply(self) -> None:
        p, local = self.p.supply, self.p.supply.local_supply
        for place in self.places:
            cut_off = place.holder >= 0
            place.cut_off = cut_off
        for actor in range(len(self.stance)):
            distance = self._distances(actor)
            for place in self.places:
                far = distance.get(place.index)
                if far is not None and place.holder == actor:
                    place.cut_off = False
                land = place.town.shares[actor]
                if place.holder != actor:
                    land = max(land, place.town.legitimacy[actor])
                over_roads = 0.0 if far is None else math.exp(-far / p.decay_km)
                place.supply[actor] = max(over_roads, local * land)
        for place in self.places:
            place.isolated = place.isolated + 1 if place.cut_off else 0

    def _distances(self, actor: int) -> dict[int, float]:
        friends, share = self.friends[actor], self.p.supply.passable_share
        passable = [
            place.holder in friends or sum(place.town.shares[friend] for friend in friends) >= share
            for place in self.places
        ]
        home = self.homes[actor]
        seen, waiting = {home}, [home]
        while waiting:
            place = waiting.pop()
            if passable[place]:
                for other, _ in self.places[place].roads:
                    if other.index not in seen:
                        seen.add(other.index)
                        waiting.append(other.index)
        sources = [k for k in seen if k == home or (self.places[k].depot and self.places[k].holder == actor)]
        best = dict.fromkeys(sources, 0.0)
        heap = [(0.0, k) for k in sources]
        while heap:
            far, place = heapq.heappop(heap)
            if far > best[place] or not passable[place]:
                continue
            for other, km in self.places[place].roads:
                new = far + km
                if new < best.get(other.index, math.inf):
                    best[other.index] = new
                    heapq.heappush(heap, (new, other.index))
        return best

    def _orders(self) -> list[tuple[int, Place]]:
        orders = []
        for actor, stance in enumerate(self.stance):
            for place in self.places:
                if (actor + place.index + self.month) % THIRD or (place.holder >= 0 and stance[place.holder] != -1):
                    continue
                if any(near.troops[actor] for near in place.near):
                    orders.append((actor, place))
        return orders

    def _gather(self, orders: list[tuple[int, Place]]) -> None:
        calls: dict[tuple[int, int], int] = {}
        attacked = {(actor, place.index) for actor, place in orders}
        for actor, place in orders:
            for near in place.near:
                calls[actor, near.index] = calls.get((actor, near.index), 0) + 1
        moves = []
        for actor, place in orders:
            for near in place.near:
                if near.troops[actor] and (actor, near.index) not in attacked:
                    moved = math.floor(near.troops[actor] * (SPARE / calls[actor, near.index]))
                    moves.append((actor, near, place, moved))
        for actor, near, place, moved in moves:
            near.troops[actor] -= moved
            place.troops[actor] += moved
