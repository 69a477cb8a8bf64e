"""A sheet becomes a spec: shapes and equations are read, sizes bound, and every problem gets its line.

Knows nothing of TOML, nor of which operations there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.draft import Draft, given_place, loss_place, relabel, size_place, title_place
from trivium.spec.expression import Vocabulary, equation
from trivium.spec.graph import Spec
from trivium.spec.inference import MOST_PROBLEMS, infer
from trivium.spec.node import Node, title_fault
from trivium.spec.sheet import Accept, Located, Sheet
from trivium.spec.signature import Dims, Shape, parse_dims, show


@dataclass(frozen=True)
class Document:
    """A network file: the spec, and what stands beside it."""

    spec: Spec
    values: str | None = None
    path: Path | None = None
    accept: tuple[Accept, ...] = ()


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
    title = Path(sheet.path).name.partition(".")[0] if sheet.name is None else sheet.name
    binding.check_title(title)
    spec = None
    try:
        if not binding.problems:
            spec = Spec(title, draft.inputs, draft.parameters, draft.nodes, draft.loss or "", draft.sizes)
        binding.check_accept(infer(draft)[0] if spec is None else spec.shapes)
    except SpecError as error:
        binding.problems += [(_line(p, sheet.path), p) for p in relabel(error, binding.places)]
    if spec is None or binding.problems:
        raise SpecError(*_in_order(binding.problems))
    return Document(spec, sheet.values, None, sheet.accept)


def _in_order(found: list[Located]) -> list[Problem]:
    """The problems by line; past the first fifty the rest is only counted."""
    problems = [problem for _, problem in sorted(found, key=lambda located: located[0])]
    rest = len(problems) - MOST_PROBLEMS
    return problems if rest <= 1 else [*problems[:MOST_PROBLEMS], Problem(f"and {rest} more problems")]


def _above(error: SpecError, key: str) -> SpecError:
    """An equation that is none, because its line belongs above the first table."""
    if key not in ("name", "loss", "values"):
        return error
    hint = f"if {key!r} is not a node, its line belongs above the first table"
    return SpecError(*(replace(p, hint=p.hint or hint) for p in error.problems))


def _line(problem: Problem, path: str) -> int:
    """The line that a place names, for the order; what has none comes first."""
    number = problem.where.removeprefix(f"{path}:").partition(",")[0]
    return int(number) if number.isdigit() else 0


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
            self.places[f"node {node}"] = self.sheet.place(line, f"{node}, a part of node {key}")
        self.places[f"node {found[-1]}"] = self.sheet.place(line, thing)

    def check_title(self, title: str) -> None:
        if fault := title_fault(title):
            self.fail(SpecError(fault), title_place(title), "name")

    def check_accept(self, names: Iterable[str]) -> None:
        known = (*names, *self.unreadable)
        for i, accept in enumerate(self.sheet.accept):
            if accept.node not in known:
                message = (
                    f"a difference is accepted at {accept.node!r}, which is no node{did_you_mean(accept.node, known)}"
                )
                self.fail(SpecError(message), "[[accept]]", "accept", str(i), "node")


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
