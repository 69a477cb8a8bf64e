"""The example's functions, loaded as a user's file is, and its gradient with one slip in it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from trivium.backend import Array

EXAMPLES = Path(__file__).parents[2] / "examples"
NET = EXAMPLES / "nets/notebook.net.toml"


def module(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "student" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


THREE: Any = module("three_layers")
STREAM = np.random.default_rng(0)
SHAPES = {"S": (2, 5), "w1": (3, 2), "w2": (4, 3), "w3": (1, 4), "b1": (3, 1), "b2": (4, 1), "b3": (1, 1), "y": (1, 5)}
AT: Mapping[str, Array] = {n: STREAM.standard_normal(s) for n, s in SHAPES.items()}
Slip = Callable[..., Any]


def rows(x: Array) -> Array:
    return np.asarray(x.sum(axis=1, keepdims=True))


def slipped(slip: str) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """The gradient with one slip, as a student writes it; the empty one is right."""

    def grads(data: Mapping[str, Array]) -> dict[str, Array]:
        n = data["y"].shape[1]
        grad_g8 = 2 * (data["g8"] - data["y"]) / (1 if slip == "no 1/N" else n)
        if slip == "no 2":
            grad_g8 = grad_g8 / 2
        if slip == "sign":
            grad_g8 = -grad_g8
        to_g6 = np.dot(data["w3"].T, grad_g8)
        slope = THREE.sigmoid_slope(data["g6"] if slip == "slope at the activation" else data["g5"])
        grad_g5 = to_g6 if slip == "no slope" else to_g6 * slope
        to_g3 = np.dot(data["w2"].T, grad_g5)
        bent = {"1 - y": 1 - np.tanh(data["g2"]), "no slope in tanh": 1.0}.get(slip, THREE.tanh_slope(data["g2"]))
        grad_g2 = to_g3 * bent
        mean = {"mean of biases": n}.get(slip, 1)
        found = {
            "w3": np.dot(grad_g8, data["g6"].T),
            "w2": np.dot(grad_g5, data["g3"].T),
            "w1": np.dot(grad_g2, data["S"].T),
            "b3": rows(grad_g8) / mean,
            "b2": rows(grad_g5) / mean,
            "b1": rows(grad_g2) / mean,
        }
        if slip == "last point dropped":
            found["w2"] = np.dot(grad_g5[:, :-1], data["g3"][:, :-1].T)
        if slip == "weights divided":
            found["w1"] = found["w1"] / n
        if slip == "one entry":
            found["w2"][1, 2] *= 1 + 1e-9
        if slip == "float32":
            found["w1"] = np.asarray(found["w1"].astype(np.float32), np.float64)
        return {**found, "grad_g8": grad_g8, "grad_g5": grad_g5, "grad_g2": grad_g2}

    return grads
