"""The tape: a tensor of balls knows what it was made of, and how each of those is asked for its part of a cotangent.

Knows nothing of any op of the vocabulary, and no rule of any road.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any

import numpy as np

from trivium_arb.ball import Balls, exact

Pull = Callable[[Balls], Balls]
Number = "Tensor | float | int"
COUNT = itertools.count()


class Tensor:
    """Balls, and per tensor that they were made of the map from ȳ to its x̄; `born` orders the tape."""

    __array_ufunc__ = None  # NumPy leaves the operators to this class

    def __init__(self, balls: Balls, made_of: Iterable[tuple[Tensor, Pull]] = (), *, followed: bool = False) -> None:
        self.balls = np.asarray(balls, object)  # NumPy hands out a bare ball where there is no axis
        self.made_of = tuple((x, pull) for x, pull in made_of if x.followed)
        self.followed: bool = followed or bool(self.made_of)
        self.born = next(COUNT)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.balls.shape

    @property
    def ndim(self) -> int:
        return self.balls.ndim

    def __neg__(self) -> Tensor:
        return Tensor(-self.balls, [(self, lambda y_bar: -y_bar)])

    def __add__(self, other: Any) -> Tensor:
        a, b = self, lift(other)
        return Tensor(
            np.asarray(a.balls + b.balls, object),
            [(a, lambda y_bar: gathered(y_bar, a.shape)), (b, lambda y_bar: gathered(y_bar, b.shape))],
        )

    def __sub__(self, other: Any) -> Tensor:
        return self + -lift(other)

    def __mul__(self, other: Any) -> Tensor:
        a, b = self, lift(other)
        return Tensor(
            np.asarray(a.balls * b.balls, object),
            [
                (a, lambda y_bar: gathered(y_bar * b.balls, a.shape)),
                (b, lambda y_bar: gathered(y_bar * a.balls, b.shape)),
            ],
        )

    def __truediv__(self, other: Any) -> Tensor:
        a, b = self, lift(other)
        y = np.asarray(a.balls / b.balls, object)
        return Tensor(
            y,
            [
                (a, lambda y_bar: gathered(y_bar / b.balls, a.shape)),
                (b, lambda y_bar: gathered(-y_bar * y / b.balls, b.shape)),
            ],
        )

    def __radd__(self, other: Any) -> Tensor:
        return self + other

    def __rsub__(self, other: Any) -> Tensor:
        return lift(other) - self

    def __rmul__(self, other: Any) -> Tensor:
        return self * other

    def __rtruediv__(self, other: Any) -> Tensor:
        return lift(other) / self


def lift(x: Any) -> Tensor:
    """A number or an array as a tensor that nothing asks for a cotangent; a tensor as it is."""
    return x if isinstance(x, Tensor) else Tensor(x if isinstance(x, np.ndarray) and x.dtype == object else exact(x))


def leaf(balls: Balls) -> Tensor:
    """A tensor that will be asked for its cotangent."""
    return Tensor(balls, followed=True)


def gathered(y_bar: Any, shape: tuple[int, ...]) -> Balls:
    """Σ over the axes along which an operand of this shape was repeated."""
    y_bar = np.asarray(y_bar, object)
    new = y_bar.ndim - len(shape)
    axes = (*range(new), *(i + new for i, n in enumerate(shape) if n == 1 and y_bar.shape[i + new] != 1))
    return np.asarray(np.add.reduce(y_bar, axis=axes), object).reshape(shape) if axes else y_bar.reshape(shape)


def backward(seeds: Iterable[tuple[Tensor, Balls]]) -> dict[int, Balls]:
    """The cotangent of every tensor on the tape, by its `born`; what the seeds do not reach is not in it."""
    bars: dict[int, Balls] = {}
    tensors: dict[int, Tensor] = {}
    waiting: list[int] = []

    def ask(tensor: Tensor, bar: Balls) -> None:
        if tensor.born in bars:
            bars[tensor.born] = np.asarray(bars[tensor.born] + bar, object)
        else:
            bars[tensor.born], tensors[tensor.born] = bar, tensor
            heappush(waiting, -tensor.born)

    for tensor, bar in seeds:
        ask(tensor, bar)
    while waiting:
        tensor = tensors[-heappop(waiting)]
        for x, pull in tensor.made_of:
            ask(x, np.asarray(pull(bars[tensor.born]), object))
    return bars
