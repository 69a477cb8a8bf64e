"""Functions made of smooth pieces, and the kinks where the pieces meet.

Knows nothing of which one-sided derivative a backend takes on a kink.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.errors import SpecError
from trivium.ops.selection import BOUNDS, BOUNDS_CASES, Inputs, Interval, Margin, at_edges, between, bounded, edges
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Kink, op
from trivium.spec.signature import Shape

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
"""They keep mean 0 and variance 1 of an input that has them: both are roots of the equations (14) of the paper."""

SMALLEST = float(np.finfo(np.float32).smallest_normal)

CASES = (Case(((3, 5),)), Case(((2, 1, 7),)), Case(((),)))


def _bend(left: Any, right: Any, x: np.ndarray) -> Margin:
    """x, which is 0 on the kink, but where the slopes on both sides are the same: there is no kink then."""
    return {"x": np.where(np.equal(left, right), 1.0, x)}


def _channels(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x, slope), axis = shapes, attrs["channel_axis"]
    if axis is None:
        if slope not in ((), (1,)):
            raise SpecError(
                f"slope has shape {slope}, but channel_axis=None wants one slope for all entries, of shape () or (1,); "
                "or state the axis of x whose channels have a slope each"
            )
        return (x,)
    channels = x[normal_axis(axis, len(x))]
    if slope != (channels,):
        raise SpecError(
            f"slope has shape {slope}, needs ({channels},): one for each channel along axis {axis} of x {x}; "
            "or channel_axis=None and one slope for all"
        )
    return (x,)


def _along_channels(x: np.ndarray, slope: np.ndarray, attrs: Attributes) -> np.ndarray:
    """The slope of every entry of x."""
    if attrs["channel_axis"] is None:
        return np.broadcast_to(slope.reshape(()), x.shape)
    axis = attrs["channel_axis"] % x.ndim
    return np.broadcast_to(slope.reshape((-1,) + (1,) * (x.ndim - axis - 1)), x.shape)


def _prelu_margin(attrs: Attributes, x: np.ndarray, slope: np.ndarray) -> Margin:
    return _bend(_along_channels(x, slope, attrs), 1, x)


def _prelu_interval(attrs: Attributes, inputs: Inputs, y_bar: np.ndarray) -> Interval:
    x, slope = inputs
    return {"x": between(_along_channels(x, slope, attrs), 1, y_bar)}


def _positive_alpha(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    if attrs["alpha"] < SMALLEST:
        raise SpecError(
            f"alpha={attrs['alpha']:g}, by which x is divided, must be above 0, and {SMALLEST:.3g} or more: "
            "float32 holds no smaller number in full"
        )
    return shapes


def _swish_interval(attrs: Attributes, inputs: Inputs, y_bar: np.ndarray) -> Interval:
    (x,) = inputs
    return {"x": between(np.where(x < 0, 0, 1), np.where(x < 0, -0.5, 1.5), y_bar)}


def _thirds(attrs: Attributes, x: np.ndarray) -> Margin:
    return {"x": np.abs(np.abs(x) - 3)}


relu = op(
    "relu(x: *s) -> *s",
    "max(x, 0)",
    analytic=False,
    kink=Kink(
        "relu at 0: any slope from 0 to 1",
        margin=lambda attrs, x: {"x": x},
        interval=lambda attrs, inputs, y_bar: {"x": (np.minimum(y_bar, 0), np.maximum(y_bar, 0))},
    ),
    cases=(Case(((3, 5),)),),
    differences=("jax: jnp.maximum(x, 0) has slope 1/2 at 0, where jax.nn.relu has 0.",),
)
leaky_relu = op(
    "leaky_relu(x: *s) -> *s",
    "x where x > 0, slope x elsewhere",
    attributes=(Attribute("slope", "float"),),
    kink=Kink(
        "leaky_relu at 0: any number between slope and 1",
        margin=lambda attrs, x: _bend(attrs["slope"], 1, x),
        interval=lambda attrs, inputs, y_bar: {"x": between(attrs["slope"], 1, y_bar)},
    ),
    cases=(
        Case(((3, 5),), {"slope": 0.01}),
        Case(((2, 1, 7),), {"slope": -0.5}),
        Case(((7,),), {"slope": 2.0}),
        Case(((),), {"slope": 0.3}),
    ),
    source="Maas, Hannun, Ng 2013",
    elsewhere=("leakyrelu", "lrelu"),
    differences=(
        "torch: F.leaky_relu(x) has a slope of 0.01 unless another is given, and takes the left slope at 0.",
        "jax: jax.nn.leaky_relu(x) has a slope of 0.01 unless another is given, and takes the right slope, 1, at 0.",
        "keras: keras.activations.leaky_relu has a slope of 0.2 unless another is given, layers.LeakyReLU one of 0.3.",
    ),
)
prelu = op(
    "prelu(x: *s, slope: *t) -> *s",
    "x where x > 0, slope x elsewhere; a slope for each channel of x along channel_axis, one for all where it is None",
    attributes=(Attribute("channel_axis", "axis"),),
    shape=_channels,
    kink=Kink("prelu at x = 0: any number between slope and 1", _prelu_margin, _prelu_interval),
    cases=(
        Case(((2, 3, 5), (3,)), {"channel_axis": 1}),
        Case(((3, 5), (5,)), {"channel_axis": -1}),
        Case(((3,), (3,)), {"channel_axis": 0}),
        Case(((2, 3, 1, 5), (2,)), {"channel_axis": -4}),
        Case(((3, 5), ()), {"channel_axis": None}),
        Case(((7,), (1,)), {"channel_axis": None}),
    ),
    source="He et al. 2015, arXiv:1502.01852",
    elsewhere=("parametric_relu",),
    differences=(
        "torch: F.prelu has its channels on axis 1, always, and takes a weight of one entry as one slope for all.",
        "jax: jax.nn has no prelu.",
        "keras: keras.layers.PReLU has a slope for each entry of a data point unless shared_axes says otherwise.",
    ),
)
elu = op(
    "elu(x: *s) -> *s",
    "x where x > 0, alpha (eˣ - 1) elsewhere",
    attributes=(Attribute("alpha", "float"),),
    kink=Kink(
        "elu at 0, but for alpha = 1: any slope between alpha and 1",
        margin=lambda attrs, x: _bend(attrs["alpha"], 1, x),
        interval=lambda attrs, inputs, y_bar: {"x": between(attrs["alpha"], 1, y_bar)},
    ),
    cases=(
        Case(((3, 5),), {"alpha": 1.0}),
        Case(((2, 1, 7),), {"alpha": 0.3}),
        Case(((7,),), {"alpha": 2.0}),
        Case(((5,),), {"alpha": -0.5}),
    ),
    source="Clevert, Unterthiner, Hochreiter 2016, arXiv:1511.07289",
    differences=(
        "torch: F.elu(x) has alpha 1 unless another is given.",
        "jax: jax.nn.elu(x) has alpha 1 unless another is given, and forms its slope as alpha ((eˣ - 1) + 1): "
        "in float64 it is 0 from about -37.5 down, where eˣ is 5e-17.",
    ),
)
selu = op(
    "selu(x: *s) -> *s",
    f"λ x where x > 0, λ α (eˣ - 1) elsewhere; λ = {SELU_SCALE!r}, α = {SELU_ALPHA!r}",
    kink=Kink(
        "selu at 0: any slope from λ = 1.05 to λ α = 1.76",
        margin=lambda attrs, x: {"x": x},
        interval=lambda attrs, inputs, y_bar: {"x": between(SELU_SCALE, SELU_SCALE * SELU_ALPHA, y_bar)},
    ),
    cases=CASES,
    source="Klambauer et al. 2017, arXiv:1706.02515",
    differences=(
        "jax: jax.nn.selu forms its slope as λ α ((eˣ - 1) + 1): in float64 it is 0 from about -37.5 down, "
        "where eˣ is 5e-17.",
    ),
)
celu = op(
    "celu(x: *s) -> *s",
    "x where x > 0, alpha (e^(x / alpha) - 1) elsewhere, alpha > 0; the slope is 1 on both sides of 0",
    attributes=(Attribute("alpha", "float"),),
    shape=_positive_alpha,
    cases=(
        Case(((3, 5),), {"alpha": 1.0}),
        Case(((2, 1, 7),), {"alpha": 0.3}),
        Case(((7,),), {"alpha": 2.5}),
    ),
    source="Barron 2017, arXiv:1704.07483",
    differences=(
        "torch: F.celu divides by alpha in float32 for its slope, which is off by 2e-8 at 0 in float64 "
        "(alpha = 0.01), and by 4e-6 at -30 (alpha = 0.3); its default is alpha 1, and it takes an alpha below 0.",
        "jax: jax.nn.celu(x) has alpha 1 unless another is given, takes an alpha below 0, and forms its slope as "
        "(e^(x / alpha) - 1) + 1: in float64 it is 0 where x / alpha is below -37.5.",
    ),
)
hardtanh = op(
    "hardtanh(x: *s) -> *s",
    "x, but low where it is below low, and high where it is above high: clip by its other name",
    attributes=BOUNDS,
    shape=bounded,
    kink=Kink("hardtanh at low and at high: any slope from 0 to 1", edges, at_edges),
    cases=BOUNDS_CASES,
    elsewhere=("hard_tanh", "relu6"),
    differences=(
        "torch: F.hardtanh(x) clips to -1 and 1 unless told otherwise, and has slope 0 on both.",
        "jax: jax.nn.hard_tanh clips to -1 and 1, always, and has slope 1 on both.",
    ),
)
hardsigmoid = op(
    "hardsigmoid(x: *s) -> *s",
    "x / 6 + 1/2, but 0 below -3 and 1 above 3",
    kink=Kink(
        "hardsigmoid at -3 and at 3: any slope from 0 to 1/6",
        margin=_thirds,
        interval=lambda attrs, inputs, y_bar: {"x": between(0, 1 / 6, y_bar)},
    ),
    cases=CASES,
    source="Howard et al. 2019, arXiv:1905.02244",
    elsewhere=("hard_sigmoid", "h_sigmoid"),
    differences=(
        "torch: F.hardsigmoid has the slope 1/6 of float32, 0.16666667163, in float64 too: off by 3e-8 of itself.",
        "jax: jax.nn.hard_sigmoid adds 3 first: at the largest number below 3 the sum rounds to 6, and the slope is 0.",
    ),
)
hardswish = op(
    "hardswish(x: *s) -> *s",
    "x hardsigmoid(x): 0 below -3, x above 3, x (x + 3) / 6 between them",
    kink=Kink("hardswish at -3, any slope from -1/2 to 0, and at 3, from 1 to 3/2", _thirds, _swish_interval),
    cases=CASES,
    source="Howard et al. 2019, arXiv:1905.02244",
    elsewhere=("hard_swish", "hard_silu", "h_swish"),
    differences=(
        "torch: F.hardswish multiplies by 6 before it divides: from 5.7e37 up it is infinite in float32.",
        "jax: jax.nn.hard_swish adds 3 first: at the largest number below 3 the sum rounds to 6, and the slope is 1.",
    ),
)
abs_ = op(
    "abs(x: *s) -> *s",
    "|x|",
    kink=Kink(
        "abs at 0: any slope from -1 to 1",
        margin=lambda attrs, x: {"x": x},
        interval=lambda attrs, inputs, y_bar: {"x": between(-1, 1, y_bar)},
    ),
    cases=CASES,
    elsewhere=("absolute", "fabs"),
    differences=(
        "torch: torch.abs has slope 0 at 0.",
        "jax: jnp.abs has slope 1 at 0, of either sign.",
    ),
)
sign = op(
    "sign(x: *s) -> *s",
    "1 where x > 0, -1 where x < 0, 0 at 0; its slope is 0 everywhere, at 0 too, where it jumps and has none",
    analytic=False,
    cases=CASES,
    elsewhere=("sgn", "signum"),
    differences=("torch: torch.sign of NaN is 0, where np.sign and jnp.sign give NaN.",),
)

OPS = (relu, leaky_relu, prelu, elu, selu, celu, hardtanh, hardsigmoid, hardswish, abs_, sign)
