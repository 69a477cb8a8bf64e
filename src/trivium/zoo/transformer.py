"""Transformers: blocks of attention and of a perceptron, each beside a way around it.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

from typing import Any

from trivium.ops import OPS
from trivium.ops.activation import gelu, gelu_tanh, silu
from trivium.ops.attention import multi_head_attention, rotary_embedding, scaled_dot_product_attention
from trivium.ops.classification import cross_entropy
from trivium.ops.index import embedding
from trivium.ops.linear import linear
from trivium.ops.normalize import layer_norm, rms_norm
from trivium.ops.regression import squared_error
from trivium.ops.selection import dropout
from trivium.ops.shape import reshape, transpose
from trivium.spec.graph import Spec
from trivium.spec.trace import trace

EPS = 1e-5
ROOT = "1/sqrt(d)"
BLOCK = {
    "g1": "h*k",
    "s1": "h*k",
    "wq": "h*k h*k",
    "cq": "h*k",
    "wk": "h*k h*k",
    "ck": "h*k",
    "wv": "h*k h*k",
    "cv": "h*k",
} | {"wo": "h*k h*k", "co": "h*k", "g2": "h*k", "s2": "h*k", "w1": "f h*k", "c1": "f", "w2": "h*k f", "c2": "h*k"}
"""The parameters of one block of gpt: h heads of width k, f units in the perceptron."""


def gpt_block(*, b: int = 2, t: int = 3, h: int = 2, k: int = 3, f: int = 5) -> Spec:
    """One block: causal attention and a perceptron of GELU, the norms before them, in single steps."""

    def forward(x: Any, y: Any, **given: Any) -> Any:
        return squared_error(_block(x, given), y, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b t h*k", "y": "b t h*k"},
        parameters=BLOCK,
        sizes={"b": b, "t": t, "h": h, "k": k, "f": f},
        name="gpt_block",
    )


def gpt(*, b: int = 2, t: int = 3, v: int = 7, h: int = 2, k: int = 2, f: int = 5, layers: int = 2) -> Spec:
    """A language model: blocks between a table of word vectors and the same table again, which scores the next word."""

    def forward(words: Any, following: Any, table: Any, places: Any, g: Any, s: Any, **given: Any) -> Any:
        x = embedding(table, words, name="read") + places
        for i in range(layers):
            x = _block(x, {name.removeprefix(f"b{i}_"): p for name, p in given.items() if name.startswith(f"b{i}_")})
        scores = linear(layer_norm(x, g, s, eps=EPS), table, name="scores")
        return cross_entropy(scores, following, class_axis=-1, reduction="mean", name="loss")

    blocks = {f"b{i}_{name}": dims for i in range(layers) for name, dims in BLOCK.items()}
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"words": "b t", "following": "b t"},
        parameters={"table": "v h*k", "places": "t h*k", **blocks, "g": "h*k", "s": "h*k"},
        sizes={"b": b, "t": t, "v": v, "h": h, "k": k, "f": f},
        name="gpt",
    )


def bert_block(*, b: int = 2, t: int = 3, v: int = 6, h: int = 2, k: int = 2, f: int = 5) -> Spec:
    """One block that sees both ways but no padding, the norms after, and only words to be guessed labeled."""

    def forward(x: Any, token: Any, kept: Any, masked: Any, **p: Any) -> Any:
        names = ("wq", "wk", "wv", "cq", "ck", "cv", "wo", "co")
        seen = multi_head_attention(
            x, x, *(p[n] for n in names), token, heads="h", causal=False, scale=ROOT, name="seen"
        )
        first = layer_norm(x + dropout(seen, kept, rate=0.1), p["g1"], p["s1"], eps=EPS, name="first")
        inner = linear(gelu(linear(first, p["w1"], p["c1"])), p["w2"], p["c2"], name="inner")
        second = layer_norm(first + inner, p["g2"], p["s2"], eps=EPS, name="second")
        scores = linear(second, p["table"], name="scores")
        return cross_entropy(scores, masked, class_axis=-1, ignored=-100, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b t h*k", "token": "b 1 t", "kept": "b t h*k", "masked": "b t"},
        parameters={**BLOCK, "table": "v h*k"},
        sizes={"b": b, "t": t, "v": v, "h": h, "k": k, "f": f},
        name="bert_block",
    )


def llama_block(*, b: int = 2, t: int = 3, h: int = 2, r: int = 1, f: int = 5) -> Spec:
    """One block with RMS norms, rotated queries and keys, causal attention and a gated perceptron; no bias anywhere."""

    def forward(x: Any, y: Any, g1: Any, wq: Any, wk: Any, wv: Any, wo: Any, g2: Any, wg: Any, wu: Any, wd: Any) -> Any:
        z = rms_norm(x, g1, eps=EPS, name="z")
        q, k, v = (_heads(linear(z, w), "2*r") for w in (wq, wk, wv))
        q, k = (rotary_embedding(part, base=10000.0, pairing="halves") for part in (q, k))
        seen = scaled_dot_product_attention(q, k, v, causal=True, scale=ROOT, name="seen")
        x = x + linear(_joined(seen, "2*r"), wo)
        z2 = rms_norm(x, g2, eps=EPS, name="z2")
        x = x + linear(silu(linear(z2, wg, name="gate")) * linear(z2, wu), wd)
        return squared_error(x, y, reduction="mean", name="loss")

    width = "h*2*r"
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": f"b t {width}", "y": f"b t {width}"},
        parameters={"g1": width, "wq": f"{width} {width}", "wk": f"{width} {width}", "wv": f"{width} {width}"}
        | {"wo": f"{width} {width}", "g2": width, "wg": f"f {width}", "wu": f"f {width}", "wd": f"{width} f"},
        sizes={"b": b, "t": t, "h": h, "r": r, "f": f},
        name="llama_block",
    )


def _block(x: Any, p: dict[str, Any]) -> Any:
    """A block of gpt: each half reads the normed stream and adds to the stream itself."""
    z = layer_norm(x, p["g1"], p["s1"], eps=EPS)
    q, k, v = (_heads(linear(z, p[f"w{part}"], p[f"c{part}"]), "k") for part in "qkv")
    seen = scaled_dot_product_attention(q, k, v, causal=True, scale=ROOT)
    x = x + linear(_joined(seen, "k"), p["wo"], p["co"])
    z = layer_norm(x, p["g2"], p["s2"], eps=EPS)
    return x + linear(gelu_tanh(linear(z, p["w1"], p["c1"])), p["w2"], p["c2"])


def _heads(x: Any, width: str) -> Any:
    """Each head's share of the features, the heads before time."""
    return transpose(reshape(x, shape=f"b t h {width}"), axes=(0, 2, 1, 3))


def _joined(x: Any, width: str) -> Any:
    """The heads side by side again."""
    return reshape(transpose(x, axes=(0, 2, 1, 3)), shape=f"b t h*{width}")
