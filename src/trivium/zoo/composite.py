"""Networks that use one part several times: twins, experts, and the steps of an integrator.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

from typing import Any

from trivium.ops import OPS
from trivium.ops.activation import tanh
from trivium.ops.classification import cross_entropy
from trivium.ops.divergence import triplet
from trivium.ops.linear import einsum, linear
from trivium.ops.normalize import l2_normalize
from trivium.ops.regression import squared_error
from trivium.ops.softmax import softmax
from trivium.spec.graph import Spec
from trivium.spec.trace import trace


def siamese(*, b: int = 5, n: int = 4, h: int = 3, m: int = 2) -> Spec:
    """One network on three inputs: what is alike shall be nearer than what is not, by a margin."""

    def forward(anchor: Any, alike: Any, other: Any, w1: Any, c1: Any, w2: Any, c2: Any) -> Any:
        def embedded(x: Any) -> Any:
            return l2_normalize(linear(tanh(linear(x, w1, c1)), w2, c2), axis=1, eps=1e-6)

        return triplet(embedded(anchor), embedded(alike), embedded(other), margin=0.5, squared=True, reduction="mean")

    return trace(
        forward,
        vocabulary=OPS,
        inputs=dict.fromkeys(("anchor", "alike", "other"), "b n"),
        parameters={"w1": "h n", "c1": "h", "w2": "m h", "c2": "m"},
        sizes={"b": b, "n": n, "h": h, "m": m},
        name="siamese",
    )


def mixture_of_experts(*, b: int = 5, n: int = 4, e: int = 3, h: int = 2, c: int = 3) -> Spec:
    """e experts on every data point, mixed by weights that a gate gives."""

    def forward(x: Any, labels: Any, g: Any, d: Any, w: Any, v: Any, a: Any) -> Any:
        gate = softmax(linear(x, g, d), axis=1, name="gate")
        said = tanh(einsum(x, w, equation="bn,ehn->beh"), name="said")
        mixed = einsum(gate, said, equation="be,beh->bh", name="mixed")
        return cross_entropy(linear(mixed, v, a), labels, class_axis=1, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "labels": "b"},
        parameters={"g": "e n", "d": "e", "w": "e h n", "v": "c h", "a": "c"},
        sizes={"b": b, "n": n, "e": e, "h": h, "c": c},
        name="mixture_of_experts",
    )


def neural_ode(*, b: int = 4, n: int = 3, h: int = 4, steps: int = 1, dt: float = 0.25) -> Spec:
    """A differential equation whose right side is a network, followed by so many steps of Runge and Kutta's method."""

    def forward(x: Any, y: Any, w: Any, c: Any, v: Any, d: Any) -> Any:
        def rate(state: Any) -> Any:
            return linear(tanh(linear(state, w, c)), v, d)

        for _ in range(steps):
            k1 = rate(x)
            k2 = rate(x + dt / 2 * k1)
            k3 = rate(x + dt / 2 * k2)
            k4 = rate(x + dt * k3)
            x = x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return squared_error(x, y, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "y": "b n"},
        parameters={"w": "h n", "c": "h", "v": "n h", "d": "n"},
        sizes={"b": b, "n": n, "h": h},
        name="neural_ode",
    )
