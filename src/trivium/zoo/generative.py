"""Networks that model a distribution: by a code, by an opponent, by mixing, by a change of variables.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

from typing import Any

from trivium.ops import OPS
from trivium.ops.activation import softplus, tanh
from trivium.ops.arithmetic import square
from trivium.ops.classification import binary_cross_entropy_with_logits
from trivium.ops.divergence import gaussian_kl
from trivium.ops.exponential import exp
from trivium.ops.linear import linear
from trivium.ops.piecewise import leaky_relu, relu
from trivium.ops.reduce import logsumexp, mean, sum_
from trivium.ops.shape import concat, split
from trivium.ops.softmax import log_softmax
from trivium.spec.graph import Spec
from trivium.spec.trace import trace


def vae(*, b: int = 5, n: int = 4, h: int = 3, z: int = 2) -> Spec:
    """A variational autoencoder: a Gaussian code, its noise given, and the price of leaving the standard one."""

    def forward(
        x: Any, noise: Any, w: Any, c: Any, wm: Any, cm: Any, wl: Any, cl: Any, v: Any, d: Any, u: Any, e: Any
    ) -> Any:
        hidden = tanh(linear(x, w, c), name="hidden")
        center, log_variance = linear(hidden, wm, cm, name="center"), linear(hidden, wl, cl, name="log_variance")
        code = center + exp(0.5 * log_variance) * noise
        logits = linear(relu(linear(code, v, d)), u, e, name="logits")
        misfit = binary_cross_entropy_with_logits(logits, x, reduction="batchmean", batch_axis=0, name="misfit")
        price = gaussian_kl(center, log_variance, reduction="batchmean", batch_axis=0, name="price")
        return {"loss": misfit + price}

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "noise": "b z"},
        parameters={"w": "h n", "c": "h", "wm": "z h", "cm": "z", "wl": "z h", "cl": "z"}
        | {"v": "h z", "d": "h", "u": "n h", "e": "n"},
        sizes={"b": b, "n": n, "h": h, "z": z},
        name="vae",
    )


def gan_generator(*, b: int = 5, z: int = 2, h: int = 4, n: int = 3, f: int = 4) -> Spec:
    """A generator's own loss, through the discriminator that it wants to persuade: Σ -log σ(score) / b."""

    def forward(noise: Any, w1: Any, c1: Any, w2: Any, c2: Any, v1: Any, d1: Any, v2: Any, d2: Any) -> Any:
        fake = tanh(linear(relu(linear(noise, w1, c1)), w2, c2), name="fake")
        score = linear(leaky_relu(linear(fake, v1, d1), slope=0.2), v2, d2, name="score")
        return mean(softplus(-score), name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"noise": "b z"},
        parameters={"w1": "h z", "c1": "h", "w2": "n h", "c2": "n"} | {"v1": "f n", "d1": "f", "v2": "1 f", "d2": "1"},
        sizes={"b": b, "z": z, "h": h, "n": n, "f": f},
        name="gan_generator",
    )


def mixture_density(*, b: int = 5, n: int = 3, h: int = 4, k: int = 3) -> Spec:
    """The density of one number as a mixture of k Gaussians whose weights, centers and widths depend on the input."""

    def forward(x: Any, y: Any, w: Any, c: Any, wp: Any, cp: Any, wm: Any, cm: Any, ws: Any, cs: Any) -> Any:
        hidden = tanh(linear(x, w, c), name="hidden")
        log_weight = log_softmax(linear(hidden, wp, cp), axis=1, name="log_weight")
        log_width = linear(hidden, ws, cs, name="log_width")
        off = (y - linear(hidden, wm, cm, name="centers")) * exp(-log_width)
        return -mean(logsumexp(log_weight - log_width - 0.5 * square(off), axis=1), name="log_likelihood")

    heads = {f"{what}{which}": dims for which in "pms" for what, dims in (("w", "k h"), ("c", "k"))}
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "y": "b 1"},
        parameters={"w": "h n", "c": "h", **heads},
        sizes={"b": b, "n": n, "h": h, "k": k},
        name="mixture_density",
    )


def coupling_flow(*, b: int = 5, n: int = 2, h: int = 3) -> Spec:
    """Two affine couplings, each half moved by the other, and the likelihood with the logarithm of the determinant."""

    def forward(x: Any, **p: Any) -> Any:
        left, right = split(x, parts=2, axis=1, name=("left", "right"))
        right, first = coupled(right, left, p, 0)
        left, second = coupled(left, right, p, 1)
        energy = 0.5 * sum_(square(concat(left, right, axis=1)), axis=1)
        return mean(energy - first - second, name="loss")

    def coupled(moved: Any, by: Any, p: dict[str, Any], i: int) -> tuple[Any, Any]:
        both = linear(tanh(linear(by, p[f"w{i}"], p[f"c{i}"])), p[f"v{i}"], p[f"d{i}"])
        log_scale, shift = split(both, parts=2, axis=1)
        return moved * exp(log_scale) + shift, sum_(log_scale, axis=1)

    layer = {"w": "h n", "c": "h", "v": "2*n h", "d": "2*n"}
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b 2*n"},
        parameters={f"{name}{i}": dims for i in (0, 1) for name, dims in layer.items()},
        sizes={"b": b, "n": n, "h": h},
        name="coupling_flow",
    )
