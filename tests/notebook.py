"""The notebook's network, its numbers, and the interval that each printed number implies.

Knows nothing of what is tested with them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import trivium as tv
from tests.planted import PLANTED
from trivium.backend import Array, Evaluation, Want, load_backend
from trivium.given import read_values
from trivium.oracles import finite_difference
from trivium.oracles.finite_difference import moved
from trivium.spec.graph import Spec

ROADS = ("numpy", "torch", "jax")
NETS = Path(__file__).parents[1] / "examples/nets"
FILE = NETS / "notebook.net.toml"
SPEC = tv.load(FILE)
MEAN = tv.load(NETS / "notebook_mean.net.toml")
GIVEN = read_values(NETS / "notebook.values.json")
PRINTED: Mapping[str, Any] = json.loads((NETS / "notebook.printed.json").read_text(encoding="utf-8"))
VALUES, GRADIENTS, DIFFERENCES = tuple(PRINTED["values"]), tuple(PRINTED["gradients"]), tuple(PRINTED["differences"])
HALF = 0.5 * 10.0 ** -PRINTED["decimals"]
"""Half a unit of the last decimal printed: how far a number may be from what stands on the page."""
U = 2.0**-53


@cache
def run(road: str, spec: Spec = SPEC, mistake: str = "") -> Evaluation:
    """One road at the printed numbers, everything wanted; with a mistake planted where one is named."""
    planted = {PLANTED[mistake].node: PLANTED[mistake].tamper} if mistake else None
    return load_backend(road).compile(spec, tamper=planted)(GIVEN)


@cache
def cost_of(road: str) -> Callable[[Mapping[str, Array]], float]:
    """The cost alone, as a function of what is fed in."""
    program = load_backend(road).compile(SPEC, want=Want(frozenset({"g9"}), frozenset()))
    return lambda given: float(program(given).values["g9"])


def shown(name: str, value: Array) -> Array:
    """The rows of a value that the notebook shows (of g3 the first alone)."""
    return value[: len(PRINTED["values"][name])]


@cache
def widths() -> Mapping[str, Array]:
    """Half the width of each printed number's interval, under "value of g1", "gradient of w1" and so on."""
    program = load_backend("numpy").compile(SPEC)
    reach = np.sum([_reach(program, name, index) for name, x in GIVEN.items() for index in np.ndindex(x.shape)], axis=0)
    shapes = {f"value of {n}": np.shape(PRINTED["values"][n]) for n in VALUES}
    shapes |= {f"gradient of {n}": np.shape(PRINTED["gradients"][n]) for n in GRADIENTS}
    parts = np.split(HALF * reach + HALF, np.cumsum([math.prod(shape) for shape in shapes.values()])[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def _reach(program: Callable[[Mapping[str, Array]], Evaluation], name: str, index: tuple[int, ...]) -> Array:
    """How far everything printed moves when one number fed in does, at most, per unit."""
    slope = finite_difference.directional(lambda t: _printed(program({**GIVEN, name: moved(GIVEN[name], index, t)})))
    return abs(slope.value) + slope.error


def _printed(evaluation: Evaluation) -> Array:
    """All that the notebook prints of a run, in one row: the values, as far as shown, then the gradients."""
    values = [shown(name, evaluation.values[name]).ravel() for name in VALUES]
    return np.concatenate([*values, *(evaluation.gradients[name].ravel() for name in GRADIENTS)])
