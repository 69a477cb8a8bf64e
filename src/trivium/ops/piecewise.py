"""Functions made of smooth pieces, and the kinks where the pieces meet.

Knows nothing of which one-sided derivative a backend takes on a kink.
"""

from __future__ import annotations

import numpy as np

from trivium.spec.op import Case, Kink, op

relu = op(
    "relu(x: *s) -> *s",
    "max(x, 0)",
    analytic=False,
    kink=Kink(
        "relu at 0: any slope from 0 to 1",
        margin=lambda attrs, x: {"x": x},
        interval=lambda attrs, inputs, y_bar: {"x": (np.minimum(y_bar, 0), np.maximum(y_bar, 0))},
    ),
    cases=(Case(((3, 5),)),),
)

OPS = (relu,)
