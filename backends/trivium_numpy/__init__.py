"""ROAD 1: backpropagation by hand, in NumPy.

Knows nothing of the other roads.
"""

from __future__ import annotations

from trivium_numpy import (
    activation,
    arithmetic,
    classification,
    exponential,
    linear,
    piecewise,
    reduce,
    regression,
    shape,
)
from trivium_numpy.backprop import NumpyBackend

BACKEND = NumpyBackend(
    arithmetic.RULES
    | exponential.RULES
    | activation.RULES
    | piecewise.RULES
    | linear.RULES
    | shape.RULES
    | reduce.RULES
    | regression.RULES
    | classification.RULES
)
