"""Networks that look at pictures: convolutions, pooling, normalization over the batch, and the way back up.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

from typing import Any

from trivium.ops import OPS
from trivium.ops.activation import tanh
from trivium.ops.classification import binary_cross_entropy_with_logits, cross_entropy
from trivium.ops.convolution import conv2d, conv_transpose2d, depthwise_conv2d
from trivium.ops.linear import linear
from trivium.ops.normalize import batch_norm
from trivium.ops.piecewise import hardswish, relu
from trivium.ops.pooling import avg_pool2d, global_avg_pool, max_pool2d, upsample_nearest
from trivium.ops.shape import concat, reshape
from trivium.spec.graph import Spec
from trivium.spec.trace import trace

EPS = 1e-5


def lenet(*, b: int = 3, k: int = 2, m: int = 3, h: int = 5, c: int = 4, side: int = 12, kernel: int = 3) -> Spec:
    """Convolution and pooling twice, then two layers of a perceptron: k and m channels on pictures of side x side.

    The second pooling's windows may leave a remainder of the picture out, as 12 pixels under kernels of 3 do.
    """
    inner = ((side - kernel + 1) // 2 - kernel + 1) // 2

    def forward(x: Any, labels: Any, k1: Any, c1: Any, k2: Any, c2: Any, w3: Any, c3: Any, w4: Any, c4: Any) -> Any:
        first = avg_pool2d(tanh(conv2d(x, k1, c1)), kernel=2, stride=2, padding=0, count_padding=True, name="first")
        second = max_pool2d(relu(conv2d(first, k2, c2)), kernel=2, stride=2, padding=0, name="second")
        flat = reshape(second, shape=f"b {inner}*{inner}*m", name="flat")
        scores = linear(tanh(linear(flat, w3, c3)), w4, c4, name="scores")
        return cross_entropy(scores, labels, class_axis=1, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": f"b 1 {side} {side}", "labels": "b"},
        parameters={"k1": f"k 1 {kernel} {kernel}", "c1": "k", "k2": f"m k {kernel} {kernel}", "c2": "m"}
        | {"w3": f"h {inner}*{inner}*m", "c3": "h", "w4": "c h", "c4": "c"},
        sizes={"b": b, "k": k, "m": m, "h": h, "c": c},
        name="lenet",
    )


def resnet_block(*, b: int = 4, k: int = 3, h: int = 5, w: int = 4, c: int = 3) -> Spec:
    """Two convolutions with batch norm in training, a way around them, then scores from the mean over all positions."""

    def forward(x: Any, labels: Any, k1: Any, g1: Any, s1: Any, k2: Any, g2: Any, s2: Any, v: Any, d: Any) -> Any:
        inner = relu(batch_norm(conv2d(x, k1, padding=1), g1, s1, channel_axis=1, eps=EPS), name="inner")
        outer = batch_norm(conv2d(inner, k2, padding=1), g2, s2, channel_axis=1, eps=EPS, name="outer")
        scores = linear(global_avg_pool(relu(x + outer)), v, d, name="scores")
        return cross_entropy(scores, labels, class_axis=1, reduction="mean", name="loss")

    norm = {"1": "k", "2": "k"}
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b k h w", "labels": "b"},
        parameters={"k1": "k k 3 3", "k2": "k k 3 3", "v": "c k", "d": "c"}
        | {f"{what}{i}": dims for i, dims in norm.items() for what in ("g", "s")},
        sizes={"b": b, "k": k, "h": h, "w": w, "c": c},
        name="resnet_block",
    )


def unet(*, b: int = 2, k: int = 2, h: int = 3, w: int = 2) -> Spec:
    """One step down by pooling, one up by a transposed convolution, the picture before it beside what comes back."""

    def forward(x: Any, y: Any, k1: Any, c1: Any, k2: Any, c2: Any, k3: Any, c3: Any, k4: Any, c4: Any, k5: Any) -> Any:
        fine = relu(conv2d(x, k1, c1, padding=1), name="fine")
        coarse = relu(conv2d(max_pool2d(fine, kernel=2, stride=2, padding=0), k2, c2, padding=1), name="coarse")
        again = conv_transpose2d(coarse, k3, c3, stride=2, name="again")
        joined = relu(conv2d(concat(fine, again, axis=1), k4, c4, padding=1), name="joined")
        logits = conv2d(joined + upsample_nearest(max_pool2d(joined, kernel=2, stride=2, padding=0), factor=2), k5)
        return binary_cross_entropy_with_logits(logits, y, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b 1 2*h 2*w", "y": "b 1 2*h 2*w"},
        parameters={"k1": "k 1 3 3", "c1": "k", "k2": "2*k k 3 3", "c2": "2*k", "k3": "2*k k 2 2", "c3": "k"}
        | {"k4": "k 2*k 3 3", "c4": "k", "k5": "1 k 1 1"},
        sizes={"b": b, "k": k, "h": h, "w": w},
        name="unet",
    )


def separable_block(*, b: int = 3, k: int = 3, m: int = 4, h: int = 5, w: int = 4, c: int = 3) -> Spec:
    """A convolution of each channel by itself, then one across channels, with batch norm and hardswish."""

    def forward(x: Any, labels: Any, k1: Any, g1: Any, s1: Any, k2: Any, g2: Any, s2: Any, v: Any, d: Any) -> Any:
        depth = batch_norm(depthwise_conv2d(x, k1, stride=2, padding=1), g1, s1, channel_axis=1, eps=EPS)
        point = batch_norm(conv2d(hardswish(depth), k2), g2, s2, channel_axis=1, eps=EPS)
        scores = linear(global_avg_pool(hardswish(point)), v, d, name="scores")
        return cross_entropy(scores, labels, class_axis=1, reduction="mean", smoothing=0.1, name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b k h w", "labels": "b"},
        parameters={"k1": "k 1 3 3", "g1": "k", "s1": "k", "k2": "m k 1 1", "g2": "m", "s2": "m"}
        | {"v": "c m", "d": "c"},
        sizes={"b": b, "k": k, "m": m, "h": h, "w": w, "c": c},
        name="separable_block",
    )
