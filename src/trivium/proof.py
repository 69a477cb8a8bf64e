"""A person's own NumPy gradient, proved wrong: no rounding in the argument, and no tolerance.

Knows nothing of specs and backends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trivium.errors import BackendError, OracleError, did_you_mean
from trivium.referee import Proof, load_referee


def prove(
    f: Callable[..., Any],
    grad: Callable[..., Any],
    *,
    at: Mapping[str, Any] | Sequence[Any],
    wrt: Sequence[str] | None = None,
) -> Proof:
    """A gradient that a person wrote in NumPy, proved wrong or found consistent: no rounding, no tolerance.

    Both functions run, unmodified, on exact numbers with a radius (balls), the loss in the complex plane too: Cauchy's
    bound then encloses its derivative, and what does not meet that is wrong.

    f     the loss: arrays in, one number out
    grad  the same arrays in; a mapping of names to gradients, a sequence of them in the order of `wrt`, or one array
    at    the arrays, by parameter name (f is called with keywords), or in order
    wrt   the arguments whose gradients are proved; those that `grad` names where None

    Whole numbers and masks that nobody asks for a gradient are handed over as they are.

    Raises OracleError where the code does what no exact number can do (writes to an array of floats, calls SciPy), and
    BackendError where the extra `exact` is not installed.
    """
    referee = load_referee()
    if referee is None:
        raise BackendError("a proof needs the extra `exact`; pip install 'trivium[exact]'")
    by_name = isinstance(at, Mapping)
    arrays = {str(n): _array(n, x) for n, x in (at.items() if isinstance(at, Mapping) else enumerate(at))}

    def call(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
        return function(**given) if by_name else function(*given.values())

    names = tuple(wrt) if wrt is not None else _named(call(grad, arrays), arrays)

    def graded(given: Mapping[str, Any]) -> Mapping[str, Any]:
        found = call(grad, given)
        if isinstance(found, Mapping):
            return found
        return dict(zip(names, found if isinstance(found, tuple | list) else (found,), strict=True))

    unknown = [n for n in names if n not in arrays]
    if unknown:
        raise OracleError(f"no argument {unknown[0]!r} in at{did_you_mean(unknown[0], arrays)}")
    if not names:
        raise OracleError("nothing to prove: grad names no argument that stands in at")
    return referee.prove(lambda given: call(f, given), graded, arrays, names)


def _array(name: object, x: Any) -> np.ndarray[Any, Any]:
    """One argument; OracleError for what float64 cannot hold."""
    found = np.asarray(x)
    if found.dtype.kind in "biu" or found.dtype in (np.float16, np.float32, np.float64):
        return found
    raise OracleError(f"argument {name} of at holds {found.dtype}: a proof needs real numbers of float64 at most")


def _named(told: object, arrays: Mapping[str, Any]) -> tuple[str, ...]:
    """The arguments whose gradients were given: by name, or all in order."""
    return tuple(n for n in told if n in arrays) if isinstance(told, Mapping) else tuple(arrays)
