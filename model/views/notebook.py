"""Figures in notebooks: the same pictures as in files, shown where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.views.live import as_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(figure: Figure) -> Any:
    """Show a figure as the result of a notebook's cell; the figure is emptied.

    Args:
        figure: from any of the drawing functions of ``model.views``.

    Returns:
        The picture for IPython.
    """
    # Only notebooks have IPython; it is none of the model's dependencies.
    from IPython.display import Image

    return Image(as_png(figure))
