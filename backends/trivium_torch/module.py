"""What is special about a torch module of a person's own: its copy, its buffers, its padding, a loss with a target.

Knows nothing of verdicts.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from trivium.errors import OracleError
from trivium_torch.handed import joined, repeating, tensor


def aimed(loss: Callable[..., Any], target: Any) -> Callable[[Any], Any]:
    """A loss of an output and a target, at that target; one of real numbers is widened with the output."""
    aim = tensor(target)

    def of_output(y: Any) -> Any:
        return loss(y, aim.to(y.dtype) if aim.is_floating_point() and isinstance(y, Tensor) else aim)

    return of_output


def self_moved(module: torch.nn.Module, inputs: Sequence[Tensor]) -> str:
    """That a module's next output is another one, because it has moved a buffer that it reads, and which."""
    kept, before = {n: p.detach() for n, p in module.named_parameters()}, dict(module.named_buffers())
    own = buffers(module)
    try:
        with torch.no_grad():
            one, other = (_again(module, kept | own, inputs) for _ in range(2))
    except Exception:  # noqa: BLE001  a stranger's module may raise whatever it likes
        return ""  # it cannot be called so: whoever calls it next says so
    moved = [n for n, b in own.items() if not torch.equal(b, before[n])]
    if not moved or torch.equal(one, other):
        return ""
    return f"it moves {', '.join(moved)} as it runs, outside of the gradient, and reads what it has moved"


def _again(module: torch.nn.Module, tensors: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> Tensor:
    with repeating():
        return joined(torch.func.functional_call(module, dict(tensors), tuple(inputs)))


def copied(module: Any) -> Any:
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
def padding_held(embeddings: Iterable[torch.nn.Embedding]) -> Iterator[None]:
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


def buffers(module: torch.nn.Module) -> dict[str, Tensor]:
    """What a module may write to as it runs (running statistics), anew for each run."""
    return {n: b.clone() for n, b in module.named_buffers()}
