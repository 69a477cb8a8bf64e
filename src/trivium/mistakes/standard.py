"""Standardized entries and attention by hand, with each of their terms to be had alone.

Knows nothing of any one mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Place, Step
from trivium.mistakes.right import turned
from trivium.spec.signature import Shape

CENTERED = ("batch_norm", "layer_norm", "group_norm", "instance_norm")
NORMS = (*CENTERED, "rms_norm")
Coupled = Callable[[Array, Array], Array]
"""(p, p̄) -> the cotangent of a softmax's scores."""


def laid(place: Place) -> tuple[Shape, Shape, tuple[int, ...]]:
    """The shape in which a norm sees x, that of its gain beside it, and the axes of its statistics."""
    x, gain = place.shapes[0], place.shapes[1]
    if place.op in ("layer_norm", "rms_norm"):
        before = len(x) - len(gain)
        return x, (1,) * before + gain, tuple(range(before, len(x)))
    if place.op == "batch_norm":
        channel = place.attrs["channel_axis"] % len(x)
        lay = tuple(n if i == channel else 1 for i, n in enumerate(x))
        return x, lay, tuple(i for i in range(len(x)) if i != channel)
    groups = place.attrs.get("groups", x[1])
    seen = (x[0], groups, x[1] // groups, math.prod(x[2:]))
    return seen, (1, groups, x[1] // groups, 1), (2, 3)


def entries(place: Place) -> int:
    """How many entries a mean of the norm goes over."""
    seen, _, axes = laid(place)
    return math.prod(seen[axis] for axis in axes)


@dataclass(frozen=True)
class Standard:
    """z = c / σ, σ² = mean c² + eps, c = x - mean x (x itself for a root mean square); y = gain z + shift."""

    c: Array
    variance: Array
    eps: float
    gain: Array
    y_bar: Array
    axes: tuple[int, ...]
    centered: bool
    shape: Shape

    @classmethod
    def of(cls, step: Step) -> Standard:
        seen, lay, axes = laid(step.place)
        x, centered = step.inputs[0].reshape(seen), step.place.op in CENTERED
        c = x - x.mean(axis=axes, keepdims=True) if centered else x
        variance = np.square(c).mean(axis=axes, keepdims=True)
        gain, y_bar = step.inputs[1].reshape(lay), step.y_bar.reshape(seen)
        return cls(c, variance, step.attrs["eps"], gain, y_bar, axes, centered, step.inputs[0].shape)

    def mean(self, a: Array) -> Array:
        return np.asarray(a.mean(axis=self.axes, keepdims=True))

    def x_bar(
        self, *, z_bar: Array | None = None, sigma: Array | None = None, mean: float = 1, stretch: float = 1
    ) -> Array:
        """(z̄ - mean z̄ - z mean(z z̄)) / σ, each mean times a factor, with another z̄ or another σ than the right one."""
        z_bar = self.gain * self.y_bar if z_bar is None else z_bar
        sigma = np.sqrt(self.variance + self.eps) if sigma is None else sigma
        z = self.c / sigma
        bar = z_bar - stretch * z * self.mean(z * z_bar)
        return (bar - (mean * self.mean(z_bar) if self.centered else 0)).reshape(self.shape) / self.wide(sigma)

    def wide(self, sigma: Array) -> Array:
        """σ beside x as it came."""
        return np.broadcast_to(sigma, self.c.shape).reshape(self.shape)


@dataclass(frozen=True)
class Attended:
    """y = p v, p = softmax(scale q kᵀ), of a scaled dot product attention."""

    q: Array
    k: Array
    v: Array
    p: Array
    scale: float
    y_bar: Array

    @classmethod
    def of(cls, step: Step, *, masked: bool = True) -> Attended:
        q, k, v, *mask = step.inputs
        scale = step.attrs["scale"]
        number = 1 / math.sqrt(q.shape[-1]) if isinstance(scale, str) else scale
        s = number * (q @ turned(k))
        if masked and mask:
            s = np.where(mask[0], s, -np.inf)
        if masked and step.attrs["causal"]:
            s = np.where(np.tri(*s.shape[-2:]) > 0, s, -np.inf)
        top = s.max(axis=-1, keepdims=True)
        e = np.exp(s - np.where(np.isfinite(top), top, 0))
        total = e.sum(axis=-1, keepdims=True)
        return cls(q, k, v, e / np.where(total > 0, total, 1), number, step.y_bar)

    def bar(self, name: str, coupled: Coupled, *, upright: bool = False) -> Array:
        """v̄ = pᵀ ȳ, q̄ = scale s̄ k, k̄ = scale s̄ᵀ q, where `coupled` makes s̄; p and s̄ not transposed if upright."""
        turn = (lambda a: a) if upright else turned
        if name == "v":
            return turn(self.p) @ self.y_bar
        s_bar = self.scale * coupled(self.p, self.y_bar @ turned(self.v))
        return s_bar @ self.k if name == "q" else turn(s_bar) @ self.q


def right(p: Array, p_bar: Array) -> Any:
    """p (p̄ - Σ p p̄)"""
    return p * (p_bar - (p * p_bar).sum(axis=-1, keepdims=True))


def own(p: Array, p_bar: Array) -> Any:
    """p (1 - p) p̄"""
    return p * (1 - p) * p_bar


def unsummed(p: Array, p_bar: Array) -> Any:
    """p p̄"""
    return p * p_bar
