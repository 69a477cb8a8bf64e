"""Normalization by statistics of a batch, a group, a layer or a row. The eps is stated, never implied.

Knows nothing of how a backend computes them. Running statistics are outside the spec.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from trivium.errors import SpecError
from trivium.ops.linear import Terms
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Domain, Kind, Kink, op
from trivium.spec.signature import Shape

Axes = tuple[int, ...]
EPS = Attribute("eps", "float")
CHANNEL = Attribute("channel_axis", "int")
RANGE = "σ³ and 1/σ³ are numbers of the precision (in float32 σ is from 2.3e-13 to 4.4e12), and x² can be summed"
"""Where a slope can be computed: the slope of 1/σ is made of 1/σ³ in torch and in JAX."""


def _check_eps(attrs: Attributes) -> None:
    if attrs["eps"] < 0:
        raise SpecError(f"eps is {attrs['eps']:g}; it keeps a division away from 0: write 0 or more")


def _all_but_channel(shapes: tuple[Shape, ...], attrs: Attributes) -> Axes:
    channel = normal_axis(attrs["channel_axis"], len(shapes[0]))
    return tuple(i for i in range(len(shapes[0])) if i != channel)


def _trailing(shapes: tuple[Shape, ...], attrs: Attributes) -> Axes:
    return tuple(range(len(shapes[0]) - len(shapes[1]), len(shapes[0])))


def _per_channel(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _check_eps(attrs)
    x, c = shapes[0], shapes[1][0]
    channel = normal_axis(attrs["channel_axis"], len(x))
    if x[channel] != c:
        raise SpecError(
            f"x {x} has {x[channel]} channels on channel_axis {attrs['channel_axis']}, "
            f"and {c} are given in the other inputs; choose the axis of x that has {c}"
        )
    return (x,)


def _per_layer(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _check_eps(attrs)
    x, gain = shapes[0], shapes[1]
    if not gain:
        raise SpecError("gain has no axis; its shape says which last axes of x are normalized, so it needs at least 1")
    if x[-len(gain) :] != gain:
        raise SpecError(f"x {x} does not end in the shape of gain, {gain}, over which it is normalized")
    return (x,)


def _per_group(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _check_eps(attrs)
    c, groups = shapes[0][1], attrs.get("groups", 1)
    if groups < 1 or c % groups:
        raise SpecError(f"{c} channels do not make {groups} groups of one size; groups must divide {c}")
    return (shapes[0],)


def _along_axis(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _check_eps(attrs)
    _ = normal_axis(attrs["axis"], len(shapes[0]))
    return (shapes[0],)


def _batch_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    n = math.prod(shapes[0]) // shapes[1][0]
    return n, (n, n, n)


def _evaluation_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    n = math.prod(shapes[0]) // shapes[1][0]
    return 1, (1, n, n, n, n)


def _layer_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    n, rows = math.prod(shapes[1]), math.prod(shapes[0]) // math.prod(shapes[1])
    return n, (n, *(rows for _ in shapes[1:]))


def _group_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (b, c, *s), groups = shapes[0], attrs.get("groups", shapes[0][1])
    n, spread = c // groups * math.prod(s), b * math.prod(s)
    return n, (n, spread, spread)


def _axis_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    n = shapes[0][attrs["axis"]]
    return n, (n,)


def _beyond(x: Any, axes: Axes, eps: float, *, centered: bool) -> dict[str, Any]:
    """The rows of x whose σ = √(mean square + eps) has a cube that is 0 or infinite in the precision of x."""
    limits = np.finfo(x.dtype)
    with np.errstate(all="ignore"):
        wide = np.asarray(x, np.longdouble)
        moved = wide - wide.mean(axis=axes, keepdims=True) if centered else wide
        total = (moved * moved).sum(axis=axes, keepdims=True)
        sigma = np.sqrt((moved * moved).mean(axis=axes, keepdims=True) + np.longdouble(eps))
        fits = (total <= limits.max) & (sigma**3 * limits.smallest_normal <= 1) & (sigma**3 >= limits.smallest_normal)
    return {"x": np.broadcast_to(~fits, x.shape)}


def _in_range(axes: Callable[..., Axes], *, centered: bool = True) -> Domain:
    def outside(attrs: Attributes, *inputs: Any) -> dict[str, Any]:
        over = axes(tuple(x.shape for x in inputs), attrs)
        return _beyond(inputs[0], over, attrs["eps"], centered=centered)

    return Domain(RANGE, outside)


def _group_beyond(attrs: Attributes, x: Any, *weights: Any) -> dict[str, Any]:
    grouped = x.reshape(x.shape[0], attrs.get("groups", x.shape[1]), -1)
    return {"x": _beyond(grouped, (2,), attrs["eps"], centered=True)["x"].reshape(x.shape)}


def _norm(attrs: Attributes, x: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.sqrt(np.square(np.asarray(x, np.float64)).sum(axis=attrs["axis"], keepdims=True))


def _l2_beyond(attrs: Attributes, x: Any) -> dict[str, Any]:
    limits, divisor = np.finfo(x.dtype), np.maximum(_norm(attrs, x), attrs["eps"])
    largest, least = math.sqrt(limits.max), math.sqrt(limits.smallest_normal)
    return {"x": np.broadcast_to(~((divisor >= least) & (divisor <= largest)), x.shape)}


def _l2_margin(attrs: Attributes, x: Any) -> dict[str, Any]:
    """Without eps there is no kink: 0 is outside of the domain."""
    away = _norm(attrs, x) - attrs["eps"] if attrs["eps"] else np.ones(())
    return {"x": np.broadcast_to(away, x.shape)}


def _l2_slopes(attrs: Attributes, inputs: tuple[Any, ...], y_bar: Any) -> dict[str, tuple[Any, Any]]:
    """Below eps the slope is that of x / eps, above it that of x / |x|."""
    (x,), eps = inputs, attrs["eps"]
    y, below = x / eps, y_bar / eps
    above = below - y * (y * y_bar).sum(axis=attrs["axis"], keepdims=True) / eps
    return {"x": (np.minimum(below, above), np.maximum(below, above))}


SIGMA = "σ = √(variance + eps), the variance biased (Σ (x - mean)² / n)"
batch_norm = op(
    "batch_norm(x: *s, gain: c, shift: c) -> *s",
    f"gain (x - mean) / σ + shift, {SIGMA}; mean and variance of each channel, over all other axes of x (training)",
    attributes=(CHANNEL, EPS),
    shape=_per_channel,
    terms=_batch_terms,
    domain=_in_range(_all_but_channel),
    cases=(
        Case(((5, 3), (3,), (3,)), {"channel_axis": 1, "eps": 1e-5}),
        Case(((2, 3, 5, 2), (3,), (3,)), {"channel_axis": 1, "eps": 1e-3}),
        Case(((3, 2, 5), (5,), (5,)), {"channel_axis": -1, "eps": 0.5}),
        Case(((3, 7), (3,), (3,)), {"channel_axis": 0, "eps": 0.0}),
        Case(((1, 3), (3,), (3,)), {"channel_axis": 1, "eps": 1e-5}),
    ),
    source="Ioffe and Szegedy 2015, arXiv 1502.03167",
    elsewhere=("batchnorm", "batch_normalization", "batchnorm1d", "batchnorm2d"),
    differences=(
        "torch: F.batch_norm normalizes by the biased variance too, but puts the unbiased one, n / (n - 1) times it, "
        "into its running variance; its channels are on axis 1, its eps is 1e-5 where none is stated.",
        "torch: F.batch_norm refuses a single value per channel, which here is its own mean: the shift is left.",
    ),
)
batch_norm_evaluation = op(
    "batch_norm_evaluation(x: *s, mean: c, variance: c, gain: c, shift: c) -> *s",
    "gain (x - mean) / √(variance + eps) + shift for each channel, with a mean and a variance that are given",
    attributes=(CHANNEL, EPS),
    shape=_per_channel,
    kinds={"variance": Kind("positive")},
    terms=_evaluation_terms,
    cases=(
        Case(((5, 3), (3,), (3,), (3,), (3,)), {"channel_axis": 1, "eps": 1e-5}),
        Case(((2, 3, 5, 2), (3,), (3,), (3,), (3,)), {"channel_axis": 1, "eps": 0.0}),
        Case(((3, 2, 5), (5,), (5,), (5,), (5,)), {"channel_axis": -1, "eps": 0.5}),
    ),
    source="Ioffe and Szegedy 2015, arXiv 1502.03167",
    elsewhere=("batch_norm_inference", "batch_norm_eval"),
    differences=(
        "torch: F.batch_norm raises where its running mean or variance needs a gradient; here both have one.",
    ),
)
layer_norm = op(
    "layer_norm(x: *s, gain: *t, shift: *t) -> *s",
    f"gain (x - mean) / σ + shift, {SIGMA}; mean and variance over the last axes of x, those that gain has",
    attributes=(EPS,),
    shape=_per_layer,
    terms=_layer_terms,
    domain=_in_range(_trailing),
    cases=(
        Case(((3, 5), (5,), (5,)), {"eps": 1e-5}),
        Case(((2, 3, 5), (3, 5), (3, 5)), {"eps": 1e-3}),
        Case(((2, 3, 2, 7), (7,), (7,)), {"eps": 0.0}),
        Case(((5,), (5,), (5,)), {"eps": 0.5}),
        Case(((3, 1), (1,), (1,)), {"eps": 1e-5}),
    ),
    source="Ba, Kiros and Hinton 2016, arXiv 1607.06450",
    elsewhere=("layernorm", "layer_normalization", "standardize"),
    differences=(
        "torch: F.layer_norm has an eps of 1e-5 where none is stated.",
        "jax: jax.nn.standardize has no gain and shift, an eps of 1e-5 where none is stated, and by default a variance "
        "of mean x² - (mean x)²: in float32 it makes -316 of the first entry of 10000, 10001, 10002, not -1.22.",
    ),
)
group_norm = op(
    "group_norm(x: b c *s, gain: c, shift: c) -> b c *s",
    f"gain (x - mean) / σ + shift, {SIGMA}; mean and variance over c / groups channels and the axes after them, for "
    "each data point; gain and shift for each channel",
    attributes=(Attribute("groups", "size"), EPS),
    shape=_per_group,
    terms=_group_terms,
    domain=Domain(RANGE, _group_beyond),
    cases=(
        Case(((3, 6, 5), (6,), (6,)), {"groups": 2, "eps": 1e-5}),
        Case(((2, 6, 3, 2), (6,), (6,)), {"groups": 3, "eps": 1e-3}),
        Case(((5, 6), (6,), (6,)), {"groups": 1, "eps": 0.5}),
        Case(((3, 2), (2,), (2,)), {"groups": 2, "eps": 1e-5}),
    ),
    source="Wu and He 2018, arXiv 1803.08494",
    elsewhere=("groupnorm", "group_normalization"),
    differences=(
        "torch: F.group_norm has an eps of 1e-5 where none is stated, and refuses one data point with one value in a "
        "group.",
    ),
)
instance_norm = op(
    "instance_norm(x: b c *s, gain: c, shift: c) -> b c *s",
    f"gain (x - mean) / σ + shift, {SIGMA}; mean and variance of each channel of each data point, over the axes after",
    attributes=(EPS,),
    shape=_per_group,
    terms=_group_terms,
    domain=Domain(RANGE, _group_beyond),
    cases=(
        Case(((2, 3, 5), (3,), (3,)), {"eps": 1e-5}),
        Case(((2, 3, 5, 2), (3,), (3,)), {"eps": 0.0}),
        Case(((5, 3), (3,), (3,)), {"eps": 1e-5}),
    ),
    source="Ulyanov, Vedaldi and Lempitsky 2016, arXiv 1607.08022",
    elsewhere=("instancenorm", "instancenorm2d"),
    differences=(
        "torch: F.instance_norm has an eps of 1e-5 where none is stated, and refuses a single place per channel.",
    ),
)
rms_norm = op(
    "rms_norm(x: *s, gain: *t) -> *s",
    "gain x / σ, σ = √(mean x² + eps), the eps inside of the root; the mean over the last axes of x, those of gain",
    attributes=(EPS,),
    shape=_per_layer,
    terms=_layer_terms,
    domain=_in_range(_trailing, centered=False),
    cases=(
        Case(((3, 5), (5,)), {"eps": 1e-6}),
        Case(((2, 3, 5), (3, 5)), {"eps": 0.0}),
        Case(((5,), (5,)), {"eps": 0.5}),
        Case(((3, 1), (1,)), {"eps": 1e-3}),
    ),
    source="Zhang and Sennrich 2019, arXiv 1910.07467",
    elsewhere=("rmsnorm", "rms_normalization", "root_mean_square"),
    differences=(
        "torch: F.rms_norm without an eps takes that of the precision: 2.2e-16 in float64, 1.2e-7 in float32.",
    ),
)
l2_normalize = op(
    "l2_normalize(x: *s) -> *s",
    "x / max(‖x‖, eps), ‖x‖ = √Σ x² along the axis",
    attributes=(Attribute("axis", "int"), EPS),
    shape=_along_axis,
    terms=_axis_terms,
    domain=Domain("the square of max(‖x‖, eps) is a number of the precision, and not 0", _l2_beyond),
    kink=Kink(
        "l2_normalize where ‖x‖ is eps: any slope from that of x / eps to that of x / ‖x‖",
        margin=_l2_margin,
        interval=_l2_slopes,
    ),
    cases=(
        Case(((3, 5),), {"axis": 1, "eps": 1e-12}),
        Case(((2, 3, 5),), {"axis": -2, "eps": 1.5}),
        Case(((5,),), {"axis": 0, "eps": 0.0}),
    ),
    elsewhere=("normalize", "unit_norm", "unitnormalization"),
    differences=(
        "torch: F.normalize has an eps of 1e-12 and axis 1 where none is stated; where the norm is eps it takes the "
        "slope of x / ‖x‖.",
        "jax: jnp.linalg.norm has a slope of NaN at 0, so that x / max(norm, eps) written with it loses the gradient.",
    ),
)

OPS = (batch_norm, batch_norm_evaluation, layer_norm, group_norm, instance_norm, rms_norm, l2_normalize)
