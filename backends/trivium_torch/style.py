"""What torch records for one op, as text: the nodes of its tape, what each has saved, and to whom each hands on.

Knows nothing of networks or reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from trivium.backend import Array
from trivium.spec.op import Attributes, Op
from trivium.spec.signature import show
from trivium_torch.border import replayed_dtype, taping, to_tensor
from trivium_torch.step import Table, leaf, operation

FEW = 6
"""Entries of a saved tensor up to which its numbers are shown."""


def style(table: Table, op: Op, attrs: Attributes, inputs: tuple[Array, ...]) -> str:
    """The tape of one op, from its outputs back to its inputs, one node a line."""
    with taping():
        tensors = [to_tensor(x, replayed_dtype(x)) for x in inputs]
        leaves = [leaf(x) if x.is_floating_point() else x for x in tensors]
        outputs = operation(table, op, attrs)(*leaves)
        return "\n".join(tape_lines(outputs, dict(zip(op.roles, leaves, strict=True))))


def tape_lines(outputs: tuple[Tensor, ...], roles: Mapping[str, Tensor]) -> Iterator[str]:
    """A line for each node of the tape down to the inputs, breadth first, and below it what it has saved."""
    ends = {x.grad_fn: role for role, x in roles.items() if x.grad_fn is not None}
    waiting = list(dict.fromkeys(y.grad_fn for y in outputs if y.grad_fn is not None and y.grad_fn not in ends))
    if not waiting:
        recorded = any(y.grad_fn is not None for y in outputs)
        yield "nothing of its own on the tape" if recorded else "nothing on the tape: no input has a gradient"
    for node in waiting:  # grows while it is walked
        handed = [following for following, _ in node.next_functions]
        yield f"{node.name()} -> {', '.join(called(n, roles, ends) for n in handed)}"
        yield from saved_lines(node, roles)
        mine = [n for n in dict.fromkeys(handed) if n is not None and n not in ends and not is_input(n)]
        waiting += [n for n in mine if n not in waiting]


def saved_lines(node: Any, roles: Mapping[str, Tensor]) -> Iterator[str]:
    """What a node has kept of the forward pass: names and shapes, and numbers where they are few."""
    for attribute in (a for a in dir(node) if a.startswith("_saved_")):
        tensor = getattr(node, attribute)
        if isinstance(tensor, Tensor):
            numbers = f" {short(tensor)}" if tensor.numel() <= FEW else ""
            yield f"    saved {attribute.removeprefix('_saved_')} {show(tensor.shape)}{numbers}"


def short(tensor: Tensor) -> str:
    """A tensor's numbers with six digits, in one line."""
    return " ".join(np.array2string(tensor.detach().numpy(), precision=6, suppress_small=True).split())


def called(node: Any, roles: Mapping[str, Tensor], ends: Mapping[Any, str]) -> str:
    """A node's name, and the input that it recorded or gathers the gradient of; nothing where none is needed."""
    if node is None:
        return "nothing"
    if node in ends:
        return f"{node.name()} of {ends[node]}"
    if not is_input(node):
        return str(node.name())
    return f"AccumulateGrad of {', '.join(role for role, x in roles.items() if x is node.variable)}"


def is_input(node: Any) -> bool:
    """Whether a node of the tape is the end of it, where an input's gradient is gathered."""
    return hasattr(node, "variable")
