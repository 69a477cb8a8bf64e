"""Smooth activations, entry by entry.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Case, op

tanh = op("tanh(x: *s) -> *s", "(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)", cases=(Case(((3, 5),)),))
sigmoid = op("sigmoid(x: *s) -> *s", "1 / (1 + e⁻ˣ)", elsewhere=("expit",), cases=(Case(((3, 5),)),))
softplus = op("softplus(x: *s) -> *s", "log(1 + eˣ)", cases=(Case(((3, 5),)),))

OPS = (tanh, sigmoid, softplus)
