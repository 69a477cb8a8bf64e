"""Every shape and every kind of a network, inferred in one pass that collects every problem.

Knows nothing of numbers; a shape here is a tuple of integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.node import Given, Node, bind_attributes, entries
from trivium.spec.op import Kind, attribute_words
from trivium.spec.signature import Dims, Shape, evaluate, show, words

if TYPE_CHECKING:
    from trivium.spec.graph import Spec

LARGEST = 2**40
"""Entries past which one tensor is a slip of the pen, not a network (8 TiB of float64)."""


class Inference:
    """The one pass over a spec that infers every shape and collects every problem."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.sizes = dict(spec.sizes)
        self.problems: list[Problem] = []
        self.shapes: dict[str, Shape] = {}
        self.bound: dict[str, str] = {}
        self.broken: set[str] = set()

    def run(self) -> tuple[dict[str, Shape], dict[str, Given]]:
        self.check_sizes()
        for what, given in (("input", self.spec.inputs), ("parameter", self.spec.parameters)):
            for name, dims in given:
                self.bind(name, what)
                self.shape_given(name, dims, what)
        for node in self.spec.nodes:
            self.check_node(node)
        self.check_loss()
        if self.problems:
            raise SpecError(*self.problems)
        return self.shapes, dict(self.givens())

    def fail(self, message: str, where: str = "", hint: str = "") -> None:
        self.problems.append(Problem(message, where, hint))

    def check_sizes(self) -> None:
        written = [dims for _, dims in (*self.spec.inputs, *self.spec.parameters)]
        used = {w for dims in written for w in words(dims)}
        used |= {w for n in self.spec.nodes for a in n.op.attributes for w in attribute_words(a, dict(n.attrs).get(a.name))}
        for word in sorted(used - set(self.sizes)):
            self.fail(f"size {word!r} is not bound: give it in [sizes], or as --size {word}=7, or by the values' shapes")
            self.sizes[word] = 1
        for word, size in self.spec.sizes:
            if word not in used:
                self.fail(f"size {word!r} is bound to {size}, but no shape uses it{did_you_mean(word, used)}")
            if size < 1:
                self.fail(f"size {word!r} is {size}; a size is at least 1")
                self.sizes[word] = 1

    def bind(self, name: str, what: str) -> None:
        if name in self.bound:
            self.fail(f"{name!r} is bound twice: first as {self.bound[name]}, then as {what}; every name is bound once", what)
        self.bound.setdefault(name, what)

    def shape_given(self, name: str, dims: Dims, what: str) -> None:
        shape = evaluate(dims, self.sizes)
        self.shapes[name] = shape
        if 0 in shape:
            self.fail(f"{what} {name!r} has shape {show(shape)}: a size of zero leaves nothing to differentiate")
        elif entries(shape) > LARGEST:
            bytes_ = entries(shape) * 8
            self.fail(f"{what} {name!r} has shape {show(shape)}: {entries(shape):.3g} entries, {bytes_:.3g} bytes in float64")

    def check_node(self, node: Node) -> None:
        where = f"node {node}"
        missing = [n for n in node.inputs if n not in self.bound]
        for name in dict.fromkeys(missing):
            self.unbound(name, node, where)
        for name in node.outputs:
            self.bind(name, where)
        wanted = len(node.op.roles)
        if len(node.inputs) != wanted:
            takes = "1 input" if wanted == 1 else f"{wanted} inputs"
            self.fail(f"{node.op.name} takes {takes} ({', '.join(node.op.roles)}), got {len(node.inputs)}", where,
                      node.op.signature.text)
        elif not missing and not self.broken.intersection(node.inputs):
            return self.infer(node, where)
        self.broken.update(node.outputs)
        return None

    def infer(self, node: Node, where: str) -> None:
        try:
            shapes = node.op.infer(tuple(self.shapes[n] for n in node.inputs), bind_attributes(node, self.sizes))
        except SpecError as error:
            self.fail(error.problems[0].message, where, error.problems[0].hint)
            self.broken.update(node.outputs)
            return
        if len(shapes) != len(node.outputs):
            many = "1 output" if len(shapes) == 1 else f"{len(shapes)} outputs"
            self.fail(f"{node.op.name} has {many}, but {len(node.outputs)} names are bound", where, node.op.signature.text)
            self.broken.update(node.outputs)
            return
        for name, shape in zip(node.outputs, shapes, strict=True):
            self.shapes[name] = shape
            if entries(shape) > LARGEST:
                self.fail(f"{name!r} would have shape {show(shape)}: {entries(shape):.3g} entries, "
                          f"{entries(shape) * 8:.3g} bytes in float64", where)

    def unbound(self, name: str, node: Node, where: str) -> None:
        later = {n: k for k in self.spec.nodes for n in k.outputs}
        if name not in later:
            near = did_you_mean(name, [*self.bound, *later])
            self.fail(f"{name!r} is not bound by any input, parameter or node{near}", where)
        elif cycle := self.cycle(name, node, later):
            self.fail(f"a cycle: {' <- '.join(cycle)}; a network is computed from its inputs to its loss", where)
        else:
            self.fail(f"{name!r} is used before it is bound (by node {later[name]}); move that line up", where)

    def cycle(self, name: str, node: Node, later: Mapping[str, Node]) -> list[str]:
        """The way from a name back to the node that reads it, if there is one."""
        trail, seen = [[node.name, name]], set()
        while trail:
            path = trail.pop()
            if path[-1] in node.outputs:
                return path
            if path[-1] in later and path[-1] not in seen:
                seen.add(path[-1])
                trail += [[*path, n] for n in later[path[-1]].inputs]
        return []

    def check_loss(self) -> None:
        loss = self.spec.loss
        if loss not in self.bound:
            self.fail(f"the loss {loss!r} is not bound by any node{did_you_mean(loss, self.bound)}")
        elif loss in self.shapes and entries(self.shapes[loss]) != 1 and loss not in self.broken:
            self.fail(f"the loss {loss!r} has shape {show(self.shapes[loss])}; a gradient needs one number: "
                      "end with a loss op, sum or mean")
        elif all(loss not in node.outputs for node in self.spec.nodes):
            self.fail(f"the loss {loss!r} is {self.bound[loss]}, not the result of a node")

    def givens(self) -> Iterator[tuple[str, Given]]:
        written = [(n, d, False) for n, d in self.spec.inputs] + [(n, d, True) for n, d in self.spec.parameters]
        roles = self.roles()
        for name, dims, parameter in written:
            uses = roles.get(name, [])
            fan_in = max((fan for _, fan, _ in uses), default=1)
            kind = self.kind(name, [(k, w) for k, _, w in uses])
            yield name, Given(name, dims, parameter, self.shapes[name], kind, fan_in)
        computed = {n for node in self.spec.nodes for n in node.outputs}
        for name in computed & roles.keys():
            for kind, _, where in roles[name]:
                if not kind.differentiable:
                    self.fail(f"{name!r} is computed, but is used as {kind}, which is given, not computed", where)
        if self.problems:
            raise SpecError(*self.problems)

    def roles(self) -> dict[str, list[tuple[Kind, int, str]]]:
        """For each name, every use of it: the kind wanted, the fan-in, the place."""
        found: dict[str, list[tuple[Kind, int, str]]] = {}
        for node in self.spec.nodes:
            shapes, attrs = tuple(self.shapes[n] for n in node.inputs), bind_attributes(node, self.sizes)
            for role, name in zip(node.op.roles, node.inputs, strict=True):
                use = (node.op.kind(role, shapes, attrs), node.op.fan(role, shapes, attrs), f"node {node}")
                found.setdefault(name, []).append(use)
        return found

    def kind(self, name: str, uses: list[tuple[Kind, str]]) -> Kind:
        """The narrowest kind that serves every use; a conflict is a problem."""
        result: Kind | None = None
        for kind, where in uses:
            both = kind if result is None else narrower(result, kind)
            if both is None:
                self.fail(f"{name!r} cannot be both {result} and {kind}", where)
                break
            result = both
        return result or Kind()


NARROWER = {"real": 0, "positive": 1, "unit": 2, "simplex": 3}
"""Kinds that contain one another, widest first: real > positive > unit > simplex."""


def narrower(a: Kind, b: Kind) -> Kind | None:
    """The kind that serves two uses of one given, or None where they contradict each other."""
    if a == b:
        return a
    if a.name == b.name == "index":
        return min(a, b, key=lambda k: k.below or 0)
    if "sign" in (a.name, b.name) and "real" in (a.name, b.name):
        return Kind("sign")
    if a.name in NARROWER and b.name in NARROWER:
        return max(a, b, key=lambda k: NARROWER[k.name])
    return None
