"""Every shape of a network, inferred in one pass that collects every problem.

Knows nothing of numbers; a shape here is a tuple of integers.
"""

from __future__ import annotations

from collections.abc import Mapping

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.attribute import attribute_words
from trivium.spec.draft import (
    ARTICLE,
    Draft,
    count,
    given_place,
    loss_place,
    output_count,
    size_place,
    volume,
    wide,
)
from trivium.spec.kinds import infer_kinds
from trivium.spec.node import Given, Node, bind_attributes, entries, name_fault
from trivium.spec.signature import MOST_AXES, Shape, evaluate, show, unbound_size, words

LARGEST = 10**11
"""Entries past which a network is a slip of the pen (800 GB of float64); refused before memory is taken."""

MOST = f"a network holds {count(LARGEST)} at most"
MOST_PROBLEMS = 50
MOST_NEAR = 10
"""Problems that are searched for the name that was meant: that compares it with every name there is."""


def infer(draft: Draft) -> tuple[dict[str, Shape], dict[str, Given]]:
    """Every shape, and every given with its kind; SpecError with all problems that can be told apart."""
    inference = Inference(draft)
    inference.check_givens()
    inference.check_unused_sizes()
    for node in draft.nodes:
        inference.check_node(node)
        inference.give_up()
    inference.check_loss()
    inference.check_total()
    inference.finish()
    judged = [node for node in draft.nodes if inference.broken.isdisjoint((*node.inputs, *node.outputs))]
    return inference.shapes, infer_kinds(draft.givens(), judged, inference.shapes, inference.sizes)


def infer_givens(draft: Draft) -> dict[str, Shape]:
    """The shapes of what is fed in, before there are nodes; SpecError with all problems."""
    inference = Inference(draft)
    inference.check_givens()
    inference.finish()
    return inference.shapes


class Inference:
    """The one pass over a draft that infers every shape and collects every problem."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.sizes = dict(draft.sizes)
        self.problems: list[Problem] = []
        self.shapes: dict[str, Shape] = {}
        self.bound: dict[str, str] = dict.fromkeys(draft.unreadable, "a line that could not be read")
        self.broken: set[str] = set(draft.unreadable)
        self.open: set[str] = set()  # sizes without a usable value: what uses them is not judged
        self.cyclic: set[str] = set()
        self.later = {name: node for node in draft.nodes for name in node.outputs}

    def fail(self, message: str, where: str = "", hint: str = "") -> None:
        self.problems.append(Problem(message, where, hint))

    def finish(self) -> None:
        if self.problems:
            raise SpecError(*self.problems)

    def give_up(self) -> None:
        """Past this many problems the rest is noise, and finding near names for each takes its time."""
        if len(self.problems) >= MOST_PROBLEMS:
            self.fail(f"these are the first {MOST_PROBLEMS} problems; the lines after them were not checked")
            self.finish()

    def check_givens(self) -> None:
        self.check_sizes()
        for what, name, dims in self.draft.givens():
            place = given_place(what, name, dims)
            self.bind(name, ARTICLE[what], place)
            if self.open.intersection(words(dims)):
                self.broken.add(name)
            else:
                self.shapes[name] = evaluate(dims, self.sizes)
                self.check_volume(name, place)

    def check_sizes(self) -> None:
        for word, where in self.used().items():
            if word not in self.sizes:
                self.fail(unbound_size(word), where)
                self.open.add(word)
        for word, size in self.draft.sizes:
            if not isinstance(size, int) or isinstance(size, bool):
                self.fail(f"size {word!r} is {size!r}; a size is an integer from 1 up", size_place(word, size))
                self.open.add(word)
            elif size < 1:
                self.fail(f"size {word!r} is {count(size)}; a size is at least 1", size_place(word, size))
                self.open.add(word)

    def check_unused_sizes(self) -> None:
        if self.draft.unreadable:
            return  # a line that could not be read may use it
        used = self.used()
        for word, size in self.draft.sizes:
            if word not in used:
                uses = f"they use {', '.join(used)}" if used else "they use none"
                self.fail(f"size {word!r} is bound, but no shape uses it ({uses})", size_place(word, size))

    def used(self) -> dict[str, str]:
        """Every size word that a shape uses, and where the first such shape stands."""
        places: dict[str, str] = {}
        for what, name, dims in self.draft.givens():
            for word in words(dims):
                _ = places.setdefault(word, given_place(what, name, dims))
        for node in self.draft.nodes:
            for word in node_words(node):
                _ = places.setdefault(word, f"node {node}")
        return places

    def bind(self, name: str, what: str, where: str) -> None:
        if fault := name_fault(name):
            self.fail(fault, where)
        elif name in self.bound and name not in self.draft.unreadable:
            self.fail(f"{name!r} is bound twice: it is already {self.bound[name]}; every name is bound once", where)
            self.broken.add(name)
        _ = self.bound.setdefault(name, what)

    def check_volume(self, name: str, where: str) -> None:
        shape = self.shapes[name]
        if 0 in shape:
            self.fail(f"{name!r} has shape {wide(shape)}: a size of zero leaves nothing to differentiate", where)
            self.broken.add(name)
        elif len(shape) > MOST_AXES:
            self.fail(f"{name!r} has {len(shape)} axes; the most is {MOST_AXES}", where)
            self.broken.add(name)
        elif entries(shape) > LARGEST:
            self.fail(f"{name!r} is too large: shape {wide(shape)}, {volume(entries(shape))}; {MOST}", where)
            self.broken.add(name)

    def check_node(self, node: Node) -> None:
        where = f"node {node}"
        missing = [n for n in dict.fromkeys(node.inputs) if n not in self.bound]
        for name in missing:
            self.unbound(name, node, where)
        for name in node.outputs:
            self.bind(name, f"the node {node}", where)
        try:
            node.op.check_arity(len(node.inputs))
            if missing or self.broken.intersection(node.inputs) or self.open.intersection(node_words(node)):
                self.broken.update(node.outputs)
            else:
                self.shape_outputs(node, where)
        except SpecError as error:
            self.fail(error.problems[0].message, where, error.problems[0].hint)
            self.broken.update(node.outputs)

    def shape_outputs(self, node: Node, where: str) -> None:
        shapes = node.op.infer(tuple(self.shapes[n] for n in node.inputs), bind_attributes(node, self.sizes))
        if len(shapes) != len(node.outputs):
            raise SpecError(
                Problem(output_count(node.op.name, len(shapes), len(node.outputs)), hint=node.op.signature.text)
            )
        for name, shape in zip(node.outputs, shapes, strict=True):
            self.shapes[name] = shape
            self.check_volume(name, where)

    def unbound(self, name: str, node: Node, where: str) -> None:
        if name not in self.later:
            near = did_you_mean(name, [*self.bound, *self.later]) if len(self.problems) < MOST_NEAR else ""
            self.fail(f"{name!r} is not bound by any input, parameter or node{near}", where)
        elif cycle := self.cycle(name, node):
            if self.cyclic.intersection(cycle):
                return  # the same cycle, met again at another of its nodes
            self.cyclic.update(cycle)
            needs = ", which needs ".join(map(repr, cycle[1:]))
            self.fail(
                f"a cycle: {cycle[0]!r} needs {needs}; a network is computed in order, from its inputs to its loss",
                where,
            )
        else:
            self.fail(f"{name!r} is used before it is bound (by the node {self.later[name]}); move that line up", where)

    def cycle(self, name: str, node: Node) -> list[str]:
        """The way from a name back to the node that reads it, if there is one."""
        reader = {name: node.name}
        trail = [name]
        while trail:
            here = trail.pop()
            if here in node.outputs:
                return _way(here, reader, node.name)
            for needed in self.later[here].inputs if here in self.later else ():
                if needed not in reader:
                    reader[needed] = here
                    trail.append(needed)
        return []

    def check_loss(self) -> None:
        loss = self.draft.loss
        if loss is None or loss in self.draft.unreadable:
            return
        where = loss_place(loss)
        if loss not in self.bound:
            self.fail(f"the loss {loss!r} is not bound by any node{did_you_mean(loss, self.bound)}", where)
        elif loss not in self.later:
            made = f'a loss is computed, from what is fed in: a node such as  l = "mean({loss})",  and  loss = "l"'
            self.fail(f"the loss {loss!r} is {self.bound[loss]}, not the result of a node", where, made)
        elif loss not in self.broken and entries(self.shapes[loss]) != 1:
            self.fail(
                f"the loss {loss!r} has shape {show(self.shapes[loss])}; a gradient needs one number: "
                "end with a loss op, sum or mean",
                where,
            )

    def check_total(self) -> None:
        total = sum(map(entries, self.shapes.values()))
        if total > LARGEST and not self.problems:
            self.fail(f"the tensors of this network are too large together: {volume(total)}; {MOST}")


def node_words(node: Node) -> tuple[str, ...]:
    """The size words that a node's attributes use."""
    pairs = zip(node.op.attributes, node.attrs, strict=True)
    return tuple(word for attribute, (_, value) in pairs for word in attribute_words(attribute, value))


def _way(last: str, reader: Mapping[str, str], first: str) -> list[str]:
    """From `first` through what each name is read by, back to `last`; the middle of a long way is left out."""
    back = [last]
    while len(back) == 1 or back[-1] != first:
        back.append(reader[back[-1]])
    way = back[::-1]
    return way if len(way) <= 8 else [*way[:4], "...", *way[-3:]]
