"""All processes' parameter tables together, as ``processes.<module>`` in a scenario file."""

from __future__ import annotations

from model.parameters import ParameterTable


class Processes(ParameterTable):
    """The parameter tables of the processes of a month."""
