"""torch's tape of a whole gradient, told by the nodes of the network: what each one recorded, and to whom it hands on.

Knows nothing of what an operation computes.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from trivium.backend import Array
from trivium.spec.graph import Spec
from trivium.tally import differentiated
from trivium_torch.border import taping
from trivium_torch.step import Table
from trivium_torch.style import tape_lines
from trivium_torch.tape import compile_spec, record


def follow(table: Table, spec: Spec, given: Mapping[str, Array]) -> dict[str, tuple[str, str]]:
    """By node: the nodes of the tape that it recorded, from its outputs back to the tape of what it reads."""
    tape = compile_spec(spec, table=table, want=differentiated(spec))
    with taping():
        values = record(tape.steps, tape.place(given), tape.want.gradients, torch.float64)
        found = {}
        for node in spec.nodes:
            roles = {name: values[name] for name in node.inputs}
            told = "\n".join(tape_lines(tuple(values[name] for name in node.outputs), roles))
            found[node.name] = (told, told)
    return found
