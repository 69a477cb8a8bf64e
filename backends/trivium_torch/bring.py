"""A torch module or function of a person's own, with its gradient by autograd, as functions of NumPy arrays.

Knows nothing of verdicts. Works on copies: no parameter, gradient, mode or flag of what was brought is changed.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad

from trivium.backend import Array
from trivium.bringer import Brought, numbered
from trivium.errors import OracleError

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
                found = list(_tensors(function(*map(_tensor, at))))
        except Exception:  # noqa: BLE001  a stranger's function: what it raises says that it is none of torch's
            return False
        return bool(found)

    def module(self, module: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> Brought:
        """A copy of the module in float64, its inputs and every named parameter; float32 where it has no float64."""
        inputs = {f"input {i}": _tensor(x) for i, x in enumerate(at)}
        wide = _copied(module).double()
        params = {n: p.detach().clone() for n, p in wide.named_parameters()}
        frozen = [n for n, p in module.named_parameters() if not p.requires_grad]

        def call(given: Mapping[str, Tensor]) -> Any:
            fed = [given[n] for n in inputs]
            y: Any = torch.func.functional_call(wide, {n: given[n] for n in params} | _buffers(wide), tuple(fed))
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
            with _padding_held(padded.values()):
                return call(given)

        wide_inputs = {n: x.double() if x.is_floating_point() else x for n, x in inputs.items()}
        return _brought(call, {**wide_inputs, **params}, tuple(inputs), tuple(note), held)

    def function(self, function: Callable[..., Any], at: Sequence[Any]) -> Brought:
        """The function at the precision of its arguments, which is its own."""
        given = {n: _tensor(x) for n, x in numbered(function, at)}
        return _brought(lambda fed: function(*fed.values()), given, tuple(given), ())

    def derivative(self, function: Callable[..., Any], at: Sequence[Any]) -> Callable[..., Any]:
        """The gradient under a fixed random cotangent, itself on the tape; of arguments of real numbers."""
        y_bar = torch.from_numpy(np.random.default_rng(11).standard_normal(_joined(function(*at)).shape))

        def gradient(*arguments: Tensor) -> tuple[Tensor, ...]:
            asked = [x if x.requires_grad else x.requires_grad_() for x in arguments if x.is_floating_point()]
            y = _joined(function(*arguments))
            bars = torch.autograd.grad(y, asked, y_bar.to(y.dtype), create_graph=True, allow_unused=True)
            return tuple(torch.zeros_like(x) if g is None else g for x, g in zip(asked, bars, strict=True))

        return gradient


def _copied(module: Any) -> Any:
    """OracleError for what cannot be copied, or has numbers that float64 does not hold, or has none as yet."""
    if any(isinstance(p, torch.nn.parameter.UninitializedParameter) for p in module.parameters()):
        raise OracleError(f"{type(module).__name__} has parameters without a shape: call it once with an input first")
    try:
        made = copy.deepcopy(module)
        complex_ = [n for n, p in made.named_parameters() if p.is_complex()]
    except (RuntimeError, ValueError, TypeError) as error:
        said = str(error).strip().partition("\n")[0]
        raise OracleError(
            f"{type(module).__name__} cannot be copied: {said}; hand over a new one that has not run"
        ) from error
    if complex_:
        raise OracleError(f"the parameter {complex_[0]} is complex: only gradients of real numbers are checked")
    return made


@contextmanager
def _padding_held(embeddings: Iterable[torch.nn.Embedding]) -> Iterator[None]:
    """What is looked up for padding stays as it is, whatever becomes of its row: so is its gradient defined."""

    def held(padding: int, row: Tensor) -> Callable[..., Tensor]:
        def hook(_: object, fed: tuple[Tensor, ...], out: Tensor) -> Tensor:
            return torch.where(torch.eq(fed[0], padding)[..., None], row, out)

        return hook

    hooks = [
        m.register_forward_hook(held(m.padding_idx, m.weight[m.padding_idx].detach().clone()))
        for m in embeddings
        if m.padding_idx is not None
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _buffers(module: torch.nn.Module) -> dict[str, Tensor]:
    """What a module may write to as it runs (running statistics), anew for each run."""
    return {n: b.clone() for n, b in module.named_buffers()}


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
        with _repeating(), torch.enable_grad():
            return _joined(call(tensors))

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


@contextmanager
def _repeating() -> Iterator[None]:
    """The same random numbers in every run; the caller's stream stays where it was."""
    state = torch.get_rng_state()
    _ = torch.default_generator.manual_seed(0)  # torch.manual_seed seeds every device, which takes a millisecond
    try:
        yield
    finally:
        torch.set_rng_state(state)


def _runs_wide(call: Call, given: Mapping[str, Tensor]) -> bool:
    """Whether the code takes float64, and computes in it."""
    try:
        with torch.enable_grad():
            widened = {n: x.double() if x.is_floating_point() else x for n, x in given.items()}
            return _joined(call(widened)).dtype == torch.float64
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


def _joined(y: Any) -> Tensor:
    """One tensor of all that came out; what is made of whole numbers has no gradient."""
    parts = list(_tensors(y))
    if not parts or not all(p.is_floating_point() or p.is_complex() for p in parts):
        kinds = ", ".join(str(p.dtype) for p in parts) or f"a {type(y).__name__}"
        raise OracleError(f"it gives back {kinds}, needs tensors of real numbers: give a loss that makes one of it")
    return parts[0] if len(parts) == 1 else torch.cat([p.reshape(-1) for p in parts])


def _tensors(y: Any) -> Iterator[Tensor]:
    """The tensors in what a function gave back: itself, or those of a tuple, list or dict."""
    if isinstance(y, Tensor):
        yield y
    elif isinstance(y, tuple | list):
        for part in y:
            yield from _tensors(part)
    elif isinstance(y, Mapping):
        yield from _tensors(list(y.values()))


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
    found = np.array(x)
    if found.dtype.kind not in "biufc":
        raise OracleError(f"an input is {type(x).__name__!r}: give tensors, or arrays of numbers")
    return torch.from_numpy(found)


BRINGER = TorchBringer()
