"""A symbol that stands where a person's NumPy code has an array: what is done with it is recorded as ops.

Knows nothing of gradients; what has no op is refused, and a function that needs it is no network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from trivium.own.indexing import item
from trivium.own.recognised import RECOGNISED
from trivium.spec.tensor import Tensor


class ArrayMetError(Exception):
    """An array of numbers stands beside a symbol: it has to be fed in."""

    def __init__(self, array: Any) -> None:
        super().__init__(f"an array of shape {np.shape(array)}")
        self.array = array


@dataclass(frozen=True)
class Behind:
    """What is told of every tensor that is made, what knows the tensor that an array is fed as, and the arguments."""

    made: Callable[[Tensor], None]
    known: Callable[[Any], Tensor]
    given: Mapping[str, Any]


class Symbol:
    """An array without numbers: it has a shape, operators, and the functions of NumPy that are ops.

    origin  how it was made: an op and what went in, so that a sigmoid is known by its parts
    """

    __array_priority__ = 1000
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, tensor: Tensor, behind: Behind, origin: tuple[Any, ...] = ()) -> None:
        self.tensor, self.behind, self.origin = tensor, behind, origin

    shape = property(lambda self: self.tensor.shape)
    ndim = property(lambda self: len(self.tensor.shape))
    size = property(lambda self: math.prod(self.tensor.shape))
    dtype = property(lambda self: np.dtype(np.float64))
    T = property(lambda self: self.op("transpose", self))

    def op(self, name: str, *operands: Any, **attrs: Any) -> Symbol:
        """Record an op; a step that people write in several is recorded as the one that it is."""
        known = RECOGNISED.get(name)
        whole = None if known is None else known(operands, attrs)
        if whole is not None:
            name, operands, attrs = whole
        tensor: Tensor = self.tensor._recorder.operator(name, *map(self._operand, operands), **attrs)
        self.behind.made(tensor)
        return Symbol(tensor, self.behind, (name, operands, attrs))

    def _operand(self, x: Any) -> Any:
        if isinstance(x, Symbol):
            return x.tensor
        return float(x) if np.ndim(x) == 0 else self.behind.known(x)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array without axes")
        return int(self.shape[0])

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Symbol:
        found: Symbol = item(self, key if isinstance(key, tuple) else (key,))
        return found

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **rest: Any) -> Any:
        made = UFUNCS.get(ufunc.__name__)
        if made is None or method != "__call__" or rest:
            raise TypeError(f"numpy.{ufunc.__name__} is no op")
        return made(self, *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        made = FUNCTIONS.get(function.__name__)
        if made is None:
            raise TypeError(f"numpy.{function.__name__} is no op")
        return made(*args, **kwargs)

    def __bool__(self) -> bool:
        raise TypeError("a symbol is neither true nor false")

    def copy(self) -> Symbol:
        return self

    def astype(self, dtype: Any, **rest: Any) -> Symbol:
        if np.dtype(dtype) != np.float64:
            raise TypeError("a symbol has one precision")
        return self

    def reshape(self, *shape: Any) -> Symbol:
        return reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Symbol:
        return transpose(self, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None)

    def ravel(self) -> Symbol:
        return reshape(self, (self.size,))

    flatten = ravel

    def dot(self, other: Any) -> Symbol:
        made: Symbol = dot(self, other)
        return made


def reshape(x: Symbol, shape: Any, **rest: Any) -> Symbol:
    """One of the sizes may be -1."""
    sizes = (shape,) if isinstance(shape, int | np.integer) else tuple(int(n) for n in shape)
    known = math.prod(n for n in sizes if n != -1)
    full = tuple(x.size // known if n == -1 else n for n in sizes)
    if rest:
        raise TypeError("another order of entries is no op")
    return x if full == x.shape else x.op("reshape", x, shape=" ".join(map(str, full)))


def transpose(x: Symbol, axes: Any = None) -> Symbol:
    return x.op("transpose", x) if axes is None else x.op("transpose", x, axes=tuple(int(a) for a in axes))


def dot(a: Any, b: Any) -> Any:
    """A product of matrices, or of numbers with them; vectors as NumPy means them."""
    some = a if isinstance(a, Symbol) else b
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return some.op("mul", a, b)
    if np.ndim(a) > 2 or np.ndim(b) > 2:
        raise TypeError("numpy.dot of more than two axes is no op")
    return matmul(some, a, b)


def matmul(some: Symbol, a: Any, b: Any) -> Symbol:
    """A vector is a row before a matrix, and a column after it."""
    left = a.reshape(1, -1) if np.ndim(a) == 1 else a
    right = b.reshape(-1, 1) if np.ndim(b) == 1 else b
    found = some.op("matmul", left, right)
    shape = found.shape
    shape = shape[:-1] if np.ndim(b) == 1 else shape
    shape = (
        (*shape[:-2], *shape[-1:]) if np.ndim(a) == 1 and np.ndim(b) > 1 else shape[:-1] if np.ndim(a) == 1 else shape
    )
    return reshape(found, shape)


def _power(some: Symbol, x: Any, y: Any) -> Symbol:
    if isinstance(y, Symbol):
        return some.op("power", x, y)
    known = {2.0: "square", 0.5: "sqrt"}.get(float(y))
    return some.op(known, x) if known else some.op("pow", x, exponent=float(y))


def _reduced(name: str) -> Callable[..., Symbol]:
    def reduce(x: Symbol, axis: Any = None, *, keepdims: bool = False, **rest: Any) -> Symbol:
        more = {"ddof": int(rest.pop("ddof", 0))} if name in ("variance", "standard_deviation") else {}
        if any(value is not None for value in rest.values()):
            raise TypeError(f"numpy.{name} with {', '.join(rest)} is no op")
        at = axis if axis is None or isinstance(axis, int) else tuple(int(a) for a in axis)
        return x.op(name, x, axis=at, keepdims=bool(keepdims), **more)

    return reduce


def _some(parts: Any) -> Symbol:
    """A symbol among what is handed over."""
    return next(part for part in parts if isinstance(part, Symbol))


def _concatenated(parts: Any, axis: int = 0) -> Symbol:
    return _some(parts).op("concat", *parts, axis=axis)


def _stacked(parts: Any, axis: int = 0) -> Symbol:
    return _some(parts).op("stack", *parts, axis=axis)


PLAIN = ("add", "square", "exp", "log", "expm1", "log1p", "sqrt", "sin", "cos", "tanh", "maximum", "minimum", "sign")
RENAMED = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "negative": "neg",
    "absolute": "abs",
}
UFUNCS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{name: lambda some, *x, op=name: some.op(op, *x) for name in PLAIN},
        **{name: lambda some, *x, op=op: some.op(op, *x) for name, op in RENAMED.items()},
        "matmul": matmul,
        "power": _power,
    }
)
"""NumPy's functions of numbers, as ops."""
REDUCED = {
    "var": "variance",
    "std": "standard_deviation",
    "sum": "sum",
    "mean": "mean",
    "amax": "max",
    "max": "max",
    "amin": "min",
    "min": "min",
    "prod": "prod",
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{name: _reduced(op) for name, op in REDUCED.items()},
        "dot": dot,
        "reshape": reshape,
        "transpose": transpose,
        "ravel": lambda x: x.ravel(),
        "concatenate": _concatenated,
        "stack": _stacked,
        "einsum": lambda equation, *x: _some(x).op("einsum", *x, equation=equation),
        "zeros_like": lambda x: np.zeros(x.shape),
        "ones_like": lambda x: np.ones(x.shape),
        "expand_dims": lambda x, axis: reshape(x, np.expand_dims(np.empty(x.shape), axis).shape),
        "squeeze": lambda x, axis=None: reshape(x, np.empty(x.shape).squeeze(axis).shape),
        "ndim": lambda x: x.ndim,
        "size": lambda x, axis=None: x.size if axis is None else x.shape[axis],
        "shape": lambda x: x.shape,
        "copy": lambda x: x,
    }
)
"""NumPy's functions of arrays, as ops."""


def _method(name: str) -> Callable[..., Any]:
    def call(self: Symbol, *args: Any, **rest: Any) -> Any:
        return FUNCTIONS[name](self, *args, **rest)

    return call


def _operator(name: str, *, swapped: bool = False) -> Callable[..., Any]:
    def call(self: Symbol, *others: Any) -> Any:
        return UFUNCS[name](self, *((*others, self) if swapped else (self, *others)))

    return call


OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "matmul": "matmul",
    "pow": "power",
}
for _name in REDUCED:
    setattr(Symbol, _name, _method(_name))
setattr(Symbol, "__neg__", _operator("negative"))  # noqa: B010  as the others are
for _name, _ufunc in OPERATORS.items():
    setattr(Symbol, f"__{_name}__", _operator(_ufunc))
    setattr(Symbol, f"__r{_name}__", _operator(_ufunc, swapped=True))
