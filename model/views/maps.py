"""The tile map: who holds what at the end in most runs, how often, and what one run changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection, RegularPolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from model.experiments.discrepancy import FEWEST, discrepancy_of
from model.output.units import join, number
from model.views import panels, style
from model.views.read import Results, ViewError
from model.views.tiles import Tiles, landmark_labels, site_positions, tiles_of
from model.world.world import World

LETTERS_UP_TO = 600
"""Territories beyond which tiles are too small for letters."""
_MARKERS = {"gate": "^", "mine": "D"}
SURE = 0.9
"""Share of runs from which on the holder at the end is called sure."""
_STRIPES = "////"
_RING = {"edgecolors": "black", "linewidths": 1.0, "linestyles": (0, (1.6, 1.0))}
"""How the ring around a besieged town is drawn, on the map and in the legend."""
_MAP_HEIGHT = {1: 5.9, 2: 5.9}
_SMALL_MAP = 4.0
"""Inches that a map is high: by the number of maps in a row, and where there are more."""
_PANELS_A_ROW = 4


@dataclass(frozen=True)
class Holdings:
    """Who holds what at one moment.

    Args:
        holder: actor by place.
        certainty: share of runs that agree, by place; 1 where it is missing.
        attacker: besieger by besieged place.
    """

    holder: Mapping[str, str]
    certainty: Mapping[str, float] = field(default_factory=dict)
    attacker: Mapping[str, str] = field(default_factory=dict)


def modal_holdings(rows: pd.DataFrame) -> Holdings:
    """The most frequent holder of each place and the share of runs in which it holds it; of equals the first by name.

    Args:
        rows: columns place, holder, attacker; a row per run and place.
    """
    counts = rows.groupby(["place", "holder"]).size().rename("runs").reset_index()
    first = counts.sort_values(["place", "runs", "holder"], ascending=[True, False, True]).drop_duplicates("place")
    total = counts.groupby("place")["runs"].sum()
    besieged = rows[rows["attacker"] != ""].groupby("place")["attacker"]
    attacker = {str(p): _most(group) for p, group in besieged if len(group) > int(total.loc[str(p)]) / 2}
    certainty = {str(p): float(r / total[p]) for p, r in zip(first["place"], first["runs"], strict=True)}
    return Holdings(dict(zip(first["place"], first["holder"], strict=True)), certainty, attacker)


def _most(values: pd.Series[str]) -> str:
    return min(Counter(values).items(), key=lambda entry: (-entry[1], entry[0]))[0]


@style.styled
def draw_ends(results: Results, world: World, axes: Axes | None = None) -> Figure:
    """Draw the most likely holder of every town and site at the end, a map a scenario; striped where runs disagree.

    Args:
        results: a batch or a run.
        world: its world.
        axes: draw the first scenario into these instead, without title, legend and names of cities.
    """
    rows = results.at_end("control", ["place", "holder", "attacker"]).astype(str)
    shown = results.scenarios[: 1 if axes else panels.MOST_PANELS]
    held = {name: modal_holdings(rows[rows["scenario"] == name]) for name in shown}
    tiles = tiles_of(world)
    if axes is not None:
        draw_holdings(axes, world, tiles, held[shown[0]])
        _map_only([axes], 1, world)
        return panels.finish_own(axes, results, "")
    figure, maps = empty_maps(len(shown), world)
    for panel, name in zip(maps, shown, strict=True):
        draw_holdings(panel, world, tiles, held[name])
        panel.set_title(panels.looks_of(results)[name].label)
    name_places(figure, maps, world, tiles)
    legend(figure, world, list(held.values()), striped=results.runs_each != "1")
    notes = panels.footnote(results, "Most frequent holder at the end", "A tile is a township, not to scale.")
    style.title_of(figure, _title_of_ends(results, world, held), notes)
    return figure


@style.styled
def draw_probability(results: Results, world: World, actor: str) -> Figure:
    """Draw the chance that an actor holds each town at the end, a map a scenario, on one sequential scale."""
    rows, first = results.at_end("control", ["place", "holder"]).astype(str), _first_holders(results, world)
    shown = results.scenarios[: panels.MOST_PANELS]
    shares = {name: _chance(results, rows[rows["scenario"] == name], world, actor, first) for name in shown}
    figure, axes = empty_maps(len(shown), world)
    tiles = tiles_of(world)
    for panel, name in zip(axes, shown, strict=True):
        shapes = PolyCollection(
            list(tiles.corners), array=shares[name], cmap=style.SEQUENTIAL, edgecolors="white", linewidths=0.3
        )
        shapes.set_clim(0, 1)
        panel.add_collection(shapes)
        outline(panel, tiles)
        panel.set_title(panels.looks_of(results)[name].label)
    name_places(figure, axes, world, tiles)
    style.scale_of(figure, shapes, _scale_words(results, f"{actor} holds the town at the end"))
    notes = panels.footnote(results, "Shares", "A tile is a township, not to scale.")
    style.title_of(figure, _title_of_probability(results, shares, actor), notes)
    return figure


YEARS_SHOWN = 6
"""Most moments in the figure of probabilities by year."""


@style.styled
def draw_years(results: Results, world: World, actor: str) -> Figure:
    """Draw the chance that an actor holds each town, a row of maps a scenario and a column a year, on one scale.

    Args:
        results: a batch; its table of control holds the start, every 12th month and the end.
        world: its world.
        actor: whose towns.
    """
    shown = results.scenarios[: panels.COLUMNS]
    rows = results.frame("control", ["scenario", "month", "place", "holder"]).astype({"scenario": str, "holder": str})
    recorded = sorted(rows["month"].unique())
    months = [int(recorded[k]) for k in np.unique(np.linspace(0, len(recorded) - 1, YEARS_SHOWN).round().astype(int))]
    held, first = rows[rows["holder"] == actor], _first_holders(results, world)
    tiles = tiles_of(world)
    window = _window(tiles, np.isin(world.codes, held["place"].astype(str).unique()))
    figure, grid = _year_panels(window, len(shown), len(months))
    gained = {}
    for row, name in zip(grid, shown, strict=True):
        part = rows[rows["scenario"] == name]
        at = [part[part["month"] == month].astype({"place": str}) for month in months]
        gained[name] = [float(np.nansum(_share(some, world, actor))) for some in (at[0], at[-1])]
        shares = [
            _chance(results, some, world, actor, first if month else None)
            for some, month in zip(at, months, strict=True)
        ]
        for panel, share in zip(row, shares, strict=True):
            shapes = _shade(panel, tiles, share, window)
        row[0].set_ylabel(panels.looks_of(results)[name].label, fontweight="bold")
    for panel, month in zip(grid[0], months, strict=True):
        several = len({results.starts[name] for name in shown}) > 1
        panel.set_title(f"after {month} months" if several else panels.date_of(results.start, month), fontsize=8)
    style.scale_of(figure, shapes, _scale_words(results, f"{actor} holds the town"))
    parts = [f"{number(old)} to {number(new)} under {name}" for name, (old, new) in gained.items()]
    note = f"Shown is the part of the country in which {actor} holds towns in some run; lines divide states."
    notes = panels.footnote(results, "Shares", note)
    title = f"Towns held by {actor}, from the start to the end, mean over runs: {join(parts)}"
    style.title_of(figure, title, notes)
    return figure


def _window(tiles: Tiles, touched: np.ndarray) -> np.ndarray:
    """(2, 2) left, right and bottom, top around some tiles with a margin, within the country."""
    centres = tiles.centres[touched] if touched.any() else tiles.centres
    low, high = centres.min(axis=0) - 2.5, centres.max(axis=0) + 2.5
    return np.column_stack(
        [np.maximum(low, tiles.centres.min(axis=0) - 0.8), np.minimum(high, tiles.centres.max(axis=0) + 0.8)]
    )


def _year_panels(window: np.ndarray, rows: int, columns: int) -> tuple[Figure, np.ndarray]:
    width, height = (float(size) for size in np.ptp(window, axis=1))
    each = min(1.55, 3.0 * width / height)
    figure = panels.new_figure(max(each * columns + 1.0, 6.2), (each * height / width + 0.1) * rows + 1.6)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _shade(panel: Axes, tiles: Tiles, share: np.ndarray, window: np.ndarray) -> PolyCollection:
    """Tiles shaded by a share, in a panel of the window without axes."""
    shapes = PolyCollection(list(tiles.corners), array=share, cmap=style.SEQUENTIAL, edgecolors="white", linewidths=0.2)
    shapes.set_clim(0, 1)
    panel.add_collection(shapes)
    panel.add_collection(LineCollection(list(tiles.outlines), colors="#3D3D3D", linewidths=0.4, capstyle="round"))
    panel.set_xlim(*window[0])
    panel.set_ylim(*window[1])
    panel.set_aspect("equal")
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines[:].set_visible(False)
    return shapes


def _share(rows: pd.DataFrame, world: World, actor: str) -> np.ndarray:
    held = (rows["holder"] == actor).groupby(rows["place"]).mean()
    return held.reindex(list(world.codes)).to_numpy(dtype=np.float64)


def _first_holders(results: Results, world: World) -> np.ndarray | None:
    """(N,) who holds each town at the start, where chances are recalibrated by it: None with few runs, or nothing learnt."""
    if discrepancy_of(results.world) is None or len(results.runs) < FEWEST * results.runs["scenario"].nunique():
        return None
    rows = results.frame("control", ["place", "holder"], month=0).astype(str).drop_duplicates("place")
    return rows.set_index("place")["holder"].reindex(list(world.codes)).to_numpy(dtype=object)


def _chance(results: Results, rows: pd.DataFrame, world: World, actor: str, first: np.ndarray | None) -> np.ndarray:
    """(N,) share of runs in which an actor holds each town, recalibrated where the holders at the start are given."""
    share, learnt = _share(rows, world, actor), discrepancy_of(results.world)
    if first is None or learnt is None or rows.empty:
        return share
    before = rows["place"].map(dict(zip(world.codes, first, strict=True)))
    same = (rows["holder"] == before).astype(float).groupby(rows["place"]).mean()
    kept = np.asarray(same.reindex(list(world.codes)), dtype=np.float64)
    return learnt.towns.holding(share, kept, first == actor, int(rows["place"].value_counts().max()))


def _scale_words(results: Results, what: str) -> str:
    learnt = discrepancy_of(results.world)
    if learnt is None or len(results.runs) < FEWEST * results.runs["scenario"].nunique():
        return f"share of runs in which {what} (0-1)"
    return f"chance that {what} (0-1): share of runs, recalibrated by a logit slope of {learnt.towns.slope:.2f}"


@style.styled
def draw_run(results: Results, world: World, *, start: bool = True) -> Figure:
    """Draw who holds what at the start and at the end of one run.

    Args:
        results: the run.
        world: its world.
        start: whether the start is wanted beside the end.
    """
    held = [_of_month(results, month) for month in (0, results.months)]
    shown = [("Start", held[0]), (f"After {results.months} months", held[1])][0 if start else 1 :]
    figure, axes = empty_maps(len(shown), world)
    tiles = tiles_of(world)
    for panel, (title, holdings) in zip(axes, shown, strict=True):
        draw_holdings(panel, world, tiles, holdings)
        panel.set_title(title)
    if start:
        _name_states(axes[0], tiles)
    name_places(figure, axes, world, tiles)
    legend(figure, world, [holdings for _, holdings in shown], striped=False)
    footnote = f"One run. A tile is a township, not to scale. {panels.CAVEAT}"
    style.title_of(figure, f"{style.printable(results.name, 'scenario')}: {_changes(world, *held)}", footnote)
    return figure


def _of_month(results: Results, month: int) -> Holdings:
    part = results.frame("control", ["place", "holder", "attacker"], month=month).astype(str)
    besieged = part[part["attacker"] != ""]
    return Holdings(
        dict(zip(part["place"], part["holder"], strict=True)),
        attacker=dict(zip(besieged["place"], besieged["attacker"], strict=True)),
    )


def empty_maps(count: int, world: World) -> tuple[Figure, list[Axes]]:
    """A figure with ``count`` maps, the last of each row wider by the names beside it."""
    rows, columns = panels.columns_for(count, _PANELS_A_ROW)
    width, height = (float(np.ptp(values)) + 1.4 for values in (world.col, world.row * np.sqrt(3) / 2))
    inches = min(_MAP_HEIGHT.get(columns, _SMALL_MAP), 3.4 * height / width)
    each = inches * width / height
    size = (max(each * columns + 1.2, 6.2), inches * rows + 1.5)
    figure = panels.new_figure(*size)
    wider = 1.0 + 1.05 / each
    grid = figure.subplots(rows, columns, squeeze=False, width_ratios=[1.0] * (columns - 1) + [wider])
    for spare in grid.ravel()[count:]:
        spare.remove()
    axes = list(grid.ravel()[:count])
    _map_only(axes, columns, world, width * (wider - 1.0))
    return figure, axes


def _map_only(axes: Sequence[Axes], columns: int, world: World, room: float = 0.0) -> None:
    """Panels without axes that just hold the map; the last of each row has some room for names."""
    x = world.col + 0.5 * (world.row % 2)
    y = -world.row * np.sqrt(3) / 2
    for k, panel in enumerate(axes):
        panel.set_aspect("equal", anchor="W")
        panel.axis("off")
        panel.set_xlim(x.min() - 0.7, x.max() + 0.7 + (room if k % columns == columns - 1 else 0.0))
        panel.set_ylim(y.min() - 0.8, y.max() + 0.8)


def draw_holdings(axes: Axes, world: World, tiles: Tiles, holdings: Holdings) -> None:
    """Draw tiles, letters, sites and sieges into a panel; tiles about which runs disagree are striped."""
    if lacking := set(world.codes) - set(holdings.holder):
        raise ViewError(
            f"the map has no {min(lacking)}: the table of control is of another world than the manifest says"
        )
    looks = style.actor_looks([force.id for force in world.forces])
    own = [looks[holdings.holder[code]] for code in world.codes]
    colours = [look.colour for look in own]
    axes.add_collection(PolyCollection(list(tiles.corners), facecolors=colours, edgecolors="white", linewidths=0.35))
    _stripes(axes, world, tiles, holdings)
    outline(axes, tiles)
    sieges(axes, tiles, [k for k, code in enumerate(world.codes) if code in holdings.attacker])
    if len(world.codes) <= LETTERS_UP_TO:
        for look, (x, y) in zip(own, tiles.centres, strict=True):
            set_letter(letter(axes, x, y), look)
        _sites(axes, world, tiles, holdings, looks)


def _stripes(axes: Axes, world: World, tiles: Tiles, holdings: Holdings) -> None:
    # Stripes, because a paler grey would look like another actor's colour, above all in print without colour.
    open_ones = [k for k, code in enumerate(world.codes) if holdings.certainty.get(code, 1.0) < SURE]
    shapes = list(tiles.corners[open_ones])
    axes.add_collection(PolyCollection(shapes, facecolors="none", edgecolors="white", linewidths=0.35, hatch=_STRIPES))


def letter(axes: Axes, x: float, y: float) -> Text:
    """An empty letter for a tile, see :func:`set_letter`."""
    return axes.text(x, y + 0.10, "", ha="center", va="center", fontsize=4.6)


def set_letter(text: Text, look: style.ActorLook) -> None:
    """Let a tile's letter name an actor; the largest holder's letters stay faint, so that the others' can be read."""
    faint = look.id == "JUNTA"
    text.set_text(look.code)
    text.set_color("#B4B4B4" if faint else "white" if style.is_dark(look.colour) else style.INK)
    text.set_fontweight("normal" if faint else "bold")


def outline(axes: Axes, tiles: Tiles) -> None:
    """Draw the borders of states."""
    axes.add_collection(LineCollection(list(tiles.outlines), colors="#3D3D3D", linewidths=0.55, capstyle="round"))


def sieges(axes: Axes, tiles: Tiles, besieged: Sequence[int]) -> PolyCollection:
    """Draw dashed rings into besieged tiles.

    Args:
        axes: the map.
        tiles: its shapes.
        besieged: indices of the tiles.
    """
    middle = tiles.centres[list(besieged)][:, None]
    rings = middle + 0.74 * (tiles.corners[list(besieged)] - middle)
    drawn = PolyCollection(list(rings), facecolors="none", **_RING)  # type: ignore[arg-type]
    axes.add_collection(drawn)
    return drawn


def _sites(axes: Axes, world: World, tiles: Tiles, holdings: Holdings, looks: Mapping[str, style.ActorLook]) -> None:
    shown = [k for k, kind in enumerate(world.site_kinds) if kind in _MARKERS and world.site_ids[k] in holdings.holder]
    places = dict(zip(shown, site_positions(world, tiles, shown), strict=True))
    for kind, marker in _MARKERS.items():
        own = [k for k in shown if world.site_kinds[k] == kind]
        if not own:
            continue
        x, y = np.array([places[k] for k in own]).T
        colours = [looks[holdings.holder[world.site_ids[k]]].colour for k in own]
        # A white rim sets the mark off from a tile of the same colour, a black one sets off white from the paper.
        axes.scatter(x, y, s=11, marker=marker, c="black", linewidths=1.3, edgecolors="black", zorder=4)
        axes.scatter(x, y, s=11, marker=marker, c=colours, linewidths=0.6, edgecolors="white", zorder=4.1)


def name_places(figure: Figure, axes: Sequence[Axes], world: World, tiles: Tiles) -> None:
    """Name the cities beside the last map of each row."""
    rows, columns = panels.columns_for(len(axes), _PANELS_A_ROW)
    gap = 0.2 * rows * float(np.ptp(tiles.centres[:, 1])) / float(figure.get_size_inches()[1])
    for panel in axes[columns - 1 :: columns]:
        for label, point, text in landmark_labels(world, tiles, gap):
            panel.annotate(
                label, point, text, fontsize=7, color=style.INK, va="center", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "#3D3D3D", "shrinkB": 0},
            )  # fmt: skip
            panel.plot(*point, marker="o", markersize=1.6, color="black", zorder=5)


def _name_states(axes: Axes, tiles: Tiles) -> None:
    halo = [effects.withStroke(linewidth=1.6, foreground="white")]
    for state, (x, y) in tiles.states.items():
        axes.text(
            x, y, state, ha="center", va="center", fontsize=6, fontstyle="italic", color=style.INK, zorder=6,
            path_effects=halo,
        )  # fmt: skip


def legend(figure: Figure, world: World, shown: Sequence[Holdings], *, striped: bool, sites: bool = True) -> None:
    """Say what colours, letters and marks mean, of what is shown; call before :func:`style.title_of`."""
    looks = style.actor_looks([force.id for force in world.forces])
    present = {actor for holdings in shown for actor in holdings.holder.values()}
    handles: list[Patch | Line2D | RegularPolyCollection] = []
    for family in style.FAMILIES:
        members = [look for name, look in looks.items() if look.family is family and name in present]
        if members:
            handles.append(Patch(facecolor=family.colour, edgecolor="#9A9A9A", label=_legend_label(family, members)))
    if striped and any(share < SURE for holdings in shown for share in holdings.certainty.values()):
        label = f"striped: fewer than {SURE:.0%} of runs agree"
        handles.append(Patch(facecolor="#6E6E6E", edgecolor="white", hatch=_STRIPES, label=label))
    mark = {"linestyle": "none", "markerfacecolor": "white", "markeredgecolor": "black", "markersize": 4.5}
    kinds = set(world.site_kinds) if sites and len(world.codes) <= LETTERS_UP_TO else set()
    for kind, label in (("gate", "border gate"), ("mine", "rare-earth mines")):
        if kind in kinds:
            handles.append(Line2D([], [], marker=_MARKERS[kind], label=f"{label}, in its holder's colour", **mark))  # type: ignore[arg-type]
    if any(code in holdings.attacker for holdings in shown for code in world.codes):
        ring = RegularPolyCollection(6, sizes=(80,), facecolors="none", label="besieged town", **_RING)  # type: ignore[arg-type]
        handles.append(ring)
    width = float(figure.get_size_inches()[0])
    columns = 3 if width > 12 else 2 if width > 7 else 1
    style.legend_of(figure, handles, [str(handle.get_label()) for handle in handles], columns)


def _legend_label(family: style.Family, members: Sequence[style.ActorLook]) -> str:
    if family.key == "pdf":
        return f"{family.label} (P)"
    marked = [f"{look.code} {look.id}" for look in members if look.code.isalnum()]
    if not style.is_known([look.id for look in members]):
        return ", ".join(marked) or family.label
    return f"{family.label} ({', '.join(marked)})" if marked and marked != [f"K {family.label}"] else family.label


def _title_of_ends(results: Results, world: World, held: Mapping[str, Holdings]) -> str:
    total, base = len(world.codes), results.reference
    others = {name: h for name, h in held.items() if name != base}
    if base not in held or not others:
        name, holdings = next(iter(held.items()))
        count = Counter(holdings.holder[code] for code in world.codes)
        leaders = join([f"{actor} {towns}" for actor, towns in count.most_common(3)])
        return f"Most likely holders of the {total} towns {results.when}: {leaders} ({name})"
    changed = {name: _differing(world, held[str(base)], holdings) for name, holdings in others.items()}
    labels = panels.looks_of(results)
    parts = [f"{len(towns)} under {labels[name].label}" for name, towns in changed.items()]
    most = max(changed, key=lambda name: len(changed[name]))
    named = [world.place_names[world.place_ids.index(code)] for code in changed[most][:3]]
    example = f" (there among others {join(named)})" if len(changed[most]) > 3 else ""
    return (
        (
            f"The most likely holder {results.when} differs from {labels[str(base)].label} in few towns of {total}: "
            if max(map(len, changed.values())) < 0.05 * total
            else f"Towns of {total} whose most likely holder {results.when} differs from {labels[str(base)].label}: "
        )
        + join(parts)
        + example
    )


def _differing(world: World, base: Holdings, other: Holdings) -> list[str]:
    """Towns with another most likely holder, the most populous first."""
    codes = [code for code in world.codes if base.holder[code] != other.holder[code]]
    people = dict(zip(world.codes, world.population, strict=True))
    return sorted(codes, key=lambda code: -people[code])


def _title_of_probability(results: Results, shares: Mapping[str, np.ndarray], actor: str) -> str:
    labels = panels.looks_of(results)
    parts = [f"{int((share > 0.5).sum())} under {labels[name].label}" for name, share in shares.items()]
    unsure = max(int(((share > 1 - SURE) & (share < SURE)).sum()) for share in shares.values())
    return f"Towns that {actor} holds {results.when} in most runs: {join(parts)}; up to {unsure} could go either way"


def _changes(world: World, start: Holdings, end: Holdings) -> str:
    before, after = (Counter(h.holder[code] for code in world.codes) for h in (start, end))
    moves = {actor: after[actor] - before[actor] for actor in {*before, *after}}
    ranked = sorted((actor for actor in moves if moves[actor]), key=lambda actor: (-abs(moves[actor]), actor))[:3]
    if not ranked:
        return "the actors hold as many towns at the end as at the start"
    return "towns held, from start to end: " + join([f"{actor} {before[actor]} to {after[actor]}" for actor in ranked])
