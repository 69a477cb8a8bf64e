"""Networks that read sequences: recurrent layers, word vectors, and a pointer back into what was read.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

from typing import Any

from trivium.ops import OPS
from trivium.ops.activation import softplus, tanh
from trivium.ops.classification import cross_entropy, nll
from trivium.ops.index import embedding
from trivium.ops.linear import einsum, linear
from trivium.ops.recurrent import gru, lstm, rnn
from trivium.ops.reduce import mean, sum_
from trivium.ops.regression import huber
from trivium.ops.shape import concat, expand_dims, squeeze
from trivium.ops.slicing import slice_
from trivium.ops.softmax import log_softmax
from trivium.spec.graph import Spec
from trivium.spec.trace import trace

IGNORED = -100


def lstm_tagger(*, t: int = 4, b: int = 3, v: int = 6, n: int = 3, h: int = 2, c: int = 4) -> Spec:
    """A tag for each word of b sentences of at most t words; the labels of what is only padding are ignored."""

    def forward(words: Any, tags: Any, table: Any, h0: Any, m0: Any, w: Any, u: Any, d: Any, w2: Any, d2: Any) -> Any:
        states, _ = lstm(embedding(table, words), h0, m0, w, u, d, name=("states", "memory"))
        scores = linear(states, w2, d2, name="scores")
        return cross_entropy(scores, tags, class_axis=-1, ignored=IGNORED, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"words": "t b", "tags": "t b"},
        parameters={"table": "v n", "h0": "b h", "m0": "b h", "w": "4*h n", "u": "4*h h", "d": "4*h"}
        | {"w2": "c h", "d2": "c"},
        sizes={"t": t, "b": b, "v": v, "n": n, "h": h, "c": c},
        name="lstm_tagger",
    )


def gru_regression(*, t: int = 4, b: int = 3, n: int = 3, h: int = 2) -> Spec:
    """One number from the last state of a gated recurrent unit, under a loss that forgives outliers."""

    def forward(x: Any, y: Any, h0: Any, w: Any, u: Any, c: Any, d: Any, v: Any, e: Any) -> Any:
        states = gru(x, h0, w, u, c, d, reset="after", name="states")
        last = squeeze(slice_(states, axis=0, start=-1, stop=None, step=1), axis=0, name="last")
        return huber(linear(last, v, e, name="prediction"), y, delta=1.0, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "t b n", "y": "b 1", "h0": "b h"},
        parameters={"w": "3*h n", "u": "3*h h", "c": "3*h", "d": "3*h", "v": "1 h", "e": "1"},
        sizes={"t": t, "b": b, "n": n, "h": h},
        name="gru_regression",
    )


def bidirectional_rnn(*, t: int = 4, b: int = 3, n: int = 3, h: int = 2, c: int = 3) -> Spec:
    """One recurrent layer forward in time and one backward, side by side, and scores from their mean over time."""

    def forward(
        x: Any, labels: Any, h0: Any, w1: Any, u1: Any, c1: Any, w2: Any, u2: Any, c2: Any, v: Any, d: Any
    ) -> Any:
        onward = rnn(x, h0, w1, u1, c1, activation="tanh", name="onward")
        back = rnn(x, h0, w2, u2, c2, activation="tanh", reverse=True, name="back")
        scores = linear(mean(concat(onward, back, axis=2), axis=0), v, d, name="scores")
        return cross_entropy(scores, labels, class_axis=1, reduction="mean", name="loss")

    layer = {"w": "h n", "u": "h h", "c": "h"}
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "t b n", "labels": "b", "h0": "b h"},
        parameters={f"{name}{i}": dims for i in (1, 2) for name, dims in layer.items()} | {"v": "c 2*h", "d": "c"},
        sizes={"t": t, "b": b, "n": n, "h": h, "c": c},
        name="bidirectional_rnn",
    )


def word2vec(*, b: int = 5, k: int = 3, v: int = 7, d: int = 4) -> Spec:
    """Skip-gram with negative sampling: a word's vector near that of a word beside it, far from k drawn at random."""

    def forward(center: Any, beside: Any, drawn: Any, inward: Any, outward: Any) -> Any:
        word = embedding(inward, center, name="word")
        near = sum_(word * embedding(outward, beside), axis=1, name="near")
        far = einsum(word, embedding(outward, drawn), equation="bd,bkd->bk", name="far")
        return mean(softplus(-near) + sum_(softplus(far), axis=1), name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"center": "b", "beside": "b", "drawn": "b k"},
        parameters={"inward": "v d", "outward": "v d"},
        sizes={"b": b, "k": k, "v": v, "d": d},
        name="word2vec",
    )


def pointer(*, b: int = 3, t: int = 5, n: int = 3, m: int = 2, h: int = 4) -> Spec:
    """A head that points at one of t positions: additive attention of a query over what was read."""

    def forward(read: Any, query: Any, place: Any, w: Any, u: Any, c: Any, v: Any) -> Any:
        asked = expand_dims(linear(query, u, c), axis=1, name="asked")
        energy = tanh(linear(read, w) + asked, name="energy")
        scores = einsum(energy, v, equation="bth,h->bt", name="scores")
        return nll(log_softmax(scores, axis=1), place, class_axis=1, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"read": "b t n", "query": "b m", "place": "b"},
        parameters={"w": "h n", "u": "h m", "c": "h", "v": "h"},
        sizes={"b": b, "t": t, "n": n, "m": m, "h": h},
        name="pointer",
    )
