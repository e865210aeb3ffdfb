"""What binds a policy, in sentences: the road to India, the ore that a contract's target holds, and who would not make peace."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from agents.instruments import KINDS
from model.output.units import capital, join, number, per_cent, signed
from model.views.road import COLUMNS, YEAR, flow_part, road_summary, road_words
from model.world.names import in_words

ACTOR_COLUMNS = ("run_id", "month", "actor", "mine_capacity_t", "ceasefire_worth", "ceasefire_worth_junta")
MONTHLY_COLUMNS = (*COLUMNS, "capacity_t")

EXPORT_COLUMNS = ("month", "seller", "destination", "tonnes")

Frame = Callable[[str, Sequence[str]], pd.DataFrame]
"""Gives columns of a table of the runs of one scenario."""

_MOST_HOLDERS = 3
_JUNTA = in_words("JUNTA")


def binding_words(frame: Frame) -> list[str]:
    """What binds the policy of a scenario: a sentence each.

    Args:
        frame: of a table's name and columns, the rows of one or more runs of the scenario.
    """
    monthly, actors, contracts, partners = _read(frame)
    words, sold = road_words(monthly), sold_words(frame("exports", EXPORT_COLUMNS), int(monthly["month"].max()))
    words += [f"Of the ore that goes to India (last {YEAR} months), {sold}."] if sold else []
    words += [contract_words(name, _last(monthly), _last(actors), kept) for name, kept in contracts.items()]
    return words + [said for name in partners if (said := ceasefire_words(name, _last(actors)))]


def binding_parts(frame: Frame) -> list[str]:
    """The same in short sentences: what goes to India, whose ore it is, what a contract covers, who would not make peace.

    Args:
        frame: as of :func:`binding_words`.
    """
    monthly, actors, contracts, partners = _read(frame)
    found, parts = road_summary(monthly), []
    if found:
        flow = flow_part(found)
        sold = sold_words(frame("exports", EXPORT_COLUMNS), int(monthly["month"].max()))
        parts += [f"{capital(flow)}.", *([f"Of the ore that goes to India, {sold}."] if sold else [])]
    for name in contracts:
        own, whole = held_by(name, _last(monthly), _last(actors))
        who, none = in_words(name), f" and {in_words(name)} holds no mines" if own <= 0 else ""
        if not found:
            parts.append(f"No road to India is built{none}, so an offtake contract buys no ore.")
        else:
            share = f"covers the mines that it holds, {per_cent(own / max(whole, 1e-9))} of the country's capacity"
            parts.append(f"A contract with {who} {share}; others sell without one.")
    return parts + [said for name in partners if (said := _peace_part(name, _last(actors)))]


def _peace_part(group: str, actors: pd.DataFrame) -> str:
    """Who would not sign a ceasefire, and what it would cost whom, in months of revenue; empty where both would, or are at peace."""
    losses = [f"{who} {number(-worth)}" for who, worth in worth_of_peace(group, actors).items() if worth < 0]
    return (
        f"{capital(in_words(group))} and the junta sign no ceasefire: it would cost {join(losses)} months of revenue."
        if losses
        else ""
    )


def _read(frame: Frame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float], list[str]]:
    """Months, actors, who is offered a contract with the share of months in which it has one, and whose peace with the junta matters."""
    monthly, actors = frame("monthly", MONTHLY_COLUMNS), frame("actors", ACTOR_COLUMNS)
    means = frame("instruments", ("kind", "target", "due", "taken")).astype({"kind": str, "target": str})
    known = set(actors["actor"].astype(str))
    offered = means[(means["kind"] == "offtake") & means["target"].isin(known)].groupby("target", sort=False)
    kept = offered["taken"].sum() / offered["due"].sum().clip(lower=1)
    contracts = {str(name): float(share) for name, share in kept.items()}
    partners = [name for name in dict.fromkeys(means.loc[means["kind"].isin(_PEACE), "target"]) if name in known]
    return monthly, actors, contracts, partners


_PEACE = tuple(name for name, kind in KINDS.items() if kind.link or name == "brokering")
"""Kinds whose targets' peace with the junta is of interest."""


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    last = int(rows["month"].max())
    return rows[rows["month"] > max(last - YEAR, 0)] if last else rows


def sold_words(exports: pd.DataFrame, months: int) -> str:
    """Whose mines sent the ore that went to India in the last twelve months; empty where none did.

    Args:
        exports: :data:`EXPORT_COLUMNS` of one or more runs.
        months: their length.
    """
    rows = exports[(exports["destination"].astype(str) == "quad") & (exports["month"] > months - YEAR)]
    tonnes = rows.groupby(rows["seller"].astype(str))["tonnes"].sum().sort_values(ascending=False)
    if tonnes.sum() <= 0:
        return ""
    shares = (tonnes / tonnes.sum()).head(_MOST_HOLDERS)
    return join(
        [f"{per_cent(float(share))} comes from mines of {in_words(str(seller))}" for seller, share in shares.items()]
    )


def held_by(actor: str, monthly: pd.DataFrame, actors: pd.DataFrame) -> tuple[float, float]:
    """T per month that the mines of an actor could produce, and those of the country."""
    own = actors.loc[actors["actor"].astype(str) == actor, "mine_capacity_t"].mean()
    return float(own), float(monthly["capacity_t"].mean())


def contract_words(target: str, monthly: pd.DataFrame, actors: pd.DataFrame, kept: float) -> str:
    """How much of the country's mines a contract with an armed actor covers, whether it has one, and who holds the rest.

    Args:
        target: id of the actor.
        monthly: the months looked at.
        actors: the same months of the actors.
        kept: share of the months of the offer in which the actor had taken it, 0-1.
    """
    own, whole = held_by(target, monthly, actors)
    taken = f" It was in force in {per_cent(kept)} of the months in which it was offered." if kept > 0 else ""
    who = in_words(target)
    covers = (
        f"The contract with {who} covers"
        if kept > 0
        else f"{capital(who)} did not accept the contract, which would cover"
    )
    held = actors.groupby("actor", observed=True)["mine_capacity_t"].mean()
    shares = held[(held.index.astype(str) != target) & (held > 0.005 * whole)].sort_values(ascending=False)
    others = [
        f"{in_words(str(name))} holds {per_cent(tonnes / max(whole, 1e-9))}"
        for name, tonnes in shares.head(_MOST_HOLDERS).items()
    ]
    rest = f"; {join(others)}" if others else ""
    road = "" if (monthly["road_planned_t"] > 0).any() else " No road to India is built, so it can buy nothing."
    return (
        f"{covers} mines with a capacity of {number(own)} t per month, {per_cent(own / max(whole, 1e-9))} of the "
        f"country's {number(whole)} (last {YEAR} months){rest}.{taken}{road}"
    )


def worth_of_peace(group: str, actors: pd.DataFrame) -> dict[str, float]:
    """What a ceasefire is worth to the group and to the junta, as sentences call them, months of their revenue; empty at peace.

    Args:
        group: id of the armed actor.
        actors: the months looked at.
    """
    rows = actors[actors["actor"].astype(str) == group].dropna(subset=["ceasefire_worth"])
    if rows.empty:
        return {}
    return {
        in_words(group): float(rows["ceasefire_worth"].mean()),
        _JUNTA: float(rows["ceasefire_worth_junta"].mean()),
    }


def ceasefire_words(group: str, actors: pd.DataFrame) -> str:
    """What a ceasefire is worth to both sides, and who is unwilling; empty where they are not at war.

    Args:
        group: id of the armed actor.
        actors: the months looked at.
    """
    worth = worth_of_peace(group, actors)
    if not worth:
        return ""
    unwilling = [who for who, months in worth.items() if months < 0]
    who = in_words(group)
    wanted = ("Both sides would sign.", f"It is {join(unwilling)} that would not sign.", "Neither side would sign.")
    return (
        f"A ceasefire between {who} and the junta (last {YEAR} months, while at war) would be worth {signed(worth[who])} months of "
        f"revenue to {who} and {signed(worth[_JUNTA])} to the junta. {wanted[len(unwilling)]}"
    )
