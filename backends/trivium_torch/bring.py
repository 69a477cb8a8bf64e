"""A torch module or function of a person's own, with its gradient by autograd, as functions of NumPy arrays.

Knows nothing of verdicts. Works on copies: no parameter, gradient, mode or flag of what was brought is changed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad

from trivium.backend import Array
from trivium.bringer import Brought, numbered, parameters
from trivium.errors import OracleError
from trivium_torch.handed import joined, repeating, tensor, tensors
from trivium_torch.module import aimed, buffers, copied, padding_held, self_moved

TAKEN = (np.complex128, np.float64, np.float32, np.int64, np.int32, np.bool_)
"""What torch takes from NumPy as it is."""
Call = Callable[[Mapping[str, Tensor]], Any]


@dataclass(frozen=True)
class TorchBringer:
    """torch's side of `check_module` and `check_gradient`."""

    name: str = "torch"

    def knows(self, thing: object) -> bool:
        """A module, or a tensor among what is handed over."""
        return isinstance(thing, torch.nn.Module | Tensor)

    def means(self, kind: type) -> bool:
        """A module."""
        return issubclass(kind, torch.nn.Module)

    def answers(self, function: Callable[..., Any], at: Sequence[Any]) -> bool:
        """Whether it gives back tensors for tensors."""
        try:
            with torch.enable_grad():
                found = list(tensors(function(*map(tensor, at))))
        except Exception:  # noqa: BLE001  a stranger's function: what it raises says that it is none of torch's
            return False
        return bool(found)

    def module(self, module: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> Brought:
        """A copy of the module in float64, its inputs and every named parameter; float32 where it has no float64."""
        takes = parameters(module.forward)
        if loss is not None and takes is not None and len(at) == len(takes) + 1:
            loss, at = aimed(loss, at[-1]), at[:-1]
        inputs = {f"input {i}": tensor(x) for i, x in enumerate(at)}
        wide = copied(module).double()
        params = {n: p.detach().clone() for n, p in wide.named_parameters()}
        frozen = [n for n, p in module.named_parameters() if not p.requires_grad]

        def call(given: Mapping[str, Tensor]) -> Any:
            fed = [given[n] for n in inputs]
            y: Any = torch.func.functional_call(wide, {n: given[n] for n in params} | buffers(wide), tuple(fed))
            return y if loss is None else loss(y)

        note = ["checked in a float64 copy"]
        note += [f"frozen, and checked all the same: {', '.join(frozen)}"] if frozen else []
        padded = {
            n: m for n, m in wide.named_modules() if isinstance(m, torch.nn.Embedding) and m.padding_idx is not None
        }
        note += [
            f"row {m.padding_idx} of {n}.weight is padding, which torch gives no gradient" for n, m in padded.items()
        ]

        def held(given: Mapping[str, Tensor]) -> Any:
            with padding_held(padded.values()):
                return call(given)

        wide_inputs = {n: x.double() if x.is_floating_point() else x for n, x in inputs.items()}
        brought = _brought(call, {**wide_inputs, **params}, tuple(inputs), tuple(note), held)
        still = tuple(f"{n}.weight" for n in padded)
        return replace(brought, doubt=self_moved(wide, [*wide_inputs.values()]), still=still)

    def function(self, function: Callable[..., Any], at: Sequence[Any]) -> Brought:
        """The function at the precision of its arguments, which is its own."""
        given = {n: tensor(x) for n, x in numbered(function, at)}
        return _brought(lambda fed: function(*fed.values()), given, tuple(given), ())

    def derivative(self, function: Callable[..., Any], at: Sequence[Any]) -> Callable[..., Any]:
        """The gradient under a fixed random cotangent, itself on the tape; of arguments of real numbers."""
        y_bar = torch.from_numpy(np.random.default_rng(11).standard_normal(joined(function(*at)).shape))

        def gradient(*arguments: Tensor) -> tuple[Tensor, ...]:
            asked = [x if x.requires_grad else x.requires_grad_() for x in arguments if x.is_floating_point()]
            y = joined(function(*arguments))
            bars = torch.autograd.grad(y, asked, y_bar.to(y.dtype), create_graph=True, allow_unused=True)
            return tuple(torch.zeros_like(x) if g is None else g for x, g in zip(asked, bars, strict=True))

        return gradient


def _brought(
    call: Call, given: Mapping[str, Tensor], inputs: tuple[str, ...], notes: tuple[str, ...], held: Call | None = None
) -> Brought:
    """`held` is what the gradient is the gradient of, where that is not what is called."""
    kinds = {n: x.dtype for n, x in given.items()}
    wide = _runs_wide(call, given)
    short = [n for n, kind in kinds.items() if kind in (torch.float16, torch.bfloat16)]
    if short and not wide:
        raise OracleError(f"{short[0]} is {kinds[short[0]]}, and the code takes no wider one: too few digits to judge")

    def fed(arrays: Mapping[str, Array]) -> dict[str, Tensor]:
        """As they come, in float64 too where the code takes that; else in the precision that it was given."""
        found = {n: torch.from_numpy(np.array(x, None if x.dtype in TAKEN else np.float64)) for n, x in arrays.items()}
        if not wide and any(x.is_complex() for x in found.values()):
            raise OracleError("the code takes no wider numbers than its own, and no complex ones")
        return found if wide else {n: x.to(kinds[n]) for n, x in found.items()}

    def run(tensors: Mapping[str, Tensor], call: Call = call) -> Tensor:
        with repeating(), torch.enable_grad():
            return joined(call(tensors))

    def forward(arrays: Mapping[str, Array]) -> Array:
        kind = np.complex128 if any(np.iscomplexobj(x) for x in arrays.values()) else np.float64
        return np.asarray(run(fed(_widened(arrays, kind)), held or call).detach().numpy())

    def vjp(arrays: Mapping[str, Array], cotangent: Array, layout: str) -> dict[str, Array | None]:
        moving = {n: x.requires_grad_(x.is_floating_point()) for n, x in fed(arrays).items()}
        y = run(moving)
        if not y.requires_grad:
            return dict.fromkeys((n for n, x in moving.items() if x.is_floating_point()), None)
        asked = {n: x for n, x in moving.items() if x.requires_grad}
        bars = torch.autograd.grad(y, list(asked.values()), _laid(cotangent, layout, y), allow_unused=True)
        return {n: None if g is None else g.detach().numpy().copy() for n, g in zip(asked, bars, strict=True)}

    def jvp(arrays: Mapping[str, Array], dots: Mapping[str, Array]) -> Array:
        with forward_ad.dual_level():
            moving = {n: _dual(x, dots.get(n)) for n, x in fed(arrays).items()}
            tangent = forward_ad.unpack_dual(run(moving)).tangent  # type: ignore[no-untyped-call]
            return np.zeros(np.shape(forward(arrays))) if tangent is None else tangent.detach().numpy().copy()

    plain = {n: x.detach().double() if n in short else x.detach() for n, x in given.items()}
    return Brought(forward, vjp, jvp, {n: x.numpy().copy() for n, x in plain.items()}, inputs, notes)


def _runs_wide(call: Call, given: Mapping[str, Tensor]) -> bool:
    """Whether the code takes float64, and computes in it."""
    try:
        with torch.enable_grad():
            widened = {n: x.double() if x.is_floating_point() else x for n, x in given.items()}
            return joined(call(widened)).dtype == torch.float64
    except OracleError:
        raise
    except Exception:  # noqa: BLE001  a stranger's code insists on its own precision in whatever way it likes
        return False


def _widened(arrays: Mapping[str, Array], kind: Any) -> dict[str, Array]:
    return {n: x.astype(kind) if x.dtype.kind in "fc" else x for n, x in arrays.items()}


def _dual(x: Tensor, dot: Array | None) -> Tensor:
    if dot is None:
        return x
    with warnings.catch_warnings():
        # The first dual number makes torch load a part of itself that uses what it has deprecated.
        warnings.filterwarnings("ignore", "`torch.jit.script`", DeprecationWarning)
        dual: Tensor = forward_ad.make_dual(x, torch.from_numpy(np.array(dot)).to(x.dtype))  # type: ignore[no-untyped-call]
    return dual


def _laid(cotangent: Array, layout: str, y: Tensor) -> Tensor:
    """The cotangent as the output's dtype and shape, stored as the layout says; `expanded` takes its first entry."""
    g = torch.from_numpy(np.array(cotangent)).to(y.dtype).reshape(y.shape)
    if layout == "expanded":
        return g.flatten()[:1].reshape([1] * y.dim()).expand(y.shape)
    if layout == "transposed" and y.dim() > 1:
        order = tuple(reversed(range(y.dim())))
        return g.permute(order).contiguous().permute(order)
    return g


BRINGER = TorchBringer()
