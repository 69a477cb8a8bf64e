"""THE RULES THAT PEOPLE USE: end gradients compared with published tolerances.

Each stands here to be measured; the library has none. Knows nothing of steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array
from trivium.compare.agreement import Point


@dataclass(frozen=True)
class Customary:
    """|a - b| <= absolute + relative |b|, in every entry of the gradient of every parameter and input."""

    name: str
    dtype: str
    relative: float
    absolute: float
    source: str

    def flags(self, got: Mapping[str, Array], reference: Mapping[str, Array]) -> bool:
        """Does it call these gradients wrong?"""
        return any(not self._close(got[name], reference[name]) for name in reference)

    def _close(self, a: Array, b: Array) -> bool:
        return bool(np.allclose(a, b, rtol=self.relative, atol=self.absolute, equal_nan=True))


RULES = (
    Customary("allclose 1e-7, float64", "float64", 1e-7, 1e-7, "rtol and atol 1e-7, a common choice in float64"),
    Customary("np.allclose, float32", "float32", 1e-5, 1e-8, "np.allclose's defaults"),
    Customary("np.allclose, float64", "float64", 1e-5, 1e-8, "np.allclose's defaults"),
    Customary("assert_close, float32", "float32", 1.3e-6, 1e-5, "torch.testing.assert_close's defaults"),
    Customary("assert_close, float64", "float64", 1e-7, 1e-7, "torch.testing.assert_close's defaults"),
    Customary("gradcheck's, float64", "float64", 1e-3, 1e-5, "torch.autograd.gradcheck's defaults"),
    Customary("check_grads', float32", "float32", 2e-3, 2e-3, "jax.test_util.check_grads' default in float32"),
    Customary("check_grads', float64", "float64", 1e-5, 1e-5, "jax.test_util.check_grads' default in float64"),
)
REFERENCE = "torch"
"""Whose gradients, right, the others are held to: the library that most people compare with."""


def flags(clean: Point, judged: Point, road: str) -> frozenset[str]:
    """The rules that call the road's gradients wrong, against a right road of the same precision."""
    reference = REFERENCE if road != REFERENCE else "jax"
    return frozenset(
        rule.name for rule in RULES if rule.flags(_ends(judged, road, rule.dtype), _ends(clean, reference, rule.dtype))
    )


def _ends(at: Point, road: str, dtype: str) -> dict[str, Array]:
    run = next(r for r in at.runs if (r.backend, r.dtype) == (road, dtype))
    return {name: run.evaluation.gradients[name] for name in run.spec.givens if name in run.spec.differentiable}
