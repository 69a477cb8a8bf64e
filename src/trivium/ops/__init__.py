"""THE VOCABULARY: one entry per op, in families that every backend mirrors; `trivium.ops.tanh` is the op of that name.

Knows nothing of any backend; may import numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from trivium.errors import did_you_mean
from trivium.spec.op import Op

NAMES = (
    "arithmetic",
    "exponential",
    "activation",
    "selection",
    "piecewise",
    "linear",
    "shape",
    "slicing",
    "index",
    "reduce",
    "moment",
    "softmax",
    "convolution",
    "pooling",
    "normalize",
    "recurrent",
    "attention",
    "regression",
    "classification",
    "divergence",
)
"""Simple to composed; every family is one file here and one of the same name in every backend."""
FAMILIES: Mapping[str, tuple[Op, ...]] = MappingProxyType(
    {family: import_module(f"{__name__}.{family}").OPS for family in NAMES}
)
OPS: Mapping[str, Op] = MappingProxyType({op.name: op for family in FAMILIES.values() for op in family})

globals().update(OPS)  # so that `trivium.ops.linear` is the op, and not the family of the same name


def __getattr__(name: str) -> Op:
    if name in OPS:
        return OPS[name]
    raise AttributeError(f"trivium has no op {name!r}{did_you_mean(name, OPS)}")
