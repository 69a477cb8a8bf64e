"""ROAD 1: backpropagation by hand, in NumPy.

Knows nothing of the other roads.
"""

from __future__ import annotations

from trivium_numpy import (
    activation,
    arithmetic,
    attention,
    classification,
    convolution,
    divergence,
    exponential,
    index,
    linear,
    moment,
    normalize,
    piecewise,
    pooling,
    recurrent,
    reduce,
    regression,
    selection,
    shape,
    slicing,
    softmax,
)
from trivium_numpy.backprop import NumpyBackend

FAMILIES = (
    arithmetic,
    exponential,
    activation,
    selection,
    piecewise,
    linear,
    shape,
    slicing,
    index,
    reduce,
    moment,
    softmax,
    convolution,
    pooling,
    normalize,
    recurrent,
    attention,
    regression,
    classification,
    divergence,
)
BACKEND = NumpyBackend({name: rule for family in FAMILIES for name, rule in family.RULES.items()})
