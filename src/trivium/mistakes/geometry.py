"""J: convolution and pooling geometry. Windows that overlap, strides, borders, flips and channels gone wrong.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes import window
from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.window import CONVOLUTIONS, POOLS, Walk, bordered, put, walk_of

WINDOWS = (*CONVOLUTIONS, *POOLS)


def _windowed(place: Place) -> bool:
    return place.op in WINDOWS and place.name in ("x", "kernel")


def _along_any(test: Callable[..., bool], *names: str) -> Callable[[Place], bool]:
    """Windows where, along some axis, the test holds of these numbers of the walk."""

    def fits(place: Place) -> bool:
        return _windowed(place) and any(map(test, *(getattr(walk_of(place), name) for name in names)))

    return fits


def _overlaps(place: Place) -> bool:
    """Whether an entry of x is met in several windows: p stride + i dilation = q stride + j dilation."""
    if not _windowed(place) or place.name != "x" or place.op == "conv_transpose2d":
        return False
    walk = walk_of(place)
    axes = zip(walk.size, walk.grid, walk.stride, walk.dilation, strict=True)
    return any(math.lcm(s, d) <= min((k - 1) * d, (n - 1) * s) for k, n, s, d in axes)


def _walked(step: Step, walk: Walk) -> Any:
    """The right rule on another walk."""
    if step.place.name == "kernel":
        return window.kernel_bar(step, walk=walk)
    if step.place.op in CONVOLUTIONS:
        return window.x_bar(step, walk=walk)
    return put([(place, share) for place, share, _ in _pooled(step, walk)], walk, step.x.shape)


def _pooled(step: Step, walk: Walk) -> list[tuple[Any, Array, Any]]:
    """What each offset of a pooling's kernel gets, and where it is assigned."""
    places = [place for _, place in walk.places()]
    if step.place.op == "avg_pool2d":
        share = step.y_bar / _met(step, padding=step.attrs["count_padding"])
        return [(place, share, True) for place in places]
    wide = bordered(step.x, own := walk_of(step), -math.inf)
    met = np.stack([wide[place] for _, place in own.places()])
    winner = met.argmax(axis=0)
    return [(place, np.where(winner == i, step.y_bar, 0), winner == i) for i, place in enumerate(places)]


def _met(step: Step, *, padding: bool) -> Array:
    """Of each window, how many entries there are, with those of the padding or without."""
    walk = walk_of(step)
    ones = np.ones(step.x.shape[2:])
    wide = np.ones_like(bordered(ones, walk)) if padding else bordered(ones, walk)
    return np.maximum(sum(wide[place] for _, place in walk.places()), 1)


def _assigned(step: Step) -> Any:
    """x̄[window] = share: of windows that overlap, the last stays."""
    walk = walk_of(step)
    if step.place.op in POOLS:
        return window.assigned(_pooled(step, walk), walk, step.x.shape)
    shape = window.grouped(step.x, window.groups(step)).shape
    shares = window.shares(step, walk, window.grouped_kernel(step), step.y_bar)
    return window.assigned([(*share, True) for share in shares], walk, shape)


def _remainder(walk: Walk, shape: tuple[int, ...]) -> list[int]:
    """Along each axis, the entries at the end of bordered x that no window meets."""
    axes = zip(shape[2:], walk.size, walk.grid, walk.stride, walk.padding, walk.dilation, strict=True)
    return [n + 2 * p - (g - 1) * s - (k - 1) * d - 1 for n, k, g, s, p, d in axes]


def _has_remainder(place: Place) -> bool:
    if not _windowed(place) or place.name != "x" or place.op == "conv_transpose2d":
        return False
    walk = walk_of(place)
    return any(left and edge for left, edge in zip(_remainder(walk, place.shape), walk.padding, strict=True))


def _short(step: Step) -> Any:
    """x̄ as large as the windows reach less the padding at both ends, and zeros where it is too short."""
    walk, x_bar = walk_of(step), step.x_bar.copy()
    for axis, left in enumerate(_remainder(walk, step.x.shape), 2):
        if left and walk.padding[axis - 2]:
            np.moveaxis(x_bar, axis, 0)[-left:] = 0
    return x_bar


def _flipped(step: Step) -> Any:
    kernel = window.grouped_kernel(step)
    axes = tuple(range(3, kernel.ndim))
    return window.x_bar(step, walk=walk_of(step), kernel=np.flip(kernel, axes))


def _square_channels(place: Place) -> bool:
    """A kernel with as many channels in as out."""
    plain = place.op in CONVOLUTIONS and place.op != "depthwise_conv2d" and window.groups(place) == 1
    return plain and place.name == "x" and place.shapes[1][0] == place.shapes[1][1] > 1


def _unswapped(step: Step) -> Any:
    return window.x_bar(step, walk=walk_of(step), kernel=window.grouped_kernel(step).swapaxes(1, 2))


def _in_groups(place: Place) -> bool:
    """Several groups, each of several output channels."""
    return place.op in CONVOLUTIONS and place.name in ("x", "kernel") and 1 < window.groups(place) < place.out[1]


def _interleaved(step: Step) -> Any:
    """ȳ with channel m in group m % groups, where it is in group m // (channels of a group)."""
    y_bar, groups = step.y_bar, window.groups(step)
    y_bar = y_bar.reshape(len(y_bar), -1, groups, *y_bar.shape[2:]).swapaxes(1, 2).reshape(y_bar.shape)
    if step.place.name == "kernel":
        return window.kernel_bar(step, y_bar=y_bar)
    return window.x_bar(step, walk=walk_of(step), y_bar=y_bar)


def _miscounted(step: Step) -> Any:
    walk = walk_of(step)
    share = step.y_bar / _met(step, padding=not step.attrs["count_padding"])
    return put([(place, share) for _, place in walk.places()], walk, step.x.shape)


def _spread(step: Step) -> Any:
    walk = walk_of(step)
    return put([(place, step.y_bar / walk.offsets) for _, place in walk.places()], walk, step.x.shape)


MISTAKES = (
    Mistake(
        name="windows-overwritten",
        family="J",
        title="windows that overlap overwrite each other",
        fits=_overlaps,
        wrong=lambda step: np.reshape(_assigned(step), step.x.shape),
        why="The windows of {node} overlap, so an entry of {tensor} is read several times, and what the windows ask of "
        "it adds up. Here each window overwrites what was there.",
        hints=(
            "Look at {node}: do its windows overlap?",
            "Entries of {tensor} that one window reads are right.",
            "Add each window's share to the gradient of {tensor}, with += and not with =.",
        ),
    ),
    Mistake(
        name="stride-forgotten",
        family="J",
        title="the stride is forgotten going back",
        fits=_along_any(lambda s, n: s > 1 and n > 1, "stride", "grid"),
        wrong=lambda step: _walked(step, walk_of(step).plain("stride", 1)),
        why="{node} moves by its stride from one position to the next, and its gradients here move by 1: position p "
        "begins at p times the stride.",
        hints=(
            "Look at {node}: where does each of its windows begin?",
            "The first window is in its place, the others are not.",
            "Multiply the position by the stride of {node} in the backward pass too.",
        ),
        together=True,
    ),
    Mistake(
        name="dilation-forgotten",
        family="J",
        title="the dilation is forgotten going back",
        fits=_along_any(lambda d, k: d > 1 and k > 1, "dilation", "size"),
        wrong=lambda step: _walked(step, walk_of(step).plain("dilation", 1)),
        why="The entries of the kernel of {node} are apart by its dilation, and its gradients here treat them as "
        "neighbors.",
        hints=(
            "Look at {node}: how far apart are the entries that one window reads?",
            "The first entry of the kernel is right, the others are not.",
            "Multiply the offset in the kernel by the dilation of {node} in the backward pass too.",
        ),
        together=True,
    ),
    Mistake(
        name="border-kept",
        family="J",
        title="the padding is not taken off",
        fits=_along_any(lambda p: p > 0, "padding"),
        wrong=lambda step: _walked(step, replace(walk_of(step), start=(0,) * len(walk_of(step).size))),
        why="{node} puts a border of zeros around what it reads, and the gradient has to leave it out again. Here "
        "everything is shifted by the padding.",
        hints=(
            "Look at {node}: what does its padding do to the positions?",
            "The numbers are right and stand in the wrong place.",
            "Take the padding off again: position 0 without the border is position `padding` with it.",
        ),
        together=True,
    ),
    Mistake(
        name="remainder-lost",
        family="J",
        title="the gradient is too short where the stride does not divide",
        fits=_has_remainder,
        wrong=_short,
        why="The stride of {node} does not divide the size of {tensor}, so some entries at the end are left over, and "
        "the padding is met there only in part. Here the gradient of {tensor} ends too early and has zeros there.",
        hints=(
            "Look at {node}: does its stride divide the size of {tensor}?",
            "The gradient of {tensor} is wrong at its far end alone.",
            "Make the gradient as large as {tensor} with its padding, then cut: the transposed step needs output "
            "padding.",
        ),
    ),
    Mistake(
        name="kernel-flipped",
        family="J",
        title="the kernel is the wrong way round",
        fits=lambda place: place.op in CONVOLUTIONS and place.name == "x" and walk_of(place).offsets > 1,
        wrong=_flipped,
        why="Going back through {node}, each entry of the kernel leads to where it came from: written as a "
        "convolution, that flips the kernel once. Here it is flipped once too often, or not at all.",
        hints=(
            "Look at {node}: which way round is its kernel in the gradient of {tensor}?",
            "A symmetric kernel would hide this.",
            "Flip the kernel along all its positions for the gradient of {tensor}.",
        ),
    ),
    Mistake(
        name="channels-not-exchanged",
        family="J",
        title="channels in and channels out are not exchanged",
        fits=_square_channels,
        wrong=_unswapped,
        why="Going back through {node}, its output channels are read and its input channels made, so the first two "
        "axes of the kernel change places. Here they do not, and as both have the same size, no shape tells.",
        hints=(
            "Look at {node}: how many channels come in, and how many go out?",
            "Two axes of the same size are confused.",
            "Exchange the first two axes of the kernel of {node} for the gradient of {tensor}.",
        ),
    ),
    Mistake(
        name="groups-interleaved",
        family="J",
        title="channels are put into the wrong groups",
        fits=_in_groups,
        wrong=_interleaved,
        why="The output channels of {node} that belong to one group stand side by side. Its gradients here take every "
        "n-th channel for a group.",
        hints=(
            "Look at {node}: which of its output channels belong together?",
            "The gradients of some groups are mixed.",
            "Cut the channels of {node} as (groups, channels of a group), not the other way round.",
        ),
        together=True,
    ),
    Mistake(
        name="average-miscounted",
        family="J",
        title="the average is over the wrong number of entries",
        fits=lambda place: place.op == "avg_pool2d" and any(walk_of(place).padding),
        wrong=_miscounted,
        why="At the border, a window of {node} meets fewer entries of {tensor} than the kernel has. Forward and "
        "backward divide by different numbers there: one counts the padding, the other does not.",
        hints=(
            "Look at {node}: by what does it divide at the border?",
            "The gradient of {tensor} is right in the middle.",
            "Divide by the same number as {node} does; count_padding says whether the padding counts.",
        ),
    ),
    Mistake(
        name="maximum-spread",
        family="J",
        title="the whole window gets what belongs to its largest entry",
        fits=lambda place: place.op == "max_pool2d" and walk_of(place).offsets > 1,
        wrong=_spread,
        why="{node} takes the largest entry of each window, and that one alone gets the gradient. Here it is spread "
        "over the window, as for an average.",
        hints=(
            "Look at {node}: which entries of a window does its output depend on?",
            "Most of the gradient of {tensor} should be zero.",
            "Give each window's gradient to its largest entry, and nothing to the others.",
        ),
    ),
)
