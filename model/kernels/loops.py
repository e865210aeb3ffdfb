"""The loops of NumPy's and SciPy's own functions, callable from kernels: exp, log, powers and the like to the last bit.

NumPy's vector code for such functions differs in the last digit from the C library's, which numba would call. A universal
function keeps the address of its loop over doubles in a public structure (``PyUFuncObject``: NumPy reference, "ufunc.reduce
and C-API"); kernels get the addresses in :data:`LOOPS`, an argument and not a constant, because they differ between processes.
"""

from __future__ import annotations

import ctypes
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.kernels import installed, kernel

Floats = NDArray[np.float64]
Loops = NDArray[np.int64]

EXP, LOG, POWER, SQRT, NDTRI, NDTR, EXPIT, LOGIT, BDTRIK, BDTR, PDTRIK, PDTR = range(12)
"""Rows of :data:`LOOPS`."""

_FUNCTIONS: tuple[Any, ...] = (
    *(np.exp, np.log, np.power, np.sqrt, special.ndtri, special.ndtr, special.expit, special.logit),
    *(special.bdtrik, special.bdtr, special.pdtrik, special.pdtr),
)


class _Head(ctypes.Structure):
    # The first fields of PyUFuncObject, the same in every release of NumPy 1 and 2.
    _fields_ = [
        ("references", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    ]


def _addresses() -> Loops:
    """(K, 2) address of each function's loop over doubles, and of the data that it is called with."""
    out = np.zeros((len(_FUNCTIONS), 2), np.int64)
    for row, function in enumerate(_FUNCTIONS):
        head = _Head.from_address(id(function))
        said = (head.nin, head.nout, head.nargs, head.ntypes)
        if said != (function.nin, function.nout, function.nargs, function.ntypes):
            raise ImportError("This NumPy lays its functions out in another way: set PANGWA_COMPILED=0.")
        # SciPy takes the trials of ``bdtr`` as whole numbers, which NumPy names l or q.
        whole = [kind for kind in ("dld->d", "dqd->d") if kind in function.types]
        which = function.types.index(whole[0] if whole else "d" * function.nin + "->d")
        out[row] = head.functions[which], head.data[which] or 0
    return out


LOOPS = np.zeros((len(_FUNCTIONS), 2), np.int64) if not installed() else _addresses()
"""(K, 2) addresses, for the kernels of this process alone."""

if installed():
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    @intrinsic  # type: ignore[untyped-decorator]
    def _run(context: Any, loop: Any, arrays: Any, count: Any, steps: Any) -> Any:
        """Call a loop on (4,) addresses of arrays and steps in bytes; it reads as many as it has arguments."""

        def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
            i64, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
            table = target.make_array(signature.args[0])(target, builder, given[0])
            address, data = (builder.load(builder.gep(table.data, [ir.Constant(i64, k)])) for k in range(2))
            places = [cgutils.alloca_once(builder, ir.ArrayType(i64, n)) for n in (4, 1, 4)]
            for place, value in ((places[0], given[1]), (places[2], given[3])):
                builder.store(value, place)
            builder.store(given[2], builder.bitcast(places[1], i64.as_pointer()))
            kind = ir.FunctionType(ir.VoidType(), [pointer] * 4).as_pointer()
            passed = [builder.bitcast(place, pointer) for place in places]
            builder.call(builder.inttoptr(address, kind), [*passed, builder.inttoptr(data, pointer)])
            return target.get_dummy_value()

        four = types.UniTuple(types.int64, 4)
        return types.void(types.int64[::1], four, types.int64, four), generate

    def _product(builder: Any, rows: Any, at: Any, kind: Any) -> Any:
        """Product of what stands at the same place of several rows, from the first row to the last."""
        out = None
        for address in cgutils.unpack_tuple(builder, rows):
            base = builder.inttoptr(address, ir.DoubleType().as_pointer())
            place = builder.bitcast(builder.gep(base, [at]), kind.as_pointer())
            out = builder.load(place, align=8) if out is None else builder.fmul(out, builder.load(place, align=8))
        return out

    @intrinsic  # type: ignore[untyped-decorator]
    def sum_of_eighths(context: Any, rows: Any, start: Any, count: Any) -> Any:
        """Sum of so many products of rows of doubles, a multiple of 8, at least 8: eight sums side by side, then those in pairs."""

        def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
            i64, eight = ir.IntType(64), ir.VectorType(ir.DoubleType(), 8)
            addresses, first, size = given
            sums = cgutils.alloca_once_value(builder, _product(builder, addresses, first, eight))
            span = (builder.add(first, ir.Constant(i64, 8)), builder.add(first, size), ir.Constant(i64, 8))
            with cgutils.for_range_slice(builder, *span, inc=True) as (at, _):
                builder.store(builder.fadd(builder.load(sums), _product(builder, addresses, at, eight)), sums)
            row = builder.load(sums)
            parts = [builder.extract_element(row, ir.Constant(i64, k)) for k in range(8)]
            while len(parts) > 1:
                parts = [builder.fadd(*parts[k : k + 2]) for k in range(0, len(parts), 2)]
            return parts[0]

        return types.float64(rows, types.int64, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]
    def product_at(context: Any, rows: Any, at: Any) -> Any:
        """Product of what stands at the same place of several rows of doubles, given by their addresses.

        A function that is passed addresses counts no references to arrays, which takes longer than a short sum.
        """

        def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
            return _product(builder, given[0], given[1], ir.DoubleType())

        return types.float64(rows, types.int64), generate

    @kernel
    def apply(loops: Loops, which: int, values: Floats, out: Floats) -> None:
        """Write what a function of one argument gives of (K,) values into ``out``, which may be the values themselves.

        Args:
            loops: :data:`LOOPS`.
            which: its row.
            values: (K,) contiguous.
            out: (K,) contiguous.
        """
        _run(loops[which], (values.ctypes.data, out.ctypes.data, 0, 0), len(values), (8, 8, 0, 0))

    @kernel
    def raise_to(loops: Loops, values: Floats, exponent: float, out: Floats) -> None:
        """Write ``values ** exponent`` into ``out``, which may be the values themselves, as NumPy has it.

        Args:
            loops: :data:`LOOPS`.
            values: (K,) contiguous, at least 0.
            exponent: one number.
            out: (K,) contiguous.
        """
        # NumPy takes these short cuts for a single exponent.
        if exponent == 1.0:
            out[:] = values
        elif exponent == 0.5:
            _run(loops[SQRT], (values.ctypes.data, out.ctypes.data, 0, 0), len(values), (8, 8, 0, 0))
        elif exponent == 2.0:
            for k in range(len(values)):
                out[k] = values[k] * values[k]
        elif exponent == 0.0:
            out[:] = 1.0
        else:
            power = np.full(1, exponent)
            _run(loops[POWER], (values.ctypes.data, power.ctypes.data, out.ctypes.data, 0), len(values), (8, 0, 8, 0))

    @kernel
    def binomial_inverse(loops: Loops, u: float, trials: int, chance: float) -> int:
        """Least count whose binomial distribution function reaches ``u``; see ``model.draws._inverse_binomial``."""
        given, n = np.array([u, float(trials), chance, 0.0]), np.array([trials])
        at = given.ctypes.data
        _run(loops[BDTRIK], (at, at + 8, at + 16, at + 24), 1, (8, 8, 8, 8))
        guess = np.ceil(given[3])
        guess = min(max(guess if guess == guess else 0.0, 0.0), float(trials))
        given[1] = max(guess - 1, 0.0)
        _run(loops[BDTR], (at + 8, n.ctypes.data, at + 16, at + 24), 1, (8, 8, 8, 8))
        return int(given[1] if guess > 0 and given[3] >= u else guess)

    @kernel
    def poisson_inverse(loops: Loops, u: float, mean: float) -> int:
        """Least count whose Poisson distribution function reaches ``u``; see ``model.draws._inverse_poisson``."""
        given = np.array([u, mean, 0.0, 0.0])
        at = given.ctypes.data
        _run(loops[PDTRIK], (at, at + 8, at + 16, 0), 1, (8, 8, 8, 0))
        guess = np.ceil(given[2])
        guess = max(guess if guess == guess else 0.0, 0.0)
        given[2] = max(guess - 1, 0.0)
        _run(loops[PDTR], (at + 16, at + 8, at + 24, 0), 1, (8, 8, 8, 0))
        return int(given[2] if guess > 0 and given[3] >= u else guess)

else:

    def _products(rows: tuple[int, ...], start: int, count: int) -> Floats:
        found = [(ctypes.c_double * count).from_address(address + 8 * start) for address in rows]
        return np.asarray(reduce(np.multiply, [np.ctypeslib.as_array(row) for row in found]))

    def sum_of_eighths(rows: tuple[int, ...], start: int, count: int) -> float:
        """Sum of so many products of rows of doubles, a multiple of 8 from 8 to 128."""
        return float(_products(rows, start, count).sum())

    def product_at(rows: tuple[int, ...], at: int) -> float:
        """Product of what stands at the same place of several rows of doubles, given by their addresses."""
        return float(_products(rows, at, 1)[0])

    def binomial_inverse(loops: Loops, u: float, trials: int, chance: float) -> int:
        """Least count whose binomial distribution function reaches ``u``."""
        guess = float(np.clip(np.ceil(np.nan_to_num(special.bdtrik(u, trials, chance))), 0.0, trials))
        lower = max(guess - 1, 0.0)
        return int(lower if guess > 0 and special.bdtr(lower, trials, chance) >= u else guess)

    def poisson_inverse(loops: Loops, u: float, mean: float) -> int:
        """Least count whose Poisson distribution function reaches ``u``."""
        guess = max(float(np.nan_to_num(np.ceil(special.pdtrik(u, mean)))), 0.0)
        lower = max(guess - 1, 0.0)
        return int(lower if guess > 0 and special.pdtr(lower, mean) >= u else guess)

    def apply(loops: Loops, which: int, values: Floats, out: Floats) -> None:
        """Write what a function of one argument gives of (K,) values into ``out``."""
        _FUNCTIONS[which](values, out=out)

    def raise_to(loops: Loops, values: Floats, exponent: float, out: Floats) -> None:
        """Write ``values ** exponent`` into ``out``."""
        out[:] = values**exponent
