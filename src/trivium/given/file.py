"""Numbers read from a file, JSON or .npz; sizes and depths are bounded first, and nothing is executed or unpickled.

Knows nothing of specs: it returns named arrays as written.
"""

from __future__ import annotations

import json
import lzma
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import numpy as np

from trivium.errors import Problem, ValuesError
from trivium.given.kind import Array

LARGEST_JSON = 2**26
"""Bytes of JSON that are read; a larger table of numbers is better kept in .npz."""
LARGEST_NPZ = 2**31
"""Bytes that the arrays of an .npz may take in memory, all together."""
DEEPEST = 66
"""An object, in it lists as deep as NumPy's 64 axes, and one more to say so."""
BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]')
"""A text, which hides the brackets in it, or a bracket; possessive, so that a long text takes no memory."""
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    MemoryError,
)
"""What zipfile and numpy.lib.format raise on a file that is not what it says it is."""


def read_values(path: str | Path) -> dict[str, Array]:
    """The named arrays of a .json file ({"w1": [[1.0, 2.0]]}) or of an .npz; ValuesError says what is wrong with it."""
    path = Path(path)
    if path.suffix not in READERS:
        raise _fail(path, f"values are read from {' or '.join(READERS)} files, not from {path.name!r}")
    if not path.is_file():
        raise _fail(path, "not a file" if path.exists() else "no such file")
    try:
        return READERS[path.suffix](path)
    except PermissionError as error:
        raise _fail(path, "no permission to read it") from error


def _fail(path: Path, *messages: str, line: int | None = None) -> ValuesError:
    where = str(path) if line is None else f"{path}:{line}"
    return ValuesError(*(Problem(message, where) for message in messages))


def _read_json(path: Path) -> dict[str, Array]:
    text = _bounded_text(path)
    try:
        found = json.loads(text, object_pairs_hook=_Object, parse_int=_integer, parse_float=_float)
    except json.JSONDecodeError as error:
        raise _fail(path, f"not JSON: {error.msg}, column {error.colno}", line=error.lineno) from error
    if not isinstance(found, _Object):
        raise _fail(path, 'values are an object of names: {"w1": [[1.0, 2.0]], "t": 3.0}')
    problems = [f"{name!r} has {n} values" for name, n in Counter(n for n, _ in found.pairs).items() if n > 1]
    problems += [f"{name!r} {wrong}" for name, value in found.pairs if (wrong := _wrong_value(value))]
    if problems:
        raise _fail(path, *problems)
    return {name: np.asarray(value) for name, value in found.pairs}


@dataclass(frozen=True)
class _Object:
    """A JSON object as its pairs, so that a name that occurs twice is seen."""

    pairs: list[tuple[str, Any]]


@dataclass(frozen=True)
class _Huge:
    """A number as written whose nearest float64 would be infinity."""

    text: str

    def __str__(self) -> str:
        return self.text if len(self.text) <= 30 else f"{self.text[:12]}... ({len(self.text):,} characters)"


def _integer(text: str) -> int | float | _Huge:
    """A whole number; past 15 digits the float64 nearest its text, as any other number in JSON."""
    return int(text) if len(text) <= 15 else _float(text)


def _float(text: str) -> float | _Huge:
    return found if math.isfinite(found := float(text)) else _Huge(text)


def _bounded_text(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(LARGEST_JSON + 1)
    if len(raw) > LARGEST_JSON:
        raise _fail(path, f"larger than {LARGEST_JSON} bytes: keep so many numbers in an .npz")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _fail(path, f"not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from error
    if _depth(text) > DEEPEST:
        raise _fail(path, f"brackets are nested {_depth(text)} deep; an array has at most 64 axes")
    return text


def _depth(text: str) -> int:
    """How deep brackets are nested; those inside texts do not count."""
    depth = deepest = 0
    for match in BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match.group(), 0)
        deepest = max(deepest, depth)
    return deepest


def _wrong_value(value: Any) -> str:
    """What keeps a value from being an array of numbers or of booleans, or nothing."""
    huge = next((leaf for leaf in _leaves(value) if isinstance(leaf, _Huge)), None)
    if huge is not None:
        return f"holds {huge}, which is past the range of float64 (about 1.8e308 either way)"
    types = {type(leaf) for leaf in _leaves(value)}
    if strange := types - {int, float, bool}:
        names = {str: "a text", _Object: "an object", type(None): "null"}
        what = " and ".join(sorted(names[t] for t in strange))
        return f"holds {what}; a value is a number or nested lists of numbers"
    if bool in types and len(types) > 1:
        return "mixes true and false with numbers"
    try:
        _ = np.asarray(value)
    except ValueError:
        return "has rows of different lengths; an array's are equally long"
    return ""


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _read_npz(path: Path) -> dict[str, Array]:
    with path.open("rb") as file, _archive(path, file) as archive:
        members = archive.infolist()
        total = sum(member.file_size for member in members)
        if total > LARGEST_NPZ:
            raise _fail(path, f"its arrays would take {total} bytes; at most {LARGEST_NPZ} are read")
        problems = [f"{name!r} occurs {n} times" for name, n in Counter(m.filename for m in members).items() if n > 1]
        problems += [f"{m.filename!r} {wrong}" for m in members if (wrong := _wrong_member(archive, m))]
        if problems:
            raise _fail(path, *problems)
        return {m.filename.removesuffix(".npy"): _read_member(path, archive, m) for m in members}


def _archive(path: Path, file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except DAMAGED as error:
        raise _fail(path, "not an .npz, a zip of .npy arrays as numpy.savez writes it") from error


def _wrong_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """What a member's header says against reading it, before its numbers take memory; or nothing."""
    if not member.filename.endswith(".npy"):
        return "is no .npy array"
    try:
        with archive.open(member) as stream:
            shape, dtype = _header(stream)
            begin = stream.tell()
    except DAMAGED as error:
        return f"cannot be read: {error}"
    if dtype.hasobject:
        return "is pickled (dtype object), and nothing is ever unpickled: save plain numbers"
    declared, present = math.prod(shape) * dtype.itemsize, member.file_size - begin
    if min(shape, default=0) < 0 or declared != present:
        return f"declares shape {shape} of {dtype}, {declared} bytes, but holds {present}"
    return ""


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    if version not in HEADERS:
        raise ValueError(f"version {version} of the .npy format")
    shape, _, dtype = HEADERS[version](stream)
    return shape, dtype


def _read_member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    try:
        with archive.open(member) as stream:
            array: Array = np.lib.format.read_array(stream, allow_pickle=False)
    except DAMAGED as error:
        raise _fail(path, f"{member.filename!r} cannot be read: {error}") from error
    return array


HEADERS: Mapping[tuple[int, int], Callable[[IO[bytes]], Any]] = MappingProxyType(
    {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
)
READERS: Mapping[str, Callable[[Path], dict[str, Array]]] = MappingProxyType({".json": _read_json, ".npz": _read_npz})
