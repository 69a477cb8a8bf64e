"""Network files, *.net.toml and *.json: read with every problem at its line, and written so that they read back equal.

Knows nothing of the numbers that may stand beside a network, nor of which operations there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.binding import Document, bind, bind_sizes
from trivium.spec.exchange import loads_json
from trivium.spec.expression import Vocabulary
from trivium.spec.graph import Spec
from trivium.spec.sheet import Accept, place, read_sheet
from trivium.spec.signature import Shape
from trivium.spec.text import call

LARGEST = 2**21
"""Bytes of a network file: some forty thousand nodes; numbers stand in a file of their own."""

__all__ = ["Accept", "Document", "bind_sizes", "dump_toml", "load", "loads_toml", "read_text"]


def load(
    path: str | Path,
    *,
    vocabulary: Vocabulary,
    sizes: Mapping[str, int] | None = None,
    shapes: Mapping[str, Shape] | None = None,
    beside: Callable[[Path], Mapping[str, Shape]] | None = None,
) -> Document:
    """The network in a *.net.toml or *.json file; SpecError lists everything that is wrong with it.

    sizes   new values for size letters, before those in the file
    shapes  shapes of the numbers that will be fed in; they bind the letters that nothing else binds
    beside  reads the shapes in the values file that the network file names, where `shapes` and `sizes` are not given
    """
    path = Path(path)
    text = read_text(path)
    if path.suffix == ".json":
        spec = loads_json(text, vocabulary=vocabulary, path=str(path))
        return Document(spec.resized(**sizes) if sizes else spec, path=path)
    sheet = read_sheet(text, str(path))
    if beside is not None and sheet.values is not None and not sizes and shapes is None:
        shapes = beside(path.parent / sheet.values)
    return replace(bind(sheet, vocabulary=vocabulary, sizes=sizes, shapes=shapes), path=path)


def loads_toml(
    text: str,
    *,
    vocabulary: Vocabulary,
    sizes: Mapping[str, int] | None = None,
    shapes: Mapping[str, Shape] | None = None,
    path: str = "network",
) -> Document:
    """The network in a text; `path` is what messages call it."""
    return bind(read_sheet(text, path), vocabulary=vocabulary, sizes=sizes, shapes=shapes)


def read_text(path: Path) -> str:
    """The text of a file that a person named; SpecError when it is missing, too large, or no UTF-8."""
    where = str(path)
    if not path.is_file():
        raise SpecError(_no_file(path))
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise SpecError(Problem(f"cannot be read: {error.strerror}", where)) from error
    if size > LARGEST:
        raise SpecError(
            Problem(f"a network file of {size} bytes; the largest is {LARGEST}: numbers stand beside it", where)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(
            Problem(f"not UTF-8: byte 0x{data[error.start]:02x}; save the file as UTF-8", place(where, line))
        ) from None


def _no_file(path: Path) -> Problem:
    if path.is_dir():
        return Problem(f"{str(path)!r} is a folder; name a file in it")
    if path.exists():
        return Problem(f"{str(path)!r} is not a regular file")
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    return Problem(f"no file {str(path)!r}{did_you_mean(path.name, beside)}")


def dump_toml(spec: Spec, *, values: str | None = None, accept: Iterable[Accept] = ()) -> str:
    """The text of a *.net.toml file that reads back as an equal spec."""
    top = {"name": spec.name, "loss": spec.loss} | ({} if values is None else {"values": values})
    tables: dict[str, Mapping[str, object]] = {
        "[inputs]": {name: " ".join(dims) for name, dims in spec.inputs},
        "[parameters]": {name: " ".join(dims) for name, dims in spec.parameters},
        "[nodes]": {", ".join(node.outputs): call(node) for node in spec.nodes},
    }
    if spec.sizes:
        tables["[sizes]"] = dict(spec.sizes)
    parts = [_entries(top), *(f"{header}\n{_entries(entries)}" for header, entries in tables.items())]
    return "\n".join([*parts, *(f"[[accept]]\n{_entries(asdict(known))}" for known in accept)])


def _entries(entries: Mapping[str, object]) -> str:
    """Lines `key = value`, quoted by tomlkit; joined here, for its own tables take a minute over ten thousand lines."""
    from tomlkit import item, key  # where it is used: `import trivium` stays fast

    return "".join(f"{key(name).as_string()} = {item(value).as_string()}\n" for name, value in entries.items())
