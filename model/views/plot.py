"""Behind the command ``pangwa plot``: figures again from the tables of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.experiments.files import own_folder
from model.output.units import join
from model.views.figures import draw_chosen, nothing_to_show
from model.views.kinds import KINDS, kind_named
from model.views.read import Results, ViewError, nearest
from model.views.style import FORMATS, save


def plot(
    folder: Path,
    *,
    kind: Sequence[str] | None = None,
    outcome: Sequence[str] | None = None,
    actor: Sequence[str] | None = None,
    scenario: Sequence[str] | None = None,
    formats: Sequence[str] | None = None,
    out: Path | None = None,
) -> list[Path]:
    """Draw figures of a batch again.

    Args:
        folder: the batch's folder.
        kind: some of :data:`model.views.kinds.KINDS`; all when none is given.
        outcome: outcomes of the figure of effects.
        actor: actors of the figures of control (the first: of the map of probability).
        scenario: scenarios to show.
        formats: of png, svg, pdf.
        out: where to; the batch's ``figures/`` when not given.

    Raises:
        ViewError: something asked for is not there.
    """
    results = Results.open(folder)
    kinds = tuple(dict.fromkeys(map(kind_named, kind or KINDS)))
    suffixes = list(formats or ("png", "svg"))
    for suffix in suffixes:
        if suffix not in FORMATS:
            raise ViewError(f"there is no format '{suffix}'" + nearest(suffix, FORMATS))
    asked: dict[str, Any] = {"actor": actor or (), "outcome": outcome or (), "scenario": scenario or ()}
    figures = {name: draw_chosen(results, name, **asked) for name in kinds}
    target = out or Path(folder) / "figures"
    own_folder(target)
    paths: list[Path] = []
    for name, figure in figures.items():
        if figure is not None:
            paths += save(figure, target / name, suffixes, results.provenance)
    if not paths:
        raise ViewError(nothing_to_show(folder, join(kind or ())))
    return paths
