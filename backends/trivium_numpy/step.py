"""One step by hand: a rule run forward or back, and what it gives held to what it should be.

Knows nothing of networks: what every rule would repeat is done here, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.errors import BackendError
from trivium.spec.op import Attributes
from trivium_numpy.noise import Shaker
from trivium_numpy.rule import Rule, Saved, asked, unbroadcast

Arrays = tuple[Array, ...]
Bars = tuple[Array | None, ...]


@dataclass(frozen=True)
class Step:
    """A node as it is run: its rule, what a message calls it, and which of its inputs have a cotangent to give.

    shapes  of its outputs
    """

    name: str
    rule: Rule
    title: str
    attrs: Attributes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    needed: tuple[bool, ...]


def run_forward(
    rule: Rule, title: str, attrs: Attributes, inputs: Arrays, shaker: Shaker | None, dtype: str = "float64"
) -> tuple[Arrays, Saved]:
    """A rule's forward pass: its outputs as arrays, and what it saved; both shaken where a shaker is given."""
    pair = rule.forward(*(shaker.all(inputs) if shaker else inputs), **attrs)
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise BackendError(f"{title}: forward returns {_kind(pair)}, needs a pair (y, saved)")
    y, saved = pair
    outputs = tuple([_array(part, dtype) for part in several(y)])
    return (shaker.all(outputs), shaker.saved(saved)) if shaker else (outputs, saved)


def run_vjp(
    rule: Rule,
    title: str,
    saved: Saved,
    inputs: Arrays,
    y_bars: Arrays,
    shaker: Shaker | None,
    needed: tuple[bool, ...] | None = None,
) -> Bars:
    """A rule's backward pass: one cotangent per input, of the input's own shape and dtype, checked.

    Those that are not needed may be None; all are where `needed` is.
    """
    if shaker:
        y_bars = shaker.all(y_bars)
    x_bars = rule.vjp(saved, y_bars if rule.several else y_bars[0])
    if not isinstance(x_bars, tuple | list):
        raise BackendError(f"{title}: vjp returns {_kind(x_bars)}, needs a tuple: one cotangent per input")
    counted(title, "cotangents", len(x_bars), len(inputs))
    if needed is not None:
        x_bars = tuple([x_bar if wanted else None for x_bar, wanted in zip(x_bars, needed, strict=True)])
    finished = tuple(
        [None if b is None else _finish(rule, title, x, asked(b)) for x, b in zip(inputs, x_bars, strict=True)]
    )
    return shaker.all(finished) if shaker else finished


def _finish(rule: Rule, title: str, x: Array, x_bar: Array | None) -> Array | None:
    if type(x_bar) is np.ndarray and x_bar.shape == x.shape and x_bar.dtype == x.dtype:
        return x_bar
    if x_bar is None:
        return None
    whole = np.asarray(unbroadcast(np.asarray(x_bar), x.shape) if rule.broadcasts else x_bar)
    check(title, "cotangent", whole, x.shape, x.dtype)
    return whole


def check(title: str, what: str, array: Array, shape: tuple[int, ...], dtype: Any) -> None:
    if array.shape != shape or array.dtype != dtype:
        raise BackendError(f"{title} gives {what} {array.dtype} {array.shape}, needs {np.dtype(dtype)} {shape}")


def counted(title: str, what: str, found: int, needed: int) -> None:
    if found != needed:
        raise BackendError(f"{title} gives {found} {what}, needs {needed}")


def _kind(found: object) -> str:
    """What a rule returned in place of a tuple."""
    return f"{found.dtype} {found.shape}" if isinstance(found, np.ndarray) else f"a {type(found).__name__}"


def several(y: Any) -> tuple[Any, ...]:
    return y if isinstance(y, tuple) else (y,)


def lent(x: Array, dtype: str = "float64") -> Array:
    """The array in this dtype (labels, masks and complex numbers as they are), seen through a read-only window."""
    return frozen(np.asarray(x, dtype if x.dtype.kind == "f" else None).view())


def _array(y: Any, dtype: str) -> Array:
    """An output; in the program's precision where it has none of its own: a number, what is counted out of labels."""
    if type(y) is np.ndarray and y.dtype.kind in "fc":
        return y
    typeless = not isinstance(y, np.ndarray | np.generic) or y.dtype.kind in "biu"
    return np.asarray(y, dtype if typeless else None)


def frozen(x: Array) -> Array:
    """The array, read-only: a rule that writes to what it was lent fails at once."""
    x.setflags(write=False)
    return x
