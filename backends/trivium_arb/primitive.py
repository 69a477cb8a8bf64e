"""The primitives: the few functions of which every op's definition is made, each with its derivative.

Knows nothing of any op. Each rule is proved without any rule, by Cauchy's bound, in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import acb, arb

from trivium_arb.ball import Array, Balls, Undecided, calling, each, exact, is_complex, product, sign, tied
from trivium_arb.tape import Tensor, gathered, lift

Axis = int | tuple[int, ...] | None

_exp, _tanh, _sech, _sin, _cos = map(calling, ("exp", "tanh", "sech", "sin", "cos"))
_erf, _erfc, _expm1, _log1p, _sqrt, _log = map(calling, ("erf", "erfc", "expm1", "log1p", "sqrt", "log"))
_complex_sqrt, _complex_log = (calling(f, analytic=True) for f in ("sqrt", "log"))
"""Without `analytic`, a rectangle that meets the branch cut gets a finite result, and Cauchy's bound would be void."""


def exp(x: Tensor) -> Tensor:
    """eˣ"""
    y = _exp(x.balls)
    return Tensor(y, [(x, lambda y_bar: y_bar * y)])


def expm1(x: Tensor) -> Tensor:
    """eˣ - 1, which needs no bits for the 1 where x is small"""
    return Tensor(_expm1(x.balls), [(x, lambda y_bar: y_bar * _exp(x.balls))])


def log(x: Tensor) -> Tensor:
    """The natural logarithm."""
    y = (_complex_log if is_complex(x.balls) else _log)(x.balls)
    return Tensor(y, [(x, lambda y_bar: y_bar / x.balls)])


def log1p(x: Tensor) -> Tensor:
    """log(1 + x), which needs no bits for the 1 where x is small"""
    y = _complex_log(x.balls + 1) if is_complex(x.balls) else _log1p(x.balls)  # acb.log1p knows no `analytic`
    return Tensor(y, [(x, lambda y_bar: y_bar / (x.balls + 1))])


def sqrt(x: Tensor) -> Tensor:
    """√x"""
    y = (_complex_sqrt if is_complex(x.balls) else _sqrt)(x.balls)
    return Tensor(y, [(x, lambda y_bar: y_bar / (y * 2))])


def tanh(x: Tensor) -> Tensor:
    """tanh x, with the slope sech² x, in which nothing cancels"""
    return Tensor(_tanh(x.balls), [(x, lambda y_bar: y_bar * _sech(x.balls) ** 2)])


def sin(x: Tensor) -> Tensor:
    """sin x"""
    return Tensor(_sin(x.balls), [(x, lambda y_bar: y_bar * _cos(x.balls))])


def cos(x: Tensor) -> Tensor:
    """cos x"""
    return Tensor(_cos(x.balls), [(x, lambda y_bar: -y_bar * _sin(x.balls))])


def erf(x: Tensor) -> Tensor:
    """2/√π times the integral of e^-t² from 0 to x"""
    return Tensor(_erf(x.balls), [(x, lambda y_bar: y_bar * _bell(x.balls))])


def erfc(x: Tensor) -> Tensor:
    """1 - erf x, which needs no bits for the 1 where x is large"""
    return Tensor(_erfc(x.balls), [(x, lambda y_bar: -y_bar * _bell(x.balls))])


def _bell(x: Balls) -> Balls:
    """2/√π e^-x²"""
    return np.asarray(_exp(-(x * x)) * (2 / arb.pi().sqrt()), object)


def pi() -> Tensor:
    """π"""
    return Tensor(np.asarray(arb.pi(), object))


def whole_power(x: Tensor, n: int) -> Tensor:
    """xⁿ for a whole n; x⁰ is 1 everywhere."""
    y = np.asarray(x.balls**n, object) if n else exact(np.ones(x.shape))
    return Tensor(y, [(x, lambda y_bar: y_bar * x.balls ** (n - 1) * n if n else y_bar * 0)])


def where(mask: Array, a: Any, b: Any) -> Tensor:
    """a where the mask is true, else b: the mask is settled, and has no derivative"""
    a, b, chosen = lift(a), lift(b), np.asarray(mask, bool)
    y = np.asarray(np.where(chosen, a.balls, b.balls), object)
    y = each(acb, y) if is_complex(a.balls) or is_complex(b.balls) else y
    nothing = exact(0)
    return Tensor(
        y,
        [
            (a, lambda y_bar: gathered(np.where(chosen, y_bar, nothing), a.shape)),
            (b, lambda y_bar: gathered(np.where(chosen, nothing, y_bar), b.shape)),
        ],
    )


def signs(x: Tensor) -> Array:
    """-1, 0 or 1 per entry, settled; Undecided where the balls leave it open"""
    return sign(x.balls)


def largest(x: Tensor, axis: int, among: Array | None = None) -> Array:
    """A mask of the largest entries along an axis, several where they are exactly equal; of those `among` if given"""
    return _extreme(x, axis, among, _above)


def smallest(x: Tensor, axis: int) -> Array:
    """A mask of the smallest entries along an axis, which largest(-x) is not: there one ball twice is two balls"""
    return _extreme(x, axis, None, lambda a, b: _above(b, a))


def _extreme(x: Tensor, axis: int, among: Array | None, beyond: Callable[[Any, Any], bool]) -> Array:
    balls = np.moveaxis(x.balls, axis, -1)
    open_ = np.ones(balls.shape, bool) if among is None else np.moveaxis(np.broadcast_to(among, x.shape), axis, -1)
    found = np.zeros(balls.shape, bool)
    for row in np.ndindex(*balls.shape[:-1]):
        found[row] = _outermost(balls[row], open_[row], beyond)
    return np.moveaxis(found, -1, axis)


def _outermost(row: Balls, among: Array, beyond: Callable[[Any, Any], bool]) -> Array:
    places = np.flatnonzero(among)
    best = row[places[0]]
    for i in places[1:]:
        if beyond(row[i], best):
            best = row[i]
    ties = [i for i in places if not beyond(best, row[i])]
    if any(row[i] is not best and not row[i] == best for i in ties):  # equal is: certainly equal
        raise Undecided
    tied(len(ties) > 1)
    found = np.zeros(row.shape, bool)
    found[ties] = True
    return found


def _above(a: Any, b: Any) -> bool:
    return bool(a.real > b.real)


def sum_(x: Tensor, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
    """Σ x over the axes, over all where None"""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = tuple(a % x.ndim for a in axes)
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    y = np.asarray(np.add.reduce(x.balls, axis=axes), object).reshape(kept) if axes else x.balls
    shape = kept if keepdims else tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return Tensor(y.reshape(shape), [(x, lambda y_bar: np.broadcast_to(y_bar.reshape(kept), x.shape))])


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """The products of the matrices in the last two axes, those in front broadcast"""
    return Tensor(
        product(a.balls, b.balls),
        [
            (a, lambda y_bar: gathered(product(y_bar, np.swapaxes(b.balls, -1, -2)), a.shape)),
            (b, lambda y_bar: gathered(product(np.swapaxes(a.balls, -1, -2), y_bar), b.shape)),
        ],
    )


def reshape(x: Tensor, shape: Sequence[int]) -> Tensor:
    """The same entries in another shape"""
    return Tensor(x.balls.reshape(tuple(shape)), [(x, lambda y_bar: np.asarray(y_bar, object).reshape(x.shape))])


def transpose(x: Tensor, axes: Sequence[int]) -> Tensor:
    """Axis i of the result is axis axes[i] of x"""
    back = np.argsort(axes)
    return Tensor(x.balls.transpose(tuple(axes)), [(x, lambda y_bar: y_bar.transpose(tuple(back)))])


def take(x: Tensor, places: Array) -> Tensor:
    """The entries of x, counted flat, at these places; 0 where a place is -1"""
    inside = places >= 0
    y = np.where(inside, x.balls.reshape(-1)[np.where(inside, places, 0)], _zero(x.balls))
    return Tensor(np.asarray(y, object), [(x, lambda y_bar: _put(y_bar, places, x.shape))])


def put(x: Tensor, places: Array, shape: Sequence[int]) -> Tensor:
    """Zeros in this shape, and every entry of x added at its place, counted flat; what has place -1 is lost"""
    inside = places >= 0
    back = np.where(inside, places, 0)
    return Tensor(
        _put(x.balls, places, tuple(shape)),
        [(x, lambda y_bar: np.where(inside, y_bar.reshape(-1)[back], exact(0)))],
    )


def _put(x: Balls, places: Array, shape: tuple[int, ...]) -> Balls:
    y = np.full(int(np.prod(shape, dtype=int)), _zero(x), object)
    inside = places >= 0
    np.add.at(y, places[inside], np.asarray(np.broadcast_to(x, places.shape), object)[inside])
    return y.reshape(shape)


def _zero(x: Balls) -> Any:
    return acb(0) if is_complex(x) else arb(0)


def concat(parts: Sequence[Tensor], axis: int) -> Tensor:
    """The tensors one behind the other along an axis"""
    ends = np.cumsum([0, *(part.shape[axis] for part in parts)])

    def of(i: int) -> Any:
        return lambda y_bar: np.moveaxis(np.moveaxis(y_bar, axis, 0)[ends[i] : ends[i + 1]], 0, axis)

    y = np.concatenate([part.balls for part in parts], axis=axis)
    return Tensor(y, [(part, of(i)) for i, part in enumerate(parts)])


__all__ = [
    "concat", "cos", "erf", "erfc", "exp", "expm1", "largest", "log", "log1p", "matmul", "pi", "put", "reshape",
    "signs", "sin", "smallest", "sqrt", "sum_", "take", "tanh", "transpose", "where", "whole_power",
]  # fmt: skip
