"""Convolutions, which slide a kernel over positions without flipping it, and their transposes.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import math

from trivium.errors import SpecError
from trivium.spec.op import Attribute, Attributes, Case, op
from trivium.spec.signature import Shape

Terms = tuple[int, tuple[int, ...]]
Numbers = tuple[int, ...]

STRIDE = Attribute("stride", "ints", default=1)
PADDING = Attribute("padding", "ints", default=0)
DILATION = Attribute("dilation", "ints", default=1)
GROUPS = Attribute("groups", "size", default="1")
OUTPUT_PADDING = Attribute("output_padding", "ints", default=0)


def per_axis(attrs: Attributes, name: str, axes: int, *, least: int) -> Numbers:
    """An attribute as one number for each axis of positions: an int is the same for all."""
    value = attrs[name]
    numbers = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(numbers) != axes:
        needs = "one integer" if axes == 1 else f"one integer, or {axes}: one for each axis of positions"
        raise SpecError(f"{name}={value} holds {len(numbers)} integers, needs {needs}")
    if min(numbers, default=least) < least:
        raise SpecError(f"{name}={value} must be {least} or more")
    return numbers


def grid(x: Shape, kernel: Numbers, attrs: Attributes) -> Numbers:
    """The positions along each axis after the first two at which a dilated kernel fits into padded x, one per stride.

    What is left over at the end of an axis is not read. SpecError where a kernel fits nowhere.
    """
    axes = len(x) - 2
    stride = per_axis(attrs, "stride", axes, least=1)
    padding = per_axis(attrs, "padding", axes, least=0)
    dilation = per_axis(attrs, "dilation", axes, least=1) if "dilation" in attrs else (1,) * axes
    found = []
    for axis, (n, k, s, p, d) in enumerate(zip(x[2:], kernel, stride, padding, dilation, strict=True), 2):
        room, span = n + 2 * p, (k - 1) * d + 1
        if span > room:
            spread = f" ({k} entries, dilation {d})" if d > 1 else ""
            padded = f", {room} with padding {p} on both sides" if p else ""
            raise SpecError(
                f"the kernel spans {span} positions of axis {axis}{spread}, but x {x} has {n} there{padded}; "
                "pad x more, or use a smaller kernel"
            )
        found.append((room - span) // s + 1)
    return tuple(found)


def overlap(kernel: Numbers, attrs: Attributes) -> int:
    """The most windows that share one entry of x: the kernel offsets that are equal modulo the stride."""
    axes = len(kernel)
    stride = per_axis(attrs, "stride", axes, least=1)
    dilation = per_axis(attrs, "dilation", axes, least=1) if "dilation" in attrs else (1,) * axes
    return math.prod(-(-k // (s // math.gcd(s, d))) for k, s, d in zip(kernel, stride, dilation, strict=True))


def _check_groups(groups: int, channels: int, what: str) -> None:
    if groups < 1 or channels % groups:
        raise SpecError(f"groups={groups} does not divide the {channels} {what}")


def _convolved(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    x, kernel, groups = shapes[0], shapes[1], attrs["groups"]
    _check_groups(groups, x[1], f"channels of x {x}")
    _check_groups(groups, kernel[0], f"output channels of kernel {kernel}")
    if kernel[1] * groups != x[1]:
        of = f" ({x[1]} channels in {groups} groups)" if groups > 1 else ""
        raise SpecError(f"kernel {kernel} reads {kernel[1]} channels, but x {x} has {x[1] // groups}{of}")
    return ((x[0], kernel[0], *grid(x, kernel[2:], attrs)),)


def _depthwise(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    x, kernel = shapes[0], shapes[1]
    channels = kernel[0] * kernel[1]
    _check_bias(shapes, channels)
    return ((x[0], channels, *grid(x, kernel[2:], attrs)),)


def _transposed(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    x, kernel, groups, axes = shapes[0], shapes[1], attrs["groups"], len(shapes[0]) - 2
    _check_groups(groups, x[1], f"channels of x {x}")
    _check_bias(shapes, channels := kernel[1] * groups)
    stride, dilation = (per_axis(attrs, name, axes, least=1) for name in ("stride", "dilation"))
    padding, extra = (per_axis(attrs, name, axes, least=0) for name in ("padding", "output_padding"))
    found = []
    for axis, (n, k, s, p, d, e) in enumerate(zip(x[2:], kernel[2:], stride, padding, dilation, extra, strict=True), 2):
        if e >= max(s, d):
            raise SpecError(
                f"output_padding {e} along axis {axis} must be less than its stride {s} or its dilation {d}"
            )
        found.append((n - 1) * s + (k - 1) * d + 1 - 2 * p + e)
        if found[-1] < 1:
            raise SpecError(
                f"padding {p} cuts {p} positions off both ends of axis {axis}, which has {found[-1] + 2 * p}"
            )
    return ((x[0], channels, *found),)


def _check_bias(shapes: tuple[Shape, ...], channels: int) -> None:
    if len(shapes) == 3 and shapes[2] != (channels,):
        raise SpecError(f"bias {shapes[2]} needs shape ({channels},): one entry for each output channel")


def _read(shapes: tuple[Shape, ...], attrs: Attributes) -> int:
    return math.prod(shapes[1][1:])


def _read_depthwise(shapes: tuple[Shape, ...], attrs: Attributes) -> int:
    return math.prod(shapes[1][2:])


def _read_transposed(shapes: tuple[Shape, ...], attrs: Attributes) -> int:
    return shapes[0][1] // int(attrs["groups"]) * overlap(shapes[1][2:], attrs)


def _positions(y: Shape) -> int:
    return y[0] * math.prod(y[2:])


def _terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    kernel, (y,) = shapes[1], _convolved(shapes, attrs)
    backward = kernel[0] // attrs["groups"] * overlap(kernel[2:], attrs), _positions(y), _positions(y)
    return _read(shapes, attrs) + 1, backward[: len(shapes)]


def _depthwise_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    kernel, (y,) = shapes[1], _depthwise(shapes, attrs)
    backward = kernel[1] * overlap(kernel[2:], attrs), _positions(y), _positions(y)
    return _read_depthwise(shapes, attrs) + 1, backward[: len(shapes)]


def _transposed_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    x, kernel, (y,) = shapes[0], shapes[1], _transposed(shapes, attrs)
    backward = math.prod(kernel[1:]), _positions(x), _positions(y)
    return _read_transposed(shapes, attrs) + 1, backward[: len(shapes)]


conv1d = op(
    "conv1d(x: b c n, kernel: m k r, bias?: m) -> b m p",
    "y[b, m, p] = Σ_k,i kernel[m, k, i] x[b, k, p stride + i dilation - padding] + bias[m], with zeros around x; "
    "with groups, a block of output channels reads its own block of input channels",
    attributes=(STRIDE, PADDING, DILATION, GROUPS),
    shape=_convolved,
    fan_in={"kernel": _read},
    terms=_terms,
    absolute="conv1d",
    cases=(
        Case(((2, 3, 7), (5, 3, 3), (5,))),
        Case(((2, 3, 11), (5, 3, 3)), {"stride": 2, "padding": 1, "dilation": (2,)}),
        Case(((3, 4, 6), (2, 2, 2), (2,)), {"stride": 3, "groups": 2}),
    ),
    elsewhere=("convolve", "correlate", "convolution1d"),
    differences=(
        "numpy: np.convolve flips the kernel; np.correlate(x, kernel, 'valid') of one channel does not, as here.",
    ),
)
conv2d = op(
    "conv2d(x: b c h w, kernel: m k r s, bias?: m) -> b m p q",
    "y[b, m, p] = Σ_k,i kernel[m, k, i] x[b, k, p stride + i dilation - padding] + bias[m], with zeros around x; "
    "p and i are pairs; with groups, a block of output channels reads its own block of input channels",
    attributes=(STRIDE, PADDING, DILATION, GROUPS),
    shape=_convolved,
    fan_in={"kernel": _read},
    terms=_terms,
    absolute="conv2d",
    cases=(
        Case(((2, 3, 5, 7), (4, 3, 2, 3), (4,))),
        Case(((1, 2, 7, 6), (3, 2, 3, 2), (3,)), {"stride": (2, 3), "padding": (1, 2), "dilation": (2, 1)}),
        Case(((2, 4, 5, 4), (6, 2, 3, 1)), {"stride": (3, 2), "padding": 3, "groups": 2}),
        Case(((2, 3, 4, 3), (5, 3, 1, 1))),
        Case(((2, 1, 3, 5), (1, 1, 3, 5), (1,))),
    ),
    elsewhere=("conv", "convolution", "convolution2d", "conv_general_dilated", "convolve2d", "correlate2d"),
    differences=("scipy: scipy.signal.convolve2d flips the kernel; correlate2d(mode='valid') does not, as here.",),
)
depthwise_conv2d = op(
    "depthwise_conv2d(x: b c h w, kernel: c k r s, bias?: m) -> b m p q",
    "y[b, (c, k), p] = Σ_i kernel[c, k, i] x[b, c, p stride + i dilation - padding] + bias[(c, k)], zeros around x; "
    "output channel (c, k) is number c K + k, where each input channel has K of them",
    attributes=(STRIDE, PADDING, DILATION),
    shape=_depthwise,
    fan_in={"kernel": _read_depthwise},
    terms=_depthwise_terms,
    absolute="depthwise_conv2d",
    cases=(
        Case(((2, 3, 5, 4), (3, 2, 2, 3), (6,)), {"padding": 1}),
        Case(((2, 5, 7, 6), (5, 1, 3, 2)), {"stride": (2, 3), "dilation": (2, 1)}),
    ),
    elsewhere=("depthwise_conv", "depthwise_conv_2d", "depthwiseconv2d", "separable_conv2d"),
    differences=(
        "torch: F.conv2d(groups=c) takes this kernel as (c K, 1, r, s), and has no depthwise convolution of its own.",
    ),
)
conv_transpose2d = op(
    "conv_transpose2d(x: b c h w, kernel: c m r s, bias?: o) -> b o p q",
    "the transpose of conv2d: y[b, m, p stride + i dilation - padding] sums all kernel[c, m, i] x[b, c, p] that land "
    "there, + bias[m]; output_padding adds positions at the far ends; groups as in conv2d",
    attributes=(STRIDE, PADDING, DILATION, GROUPS, OUTPUT_PADDING),
    shape=_transposed,
    fan_in={"kernel": _read_transposed},
    terms=_transposed_terms,
    absolute="conv_transpose2d",
    cases=(
        Case(((2, 3, 4, 3), (3, 5, 2, 3), (5,))),
        Case(((1, 2, 3, 5), (2, 3, 3, 2), (3,)), {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2)}),
        Case(((2, 4, 3, 4), (4, 1, 2, 3)), {"stride": (3, 1), "padding": (0, 3), "dilation": (1, 2), "groups": 2}),
        Case(((2, 3, 4, 4), (3, 2, 1, 1)), {"stride": 2, "padding": 1}),
        Case(((1, 2, 3, 2), (2, 1, 2, 3), (1,)), {"dilation": 3, "output_padding": (2, 1)}),
    ),
    elsewhere=("convtranspose2d", "conv2d_transpose", "conv_transpose", "deconv", "deconvolution", "deconv2d"),
    differences=(
        "jax: jax.lax.conv_transpose slides the kernel unflipped unless transpose_kernel=True, and pads the dilated "
        "input by its padding, so that more padding makes the result larger, where here it makes it smaller.",
    ),
)

OPS = (conv1d, conv2d, depthwise_conv2d, conv_transpose2d)
