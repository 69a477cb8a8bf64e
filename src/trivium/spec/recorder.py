"""What a traced function has done so far: each use of an op, its shapes, its names, and the line that wrote it.

Knows nothing of the function, nor of what it returns.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trivium.errors import Problem, SpecError
from trivium.spec.attribute import Literal
from trivium.spec.draft import Draft, loss_place, output_count
from trivium.spec.expression import fresh, unknown_op
from trivium.spec.node import Node, name_fault
from trivium.spec.op import Op
from trivium.spec.signature import Shape, arity
from trivium.spec.tensor import Source, Tensor, is_number


@dataclass(frozen=True)
class Use:
    """One use of an op: what it reads, its number of outputs, the prefix of their names, and the line that wrote it."""

    op: Op
    inputs: tuple[Source, ...]
    attrs: tuple[tuple[str, Literal], ...]
    outputs: int
    prefix: str
    place: str


class Recorder:
    """One trace under way."""

    def __init__(self, draft: Draft, vocabulary: Mapping[str, Op], givens: Mapping[str, Shape]) -> None:
        self.sizes = dict(draft.sizes)
        self.vocabulary = vocabulary
        self.givens = givens
        self.uses: list[Use] = []
        self.chosen: dict[Source, str] = {given: given for given in givens}
        self.taken: set[str] = set(givens)
        self.scopes: list[str] = []
        self.ended = False

    def knows(self, op: str) -> bool:
        """Is there such an op?"""
        return op in self.vocabulary

    def operator(self, op: str, *inputs: Any, **attrs: Any) -> Any:
        """Record what an operator or a number stands for."""
        if op not in self.vocabulary:
            raise SpecError(Problem(unknown_op(op, self.vocabulary), self.place()))
        return self.apply(self.vocabulary[op], inputs, attrs, None)

    def __trivium_apply__(self, op: Op, inputs: tuple[Any, ...], attrs: Mapping[str, Any], name: Any) -> Any:
        return self.apply(op, inputs, attrs, name)

    def apply(
        self, op: Op, inputs: tuple[Any, ...], attrs: Mapping[str, Any], name: str | tuple[str, ...] | None
    ) -> Any:
        """Record one use of an op: a tensor, or a tuple of several. SpecError says which line wrote it."""
        try:
            operands = tuple(self.operand(op, value) for value in inputs)
            complete = op.complete(attrs)
            op = op.taking(len(inputs))
            names = self.names_asked(name)
            shapes = op.infer(tuple(operand.shape for operand in operands), op.bind(complete, self.sizes))
            return self.record(op, operands, complete, shapes, names)
        except SpecError as error:
            where = f"{self.place()}, {self.written(op, inputs, attrs, name)}"
            raise SpecError(*(replace(p, where=p.where or where) for p in error.problems)) from None

    def operand(self, op: Op, value: Any) -> Tensor:
        """An input as a tensor: itself, or a constant for a number."""
        if isinstance(value, Tensor):
            return self.own(value)
        if is_number(value):
            constant: Tensor = self.operator("constant", value=float(value))
            return constant
        cure = "; an array is fed in, as an input or a parameter" if hasattr(value, "__array__") else ""
        least, most = arity(op.signature)
        cure = "; an input that is not there is left out" if value is None and least != most else cure
        raise SpecError(f"{op.name}: {_kind(value)} stands where a tensor or a number should{cure}")

    def own(self, tensor: Tensor) -> Tensor:
        """A tensor of this very trace; SpecError for another's."""
        if tensor._recorder is not self:
            raise SpecError(
                f"{tensor.name!r} is a tensor of another trace; a tensor lives in the function that was handed it"
            )
        if self.ended:
            raise SpecError(
                f"{tensor.name!r} is used after its trace has ended; a tensor lives in the function that was handed it"
            )
        return tensor

    def names_asked(self, name: str | tuple[str, ...] | None) -> tuple[str, ...]:
        """The names that `name=` asks for, prefixed by the scopes; none where it is absent."""
        if name is None:
            return ()
        parts = [part.strip() for part in name.split(",")] if isinstance(name, str) else list(name)
        names = tuple(self.prefix + part for part in parts)
        for full in names:
            self.check_free(full)
        return names

    def check_free(self, name: str) -> None:
        if fault := name_fault(name):
            raise SpecError(fault)
        if name in self.taken:
            raise SpecError(f"{name!r} is bound twice; every name is bound once")

    def record(
        self,
        op: Op,
        operands: tuple[Tensor, ...],
        attrs: tuple[tuple[str, Literal], ...],
        shapes: tuple[Shape, ...],
        names: tuple[str, ...],
    ) -> Tensor | tuple[Tensor, ...]:
        if names and len(names) != len(shapes):
            raise SpecError(Problem(output_count(op.name, len(shapes), len(names)), hint=op.signature.text))
        sources = [(len(self.uses), k) for k in range(len(shapes))]
        self.chosen.update(zip(sources, names, strict=False))  # no names at all where nobody asked for any
        self.taken.update(names)
        inputs = tuple(operand._source for operand in operands)
        self.uses.append(Use(op, inputs, attrs, len(shapes), self.prefix, self.place()))
        tensors = tuple(Tensor(self, source, shape) for source, shape in zip(sources, shapes, strict=True))
        return tensors[0] if len(tensors) == 1 else tensors

    def rename(self, tensor: Tensor, name: Any) -> None:
        """Name a tensor as the returned dict has it."""
        known = self.chosen.get(tensor._source)
        if known == name:
            return
        if not isinstance(name, str):
            raise SpecError(f"the function returned a dict with the key {name!r}; keys are names, as text")
        if known is not None:
            raise SpecError(f"the function returned {known!r} under another name, {name!r}; every tensor has one name")
        self.check_free(name)
        self.chosen[tensor._source] = name
        self.taken.add(name)

    @property
    def prefix(self) -> str:
        return "".join(f"{part}_" for part in self.scopes)

    def names(self) -> dict[Source, str]:
        """Every tensor's name; one that nobody chose is `<op>_1`, `<op>_2`, ..., around those that were."""
        found = dict(self.chosen)
        stems: dict[str, Iterator[str]] = {}
        for i, use in enumerate(self.uses):
            stem = use.prefix + use.op.name
            for k in range(use.outputs):
                if (i, k) not in found:
                    found[i, k] = next(stems.setdefault(stem, fresh(stem, self.taken)))
        return found

    def name(self, tensor: Tensor) -> str:
        """A tensor's name so far."""
        return self.names()[tensor._source]

    def finish(self) -> tuple[tuple[Node, ...], dict[str, str]]:
        """The nodes, and for each the line that wrote it; nothing is recorded after this."""
        self.ended = True
        names = self.names()
        nodes: list[Node] = []
        places: dict[str, str] = {}
        for i, use in enumerate(self.uses):
            outputs = tuple(names[i, k] for k in range(use.outputs))
            node = Node(outputs, use.op, tuple(names[source] for source in use.inputs), use.attrs)
            nodes.append(node)
            places |= dict.fromkeys([f"node {node}", *map(loss_place, outputs)], f"{use.place}, node {node}")
        return tuple(nodes), places

    def place(self) -> str:
        """The line that is running outside of this package: "model.py:12"."""
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(f"{__package__}."):
            frame = frame.f_back
        return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"

    def written(self, op: Op, inputs: tuple[Any, ...], attrs: Mapping[str, Any], name: Any) -> str:
        """The use of an op as its writer would recognise it."""
        words = [i.name if isinstance(i, Tensor) else repr(i) if is_number(i) else _kind(i) for i in inputs]
        words += [f"{key}={value!r}" for key, value in attrs.items()]
        target = f"{name if isinstance(name, str) else ', '.join(name)} = " if name else ""
        return f"node {target}{op.name}({', '.join(words)})"


def _kind(value: Any) -> str:
    kind = type(value).__name__.removeprefix("nd")
    return "None" if value is None else f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"
