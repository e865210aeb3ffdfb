"""Arguments that a kernel takes at every call of a run, handed over once.

To hand an array to a kernel takes numba some 70 ns, and to look up the type of a tuple of arrays as much again; a month hands
over some four hundred. What keeps its place for a run is therefore bound once, and the kernel takes one argument for all.
To hand an array back takes half a microsecond, so kernels write what they find into arrays that are bound as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import installed, kernel

Ints = NDArray[np.int64]


class Gatherer:
    """Whoever binds arrays of a state: they are gathered once, and again where a model has been given another state."""

    _state: Any = None
    _tally: Any = None

    def finds_another(self, state: Any) -> bool:
        """Whether this is not the state of the last call, with its tally."""
        if state is self._state and state.tally is self._tally:
            return False
        self._state, self._tally = state, state.tally
        return True


if installed():
    from numba import types
    from numba.core import cgutils
    from numba.experimental import structref
    from numba.extending import intrinsic

    @structref.register
    class _BoundType(types.StructRef):  # type: ignore[misc]
        """Numba's type of :class:`Bound`."""

    class Bound(structref.StructRefProxy):  # type: ignore[misc]
        """What :func:`bind` makes; kernels read its ``values``."""

        __slots__ = ("owned",)

    structref.define_constructor(Bound, _BoundType, ["values"])
    structref.define_boxing(_BoundType, Bound)

    def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
        """A value whose arrays have no owner whose references kernels would count."""
        if isinstance(kind, types.BaseTuple):
            parts = zip(kind, cgutils.unpack_tuple(builder, value), strict=True)
            return context.make_tuple(builder, kind, [_without_owner(context, builder, *part) for part in parts])
        if isinstance(kind, types.Array):
            array = context.make_array(kind)(context, builder, value)
            array.meminfo = cgutils.get_null_value(array.meminfo.type)
            array.parent = cgutils.get_null_value(array.parent.type)
            return array._getvalue()
        return value

    @intrinsic  # type: ignore[untyped-decorator]
    def _borrow(context: Any, values: Any) -> Any:
        """The same values, whose arrays belong to whoever calls."""

        def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
            return _without_owner(target, builder, signature.args[0], given[0])

        return values(values), generate

    @kernel
    def _bind(values: Any) -> Any:
        return Bound(_borrow(values))

    def bind(*values: Any) -> Bound:
        """Bind arguments for kernels.

        Args:
            values: arrays, numbers, and tuples of them. Arrays must keep their place for as long as what is returned is
                used, and no kernel may return one.
        """
        bound = _bind(values)
        bound.owned = values  # for kernels count no references to them
        return bound

else:

    class Bound:  # type: ignore[no-redef]
        """What :func:`bind` makes; kernels read its ``values``."""

        def __init__(self, values: tuple[Any, ...]) -> None:
            self.values = values

    def bind(*values: Any) -> Bound:
        """Bind arguments for kernels."""
        return Bound(values)


@kernel
def note_rows(found: Ints, rows: Ints) -> int:
    """Write (K,) or (K, C) ``found`` into the first of the ``rows``, and return how many they are."""
    rows[: len(found)] = found
    return len(found)


def noted(rows: tuple[Ints, ...], counts: tuple[int, ...]) -> list[list[Any]]:
    """What :func:`note_rows` has written into each of some arrays of rows."""
    return [some[:count].tolist() if count else [] for some, count in zip(rows, counts, strict=True)]
