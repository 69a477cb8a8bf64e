"""What the rules saved, as pieces of memory: an array and the views of it are one.

Knows nothing of any op, nor of what a rule does with what it saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from trivium.backend import Array
from trivium.spec.graph import Spec
from trivium.tally import Kept
from trivium_numpy.rule import Saved


def kept(spec: Spec, values: Mapping[str, Array], saved: Mapping[str, Saved]) -> tuple[Kept, ...]:
    """Each piece of memory in what the nodes' rules saved, in the order in which it was; numbers of Python's are none.

    The engine holds every value besides until the way back is done, for their shapes; no rule reads those.
    """
    names: dict[int, str] = {}
    for name in spec.shapes:
        _ = names.setdefault(id(owner(values[name])), name)
    owners: dict[int, Array] = {}
    savers: dict[int, dict[str, None]] = {}
    for node, left in saved.items():
        for array in map(owner, arrays(left)):
            owners[id(array)] = array
            savers.setdefault(id(array), {})[node] = None
    found = []
    for key, array in owners.items():
        name = names.get(key, "")
        given = name in spec.givens
        found.append(Kept(name if given else ", ".join(savers[key]), name, array.shape, array.nbytes, given))
    return tuple(found)


def arrays(saved: Saved) -> Iterator[Array]:
    """The arrays among what a rule saved."""
    if isinstance(saved, np.ndarray):
        yield saved
    elif isinstance(saved, tuple | list):
        for part in saved:
            yield from arrays(part)


def owner(array: Array) -> Array:
    """The array whose memory this one looks at: itself, where it is no view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
