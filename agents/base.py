"""What all agents have in common."""

from __future__ import annotations

from typing import Any

from mesa import Model
from mesa.discrete_space import CellAgent

from model.live import LiveParameters
from model.parameters import ParameterTable


class Actor(CellAgent):
    """An agent that makes decisions every month.

    The phases of a month ask every actor of ``run.agents`` for its decisions by calling its methods; a subclass overrides any
    of them. What an actor decides by looking at many places is a compiled function that stands beside its class and takes
    :attr:`data`.

    Args:
        model: the Mesa model it lives in.
        parameters: its table as the scenario has it.
        record: the run's record of these parameters; that of :attr:`table` by default.
        **also: elements of other arrays that hold a parameter as well, as (array, index) by name.
    """

    table = ""
    """Name of its table in the run's ``rules``, for an actor that has one of its own there."""

    def __init__(
        self, model: Model, parameters: ParameterTable | LiveParameters, record: Any = None, **also: tuple[Any, int]
    ) -> None:
        super().__init__(model)
        self.run: Any = model.run
        """The run (:class:`model.run.Run`): its state, draws and event log."""
        self.data: Any = self.run.data
        """The run as compiled functions take it."""
        self.parameters = LiveParameters(parameters, self.run.rules[self.table] if record is None else record, also)
        """Its parameters as the run uses them, for reading and writing by name."""

    def stands_at(self) -> int:
        """Index of the place where it stands in ``model.grid``; -1 for who stands nowhere there."""
        return -1

    @property
    def cell(self) -> Any:
        """The township where it stands (:class:`model.grid.Township`), or None."""
        return self.model.grid.cell_of(self)

    @cell.setter
    def cell(self, cell: Any) -> None:
        """Refuse: it stands where :meth:`stands_at` says.

        Raises:
            AttributeError: a cell is given.
        """
        if cell is not None:
            raise AttributeError("an actor stands where stands_at() says: move its troops, or override that method")

    def remove(self) -> None:
        """Leave the model: from now on it decides nothing. What it holds, its garrisons, too, stays until taken."""
        super().remove()
        self.run.agents.dismiss(self)
