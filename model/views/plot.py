"""Behind the command ``pangwa plot``: figures again from the tables of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from model.output.outcomes import outcome_list
from model.views.figures import draw
from model.views.kinds import KINDS, kind_named
from model.views.read import Results, ViewError, nearest
from model.views.style import FORMATS, save


def plot(
    folder: Path,
    *,
    kind: str | None = None,
    outcome: Sequence[str] | None = None,
    actor: Sequence[str] | None = None,
    scenario: Sequence[str] | None = None,
    formats: Sequence[str] | None = None,
    out: Path | None = None,
) -> list[Path]:
    """Draw figures of a batch again.

    Args:
        folder: the batch's folder.
        kind: one of :data:`model.views.kinds.KINDS`; all when not given.
        outcome: outcomes of the figure of effects.
        actor: actors of the figures of control (the first: of the map of probability).
        scenario: scenarios to show.
        formats: of png, svg, pdf.
        out: where to; the batch's ``figures/`` when not given.

    Raises:
        ViewError: something asked for is not there.
    """
    results = Results.open(folder)
    kinds = tuple(KINDS) if kind is None else (kind_named(kind),)
    actors = [results.pick("actor", name, results.actors) for name in actor or ()] or None
    if scenario:
        chosen = [results.pick("scenario", name, results.scenarios) for name in scenario]
        results = results.only(list(dict.fromkeys(chosen)))
    names = [known.name for known in outcome_list(results.actors)]
    outcomes = [results.pick("outcome", name, names) for name in outcome or ()] or None
    suffixes = list(formats or ("png", "svg"))
    for suffix in suffixes:
        if suffix not in FORMATS:
            raise ViewError(f"there is no format '{suffix}'" + nearest(suffix, FORMATS))
    target = out or Path(folder) / "figures"
    target.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in kinds:
        figure = draw(results, name, actors, outcomes)
        if figure is not None:
            paths += save(figure, target / name, suffixes, results.provenance)
    if not paths:
        why = (
            "no effects to show; choose a scenario other than the reference" if kind == "effects" else "nothing to show"
        )
        raise ViewError(f"{folder}: {why}")
    return paths
