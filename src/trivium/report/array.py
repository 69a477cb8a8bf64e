"""What can be said of a large array in a line.

Knows nothing of tables or pages.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium.errors import counted
from trivium.report.number import few


def summary(x: Array) -> str:
    """How many entries, how many of them nan and infinite, from where to where the others go, and their size."""
    if not x.size:
        return "no entries"
    if x.dtype.kind not in "fc":
        return f"{counted(x.size, 'entry')} from {x.min()} to {x.max()}"
    finite = x[np.isfinite(x)]
    said = f"{counted(x.size, 'entry')}{_lost(int(np.isnan(x).sum()), int(np.isinf(x).sum()))}"
    if not finite.size:
        return said
    reach = f"of size {few(np.abs(finite).max())} at most" if x.dtype.kind == "c" else _reach(finite)
    return f"{said} {reach}, root mean square {few(_rms(np.abs(finite)))}"


def _lost(nan: int, inf: int) -> str:
    counts = [f"{count:,} {name}" for count, name in ((nan, "nan"), (inf, "infinite")) if count]
    return f" ({', '.join(counts)})" if counts else ""


def _reach(x: Array) -> str:
    return f"from {few(x.min())} to {few(x.max())}"


def _rms(size: Array) -> float:
    """Of what is scaled to at most 1: the square of a large size would overflow."""
    largest = float(size.max()) or 1.0
    return largest * float(np.sqrt(np.mean(np.square(size / largest))))
