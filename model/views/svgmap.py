"""The tile map as SVG for the browser: the moving picture of a run, with names and numbers under the pointer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
from numpy.typing import NDArray

from model.model import RareEarthModel
from model.output.units import number
from model.views import style
from model.views.tiles import site_positions, tiles_of
from model.world.world import World

Floats = NDArray[np.float64]

LAYERS = ("holder", "control", "stock", "supply")
MEANINGS = {
    "holder": "who holds each town; a letter names the actor, a dashed ring a siege",
    "control": "share of the countryside of whoever leads there (letter), 0 to 1",
    "stock": "concentrate in store at the mines, t REO, against the largest store",
    "supply": "supply of the holder's troops, 0 to 1",
}
_SCALE = 20.0
_LETTERS_UP_TO = 600


def svg_map(model: RareEarthModel, layer: str) -> str:
    """Draw the state of a run.

    Args:
        model: the run.
        layer: of :data:`LAYERS`.
    """
    world = model.world
    tiles = tiles_of(world)
    looks = style.actor_looks(world.force_ids)
    fills, letters = _PAINTERS[layer](model, looks)
    parts = []
    for k, code in enumerate(world.codes):
        points = " ".join(f"{x * _SCALE:.1f},{-y * _SCALE:.1f}" for x, y in tiles.corners[k])
        title = escape(_words(model, k))
        parts.append(
            f'<polygon data-code="{code}" points="{points}" fill="{fills[k]}"><title>{title}</title></polygon>'
        )
    if len(world.codes) <= _LETTERS_UP_TO:
        parts += [_letter(tiles.centres[k], letters[k], fills[k]) for k in range(len(world.codes)) if letters[k]]
    parts += _outlines(tiles.outlines)
    parts += _sieges(model, tiles.centres)
    parts += _sites(model, looks)
    low, high = tiles.centres.min(axis=0) - 1, tiles.centres.max(axis=0) + 1
    box = f"{low[0] * _SCALE:.0f} {-high[1] * _SCALE:.0f} {np.ptp([low[0], high[0]]) * _SCALE:.0f} {np.ptp([low[1], high[1]]) * _SCALE:.0f}"
    return (
        f'<svg id="map" data-month="{model.month}" data-layer="{layer}" viewBox="{box}" role="img" '
        f'aria-label="Map: {escape(MEANINGS[layer])}" style="width:100%;max-height:78vh" stroke="white" '
        f'stroke-width="0.8">{"".join(parts)}</svg>'
    )


Looks = dict[str, style.ActorLook]
Paint = tuple[list[str], list[str]]


def _holder(model: RareEarthModel, looks: Looks) -> Paint:
    own = [looks[model.run.name(int(holder))] for holder in model.state.holder[: len(model.world.codes)]]
    return [look.colour for look in own], [look.code for look in own]


def _control(model: RareEarthModel, looks: Looks) -> Paint:
    control = model.state.control
    leaders = [model.run.name(int(k) if k < len(model.run.actors) else -1) for k in control.argmax(axis=0)]
    return _shades(control.max(axis=0)), [looks[name].code for name in leaders]


def _stock(model: RareEarthModel, looks: Looks) -> Paint:
    stock = stock_by_township(model)
    numbers = [number(value) if value >= 1 else "" for value in stock]
    return _shades(stock / max(float(stock.max()), 1.0)), numbers


def _supply(model: RareEarthModel, looks: Looks) -> Paint:
    return _shades(holders_supply(model)), _holder(model, looks)[1]


_PAINTERS: dict[str, Callable[[RareEarthModel, Looks], Paint]] = {
    "holder": _holder,
    "control": _control,
    "stock": _stock,
    "supply": _supply,
}


def stock_by_township(model: RareEarthModel) -> Floats:
    """(N,) t REO of concentrate in store at the mines of each township."""
    world = model.world
    return np.bincount(world.place_territory[world.mine_place], model.state.stock, minlength=len(world.codes)).astype(
        np.float64
    )


def holders_supply(model: RareEarthModel) -> Floats:
    """(N,) supply of each town's holder there, 0-1; 0 where nobody holds it."""
    towns = np.arange(len(model.world.codes))
    holder = model.state.holder[: len(towns)]
    return np.where(holder >= 0, model.state.supply[holder, towns], 0.0)


def _shades(values: Floats) -> list[str]:
    colours = style.SEQUENTIAL(np.clip(values, 0, 1), bytes=True)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue, _ in colours]


def _letter(centre: Floats, text: str, fill: str) -> str:
    x, y = centre
    faint = text == "J"
    ink = "#b4b4b4" if faint and fill.lower() == "#8c8c8c" else "white" if style.is_dark(fill) else style.INK
    size = 8 if len(text) < 3 else 6
    return (
        f'<text x="{x * _SCALE:.1f}" y="{-y * _SCALE + 1:.1f}" font-size="{size}" font-family="DejaVu Sans, sans-serif" '
        f'text-anchor="middle" stroke="none" fill="{ink}" pointer-events="none">{escape(text)}</text>'
    )


def _outlines(lines: Floats) -> list[str]:
    path = "".join(
        f"M{a[0] * _SCALE:.1f} {-a[1] * _SCALE:.1f}L{b[0] * _SCALE:.1f} {-b[1] * _SCALE:.1f}" for a, b in lines
    )
    return [f'<path d="{path}" stroke="#3d3d3d" stroke-width="1" fill="none" pointer-events="none"/>']


def _sieges(model: RareEarthModel, centres: Floats) -> list[str]:
    besieged = np.flatnonzero(model.state.attacker[: len(centres)] >= 0)
    return [
        f'<circle cx="{centres[k][0] * _SCALE:.1f}" cy="{-centres[k][1] * _SCALE:.1f}" r="7.5" fill="none" '
        'stroke="black" stroke-width="1.4" stroke-dasharray="2.5 1.8" pointer-events="none"/>'
        for k in besieged
    ]


def _sites(model: RareEarthModel, looks: Looks) -> list[str]:
    world = model.world
    shown = [k for k, kind in enumerate(world.site_kinds) if kind in ("gate", "mine")]
    if len(world.codes) > _LETTERS_UP_TO or not shown:
        return []
    parts = []
    for k, (x, y) in zip(shown, site_positions(world, tiles_of(world), shown), strict=True):
        place = len(world.codes) + k
        holder = model.run.name(int(model.state.holder[place]))
        shape = "0,-3.4 3,2.2 -3,2.2" if world.site_kinds[k] == "gate" else "0,-3.2 3.2,0 0,3.2 -3.2,0"
        title = escape(f"{world.place_names[place]}: {holder}")
        parts.append(
            f'<polygon points="{shape}" transform="translate({x * _SCALE:.1f} {-y * _SCALE:.1f})" '
            f'fill="{looks[holder].colour}" stroke="white" stroke-width="0.8"><title>{title}</title></polygon>'
        )
    return parts


def _words(model: RareEarthModel, k: int) -> str:
    """What stands under the pointer for a township."""
    world, state = model.world, model.state
    lines = [f"{world.place_names[k]}, {world.states[k]}", f"town held by {model.run.name(int(state.holder[k]))}"]
    if state.attacker[k] >= 0:
        lines[1] += f", besieged by {model.run.name(int(state.attacker[k]))}"
    order = np.argsort(-state.control[:, k], kind="stable")[:3]
    shares = [
        f"{model.run.name(int(f) if f < len(model.run.actors) else -1)} {state.control[f, k]:.0%}".replace("%", " %")
        for f in order
        if state.control[f, k] >= 0.01
    ]
    lines.append(f"countryside: {', '.join(shares)}")
    lines.append(f"supply of the holder: {holders_supply(model)[k]:.2f}")
    stock = stock_by_township(model)[k] if k in set(world.place_territory[world.mine_place].tolist()) else 0.0
    lines += [f"ore in store: {number(float(stock))} t REO"] if stock else []
    return "\n".join(lines)


def legend(world: World) -> list[tuple[str, str]]:
    """Colour and label of each family that has an actor in a world, in the order of legends."""
    looks = style.actor_looks(world.force_ids)
    rows = []
    for family in style.FAMILIES:
        members = [look for look in looks.values() if look.family is family]
        if members:
            codes = dict.fromkeys(f"{look.code} {look.id}" for look in members if not look.id.startswith("PDF-"))
            pools = ["P PDF"] if any(look.id.startswith("PDF-") for look in members) else []
            rows.append((family.colour, ", ".join([*codes, *pools])))
    return rows
