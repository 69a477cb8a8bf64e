"""What a person means: which network with which numbers, which roads, and whose rounding measures them.

Knows nothing of what is done with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trivium.backend import Backend, check_backend, installed, load_backend
from trivium.compare.bound import Scaler
from trivium.errors import BackendError, Problem, SpecError, ValuesError, did_you_mean
from trivium.given import check_values, read_values, shapes_of
from trivium.ops import OPS
from trivium.spec.file import bind_sizes, load as load_document
from trivium.spec.graph import Spec
from trivium.spec.sheet import Accept
from trivium.wanted import described, listed
from trivium.zoo import network


@dataclass(frozen=True)
class Source:
    """A spec with the numbers that stand beside it, and the words that name it on a command line.

    unused  the file of numbers that stands beside it too, where they go with other sizes than those asked for
    """

    spec: Spec
    values: Mapping[str, Any] | None = None
    target: str = ""
    known: tuple[Accept, ...] = ()
    unused: str = ""


def find(
    spec: Spec | str | os.PathLike[str],
    *,
    values: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Source:
    """The spec that is meant, at the sizes asked for, with its numbers; a file's own numbers go with its own sizes."""
    read = read_values(Path(values)) if isinstance(values, str | os.PathLike) else values
    if read is not None and not isinstance(read, Mapping):
        raise ValuesError(f"values are a mapping of names to numbers, or a path, not {described(read)}")
    if isinstance(spec, Spec):
        return Source(_fitted(spec, read, sizes), read)
    if not isinstance(spec, str | os.PathLike):
        raise SpecError(f"a network is a Spec, a path to its file, or 'zoo:NAME', not {described(spec)}")
    text = os.fspath(spec)
    if text.startswith("zoo:"):
        return Source(_fitted(network(text.removeprefix("zoo:")), read, sizes), read, text)
    document = load_document(
        Path(text),
        vocabulary=OPS,
        sizes=sizes,
        shapes=None if read is None else shapes_of(read),
        beside=lambda path: shapes_of(_own(path, text)),
    )
    if read is None and document.values is not None and not sizes:
        path = Path(text).parent / document.values
        own = check_values(document.spec, _own(path, text), where=str(path))
        return Source(document.spec, own, text, document.accept)
    unused = (document.values or "") if read is None else ""
    fitted = _fitted(document.spec, read, sizes)
    if isinstance(values, str | os.PathLike) and read is not None:
        read = check_values(fitted, read, where=str(values))
    return Source(fitted, read, text, document.accept, unused)


def select(backends: Iterable[str | Backend] | None) -> dict[str, Backend]:
    """The roads asked for, by name, handwritten first; all that are installed where None."""
    if backends is None:
        return installed()
    named = listed(backends, "backends", "backend")
    roads = [load_backend(b) if isinstance(b, str) else check_backend(b, "what was passed") for b in named]
    names = [b.name for b in roads]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise BackendError(f"two backends have one name: {', '.join(names)}; name {twice[0]!r} once")
    return {b.name: b for b in roads}


def handwritten(roads: Mapping[str, Backend] = MappingProxyType({})) -> Scaler:
    """The handwritten road, which measures rounding for all of them, with the rules of a person's own ops.

    A rule of theirs for an op of ours measures nothing: it may be what is wrong.
    """
    stock: Any = load_backend("numpy")
    theirs: Mapping[str, Any] = getattr(roads.get("numpy"), "rules", {})
    more = {name: rule for name, rule in theirs.items() if name not in stock.rules}
    scaler: Scaler = stock.having(**more) if more else stock
    return scaler


def _fitted(spec: Spec, values: Mapping[str, Any] | None, sizes: Mapping[str, int] | None) -> Spec:
    """The spec at the sizes asked for, and otherwise at those that a person's values have."""
    read = bind_sizes((*spec.inputs, *spec.parameters), shapes_of(values), known=sizes or ()) if values else {}
    return spec.resized(**read | dict(sizes or {})) if read or sizes else spec


def _own(path: Path, file: str) -> Mapping[str, Any]:
    """The numbers that a network's file names."""
    if path.exists():
        return read_values(path)
    there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    message = f"the network's values are in {str(path)!r}, and there is no such file{did_you_mean(path.name, there)}"
    cure = "put it there, name another, or leave the line out: then numbers are drawn"
    raise ValuesError(Problem(message, f"{file}, values = {path.name!r}", cure))
