"""The kinds of figures of a batch: one file here for each, or for a family of them, registered by its decorator.

Every file of this folder is found by itself. A figure takes the results and what was asked for, and gives a figure, or
None where the results have nothing to show of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from math import inf
from pkgutil import iter_modules
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.views.read import Results, ViewError


class Asked(NamedTuple):
    """What the user asks of a figure; each figure reads what concerns it."""

    actors: Sequence[str] | None = None
    """Ids of armed actors, instead of those that the figure chooses."""
    outcomes: Sequence[str] | None = None
    """Names of outcomes, instead of the headlines."""
    axes: Axes | None = None
    """Axes of the user's own, into which a figure of :data:`INTO_AXES` draws one scenario, without title and footnote."""


Draws = Callable[[Results, Asked], Figure | None]

KINDS: dict[str, Draws] = {}
"""Every kind of figure by its name, in the order in which a batch draws them."""
INTO_AXES: set[str] = set()
"""The kinds that can be drawn into axes of the user's own."""
_ORDER: dict[str, float] = {}
_OF_ONE_RUN = {
    "lanes": "it shows the crossings of one run: draw a run of the batch with pangwa run SCENARIO --seed N --replicate K; the batch "
    "has ore_lanes_open and goods_lanes_open by month, in monthly, and each crossing in lanes where it was run with --record "
    "lanes=monthly"
}
"""Where to find figures that a batch has not."""


def figure(name: str, *, order: float = inf, into_axes: bool = False) -> Callable[[Draws], Draws]:
    """Register a function as a kind of figure.

    Args:
        name: of the kind, as ``pangwa plot --kind`` takes it, and of the file that is written.
        order: its place among the kinds, lowest first; equals follow by name. The last places when not given.
        into_axes: whether it heeds ``Asked.axes``.

    Raises:
        ValueError: a kind has this name already.
    """

    def register(draws: Draws) -> Draws:
        if name in KINDS:
            raise ValueError(f"there is a kind of figure '{name}' already; choose another name")
        _ORDER[name] = order
        known = {**KINDS, name: draws}
        KINDS.clear()
        KINDS.update(sorted(known.items(), key=lambda item: (_ORDER[item[0]], item[0])))
        INTO_AXES.update([name] if into_axes else [])
        return draws

    return register


def kind_named(name: str, kinds: Collection[str] | None = None) -> str:
    """The kind of figure whose name equals the given one but for case.

    Args:
        name: as the user gives it.
        kinds: those that there are; of a batch when None.

    Raises:
        ViewError: there is none.
    """
    names = KINDS if kinds is None else kinds
    known = {kind.casefold(): kind for kind in names}
    if name.casefold() in known:
        return known[name.casefold()]
    if kinds is None and name.casefold() in _OF_ONE_RUN:
        raise ViewError(f"there is no kind of figure '{name}' of a batch: {_OF_ONE_RUN[name.casefold()]}")
    close = difflib.get_close_matches(name.casefold(), known, n=1)
    hint = f"; did you mean '{known[close[0]]}'?" if close else ""
    raise ViewError(f"there is no kind of figure '{name}'; there are: {', '.join(names)}{hint}")


for _file in iter_modules(__path__, f"{__name__}."):
    import_module(_file.name)
