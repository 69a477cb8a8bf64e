"""What this road does for one op, as text: the programs that JAX traces, forward and transformed.

Knows nothing of networks, of values, or of how other roads look.
"""

from __future__ import annotations

import jax
import numpy as np

from trivium.backend import Array
from trivium.spec.op import Attributes, Op
from trivium_jax.border import settings, widened
from trivium_jax.transform import Table, operation_of, step_of, step_vjp


def styled(table: Table, op: Op, attrs: Attributes, inputs: tuple[Array, ...]) -> str:
    """The jaxpr of an op, and the jaxpr of its vjp."""
    step = step_of(operation_of(table, op), attrs)

    def vjp(inputs: tuple[jax.Array, ...], y_bars: tuple[jax.Array, ...]) -> tuple[jax.Array | None, ...]:
        return step_vjp(step, inputs, y_bars)[1]

    with settings("float64"):
        xs = tuple(map(widened, inputs))
        forward = jax.make_jaxpr(step)(*xs)
        y_bars = tuple(jax.device_put(np.zeros(y.shape)) for y in forward.out_avals)
        backward = jax.make_jaxpr(vjp)(xs, y_bars)
    roles = ", ".join(op.roles)
    return f"jax.make_jaxpr of {op.name}({roles})\n{forward}\n\nof its vjp ({roles}, then ȳ)\n{backward}\n"
