"""Parts of a tensor, and tensors around it: slices, flips, rolls, padding, repetition.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import math

from trivium.errors import SpecError
from trivium.ops.shape import distinct_axes, normal_axis
from trivium.spec.op import Attribute, Attributes, Case, op
from trivium.spec.signature import Shape

FARTHEST = {"reflect": -1, "edge": math.inf, "wrap": 0}
"""How many entries more than an axis has can be put on either side of it, without reading what is padding itself."""


def _ints(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else value


def _slice(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), start, stop, step = shapes, attrs["start"], attrs["stop"], attrs["step"]
    axis = normal_axis(attrs["axis"], len(x))
    if step == 0:
        raise SpecError("step is 0; write 1 for every entry, 2 for every second, -1 for the reverse order")
    left = len(range(*slice(start, stop, step).indices(x[axis])))
    if left == 0:
        raise SpecError(
            f"start={start}, stop={stop}, step={step} leaves nothing of the {x[axis]} entries of axis {axis}"
        )
    return ((*x[:axis], left, *x[axis + 1 :]),)


def _flip(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,) = shapes
    _ = distinct_axes(attrs["axes"], len(x))
    return (x,)


def _roll(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), shift, axis = shapes, attrs["shift"], attrs["axis"]
    if len(_ints(shift)) != len(_ints(axis)):
        raise SpecError(f"shift={shift} and axis={axis} are of different lengths; write one shift for each axis")
    _ = distinct_axes(axis, len(x))
    return (x,)


def _pad(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), mode = shapes, attrs["mode"]
    if not x:
        raise SpecError("x is a number, which has no axis to pad; expand_dims gives it one")
    sides = {name: _ints(attrs[name]) for name in ("before", "after")}
    for name, side in sides.items():
        if len(side) != len(x):
            raise SpecError(
                f"{name}={attrs[name]} needs {len(x)} numbers, one for each axis of {x}; 0 leaves one alone"
            )
        for axis, (extra, n) in enumerate(zip(side, x, strict=True)):
            _check_padding(name, extra, axis, n, mode)
    if mode != "constant" and attrs["value"] != 0:
        raise SpecError(f"value={attrs['value']} has no meaning with mode {mode!r}; leave it out, or use 'constant'")
    return (tuple(b + n + a for b, n, a in zip(sides["before"], x, sides["after"], strict=True)),)


def _check_padding(name: str, extra: int, axis: int, n: int, mode: str) -> None:
    """SpecError where an axis of n entries cannot be given so many more on one side."""
    if extra < 0:
        raise SpecError(f"{name} is {extra} at axis {axis}; padding adds entries, and slice takes some away")
    most = math.inf if mode == "constant" else n + FARTHEST[mode]
    if extra > most:
        raise SpecError(f"{name} is {extra} at axis {axis} of size {n}; mode {mode!r} can add {most} at most on a side")


def _pad_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[int, tuple[int, ...]]:
    """An entry of x is read where it stands, and, along each axis, at most once for each entry added."""
    added = zip(_ints(attrs["before"]), _ints(attrs["after"]), strict=True)
    return 1, (1 if attrs["mode"] == "constant" else math.prod(1 + b + a for b, a in added),)


def _tile(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), repeats = shapes, _ints(attrs["repeats"])
    if min(repeats) < 1:
        raise SpecError(f"repeats={attrs['repeats']}: each is a number of copies, 1 or more")
    rank = max(len(x), len(repeats))
    filled = [(1,) * (rank - len(part)) + part for part in (x, repeats)]
    return (tuple(n * r for n, r in zip(*filled, strict=True)),)


slice_ = op(
    "slice(x: *s) -> *t",
    "The entries start, start + step, ... of x along an axis, before stop: x[start:stop:step], as Python counts",
    attributes=(
        Attribute("axis", "int"),
        Attribute("start", "whole", default=None),
        Attribute("stop", "whole", default=None),
        Attribute("step", "int", default=1),
    ),
    shape=_slice,
    absolute="slice",
    cases=(
        Case(((5, 3),), {"axis": 0, "start": 1, "stop": 4}),
        Case(((2, 7),), {"axis": -1, "start": -6, "step": 2}),
        Case(((7,),), {"axis": 0, "start": None, "stop": 1, "step": -2}),
        Case(((2, 3, 5),), {"axis": 1, "start": -1, "stop": None, "step": -1}),
        Case(((3, 5),), {"axis": 1, "start": 2, "stop": 100}),
    ),
    elsewhere=("narrow", "slice_in_dim"),
    differences=("torch: x[::-1] is refused, a step is positive there; here it may be negative, as in Python.",),
)
flip = op(
    "flip(x: *s) -> *s",
    "x in reverse order along the axes",
    attributes=(Attribute("axes", "ints"),),
    shape=_flip,
    absolute="flip",
    cases=(Case(((3, 5),), {"axes": 1}), Case(((2, 3, 5),), {"axes": (0, -1)}), Case(((1, 3),), {"axes": (1, 0)})),
    elsewhere=("reverse", "fliplr", "flipud"),
    differences=(
        "numpy, jax: flip without an axis reverses along every axis; here, as in torch, the axes are stated.",
    ),
)
roll = op(
    "roll(x: *s) -> *s",
    "x turned along the axes: entry i goes to place i + shift, round the end",
    attributes=(Attribute("shift", "ints"), Attribute("axis", "ints")),
    shape=_roll,
    absolute="roll",
    cases=(
        Case(((3, 5),), {"shift": 2, "axis": 1}),
        Case(((2, 3, 5),), {"shift": (-1, 7), "axis": (1, -1)}),
        Case(((1, 3),), {"shift": (4, 0), "axis": (0, 1)}),
    ),
    differences=("numpy, torch, jax: roll without an axis turns the flattened tensor; here the axis is stated.",),
)
pad = op(
    "pad(x: *s) -> *t",
    "x with entries before and after it along each axis: the value (constant), the nearest entry (edge), a mirror "
    "image about the outermost entry, which is not repeated (reflect), or entries from the other end (wrap)",
    attributes=(
        Attribute("before", "ints"),
        Attribute("after", "ints"),
        Attribute("mode", "str", choices=("constant", "edge", "reflect", "wrap")),
        Attribute("value", "float", default=0.0),
    ),
    shape=_pad,
    terms=_pad_terms,
    absolute="pad",
    cases=(
        Case(((3, 5),), {"before": (0, 2), "after": (1, 0), "mode": "constant", "value": -1.5}),
        Case(((3,),), {"before": 1, "after": 2, "mode": "constant"}),
        Case(((2, 3),), {"before": (3, 1), "after": (1, 5), "mode": "edge"}),
        Case(((3, 4),), {"before": (2, 0), "after": (2, 3), "mode": "reflect"}),
        Case(((2, 1, 3),), {"before": (0, 1, 3), "after": (1, 1, 2), "mode": "wrap"}),
        Case(((1, 2),), {"before": (0, 1), "after": (0, 1), "mode": "reflect"}),
    ),
    elsewhere=("zero_pad", "constant_pad"),
    differences=(
        "torch: F.pad lists the padding from the last axis backward, before and after in turn, and pads the last axes "
        "alone in every mode but 'constant'; its names are 'replicate' for edge and 'circular' for wrap.",
        "numpy, jax: pad in mode 'reflect' or 'wrap' goes on where an axis is too short, by mirroring or wrapping "
        "again; here, as in torch, that is an error.",
    ),
)
tile = op(
    "tile(x: *s) -> *t",
    "x repeated as a whole along its axes; one number of copies for each axis, the last for the last",
    attributes=(Attribute("repeats", "ints"),),
    shape=_tile,
    absolute="tile",
    cases=(
        Case(((3, 2),), {"repeats": (2, 3)}),
        Case(((2, 3, 2),), {"repeats": 3}),
        Case(((3,),), {"repeats": (2, 1, 2)}),
        Case(((),), {"repeats": (2, 3)}),
    ),
    differences=(
        "numpy, jax: repeat(x, 2) repeats every entry on the spot, not x as a whole; torch's x.repeat is tile.",
    ),
)

OPS = (slice_, flip, roll, pad, tile)
