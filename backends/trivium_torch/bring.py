"""A torch module or function of a person's own, with its gradient by autograd, as functions of NumPy arrays.

Knows nothing of verdicts. Works on copies: no parameter, gradient, mode or flag of what was brought is changed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trivium.backend import Array
from trivium.bringer import Brought
from trivium.errors import OracleError

TAKEN = (np.float64, np.float32, np.int64, np.int32, np.bool_)
"""What torch takes from NumPy as it is."""
Call = Callable[[Mapping[str, Tensor]], Tensor]


@dataclass(frozen=True)
class TorchBringer:
    """torch's side of `check_module` and `check_gradient`."""

    name: str = "torch"

    def knows(self, thing: object) -> bool:
        """A module, or a tensor among what is handed over."""
        return isinstance(thing, torch.nn.Module | Tensor)

    def module(self, module: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> Brought:
        """A copy of the module in float64, its inputs and every named parameter; float32 where it has no float64."""
        inputs = {f"input {i}": _tensor(x) for i, x in enumerate(at)}
        wide = copy.deepcopy(module).double()
        params = {n: p.detach().clone() for n, p in wide.named_parameters()}
        frozen = [n for n, p in module.named_parameters() if not p.requires_grad]

        def call(given: Mapping[str, Tensor]) -> Tensor:
            fed = [given[n] for n in inputs]
            y: Any = torch.func.functional_call(wide, {n: given[n] for n in params} | _buffers(wide), tuple(fed))
            made: Tensor = y if loss is None else loss(y)
            return made

        note = ["checked in a float64 copy"]
        note += [f"frozen, and checked all the same: {', '.join(frozen)}"] if frozen else []
        wide_inputs = {n: x.double() if x.is_floating_point() else x for n, x in inputs.items()}
        return _brought(call, {**wide_inputs, **params}, tuple(note))

    def function(self, function: Callable[..., Any], at: Sequence[Any]) -> Brought:
        """The function at the precision of its arguments, which is its own."""
        given = {f"argument {i}": _tensor(x) for i, x in enumerate(at)}
        return _brought(lambda fed: function(*fed.values()), given, ())


def _buffers(module: torch.nn.Module) -> dict[str, Tensor]:
    """What a module may write to as it runs (running statistics), anew for each run."""
    return {n: b.clone() for n, b in module.named_buffers()}


def _brought(call: Call, given: Mapping[str, Tensor], notes: tuple[str, ...]) -> Brought:
    kinds = {n: x.dtype for n, x in given.items()}
    wide = _runs_wide(call, given)

    def fed(arrays: Mapping[str, Array]) -> dict[str, Tensor]:
        """As they come, in float64 too where the code takes that; else in the precision that it was given."""
        found = {n: torch.from_numpy(np.array(x, None if x.dtype in TAKEN else np.float64)) for n, x in arrays.items()}
        return found if wide else {n: x.to(kinds[n]) for n, x in found.items()}

    def run(tensors: Mapping[str, Tensor]) -> Tensor:
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            _ = torch.manual_seed(0)
            y = call(tensors)
        if not isinstance(y, Tensor):
            raise OracleError(f"it gives back a {type(y).__name__}, needs one tensor: give a loss that makes one of it")
        return y

    def forward(arrays: Mapping[str, Array]) -> Array:
        widened = {n: x.astype(np.float64) if x.dtype.kind == "f" else x for n, x in arrays.items()}
        return np.asarray(run(fed(widened)).detach().numpy())

    def vjp(arrays: Mapping[str, Array], cotangent: Array, layout: str) -> dict[str, Array | None]:
        moving = {n: x.requires_grad_(x.is_floating_point()) for n, x in fed(arrays).items()}
        y = run(moving)
        if not y.requires_grad:
            return dict.fromkeys((n for n, x in moving.items() if x.is_floating_point()), None)
        asked = {n: x for n, x in moving.items() if x.requires_grad}
        bars = torch.autograd.grad(y, list(asked.values()), _laid(cotangent, layout, y), allow_unused=True)
        return {n: None if g is None else g.detach().numpy().copy() for n, g in zip(asked, bars, strict=True)}

    return Brought(forward, vjp, {n: x.detach().numpy().copy() for n, x in given.items()}, notes)


def _runs_wide(call: Call, given: Mapping[str, Tensor]) -> bool:
    """Whether the code takes float64, and computes in it."""
    try:
        with torch.no_grad():
            return (
                call({n: x.double() if x.is_floating_point() else x for n, x in given.items()}).dtype == torch.float64
            )
    except (RuntimeError, TypeError, ValueError, AttributeError):
        return False  # it insists on its own precision


def _laid(cotangent: Array, layout: str, y: Tensor) -> Tensor:
    """The cotangent as the output's dtype and shape, stored as the layout says; `expanded` takes its first entry."""
    g = torch.from_numpy(np.array(cotangent)).to(y.dtype).reshape(y.shape)
    if layout == "expanded":
        return g.flatten()[:1].reshape([1] * y.dim()).expand(y.shape)
    if layout == "transposed" and y.dim() > 1:
        order = tuple(reversed(range(y.dim())))
        return g.permute(order).contiguous().permute(order)
    return g


def _tensor(x: Any) -> Tensor:
    if isinstance(x, Tensor):
        return x.detach().clone()
    return torch.from_numpy(np.array(x))


BRINGER = TorchBringer()
