"""What Washington and those who follow it do in a month; :meth:`model.model.RareEarthModel.step` says when."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.instruments import NUG, PARTNER
from agents.united_states import NO_ONE
from agents.western import pull_of
from model.dynamics import governance
from model.dynamics.ground import Ground
from model.output.chronicle import tell
from model.phases.readings import link_with_us

if TYPE_CHECKING:
    from agents.instruments import Condition, Instrument
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def deliver_policy(model: RareEarthModel) -> None:
    """Washington attends, picks a partner where the scenario lets it, offers, delivers; training takes effect."""
    us, state = model.united_states, model.state
    us.attend(model.draws, model.month)
    _choose_partner(model)
    p = us.parameters
    if p.instruments:
        _offer(model)
    if "training" in model.delivered or any(state.training.tolist()):
        state.training += p.training_rate * (p.training_gain * model.level("training") - state.training)


def _offer(model: RareEarthModel) -> None:
    """Offer, deliver and tell the scenario's instruments."""
    us, before = model.united_states, model.united_states.running
    refused: dict[int, list[str]] = {}

    def accepts(offer: Instrument, actor: int) -> bool:
        taken = _accepts(model, offer, actor)
        if not taken and model.armed[actor].reviewed >= 0:  # who has not answered yet has not refused
            refused.setdefault(actor, []).append(offer.kind)
        return taken

    model.delivered = us.deliver(
        model.month,
        len(model.armed),
        lambda instrument: _aim(model, instrument),
        lambda condition: _holds(model, condition),
        accepts,
    )
    model.link = link_with_us(model)
    policy = model.run.policy
    policy.fill(0)
    for kind, row in model.delivered.items():
        policy[kind] = row
    policy["link"][:-1] = model.link
    policy["believed_threat"][-1] = _believed_threat(model)
    _tell_policy(model, before, refused)


def _choose_partner(model: RareEarthModel) -> None:
    us = model.united_states
    if us.parameters.partner_choice == "scenario":
        return
    before = us.partner
    standing = governance.standing(model.world, model.ground, model.state, model.profile)
    partner = us.choose_partner(standing, model.draws, model.ground.actor_keys, model.month)
    if partner == before:
        return
    score = us.scores(standing)
    if partner == NO_ONE:
        tell(model, "partner_dropped", f"Washington drops {model.name(before)} and has no partner", before)
    else:
        text = f"Washington picks {model.name(partner)} as its partner (score {score[partner]:.2f})"
        tell(model, "partner_chosen", text, partner, value=float(score[partner]))


def _aim(model: RareEarthModel, instrument: Instrument) -> list[int]:
    if instrument.target == PARTNER:
        partner = model.united_states.partner
        return [] if partner == NO_ONE else [partner]
    if instrument.target == NUG:
        return model.pdf.tolist()
    return [model.world.force_index.get(instrument.target, NO_ONE)]


def _holds(model: RareEarthModel, condition: Condition) -> bool:
    state, world = model.state, model.world
    held = all(
        model.name(int(state.holder[world.find_place(place)])) == actor for place, actor in condition.holder.items()
    )
    lanes = all(
        bool(state.lanes[world.crossing_index[crossing], 0] >= 0.5) == wanted
        for crossing, wanted in condition.lane_open.items()
    )
    peace = all(
        bool(state.stance[model.junta, world.force_index[actor]] != -1) == wanted
        for actor, wanted in condition.ceasefire.items()
    )
    return held and lanes and peace


def _accepts(model: RareEarthModel, offer: Instrument, index: int) -> bool:
    if index == NO_ONE:
        return True
    gain, fear = worth_of_offer(model, offer, index)
    return model.armed[index].accepts_terms(gain, offer.level, fear, model.draws, model.month)


def worth_of_offer(model: RareEarthModel, offer: Instrument, index: int) -> tuple[float, float]:
    """What an offer is worth to an actor, and what it fears from Beijing for taking it, in months of its own revenue.

    Money is worth ``H m / (m + R)`` over the horizon ``H`` (``m`` a month at full delivery, ``R`` the actor's revenue), other
    backing ``B level``, and an envoy adds to both. Fear is ``w d level (expected reaction + present pressure)``.

    Args:
        model: the model.
        offer: the instrument.
        index: the actor's index.
    """
    state, us = model.state, model.united_states.parameters
    p = model.armed[index].parameters
    usd = 0.0
    if offer.kind == "aid":
        usd = us.aid_usd * offer.level
    elif offer.kind == "arms":
        usd = us.arms_per_month * model.p.budgets.arms_price_usd * offer.level
    elif offer.kind == "sanctions_relief":
        usd = us.sanctions_usd * offer.level
    gain = p.horizon_months * usd / (usd + float(state.revenue[index])) if usd > 0 else p.backing_worth * offer.level
    gain += us.envoy_persuasion * model.united_states.envoy
    reaction = p.expected_reaction + float(state.pressure[index])
    depends = float(model.profile["dependence_on_china"][index])
    return gain, p.weight_pressure * depends * offer.level * reaction


def _at_work(model: RareEarthModel, running: Iterable[tuple[str, int]]) -> set[tuple[int, str]]:
    """Actor (NO_ONE for none) and kind of instruments that run, whatever attention they get this month."""
    known = model.united_states.parameters.instruments
    return {(actor, known[name].kind) for name, actor in running if known[name].level > 0}


def _tell_policy(model: RareEarthModel, ran: dict[tuple[str, int], int], refused: dict[int, list[str]]) -> None:
    """Tell what has changed since last month, when the instruments of ``ran`` were running."""
    running = model.united_states.running
    told, model.refused = model.refused, refused
    if running.keys() == ran.keys() and refused == told:
        return
    now, before = _at_work(model, running), _at_work(model, ran)
    _tell_change(model, "instrument_begins", now - before, "begin")
    turned_down = {(actor, kind) for actor, kinds in refused.items() for kind in kinds}
    _tell_change(model, "instrument_ends", before - now - turned_down, "end")
    for actor, kinds in refused.items():
        new = [kind for kind in dict.fromkeys(kinds) if kind not in told.get(actor, [])]
        given_up = [kind for kind in new if (actor, kind) in before]
        for verb, which in (("gives up", given_up), ("refuses", [kind for kind in new if kind not in given_up])):
            if which:
                text = f"{model.name(actor)} {verb} US {_words(which)} {_reason(model, actor)}"
                tell(model, "offer_refused", text, actor)


def _tell_change(model: RareEarthModel, event: str, changed: set[tuple[int, str]], verb: str) -> None:
    for actor in sorted({actor for actor, _ in changed}):
        kinds = sorted(kind for whom, kind in changed if whom == actor)
        who = f" for {model.name(actor)}" if actor != NO_ONE else ""
        tell(model, event, f"US {_words(kinds)}{who} {verb if len(kinds) > 1 else verb + 's'}", actor)


def _words(kinds: list[str]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in kinds)


def _reason(model: RareEarthModel, actor: int) -> str:
    p = model.armed[actor].parameters
    reaction = p.expected_reaction + float(model.state.pressure[actor])
    afraid = p.weight_pressure * float(model.profile["dependence_on_china"][actor]) * reaction > p.autonomy_cost
    return "for fear of Beijing" if afraid else "for its freedom of action"


def _believed_threat(model: RareEarthModel) -> float:
    return model.united_states.credibility * model.level_of_all("tariff_threat")


def coercion(model: RareEarthModel) -> float:
    """What the junta expects threats to cost it unless it makes peace, months of its own revenue over its horizon."""
    if model.junta < 0 or "tariff_threat" not in model.delivered:
        return 0.0
    horizon = model.armed[model.junta].parameters.horizon_months
    cost = model.united_states.parameters.tariff_usd * _believed_threat(model)
    return horizon * cost / float(model.state.revenue[model.junta])


def brokering(model: RareEarthModel) -> Floats:
    """(F,) what brokers add to a peace with each armed actor, months of revenue; an envoy without a target helps all."""
    if "envoy" not in model.delivered and "brokering" not in model.delivered:
        return model.level("brokering")
    us = model.united_states.parameters
    envoy = np.maximum(model.level("envoy"), model.level_of_all("envoy"))
    return us.brokering_gain * np.maximum(model.level("brokering"), us.envoy_brokering * envoy)


SUPPORTED = ("belief_noise", "mobile_share", "airlift_places")
"""Parameters of armed actors that US intelligence and logistics change."""


def supported(model: RareEarthModel) -> dict[str, Floats]:
    """The actors' parameters with what US intelligence and logistics add to them this month."""
    us, given, usual = model.united_states.parameters, model.delivered, model.profile
    if "intelligence" not in given and "logistics" not in given:
        return usual
    profile = model.supported_profile
    profile["belief_noise"] = usual["belief_noise"] * (1 - us.intelligence_gain * model.level("intelligence"))
    profile["mobile_share"] = usual["mobile_share"] + us.logistics_mobility * model.level("logistics")
    profile["airlift_places"] = airlift_places(model)
    return profile


def airlift_places(model: RareEarthModel) -> Floats:
    """(F,) garrisons that each actor can supply from the air, with what US logistics add this month."""
    usual = model.profile["airlift_places"]
    if "logistics" not in model.delivered:
        return usual
    return np.asarray(usual + model.united_states.parameters.logistics_places * model.level("logistics"))


def coordination(model: RareEarthModel) -> Floats:
    """(F,) chance that People's Defence Forces join an ally's operation, 0 for all others.

    Hope, or recognition of their own, closes its gap to 1.
    """
    chance = np.zeros(len(model.armed))
    pools, least = model.pdf, model.coordination
    recognised = model.state.recognition[pools] - model.profile["recognition_base"][pools]
    drive = np.maximum(model.state.hope[pools], recognised)
    chance[pools] = least + (1 - least) * model.p.governance.coordination_gain * drive
    return chance


def share_that_recognises(model: RareEarthModel) -> Floats:
    """(F,) share of Western governments that recognise each armed actor."""
    recognised = [actor for government in model.western for actor in government.recognises]
    if not recognised:
        return np.zeros(len(model.armed))
    count = np.bincount(np.array(recognised, np.int64), minlength=len(model.armed))
    return count / max(len(model.western), 1)


def recognise(model: RareEarthModel) -> None:
    """Recognition by the US, Western governments that follow, and the hope that others draw from it."""
    if "recognition" in model.delivered or model.followers:
        _follow(model, model.level("recognition"))
    else:
        np.minimum(model.profile["recognition_base"], 1.0, out=model.state.recognition)
        if "aid" not in model.delivered and not any(model.state.hope.tolist()):
            return  # nobody has backing that others could take hope from
    aid, teachers = model.level("aid"), model.teachers
    governance.learn(model.world, model.state, model.profile, aid, teachers, model.p.governance, model.people)


def _follow(model: RareEarthModel, level: Floats) -> None:
    """Western governments follow the US in recognising armed actors, or not yet."""
    before, p, form = share_that_recognises(model), model.setup.western, model.setup.structure.recognition
    followed = False
    for actor in ((level > 0) & (before < 1)).nonzero()[0].tolist():
        pull = pull_of(float(level[actor]), float(before[actor]), _territory(model, actor), p)
        keys = np.full(len(model.western), model.ground.actor_keys[actor])
        luck = model.draws.uniform("western", model.month, model.western_keys, keys).tolist()
        for government, u in zip(model.western, luck, strict=True):
            followed = government.consider(actor, pull, form, u) or followed
    after = share_that_recognises(model) if followed else before
    base = model.profile["recognition_base"]
    model.state.recognition = np.minimum(base + p.us_share * level + (1 - p.us_share) * after, 1.0)
    if not followed:
        return
    model.followers = len([1 for government in model.western if government.recognises])
    for actor in (after > before).nonzero()[0].tolist():
        more = round(float(after[actor] - before[actor]) * len(model.western))
        who = "One more Western government follows" if more == 1 else f"{more} more Western governments follow"
        text = f"{who} the US in recognising {model.name(actor)}"
        tell(model, "western_followers", text, actor, value=float(after[actor]) * len(model.western))


def _territory(model: RareEarthModel, actor: int) -> float:
    home = _home_towns(model.ground, actor)
    return float(np.count_nonzero(model.state.holder[home] == actor)) / max(home.size, 1)


@lru_cache(maxsize=1024)
def _home_towns(ground: Ground, actor: int) -> Ints:
    """(n,) the towns of an actor's homeland."""
    return np.flatnonzero(ground.home[actor] & ground.is_town)
