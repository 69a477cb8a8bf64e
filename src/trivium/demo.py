"""The demonstration: a small network, two oracles that know no derivative rule, every backend, and a planted mistake.

Knows nothing of command lines; each act is a function that returns text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from trivium.backend import Array, Backend, installed, load_backend, loss_alone
from trivium.oracles import complex_step, finite_difference
from trivium.probe import draw
from trivium.report.number import few, rough
from trivium.report.phrase import listed, wrapped
from trivium.report.table import table
from trivium.spec.graph import Spec
from trivium.spec.signature import show as shape_text
from trivium.spec.text import show
from trivium.verbs import check
from trivium.zoo import notebook

TARGET, SIZES = "zoo:notebook", {"N": 2}
PLANTED = "g9"
Act = Callable[..., str]


def acts() -> tuple[Act, ...]:
    """The demonstration in order; each act takes `width` and `color`."""
    return network, oracles, agreement, mistake


def network(*, width: int, color: bool) -> str:
    """What is differentiated."""
    told = (
        "A network is written once: what is fed in, one step a line, one loss. Nothing in it says how to differentiate."
    )
    return _act("1. One network", told, show(_spec()).rstrip(), width=width)


def oracles(*, width: int, color: bool) -> str:
    """The handwritten gradient against two oracles that use function values alone."""
    spec = _spec()
    given = draw(spec)
    told = (
        "The derivative of every step is written by hand, in NumPy. Two oracles that know no rule for a derivative, "
        "only the values of the loss, are asked too: central differences, which come with an error bar, and the "
        "complex step, which needs none. The largest difference from the handwritten gradient:"
    )
    rows, inside = zip(*_rows(spec, given), strict=True)
    said = "Every entry lies inside its error bar." if all(inside) else "An entry lies outside its error bar!"
    heads = [
        ["", "", "", "central", "their", "complex"],
        ["gradient of", "shape", "largest", "differences", "bar", "step"],
    ]
    return _act("2. Two oracles", told, *table([*heads, *rows], align="<<>>>>", width=width), said, width=width)


def agreement(*, width: int, color: bool) -> str:
    """Every step of every backend that is installed."""
    report = check(TARGET, sizes=SIZES)
    roads = report.comparison.backends
    alone = (
        "" if len(roads) > 1 else " Only NumPy is installed here; `pip install 'trivium[all]'` brings torch and JAX."
    )
    told = (
        f"Now {listed(roads)}: every step of each is replayed from its own numbers, so nobody has to choose a "
        f"tolerance for rounding that has travelled.{alone}"
    )
    return _act("3. Every step of every backend", told, report.text(width=width, color=color), width=width)


def mistake(*, width: int, color: bool) -> str:
    """A mistake that many have made, planted and found."""
    told = "Now a classic mistake is planted in the handwritten backend: the loss forgets to divide its gradient by N."
    roads = [name for name in installed() if name != "jax"]  # compiling once more would take longer than the rest
    found = check(TARGET, sizes=SIZES, backends=roads, tamper={"numpy": {PLANTED: forget_to_divide}})
    report = replace(found, command="trivium demo")
    after = "Now your own:   trivium new my_network.net.toml"
    return _act("4. A mistake, found", told, report.text(width=width, color=color), "", after, width=width)


def forget_to_divide(
    inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: tuple[Array | None, ...]
) -> tuple[Array | None, ...]:
    """The mistake: the gradient of a mean over N columns, N times too large; with respect to the prediction alone."""
    first, *rest = x_bars
    return (None if first is None else first * inputs[0].shape[1], *rest)


def _spec() -> Spec:
    return notebook(**SIZES)


def _rows(spec: Spec, given: Mapping[str, Array]) -> Iterator[tuple[list[str], bool]]:
    """A line of the oracles' table, and whether every entry lies inside its error bar."""
    road = load_backend("numpy")
    gradients = road.compile(spec)(given).gradients
    real, lifted = _loss(road, spec, "float64"), _loss(road, spec, "complex128")
    for name, g in sorted(spec.givens.items(), key=lambda item: not item[1].parameter):
        ours, estimate = gradients[name], finite_difference.gradient(real, given, name)
        apart = np.abs(estimate.value - ours)
        exact = np.abs(complex_step.gradient(lifted, given, name).estimate.value - ours)
        largest = np.abs(ours).max()
        numbers = [rough(float(x.max())) for x in (apart, estimate.error, exact)]
        yield [name, shape_text(g.shape), few(float(largest)), *numbers], bool((apart <= estimate.error).all())


def _loss(road: Backend, spec: Spec, dtype: str) -> Callable[[Mapping[str, Array]], Any]:
    program = road.compile(spec, dtype=dtype, want=loss_alone(spec))
    return lambda given: program(given).values[spec.loss]


def _act(title: str, told: str, *lines: str, width: int) -> str:
    return "\n".join([title, "", *wrapped(told, width=width), "", *lines, ""])
