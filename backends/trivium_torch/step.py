"""One operation on tensors: performed, pulled back by autograd, and pulled back wrongly where a mistake is planted.

Knows every family's table, and nothing of the network around one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from trivium.backend import Array, Tamper
from trivium.errors import BackendError, did_you_mean
from trivium.ops import FAMILIES
from trivium.spec.op import Attributes, Op
from trivium_torch.border import replayed_dtype, taping, to_array, to_tensor

Tensors = tuple[Tensor, ...]
Operation = Callable[..., Tensors]

Table = Mapping[str, Callable[..., Tensor | Tensors]]
OPERATIONS: Table = MappingProxyType(
    {name: f for family in FAMILIES for name, f in import_module(f"trivium_torch.{family}").OPERATIONS.items()}
)


def operation(table: Table, op: Op, attrs: Attributes) -> Operation:
    """The step of an op with these attributes: tensors in, a tuple of tensors out."""
    if op.name not in table:
        raise BackendError(f"torch has no op {op.name!r}{did_you_mean(op.name, table)}; name it in its lacks")
    return partial(perform, table[op.name], dict(attrs))


def perform(function: Callable[..., Tensor | Tensors], attrs: Attributes, *inputs: Tensor) -> Tensors:
    """Run torch's function, and give each output a tensor of its own, whose gradient is then its own."""
    result = function(*inputs, **attrs)
    outputs = (result,) if isinstance(result, Tensor) else tuple(result)
    return tuple(y.view_as(y) if any(y is x for x in inputs) else y for y in outputs)


def leaf(tensor: Tensor) -> Tensor:
    """A tensor that the tape follows: itself where it already does, else a new beginning with the same numbers."""
    return tensor if tensor.requires_grad else tensor.detach().requires_grad_()


def pull_back(apply: Operation, inputs: Tensors, y_bars: Tensors) -> tuple[Tensors, tuple[Tensor | None, ...]]:
    """Outputs and input cotangents of one step: None for labels and masks, zeros where nothing is reached."""
    leaves = tuple(x.detach().requires_grad_() if x.is_floating_point() else x for x in inputs)
    outputs = apply(*leaves)
    followed = tuple(x for x in leaves if x.requires_grad)
    if not followed:
        return outputs, (None,) * len(leaves)
    found = iter(torch.autograd.grad(outputs, followed, y_bars, allow_unused=True, materialize_grads=True))
    return outputs, tuple(next(found) if x.requires_grad else None for x in leaves)


def replay(
    table: Table, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...]
) -> tuple[tuple[Array, ...], tuple[Array | None, ...]]:
    """One op alone, in float64, from arrays to arrays."""
    with taping():
        tensors = tuple(to_tensor(x, replayed_dtype(x)) for x in inputs)
        y_bars = tuple(to_tensor(y_bar, "float64") for y_bar in cotangents)
        outputs, x_bars = pull_back(operation(table, op, attrs), tensors, y_bars)
        return tuple(map(to_array, outputs)), tuple(map(array_or_none, x_bars))


def array_or_none(tensor: Tensor | None) -> Array | None:
    """A cotangent as an array; what has none stays without."""
    return None if tensor is None else to_array(tensor)


@dataclass(frozen=True)
class Planted:
    """A step and the mistake that stands around its vjp."""

    apply: Operation
    tamper: Tamper

    def __call__(self, *inputs: Tensor) -> Tensors:
        outputs: Tensors = Wrapped.apply(self, *inputs)  # type: ignore[no-untyped-call]
        return outputs

    def x_bars(self, inputs: Tensors, y_bars: Tensors) -> tuple[Tensor | None, ...]:
        """The right input cotangents, handed to the mistake as arrays, and what it makes of them."""
        with taping():
            outputs, right = pull_back(self.apply, inputs, y_bars)
        crossed = [tuple(map(to_array, part)) for part in (inputs, outputs, y_bars)]
        wrong = self.tamper(crossed[0], crossed[1], crossed[2], tuple(map(array_or_none, right)))
        return tuple(None if b is None else to_tensor(b, b.dtype) for b in wrong)


class Wrapped(torch.autograd.Function):
    """A planted mistake as autograd sees it: the right values, forward; the mistake's cotangents, backward."""

    @staticmethod
    def forward(ctx: Any, planted: Planted, *inputs: Tensor) -> Tensors:
        ctx.planted = planted
        ctx.save_for_backward(*inputs)
        return tuple(y.clone() for y in planted.apply(*inputs))

    @staticmethod
    def backward(ctx: Any, *y_bars: Tensor) -> tuple[Tensor | None, ...]:
        return (None, *ctx.planted.x_bars(ctx.saved_tensors, y_bars))
