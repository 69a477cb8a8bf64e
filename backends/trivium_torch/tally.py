"""What torch's tape keeps and costs for one gradient: the tensors that its nodes have saved, the kernels that ran.

Knows nothing of what an operation computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from trivium.backend import Array
from trivium.spec.graph import Spec
from trivium.tally import Kept, Tally, differentiated
from trivium_torch.border import taping
from trivium_torch.step import Table
from trivium_torch.style import is_input
from trivium_torch.tape import Named, compile_spec, pulled_back, record

aten = torch.ops.aten
NOTHING_COMPUTED = frozenset(
    {aten._unsafe_view, aten.unsafe_split, aten.unsafe_split_with_sizes, aten.unsafe_chunk}
    | {aten.empty, aten.empty_like, aten.empty_strided, aten.new_empty}
)
"""Views that torch does not call views, and memory that nothing is written to."""


class Kernels(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the kernels of torch's library, ATen, that compute or copy while it is on; views and detach do neither."""

    count: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += not func.is_view and func.overloadpacket not in NOTHING_COMPUTED
        return func(*args, **(kwargs or {}))


def tally(table: Table, spec: Spec, given: Mapping[str, Array]) -> Tally:
    """One run of the program that training runs, looked at where it turns back."""
    tape = compile_spec(spec, table=table, want=differentiated(spec))
    placed = tape.place(given)
    forward, back = Kernels(), Kernels()  # type: ignore[no-untyped-call]
    with taping():
        with forward:
            values = record(tape.steps, placed, tape.want.gradients, torch.float64)
        found = kept(spec, values)
        with back:
            _ = pulled_back(values[spec.loss], {name: values[name] for name in tape.want.gradients}, 1.0)
    return Tally(found, forward.count, back.count, "kernels")


def kept(spec: Spec, values: Named) -> tuple[Kept, ...]:
    """Each piece of memory that a node between the loss and its leaves has saved, in the order of recording."""
    names: dict[int, str] = {}
    for name in spec.shapes:
        _ = names.setdefault(address(values[name]), name)
    tensors: dict[int, Tensor] = {}
    savers: dict[int, dict[str, None]] = {}
    for node in recorded(values[spec.loss]):
        for attribute, tensor in saved(node):
            _ = tensors.setdefault(address(tensor), tensor)
            savers.setdefault(address(tensor), {})[f"{node.name()}.{attribute}"] = None
    found = []
    for key, tensor in tensors.items():
        name = names.get(key, "")
        shape = whole(values[name] if name else tensor)
        found.append(Kept(", ".join(savers[key]), name, shape, size(tensor), name in spec.givens))
    return tuple(found)


def recorded(loss: Tensor) -> list[Any]:
    """The nodes of the tape from which the loss was made, in the order in which they were recorded."""
    waiting: list[Any] = [loss.grad_fn] if loss.grad_fn is not None else []
    found = set(waiting)
    for node in waiting:  # grows while it is walked
        handed = dict.fromkeys(n for n, _ in node.next_functions if n is not None and not is_input(n))
        new = [n for n in handed if n not in found]
        found.update(new)
        waiting += new
    return sorted(waiting, key=lambda node: int(node._sequence_nr()))


def saved(node: Any) -> Iterator[tuple[str, Tensor]]:
    """The tensors that a node of the tape has saved, each with the attribute that it is; the last is a Function's."""
    for attribute in (a for a in dir(node) if a.startswith("_saved_") or a == "saved_tensors"):
        value = getattr(node, attribute)
        for part in value if isinstance(value, tuple | list) else (value,):
            if isinstance(part, Tensor):
                yield attribute.removeprefix("_saved_"), part


def address(tensor: Tensor) -> int:
    """Where the tensor's memory begins: that of its views too."""
    return tensor.untyped_storage().data_ptr()


def size(tensor: Tensor) -> int:
    """Bytes of the memory that the tensor looks at."""
    return tensor.untyped_storage().nbytes()


def whole(tensor: Tensor) -> tuple[int, ...]:
    """The shape of all numbers in the tensor's memory: its own where it looks at all of them, else flat."""
    number = tensor.element_size()
    return tuple(tensor.shape) if tensor.numel() * number == size(tensor) else (size(tensor) // number,)
