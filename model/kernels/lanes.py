"""Sixty-four numbers at once: which of them are not 0.

Most of a table of actors and places is empty, and a loop asks one cell after another. Here a vector is compared at once, which
LLVM turns into what the processor has, and answers with a word of bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from model.kernels import installed, kernel

ONE = np.uint64(1)

if installed():
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def _load(target: Any, builder: Any, kind: Any, array: Any, at: Any, count: int) -> Any:
        data = target.make_array(kind)(target, builder, array).data
        element = target.get_data_type(kind.dtype)
        vector = ir.VectorType(element, count)
        return builder.load(
            builder.bitcast(builder.gep(data, [at]), vector.as_pointer()), align=kind.dtype.bitwidth // 8
        )

    def _which(count: int) -> Any:
        @intrinsic  # type: ignore[untyped-decorator]
        def which(context: Any, values: Any, at: Any) -> Any:
            def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
                loaded = _load(target, builder, signature.args[0], given[0], given[1], count)
                some = builder.icmp_unsigned("!=", loaded, ir.Constant(loaded.type, None))
                return builder.zext(builder.bitcast(some, ir.IntType(count)), ir.IntType(64))

            return types.uint64(values, types.int64), generate

        return which

    which_of_8, which_of_64 = _which(8), _which(64)

    @intrinsic  # type: ignore[untyped-decorator]
    def lowest(context: Any, bits: Any) -> Any:
        """Number of the lowest bit of a word that is set."""

        def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
            return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))

        return types.int64(types.uint64), generate

else:

    def which_of_8(values: Any, at: int) -> np.uint64:
        """Bits of those of eight numbers from a position on that are not 0."""
        return np.uint64(sum(int(values[at + k] != 0) << k for k in range(8)))

    def which_of_64(values: Any, at: int) -> np.uint64:
        """Bits of those of sixty-four numbers from a position on that are not 0."""
        return np.uint64(sum(int(values[at + k] != 0) << k for k in range(64)))

    def lowest(bits: np.uint64) -> int:
        """Number of the lowest bit of a word that is set."""
        return (int(bits) & -int(bits)).bit_length() - 1


@kernel
def which(values: Any, start: int, count: int) -> np.uint64:
    """Bits of those of up to sixty-four numbers from a position on that are not 0.

    Args:
        values: contiguous, of integers.
        start: the position.
        count: how many are left in the row; beyond the sixty-fourth they do not count.
    """
    if count >= 64:
        return which_of_64(values, start)
    bits = np.uint64(0)
    for first in range(0, count - 7, 8):
        bits |= which_of_8(values, start + first) << np.uint64(first)
    for k in range(count - count % 8, count):
        if values[start + k] != 0:
            bits |= ONE << np.uint64(k)
    return bits
