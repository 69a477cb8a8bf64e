"""Attention and the rotation of positions that goes with it. Whether it is causal, and its scale, are stated.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.errors import SpecError
from trivium.ops.linear import Terms
from trivium.spec.op import Attribute, Attributes, Case, Kind, op
from trivium.spec.signature import Shape

CAUSAL = Attribute("causal", "bool")
SCALE = Attribute("scale", "scale")


def _check_mask(mask: Shape, scores: Shape, letters: str) -> None:
    """SpecError unless the mask spreads over the scores, as NumPy spreads shapes; it never spreads them."""
    beside = scores[len(scores) - len(mask) :]
    if len(mask) > len(scores) or any(m not in (1, n) for m, n in zip(mask, beside, strict=True)):
        raise SpecError(
            f"mask has shape {mask}, needs one that spreads over {scores} ({letters}): from the right, "
            "each axis of that size or of size 1"
        )


def _dot_product(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    q, k, v, *mask = shapes
    if mask:
        _check_mask(mask[0], (*q[:-1], k[-2]), "*s t u")
    return ((*q[:-1], v[-1]),)


def _dot_product_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """A score is a sum over d, the cotangent of a weight one over e."""
    (*_, t, d), (*_, u, _), (*_, e), *mask = shapes
    return d + u, (d + e + u, d + e + t, d + t, *(1 for _ in mask))


def _multi_head(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (b, t, _), (_, u, _), (n, _) = shapes[:3]
    heads = attrs["heads"]
    if heads < 1 or n % heads:
        raise SpecError(f"{n} rows of wq do not make {heads} heads of one width; heads must divide {n}")
    for mask in shapes[10:]:
        _check_mask(mask, (b, t, u), "b t u, the same for each head")
    return (shapes[0],)


def _multi_head_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """Behind each number stand sums over the features m, over the n of all heads, over the keys and the queries."""
    (b, t, m), (_, u, _), (n, _) = shapes[:3]
    inner, queries, keys = m + n + u + t, b * t, b * u
    projections = (inner + queries, inner + keys, inner + keys)
    bars = (inner, inner, *projections, *projections, inner + queries, queries)
    return inner, (*bars, *(1 for _ in shapes[10:]))


def _rotary(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    d = shapes[0][-1]
    if d % 2:
        raise SpecError(f"x has {d} features, which do not go into pairs; its last axis must be even")
    if attrs["base"] <= 0:
        raise SpecError(f"base is {attrs['base']:g}; angles are pos base^(-2i/d), so it must be above 0 (often 10000)")
    return shapes


scaled_dot_product_attention = op(
    "scaled_dot_product_attention(q: *s t d, k: *s u d, v: *s u e, mask?: *m) -> *s t e",
    "softmax(scale q kᵀ) v, the softmax over those of the u keys that a query may attend to: where the mask, spread "
    "over *s t u, is true, and, if causal, key j ≤ query i, both counted from the first. A query without a key gets "
    "zeros",
    attributes=(CAUSAL, SCALE),
    shape=_dot_product,
    kinds={"mask": Kind("mask")},
    terms=_dot_product_terms,
    cases=(
        Case(((3, 2), (5, 2), (5, 7)), {"causal": False, "scale": "1/sqrt(d)"}),
        Case(((2, 5, 3), (2, 3, 3), (2, 3, 2)), {"causal": True, "scale": 0.5}),
        Case(((2, 3, 5), (2, 7, 5), (2, 7, 5)), {"causal": True, "scale": -1.0}),
        Case(((2, 3, 5, 2), (2, 3, 3, 2), (2, 3, 3, 2), (5, 3)), {"causal": False, "scale": "1/sqrt(d)"}),
        Case(((2, 3, 5, 2), (2, 3, 7, 2), (2, 3, 7, 3), (2, 1, 5, 7)), {"causal": True, "scale": 2.0}),
        Case(((3, 5, 2), (3, 2, 2), (3, 2, 3), (3, 1, 2)), {"causal": False, "scale": 0.0}),
        Case(((2, 1), (1, 1), (1, 1)), {"causal": False, "scale": 1.0}),
    ),
    source="Vaswani et al. 2017, arXiv 1706.03762, section 3.2.1",
    elsewhere=("attention", "sdpa", "dot_product_attention"),
    differences=(
        "torch: F.scaled_dot_product_attention refuses a mask together with is_causal; here both hold.",
        "jax: jax.nn.dot_product_attention takes axes in the order b t n h, has its softmax in float32 even where the "
        "inputs are float64 (off by 1e-8 to 1e-7), and gives a query without a key the mean of all values, not zeros.",
    ),
)
multi_head_attention = op(
    "multi_head_attention(x: b t m, y: b u m, wq: n m, wk: n m, wv: n m, cq: n, ck: n, cv: n, wo: m n, co: m, "
    "mask?: *k) -> b t m",
    "q = x wqᵀ + cq, k = y wkᵀ + ck, v = y wvᵀ + cv; their n features are cut into heads, each a scaled dot product "
    "attention of width d = n / heads; the heads side by side, a, make a woᵀ + co. The mask, spread over b t u, is the "
    "same for each head, and true where a query may attend to a key",
    attributes=(Attribute("heads", "size"), CAUSAL, SCALE),
    shape=_multi_head,
    kinds={"mask": Kind("mask")},
    fan_in={"x": "m", "y": "m", "wq": "m", "wk": "m", "wv": "m", "wo": "n"},
    terms=_multi_head_terms,
    cases=(
        Case(
            ((2, 3, 5), (2, 7, 5), *((6, 5),) * 3, *((6,),) * 3, (5, 6), (5,)),
            {"heads": 2, "causal": False, "scale": "1/sqrt(d)"},
        ),
        Case(
            ((2, 5, 3), (2, 3, 3), *((6, 3),) * 3, *((6,),) * 3, (3, 6), (3,), (5, 3)),
            {"heads": 3, "causal": True, "scale": 0.7},
        ),
        Case(
            ((2, 3, 4), (2, 5, 4), *((4, 4),) * 3, *((4,),) * 3, (4, 4), (4,), (2, 1, 5)),
            {"heads": 1, "causal": False, "scale": 1.0},
        ),
        Case(
            ((3, 2, 2), (3, 2, 2), *((2, 2),) * 3, *((2,),) * 3, (2, 2), (2,), (3, 2, 2)),
            {"heads": 2, "causal": False, "scale": "1/sqrt(d)"},
        ),
    ),
    source="Vaswani et al. 2017, arXiv 1706.03762, section 3.2.2",
    elsewhere=("multiheadattention", "mha"),
    differences=(
        "torch: in the masks of nn.MultiheadAttention true means that a key may not be attended to, the opposite of "
        "here and of F.scaled_dot_product_attention.",
        "torch: nn.MultiheadAttention with need_weights gives NaN for a query without a key; here its a is zeros, and "
        "co is left.",
        "torch: nn.MultiheadAttention has as many features in all heads together as its input has, and a scale of "
        "1/sqrt(d).",
    ),
)
rotary_embedding = op(
    "rotary_embedding(x: *s t d) -> *s t d",
    "Feature pair i of position p is turned by the angle (offset + p) base^(-2i/d): (a, b) becomes (a cos - b sin, "
    "a sin + b cos); the pairs are features i and i + d/2 (halves), or 2i and 2i + 1 (interleaved). Angles, cos and "
    "sin are taken in float64; cos and sin are then rounded to the precision",
    attributes=(
        Attribute("base", "float"),
        Attribute("offset", "int", default=0),
        Attribute("pairing", "str", choices=("halves", "interleaved")),
    ),
    shape=_rotary,
    terms=lambda shapes, attrs: (2, (2,)),
    cases=(
        Case(((5, 6),), {"base": 10000.0, "pairing": "halves"}),
        Case(((2, 3, 4),), {"base": 10000.0, "pairing": "interleaved", "offset": 7}),
        Case(((2, 2, 3, 2),), {"base": 100.0, "pairing": "halves", "offset": -3}),
        Case(((3, 10),), {"base": 500000.0, "pairing": "interleaved", "offset": 100000}),
    ),
    source="Su et al. 2021, arXiv 2104.09864, section 3.4.2 (interleaved); halves as GPT-NeoX has them",
    elsewhere=("rope", "rotary", "rotary_position_embedding"),
)

OPS = (scaled_dot_product_attention, multi_head_attention, rotary_embedding)
