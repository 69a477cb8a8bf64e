"""THE VOCABULARY: one entry per op, in families that every backend mirrors; `trivium.ops.tanh` is the op of that name.

Knows nothing of any backend; may import numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trivium.errors import did_you_mean
from trivium.ops import (
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
from trivium.spec.op import Op

FAMILIES: Mapping[str, tuple[Op, ...]] = MappingProxyType(
    {
        "arithmetic": arithmetic.OPS,
        "exponential": exponential.OPS,
        "activation": activation.OPS,
        "selection": selection.OPS,
        "piecewise": piecewise.OPS,
        "linear": linear.OPS,
        "shape": shape.OPS,
        "slicing": slicing.OPS,
        "index": index.OPS,
        "reduce": reduce.OPS,
        "moment": moment.OPS,
        "softmax": softmax.OPS,
        "convolution": convolution.OPS,
        "pooling": pooling.OPS,
        "normalize": normalize.OPS,
        "recurrent": recurrent.OPS,
        "attention": attention.OPS,
        "regression": regression.OPS,
        "classification": classification.OPS,
        "divergence": divergence.OPS,
    }
)
OPS: Mapping[str, Op] = MappingProxyType({op.name: op for family in FAMILIES.values() for op in family})

globals().update(OPS)  # so that `trivium.ops.linear` is the op, and not the family of the same name


def __getattr__(name: str) -> Op:
    if name in OPS:
        return OPS[name]
    raise AttributeError(f"trivium has no op {name!r}{did_you_mean(name, OPS)}")
