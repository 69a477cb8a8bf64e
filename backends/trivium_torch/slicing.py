"""Parts of a tensor with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

Ints = tuple[int, ...] | int

MODES = {"edge": "replicate", "reflect": "reflect", "wrap": "circular"}
"""What F.pad calls them."""


def sliced(x: Tensor, *, axis: int, start: int | None, stop: int | None, step: int) -> Tensor:
    """x[start:stop:step]; torch takes no negative step, so those entries are taken in their order and turned round."""
    picked = range(*slice(start, stop, step).indices(x.shape[axis]))
    forward = picked if step > 0 else picked[::-1]
    place = [slice(None)] * x.dim()
    place[axis] = slice(forward.start, forward.stop, forward.step)
    part = x[tuple(place)]
    return part if step > 0 else torch.flip(part, (axis,))


def flip(x: Tensor, *, axes: Ints) -> Tensor:
    """x in reverse order along the axes."""
    return torch.flip(x, whole(axes))


def roll(x: Tensor, *, shift: Ints, axis: Ints) -> Tensor:
    """x turned along the axes."""
    return torch.roll(x, shift, axis)


def pad(x: Tensor, *, before: Ints, after: Ints, mode: str, value: float) -> Tensor:
    """F.pad: all axes at once for a constant; in its other modes it pads the last axes of a batch, so one at a time."""
    widths = list(zip(whole(before), whole(after), strict=True))
    if mode == "constant":
        return F.pad(x, [n for pair in widths[::-1] for n in pair], value=value)
    for axis, pair in enumerate(widths):
        if any(pair):
            rows = x.movedim(axis, -1)
            flat = F.pad(rows.reshape(1, -1, x.shape[axis]), pair, mode=MODES[mode])
            x = flat.reshape(*rows.shape[:-1], -1).movedim(-1, axis)
    return x


def tile(x: Tensor, *, repeats: Ints) -> Tensor:
    """x repeated as a whole."""
    return torch.tile(x, whole(repeats))


def whole(value: Ints) -> tuple[int, ...]:
    """A tuple, where one number may have been written for it."""
    return (value,) if isinstance(value, int) else value


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "slice": sliced,
    "flip": flip,
    "roll": roll,
    "pad": pad,
    "tile": tile,
}
