"""Network files, *.net.toml and *.json: read with every problem at its line, and written so that they read back equal.

Knows nothing of the numbers that may stand beside a network, nor of which operations there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.draft import Draft, given_place, loss_place, relabel, size_place
from trivium.spec.exchange import loads_json
from trivium.spec.expression import Vocabulary, equation
from trivium.spec.graph import Spec
from trivium.spec.inference import infer
from trivium.spec.node import Node
from trivium.spec.sheet import Accept, Located, Sheet, place, read_sheet
from trivium.spec.signature import Dims, Shape, parse_dims, show
from trivium.spec.text import call

LARGEST = 2**21
"""Bytes of a network file: some forty thousand nodes; numbers stand in a file of their own."""


@dataclass(frozen=True)
class Document:
    """A network file: the spec, and what stands beside it."""

    spec: Spec
    values: str | None = None
    path: Path | None = None
    accept: tuple[Accept, ...] = ()


def load(
    path: str | Path,
    *,
    vocabulary: Vocabulary,
    sizes: Mapping[str, int] | None = None,
    shapes: Mapping[str, Shape] | None = None,
) -> Document:
    """The network in a *.net.toml or *.json file; SpecError lists everything that is wrong with it.

    sizes   new values for size letters, before those in the file
    shapes  shapes of the numbers that will be fed in; they bind the letters that nothing else binds
    """
    path = Path(path)
    text = read_text(path)
    if path.suffix == ".json":
        spec = loads_json(text, vocabulary=vocabulary, path=str(path))
        return Document(spec.resized(**sizes) if sizes else spec, path=path)
    sheet = read_sheet(text, str(path))
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


def bind(
    sheet: Sheet,
    *,
    vocabulary: Vocabulary,
    sizes: Mapping[str, int] | None = None,
    shapes: Mapping[str, Shape] | None = None,
) -> Document:
    """The document that a sheet means; SpecError with every problem of the sheet, in the order of its lines."""
    binding = _Binding(sheet, vocabulary)
    draft = binding.draft(dict(sizes or {}), dict(shapes or {}))
    try:
        shapes_of, _ = infer(draft)
        binding.check_accept(shapes_of)
    except SpecError as error:
        binding.problems += [(_line(p, sheet.path), p) for p in relabel(error, binding.places)]
    if binding.problems:
        raise SpecError(*(problem for _, problem in sorted(binding.problems, key=lambda located: located[0])))
    title = Path(sheet.path).name.partition(".")[0] if sheet.name is None else sheet.name
    spec = Spec(title, draft.inputs, draft.parameters, draft.nodes, draft.loss or "", draft.sizes)
    return Document(spec, sheet.values, None, sheet.accept)


class _Binding:
    """One sheet on its way to a draft: the problems found, and what each place of the draft is called in the file."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary) -> None:
        self.sheet = sheet
        self.vocabulary = vocabulary
        self.problems: list[Located] = list(sheet.problems)
        self.places: dict[str, str] = {"": sheet.path}
        self.unreadable: set[str] = {part.strip() for key in sheet.unreadable for part in key.split(",")}

    def draft(self, sizes: dict[str, int], shapes: Mapping[str, Shape]) -> Draft:
        inputs = tuple(self.givens("input", "inputs", self.sheet.inputs))
        parameters = tuple(self.givens("parameter", "parameters", self.sheet.parameters))
        nodes = tuple(self.nodes())
        if self.sheet.loss is not None:
            self.note(loss_place(self.sheet.loss), "loss")
        for word, size in self.sheet.sizes.items():
            self.note(size_place(word, size), "sizes", word)
        for word, size in sizes.items():
            self.places[size_place(word, size)] = f"--size {word}={size}"
        bound = dict(self.sheet.sizes) | sizes
        bound |= bind_sizes((*inputs, *parameters), shapes, known=bound)
        return Draft(inputs, parameters, nodes, self.sheet.loss, tuple(bound.items()), frozenset(self.unreadable))

    def note(self, thing: str, *keys: str) -> None:
        self.places[thing] = self.sheet.place(self.sheet.layout.line(*keys), thing)

    def fail(self, error: SpecError, thing: str, *keys: str) -> None:
        line = self.sheet.layout.line(*keys)
        where = self.sheet.place(line, thing)
        self.problems += [(line, replace(problem, where=where)) for problem in error.problems]

    def givens(self, what: str, table: str, shapes: Mapping[str, str]) -> Iterator[tuple[str, Dims]]:
        for name, text in shapes.items():
            try:
                dims = parse_dims(text)
            except SpecError as error:
                self.fail(error, f"{what} {name} = {text!r}", table, name)
                self.unreadable.add(name)
            else:
                self.note(given_place(what, name, dims), table, name)
                yield name, dims

    def nodes(self) -> Iterator[Node]:
        targets = {key: tuple(part.strip() for part in key.split(",")) for key in self.sheet.nodes}
        taken = {*self.sheet.inputs, *self.sheet.parameters, *(name for names in targets.values() for name in names)}
        for key, text in self.sheet.nodes.items():
            thing = f"node {key} = {text}"
            try:
                found = equation(targets[key], text, vocabulary=self.vocabulary, taken=taken)
            except SpecError as error:
                self.fail(_above(error, key), thing, "nodes", key)
                self.unreadable.update(targets[key])
                continue
            taken.update(name for node in found for name in node.outputs)
            self.place_nodes(found, thing, key)
            yield from found

    def place_nodes(self, found: tuple[Node, ...], thing: str, key: str) -> None:
        line = self.sheet.layout.line("nodes", key)
        for node in found[:-1]:
            self.places[f"node {node}"] = self.sheet.place(line, f"{node} in {thing}")
        self.places[f"node {found[-1]}"] = self.sheet.place(line, thing)

    def check_accept(self, names: Iterable[str]) -> None:
        known = tuple(names)
        for i, accept in enumerate(self.sheet.accept):
            if accept.node not in known:
                message = f"{accept.node!r} is accepted at, but is no node{did_you_mean(accept.node, known)}"
                self.fail(SpecError(message), "[[accept]]", "accept", str(i), "node")


def _above(error: SpecError, key: str) -> SpecError:
    """An equation that is no equation because its line belongs above the first table."""
    if key not in ("name", "loss", "values"):
        return error
    return SpecError(
        *(replace(p, hint=f"if {key!r} is not a node, its line belongs above the first table") for p in error.problems)
    )


def _line(problem: Problem, path: str) -> int:
    """The line that a place names, for the order; what has none comes first."""
    number = problem.where.removeprefix(f"{path}:").partition(",")[0]
    return int(number) if number.isdigit() else 0


def bind_sizes(
    written: Iterable[tuple[str, Dims]], shapes: Mapping[str, Shape], *, known: Iterable[str] = ()
) -> dict[str, int]:
    """The sizes that the shapes of values bind: S = "2 N" of shape (2, 7) makes N 7; letters in `known` are left alone.

    A shape of another length binds nothing. SpecError when two values contradict each other.
    """
    found: dict[str, tuple[int, str]] = {}
    for name, dims in written:
        shape = shapes.get(name, ())
        for word, size in zip(dims, shape, strict=True) if len(dims) == len(shape) else ():
            first, other = found.setdefault(word, (size, name))
            if first != size and word.isidentifier() and word not in known:
                raise SpecError(
                    f"size {word!r} is {size} by the value of {name!r} {show(shape)}, "
                    f"but {first} by that of {other!r} {show(shapes[other])}"
                )
    return {word: size for word, (size, _) in found.items() if word.isidentifier() and word not in known}


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
