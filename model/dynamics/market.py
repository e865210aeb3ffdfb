"""China's market for ore: inventories, the shortage, and the prices of ore, terbium and dysprosium.

Each month buyer ``b`` takes what its crossing brings and its share of other ore (Laos, Malaysia and the like; China's
own quota), and feeds its separators from the store::

    store + received = store' + used,   used = min(store + received, feed demand)

The *shortage* is the shortfall of what was used against demand, plus a weight on stores below (or above) what buyers
want to hold, smoothed over months. Log prices of the oxides move towards a level that the shortage sets::

    d log P_e = speed * (log P_e,0 + log factor + kappa_e * shortage - log P_e) + noise,   e = Tb, Dy

(form: SOURCES P51, V1; Tb rose 22% in the six months after about a third of supply was lost, Dy hardly moved). The ore
quote is **no signal of its own**: it follows the oxides it contains, ``P_ore = .228 PrNd + .0303 Dy + .00555 Tb`` in
thousand yuan/t (SOURCES T2, fitted on 14 dates with an error of 0.4), so its loading on the shortage lies between theirs.
Prices are in China, VAT included; :func:`model.dynamics.taxes.gate_price` takes VAT and the import side's charges off.

Other origins grow when terbium is dear (SOURCES P53: the ramp of non-Chinese supply, as a share of the market a year) and
where buyers put their money abroad, and wear out as the pools of Myanmar do.

State: ``state.inventory`` (B,), t in store; ``state.market``, prices, shortage, other origins. :class:`Reference` holds what
the market is measured against.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from typing import Any

import numpy as np

from model.arrays import Floats, Ints
from model.compile import compiled
from model.draws import key, normal, uniform
from model.dynamics.taxes import gate_price as price_at_gate
from model.parameters import ParameterTable, parameter, record_of
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, State
from model.world.topology import read_only
from model.world.world import World


class MarketParameters(ParameterTable):
    """Prices, demand, other origins and the stores of buyers."""

    yuan_per_usd: float = parameter(7.2, low=6.0, high=8.5, unit="yuan/USD", status="observed")
    """Exchange rate, fixed throughout the model. Source: SOURCES T8: the rate used there."""
    vat: float = parameter(0.13, low=0.0, high=0.2, unit="0-1", status="observed")
    """Chinese value-added tax contained in quoted prices. Source: general knowledge: the standard rate since 2019."""
    import_charges: float = parameter(14_000.0, low=0.0, high=50_000.0, unit="yuan/t", status="weakly identified")
    """Agents' fees and other charges on the Chinese side. Source: SOURCES T3: all taxes about 70,000 yuan/t in
    February 2025, less VAT and a fifth for the holder."""
    kappa_tb: float = parameter(0.6, low=0.3, high=1.2, unit="log/shortage", status="weakly identified")
    """Rise of terbium's log price at full shortage. Source: SOURCES P51, V1."""
    kappa_dy: float = parameter(0.1, low=0.0, high=0.6, unit="log/shortage", status="weakly identified")
    """Rise of dysprosium's log price at full shortage. Source: SOURCES V1, V93: flat to weak while terbium rose."""
    price_speed: float = parameter(0.25, low=0.05, high=1.0, unit="1/month")
    """Speed at which prices adjust to the level set by the shortage. Source: assumed: most of the rise within six
    months."""
    price_noise: float = parameter(0.025, low=0.0, high=0.1, unit="1/month")
    """Standard deviation of other monthly changes of log Tb and log Dy. Source: assumed from monthly quotes 2024-26
    (SOURCES T2)."""
    ore_prnd: float = parameter(0.228, low=0.18, high=0.28, unit="t/t", status="observed")
    """Weight of the PrNd price in the ore quote. Source: SOURCES T2: fitted on 14 dates."""
    ore_dy: float = parameter(0.0303, low=0.02, high=0.05, unit="t/t", status="observed")
    """Weight of the Dy price in the ore quote. Source: SOURCES T2: fitted on 14 dates."""
    ore_tb: float = parameter(0.00555, low=0.003, high=0.01, unit="t/t", status="observed")
    """Weight of the Tb price in the ore quote. Source: SOURCES T2: fitted on 14 dates."""
    tb_2021: float = parameter(8_350.0, low=4_000.0, high=15_000.0, unit="yuan/kg", status="observed")
    """Terbium oxide in February 2021. Source: SOURCES T2."""
    dy_2021: float = parameter(2_360.0, low=1_000.0, high=4_000.0, unit="yuan/kg", status="observed")
    """Dysprosium oxide in February 2021. Source: SOURCES T2."""
    prnd_2021: float = parameter(490.0, low=300.0, high=1_200.0, unit="yuan/kg", status="weakly identified")
    """PrNd oxide in February 2021. Source: general knowledge, not looked up."""
    tb_2023: float = parameter(8_600.0, low=4_000.0, high=15_000.0, unit="yuan/kg", status="observed")
    """Terbium oxide in September 2023. Source: SOURCES T2."""
    dy_2023: float = parameter(2_610.0, low=1_000.0, high=4_000.0, unit="yuan/kg", status="observed")
    """Dysprosium oxide in September 2023. Source: SOURCES T2."""
    prnd_2023: float = parameter(520.0, low=300.0, high=1_200.0, unit="yuan/kg", status="weakly identified")
    """PrNd oxide in autumn 2023. Source: general knowledge; gives 245,000 yuan/t with VAT, as the customs value of
    30,065 USD/t (T1) does."""
    tb_2025: float = parameter(7_000.0, low=4_000.0, high=15_000.0, unit="yuan/kg", status="observed")
    """Terbium oxide in mid-2025. Source: SOURCES T2: 7,120-7,180 in June, near 7,000 later."""
    dy_2025: float = parameter(1_620.0, low=1_000.0, high=4_000.0, unit="yuan/kg", status="observed")
    """Dysprosium oxide in mid-2025. Source: SOURCES T2."""
    prnd_2025: float = parameter(445.0, low=300.0, high=1_200.0, unit="yuan/kg", status="observed")
    """PrNd oxide in spring 2025. Source: SOURCES T2; gives the ore quote of 190,000 yuan/t of June 2025."""
    demand_2021: float = parameter(3_450.0, low=1_500.0, high=8_000.0, unit="t/month", status="weakly identified")
    """Demand for feed by China's separators, early 2021. Source: SOURCES T1: imports of 2021 with the ion-clay
    quota."""
    demand_2023: float = parameter(5_250.0, low=1_500.0, high=12_000.0, unit="t/month", status="weakly identified")
    """Demand for feed by China's separators, 2023. Source: SOURCES T1: 43.9 kt of imports and the quota."""
    demand_2025: float = parameter(5_650.0, low=1_500.0, high=12_000.0, unit="t/month", status="weakly identified")
    """Demand for feed by China's separators, 2025. Source: SOURCES T1: 48.9 kt of imports in 2024 and the quota."""
    others_2021: float = parameter(210.0, low=0.0, high=3_000.0, unit="t/month", status="observed")
    """Ore from other countries, 2021. Source: SOURCES T1: 13% of imports of January-November."""
    others_2023: float = parameter(180.0, low=0.0, high=3_000.0, unit="t/month", status="observed")
    """Ore from other countries, 2023. Source: SOURCES T1: 5% of 43.9 kt."""
    others_2025: float = parameter(1_220.0, low=0.0, high=3_000.0, unit="t/month", status="weakly identified")
    """Ore from other countries, 2024-25. Source: SOURCES T1: 30% of 48.9 kt in 2024; partly re-labelled ore."""
    shortage: float = parameter(0.15, low=-0.5, high=0.8, unit="0-1")
    """Shortage contained in the prices of mid-2025. Source: assumed: half of the rise of terbium since September
    2024 still stood."""
    domestic_quota: float = parameter(1_600.0, low=500.0, high=3_000.0, unit="t/month", status="observed")
    """China's own ion-clay ore. Source: general knowledge: quota of 19,150 t per year since 2018."""
    demand_growth: float = parameter(0.004, low=-0.01, high=0.015, unit="1/month")
    """Growth of demand for feed after mid-2025. Source: assumed: about 5% per year, between SOURCES T1 growth of
    imports and the users' substitution P52."""
    ramp_others: float = parameter(
        0.08, low=0.02, high=0.25, unit="share of the market a year", status="weakly identified"
    )
    """Maximum annual growth of ore from other countries when heavy rare earths are dear. Source: SOURCES P53: 4%;
    T1: 20% in 2024, partly re-labelled ore."""
    elasticity_others: float = parameter(4.0, low=0.0, high=20.0, unit="-")
    """Share of that growth that responds to a rise of log terbium by one. Source: assumed; SOURCES T1: substitution
    should not be zero."""
    cost_others: float = parameter(115_000.0, low=60_000.0, high=200_000.0, unit="yuan/t")
    """Cost of ore from other countries, including local tax. Source: assumed: a fifth dearer than in Myanmar;
    SOURCES T5 says mines elsewhere are far dearer."""
    inventory_weight: float = parameter(0.1, low=0.0, high=0.5, unit="1/month")
    """Share of the inventory gap that counts as demand in a month."""
    shortage_memory: float = parameter(0.5, low=0.0, high=0.95, unit="1/month")
    """Persistence of the perceived shortage."""


_TABLES = ((2021, 2021 * 12 + 2), (2023, 2023 * 12 + 9), (2025, 2025 * 12 + 6))
"""Years of the declared tables and the month (12 * year + month) that each describes."""


@dataclass(frozen=True)
class Reference:
    """What a run's market is measured against, made once by :func:`begin`; read-only."""

    tb: float
    dy: float
    prnd: float
    """yuan/kg at no shortage and price factor 1."""
    demand: float
    """t/month of feed at the start."""
    demand_path: Floats
    """(1201,) demand over that at the start, by month of the run."""
    share: Floats
    """(B,) of demand that each buyer buys for; sums to 1 where there are buyers."""
    target: Floats
    """(B,) t that each buyer wants to hold at the start's demand."""
    delivery: Floats
    """(X, B) share of the ore over a crossing to China that each buyer takes; rows sum to 1."""
    key_tb: np.uint64
    key_dy: np.uint64
    """Keys of the draws of prices."""


def begin(
    world: World, state: State, start: str, market_share: Floats, inventory_months: Floats, parameters: MarketParameters
) -> Reference:
    """Set prices, stores, bids and other origins of a start date, and return what the market is measured against.

    Args:
        world: the world.
        state: the state; its market is written.
        start: the first month, as 2025-08; the latest declared table not after it is used.
        market_share: (B,) shares of China's feed that buyers buy for, scaled here to sum to 1.
        inventory_months: (B,) months of their feed that buyers want to hold; they begin with it.
        parameters: the table above.
    """
    year, rules = _table_year(start), record_of(market=parameters).market
    levels = tuple(float(getattr(parameters, f"demand_{table}")) for table, _ in _TABLES)
    at = {name: float(getattr(parameters, f"{name}_{year}")) for name in ("tb", "dy", "prnd", "demand", "others")}
    shortage = parameters.shortage if year == _TABLES[-1][0] else 0.0
    share = np.asarray(market_share, float)
    share = share / share.sum() if share.sum() > 0 else np.full(len(share), 1.0 / max(len(share), 1))
    state.inventory = np.asarray(inventory_months, float) * share * at["demand"]
    market = state.market
    market["price_ore"] = ore_price(at["prnd"], at["dy"], at["tb"], rules)
    market["price_tb"], market["price_dy"], market["shortage"] = at["tb"], at["dy"], shortage
    market["other_origins"] = at["others"]
    stand = np.array([world.crossing_ids.index(buyer.crossing) for buyer in world.buyers], dtype=np.int64)
    tb = resting_price(at["tb"], 1.0, -shortage, parameters.kappa_tb)
    dy = resting_price(at["dy"], 1.0, -shortage, parameters.kappa_dy)
    china = world.chinese_crossings.astype(np.float64)
    state.bid = china * price_at_gate(market["price_ore"], rules)
    return Reference(
        tb=tb,
        dy=dy,
        prnd=at["prnd"],
        demand=at["demand"],
        demand_path=read_only(_demand_path(start, 1201, levels, parameters.demand_growth)),
        share=read_only(share),
        target=read_only(state.inventory.copy()),
        delivery=read_only(_delivery(len(world.crossing_ids), stand, share)),
        key_tb=np.uint64(key("tb")),
        key_dy=np.uint64(key("dy")),
    )


def _month_number(date: str) -> int:
    return 12 * int(date[:4]) + int(date[5:7])


def _table_year(start: str) -> int:
    """The latest table that describes a month not after the start; the first one for starts before all."""
    return max((year for year, month in _TABLES if month <= _month_number(start)), default=_TABLES[0][0])


@lru_cache(maxsize=16)
def _demand_path(start: str, months: int, levels: tuple[float, ...], growth: float) -> Floats:
    """Demand over that at the start by month of the run, (months,): log-linear between the tables, then growing."""
    known = np.array([month for _, month in _TABLES], dtype=np.float64)
    level = np.log(levels)
    calendar = _month_number(start) + np.arange(months)
    log_demand = np.interp(calendar, known, level)
    log_demand += np.log1p(growth) * np.maximum(calendar - known[-1], 0.0)
    return np.exp(log_demand - log_demand[0])


def _delivery(crossings: int, stand: Ints, share: Floats) -> Floats:
    delivery = np.zeros((crossings, len(share)))
    delivery[stand, np.arange(len(share))] = share
    total = delivery.sum(axis=1, keepdims=True)
    return np.where(total > 0, delivery / np.where(total > 0, total, 1.0), share)


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def ore_price(prnd: float, dy: float, tb: float, rules: Any) -> float:
    """Quote of the ore in yuan/t from those of the oxides in yuan/kg.

    Args:
        prnd: PrNd oxide.
        dy: dysprosium oxide.
        tb: terbium oxide.
        rules: ``rules.market``, as in all of these equations.
    """
    return 1_000.0 * (rules.ore_prnd * prnd + rules.ore_dy * dy + rules.ore_tb * tb)


@compiled
def shortfall(used: float, gap: float, wanted: float, rules: Any) -> float:
    """Shortage of a month by itself, -1 to 1: feed used against feed wanted, and the ``gap`` (t) of stores below target."""
    return min(max(1.0 - (used - rules.inventory_weight * gap) / max(wanted, 1e-9), -1.0), 1.0)


@compiled
def resting_price(at_no_shortage: float, factor: float, shortage: float, kappa: float) -> float:
    """Price at which an oxide would come to rest, yuan/kg."""
    return at_no_shortage * factor * exp(kappa * shortage)


@compiled
def moved_price(price: float, rest: float, noise: float, rules: Any) -> float:
    """Price of an oxide a month later: part of the way, in logarithms, to where it would rest, and ``noise``."""
    return price * (rest / price) ** rules.price_speed * exp(noise)


@compiled
def grown_others(
    others: float, dearer: float, margin: float, invested: float, wear: float, reference: Any, rules: Any
) -> float:
    """Ore from other origins a month later, t/month.

    Args:
        others: t/month now.
        dearer: log of terbium's price over that at no shortage.
        margin: margin of the best bid over the cost of such ore.
        invested: t/month of capacity that buyers would begin there at a margin of 1.
        wear: share of their pools that is leached out in a month.
        reference: see :class:`Reference`.
        rules: ``rules.market``.
    """
    pull = min(max(rules.elasticity_others * dearer, -1.0), 1.0)
    ramp = rules.ramp_others / 12.0 * reference.demand * pull
    return max(0.0, (1.0 - wear) * others + ramp + invested * max(0.0, margin))


# process --------------------------------------------------------------------------------------------------------------


@compiled
def take_in(run: Any) -> None:
    """Bring each buyer what came over its crossing, and its share of other ore; ``state.inventory``."""
    flows, stores, reference = run.state.flows, run.state.inventory, run.reference
    elsewhere = run.state.market.other_origins + run.rules.market.domestic_quota
    for b in range(len(stores)):
        received = 0.0
        for m in range(len(flows.ore)):
            for way in (CHINA_OFFICIAL, CHINA_INFORMAL):
                if flows.crossing[m, way] >= 0:
                    received += flows.ore[m, way] * reference.delivery[flows.crossing[m, way], b]
        stores[b] += received + elsewhere * reference.share[b]


@compiled
def feed_separators(run: Any, wanted: float) -> float:
    """Take the month's feed from the stores, as far as it is there, and return it (t)."""
    stores, used = run.state.inventory, 0.0
    for b in range(len(stores)):
        taken = min(stores[b], wanted * run.reference.share[b])
        stores[b] -= taken
        used += taken
    return used


@compiled
def resell(run: Any) -> float:
    """Even out the stores of buyers, who are firms of one country with one quoted price.

    Returns:
        How much all lack of what they want to hold, t.
    """
    stores, target, left, wanted = run.state.inventory, run.reference.target, 0.0, 0.0
    for b in range(len(stores)):
        left += stores[b]
        wanted += target[b]
    for b in range(len(stores)):
        stores[b] = target[b] * (left / max(wanted, 1e-9))
    return wanted - left


@compiled
def move_prices(run: Any, short: float, factor: float) -> None:
    """Move the shortage and the prices, given the month's shortage by itself and the level of all prices."""
    market, reference, rules, month = run.state.market, run.reference, run.rules.market, run.state.clock.month
    market.shortage = rules.shortage_memory * market.shortage + (1.0 - rules.shortage_memory) * short
    noise_tb = rules.price_noise * normal(uniform(run.salts.market, month, reference.key_tb))
    noise_dy = rules.price_noise * normal(uniform(run.salts.market, month, reference.key_dy))
    rest_tb = resting_price(reference.tb, factor, market.shortage, rules.kappa_tb)
    rest_dy = resting_price(reference.dy, factor, market.shortage, rules.kappa_dy)
    market.price_tb = moved_price(market.price_tb, rest_tb, noise_tb, rules)
    market.price_dy = moved_price(market.price_dy, rest_dy, noise_dy, rules)
    market.price_ore = ore_price(reference.prnd * factor, market.price_dy, market.price_tb, rules)


@compiled
def grow_others(run: Any, factor: float) -> None:
    """Let other origins follow terbium's price and buyers' money (the last of ``quotes.invested``)."""
    market, reference, rules, best = run.state.market, run.reference, run.rules.market, 0.0
    for x in range(len(run.state.bid)):
        best = max(best, run.state.bid[x])
    dearer, margin = log(market.price_tb / (reference.tb * factor)), best / rules.cost_others - 1.0
    invested = run.quotes.invested[len(run.quotes.invested) - 1]
    wear = run.rules.mining.depreciation
    market.other_origins = grown_others(market.other_origins, dearer, margin, invested, wear, reference, rules)


@compiled
def trade_ore(run: Any, factor: float, others_given: bool) -> None:
    """A month at the market, after the ore has moved.

    Args:
        run: the run; stores and ``state.market`` change.
        factor: what the outside world does to the level of all prices.
        others_given: whether the outside world sets ``state.market.other_origins``, which then do not grow by themselves.
    """
    path, month = run.reference.demand_path, run.state.clock.month
    growth = path[min(month, len(path) - 1)]
    wanted = run.reference.demand * growth
    take_in(run)
    used = feed_separators(run, wanted)
    gap = resell(run)
    move_prices(run, shortfall(used, gap, wanted, run.rules.market), factor)
    if not others_given:
        grow_others(run, factor)
