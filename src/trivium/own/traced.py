"""The network that a person's NumPy function is: the function runs once on symbols, and what it does is recorded.

Where it cannot run on symbols (it looks at numbers, or writes into an array), there is none. Knows nothing of
gradients.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.own.calling import Code, repeating
from trivium.own.network import LINE_OF
from trivium.own.result import read
from trivium.own.symbol import ArrayMetError, Behind, Symbol
from trivium.spec.graph import Spec
from trivium.spec.node import name_fault
from trivium.spec.tensor import Tensor
from trivium.spec.trace import trace

COTANGENT = "cotangent"
"""The input by which an output that is no single number is multiplied, before it is summed."""
FOREIGN = (SpecError, TypeError, ValueError, AttributeError, IndexError, KeyError, ZeroDivisionError, OverflowError)
"""What code raises that wants numbers where there are symbols."""
MOST_ARRAYS = 8
"""Arrays of a function's own (a dropout mask, a start state) that are fed to its network beside its arguments."""
MOST = 400
"""Steps past which a function is too long to look for a mistake in."""


@dataclass(frozen=True)
class Traced:
    """A function as a network, the numbers that it is fed, and the line of the person's file where each step stands."""

    spec: Spec
    given: Mapping[str, Array]
    lines: Mapping[str, str]


def traced(code: Code, given: Mapping[str, Array]) -> Traced | None:
    """The network that a function is at these numbers; None where it is none that can be told."""
    fed = {n.replace(" ", "_"): x for n, x in given.items()}
    if code.f is None or any(name_fault(n) for n in fed) or any(x.size == 0 for x in fed.values()):
        return None
    moving, names = [n.replace(" ", "_") for n in code.moving], tuple(fed)
    if code.cotangent is not None:
        fed[COTANGENT] = np.asarray(code.cotangent, np.float64)
    for _ in range(MOST_ARRAYS):
        try:
            return _recorded(code, names, fed, moving)
        except ArrayMetError as met:
            fed[f"array_{len(fed)}"] = met.array
        except FOREIGN:
            return None
    return None


def _recorded(code: Code, names: tuple[str, ...], fed: Mapping[str, Array], moving: Sequence[str]) -> Traced | None:
    shapes = {n: " ".join(map(str, x.shape)) for n, x in fed.items()}
    seen: list[tuple[Tensor, str]] = []
    with repeating():
        spec = trace(
            _symbolic(code, names, fed, seen),
            vocabulary=OPS,
            inputs={n: s for n, s in shapes.items() if n not in moving},
            parameters={n: s for n, s in shapes.items() if n in moving},
            name="yours",
        )
    spec = _alive(spec)
    if len(spec.nodes) > MOST:
        return None
    lines = {tensor.name: place for tensor, place in seen}
    return Traced(spec, fed, {n.name: lines[n.name] for n in spec.nodes if n.name in lines})


def _symbolic(
    code: Code, names: tuple[str, ...], fed: Mapping[str, Array], seen: list[tuple[Tensor, str]]
) -> Callable[..., Any]:
    """The function on symbols: it gives the loss, behind whatever it has named."""

    def run(**tensors: Tensor) -> dict[str, Tensor]:
        def noted(tensor: Tensor) -> None:
            seen.append((tensor, _place()))

        def known_array(x: Array) -> Tensor:
            name = next((n for n, y in fed.items() if n not in names and np.array_equal(x, y)), None)
            if name is None:
                raise ArrayMetError(np.asarray(x, None if np.asarray(x).dtype.kind == "i" else np.float64))
            return tensors[name]

        behind = Behind(noted, known_array, {n: fed[n] for n in names})
        symbols = {n: Symbol(tensors[n], behind) for n in names}
        f: Any = code.f
        result = read(
            f(**dict(zip(code.names, symbols.values(), strict=True))) if code.by_name else f(*symbols.values())
        )
        known = {t._source for t in tensors.values()}
        named: dict[str, Tensor] = {}
        for name, value in result.named.items():
            free = isinstance(value, Symbol) and name not in tensors and not name_fault(str(name))
            if free and value.tensor._source not in known:
                known.add(value.tensor._source)
                named[str(name)] = value.tensor
        if code.cotangent is None:
            loss = result.loss.reshape(())
        else:
            loss = (result.output * Symbol(tensors[COTANGENT], behind)).sum()
        return {**{n: t for n, t in named.items() if t is not loss.tensor}, "the_loss": loss.tensor}

    return run


def _alive(spec: Spec) -> Spec:
    """Without what does not reach the loss: what was recorded on the way to a step that is known by name."""
    needed, nodes = {spec.loss}, []
    for node in reversed(spec.nodes):
        if needed & set(node.outputs):
            nodes.append(node)
            needed |= set(node.inputs)
    return replace(spec, nodes=tuple(reversed(nodes)))


def _place() -> str:
    """The line of the person's file that is running: "mine.py, line 12"."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("trivium", "numpy"):
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}{LINE_OF}{frame.f_lineno}"
