"""How a person's arrays lie beside a network's: data points in rows or columns, a bias with or without its axis.

Knows nothing of gradients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array
from trivium.errors import TriviumError, ValuesError
from trivium.given import check_values, shapes_of
from trivium.own.joined import Joint, apart, joints
from trivium.own.naming import meant
from trivium.spec.binding import bind_sizes
from trivium.spec.graph import Spec
from trivium.spec.signature import Dims

ROWS, COLUMNS = "rows", "columns"


@dataclass(frozen=True)
class Layout:
    """How the two go together.

    spec    the network, at the sizes that the person's arrays have
    names   the network's name of each of the person's arguments
    turned  the tensors of the network that the person has transposed
    joined  the weights that hold their bias, too
    """

    spec: Spec
    names: Mapping[str, str]
    turned: frozenset[str]
    joined: tuple[Joint, ...] = ()

    def to_network(self, given: Mapping[str, Array]) -> dict[str, Array]:
        """A person's arrays as the network has them."""
        return _as_network(self.spec, self.names, given, turned=self.turned, joined=self.joined)

    def to_person(self, values: Mapping[str, Array], given: Mapping[str, Array]) -> dict[str, Array]:
        """A network's arrays as the person has them: shaped and typed as those that were given."""
        alone = apart(self.joined, given, self.names)
        names = {**self.names, **{j.bias: j.bias for j in self.joined}}
        found = {
            n: _like(values[names[n]], x, turned=names[n] in self.turned).astype(x.dtype) if n in names else x
            for n, x in alone.items()
        }
        for joint in self.joined:
            said = next(n for n, m in self.names.items() if m == joint.weight)
            found[said] = joint.together(found[said], found.pop(joint.bias))
        return {n: found[n] for n in given}

    @property
    def note(self) -> str:
        """What has to be said of it."""
        whose = "matrices" if {n for n, _ in self.spec.inputs} & self.turned else "weights"
        said = [f"each of your {whose} is the transpose of the network's"] if self.turned else []
        said += [f"{j.bias} stands in {j.weight}, at its {'first' if j.first else 'last'} place" for j in self.joined]
        return "; ".join(said)


def layouts(spec: Spec, given: Mapping[str, Array], asked: str | None) -> list[Layout]:
    """The ways in which a person's arrays may be the network's, likeliest first; ValuesError where there is none."""
    names = {n: m for n in given if (m := meant(n, spec.givens)) is not None}
    missing = [n for n in spec.givens if n not in names.values()]
    found, problems = list[Layout](), list[TriviumError]()
    for way in _turns(spec, asked):
        ends = (False, True) if missing else (False,)
        for joined in (joints(spec, missing, turned=way, first=first) for first in ends):
            if joined is None:
                continue
            try:
                found.append(Layout(_fitted(spec, names, given, turned=way, joined=joined), names, way, joined))
            except TriviumError as error:
                problems.append(error)
    if found:
        return found
    if problems and not missing:
        raise problems[0]
    raise ValuesError(
        f"{spec.name} needs {', '.join(missing)}, and the arguments are {', '.join(given)}: use its names"
    )


def ways_to_hand(spec: Spec, values: Mapping[str, Array], asked: str | None) -> list[dict[str, Array]]:
    """A network's numbers as a person may want them: as they are, and with every matrix transposed."""
    return [{n: unturned(x, turned=n in turned) for n, x in values.items()} for turned in _turns(spec, asked)]


def _turns(spec: Spec, asked: str | None) -> list[frozenset[str]]:
    """What a person may have transposed: nothing, everything, the weights alone, or all but those."""
    weights = frozenset(n for n, dims in spec.parameters if len(dims) == 2 and "1" not in dims)
    every = frozenset((*spec.givens, *spec.producer))
    ways = [frozenset[str](), every, weights, every - weights]
    if asked is not None:
        ways = ways[1::2] if asked != data_points(spec) else ways[::2]
    return list(dict.fromkeys(ways))


def data_points(spec: Spec) -> str:
    """Whether a network's data points are rows or columns: by the letter that inputs have and parameters have not."""
    letters = {word for _, dims in spec.parameters for word in dims}
    at = {dims.index(word) for _, dims in spec.inputs if len(dims) == 2 for word in dims if word not in letters}
    common = at & {0, 1}
    if len(common) != 1:
        raise ValuesError(f"{spec.name} has no data points in rows or columns: layout= says nothing of it")
    return ROWS if common == {0} else COLUMNS


def unturned(x: Array, *, turned: bool) -> Array:
    """A person's array in the network's order of axes."""
    return x.T if turned and x.ndim == 2 else x


def _fitted(
    spec: Spec, names: Mapping[str, str], given: Mapping[str, Array], *, turned: frozenset[str], joined: Sequence[Joint]
) -> Spec:
    """The network at the sizes that the arrays have; an error where they do not fit."""
    values = _as_network(spec, names, given, turned=turned, joined=joined)
    fitted = spec.resized(**bind_sizes((*spec.inputs, *spec.parameters), shapes_of(values), known=()))
    _ = check_values(fitted, values)
    return fitted


def _as_network(
    spec: Spec, names: Mapping[str, str], given: Mapping[str, Array], *, turned: frozenset[str], joined: Sequence[Joint]
) -> dict[str, Array]:
    written = dict((*spec.inputs, *spec.parameters))
    alone, called = apart(joined, given, names), {**names, **{j.bias: j.bias for j in joined}}
    return {
        called[n]: _ranked(unturned(x, turned=called[n] in turned), written[called[n]])
        for n, x in alone.items()
        if n in called
    }


def _ranked(x: Array, dims: Dims) -> Array:
    """With the axes of length 1 that the network writes: a bias of shape (n,) is one of "n 1"."""
    if x.ndim == 1 and len(dims) == 2 and "1" in dims:
        return x.reshape(-1, 1) if dims[1] == "1" else x.reshape(1, -1)
    return x.reshape(-1) if x.ndim == 2 and 1 in x.shape and len(dims) == 1 else x


def _like(value: Array, given: Array, *, turned: bool) -> Array:
    """A network's array with as many axes as the person's has."""
    found = unturned(np.asarray(value), turned=turned)
    if found.ndim == given.ndim:
        return found
    if given.ndim == 1:
        return found.reshape(-1)
    return found.reshape(-1, 1) if given.shape[1] == 1 else found.reshape(1, -1)
