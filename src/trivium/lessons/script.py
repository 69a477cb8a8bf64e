"""A network as a script that stands alone, in one road's style: its own steps, the very functions that trivium tests.

Nothing of trivium is imported by what is written. Knows nothing of verdicts.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from trivium.backend import Array, Backend
from trivium.errors import BackendError, SpecError
from trivium.lessons.excerpt import Excerpt, bindings
from trivium.lessons.program import program
from trivium.ops import FAMILIES
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Op

STYLES = ("numpy", "torch", "jax")
TABLE = {"numpy": "RULES", "torch": "OPERATIONS", "jax": "OPERATIONS"}
LIBRARIES = {
    "numpy": ("import numpy as np",),
    "torch": ("import numpy as np", "import torch"),
    "jax": ("import jax", "import jax.numpy as jnp", "import numpy as np"),
}
OWN = ("loss", "gradients", "loss_and_gradients", "numbers", "todo", "shares", "summed_shares", "summed_to")
"""Functions of every script."""
TAKEN = ("np", "torch", "jax", "jnp", "lax", "math", "F", "special", "partial", "leaves", *OWN, *dir(builtins))
"""Names that no tensor of a script may have: it has them for something else."""


@dataclass(frozen=True)
class Writer:
    """What a script is made of: the network, the module of each op's family in one road, and the source that they need.

    names   what each tensor is called in the script
    solved  whether the way back is written, or left to be
    """

    spec: Spec
    road: str
    excerpt: Excerpt
    names: Mapping[str, str]
    solved: bool = True

    def entry(self, op: Op) -> tuple[str, ast.expr]:
        """The module that has an op on this road, and the expression in its table; BackendError where there is none."""
        for family, ops in FAMILIES.items():
            if op.name in {o.name for o in ops}:
                module = f"trivium_{self.road}.{family}"
                _ = import_module(module)
                return module, _in_table(module, TABLE[self.road], op.name)
        raise BackendError(f"{op.name} has no source that could be written out: it is no op of the vocabulary")

    def arguments(self, node: Node) -> str:
        """The arguments of an op's function."""
        words = [self.names[n] for n in node.inputs]
        attrs = self.spec.attributes(node)
        return ", ".join([*words, *(f"{name}={value!r}" for name, value in attrs.items())])

    def outputs(self, node: Node) -> str:
        return ", ".join(self.names[n] for n in node.outputs)

    @property
    def signature(self) -> str:
        """All that is fed in, in the spec's order."""
        return ", ".join(self.names[n] for n in self.spec.givens)

    @property
    def trained(self) -> list[str]:
        """What the gradient is asked for: the parameters, or of a network without any all that it can be taken of."""
        found = [n for n, _ in self.spec.parameters]
        return found or [n for n in self.spec.givens if n in self.spec.differentiable]


def script(spec: Spec, backend: Backend, given: Mapping[str, Array], command: str, *, solved: bool = True) -> str:
    """The network in the backend's style, with functions `loss` and `gradients` of everything that is fed in.

    Run as a program it prints the loss and every gradient, at the numbers given, or at others of the same shapes where
    they are many. By hand, the way back may be left to be written (`solved`): every gradient is NaN until it is. Raises
    BackendError for another backend than numpy, torch and jax, SpecError where there is no gradient.
    """
    if backend.name not in STYLES:
        raise BackendError(f"no style of {backend.name!r}: a network is written as {', '.join(STYLES)}")
    own = (*spec.givens, *spec.producer)
    names = {n: n if n not in TAKEN else _free(f"{n}_", own) for n in own}
    writer = Writer(spec, backend.name, Excerpt((*names.values(), *OWN[:4])), names, solved)
    if not writer.trained:
        raise SpecError(f"{spec.name} has no gradient to write: nothing that is fed in holds real numbers")
    if not solved:
        _ = writer.excerpt.take("trivium.lessons.share", "todo")
    body = {"numpy": _by_hand, "torch": _by_tape, "jax": _by_transformation}[backend.name]
    lines = list(body(writer, backend, given))
    imports = sorted({*LIBRARIES[backend.name], *writer.excerpt.imports}, key=lambda s: (s.startswith("from"), s))
    about = {"numpy": "its gradient by hand", "torch": "its gradient by autograd", "jax": "its gradient by jax.grad"}
    by = about[backend.name] if solved else "its gradient to be written by hand: what is todo, from the loss back"
    said = "\n\n".join(filter(None, (f"The network {spec.name} in {_TITLES[backend.name]}, {by}.", command)))
    parts = [
        f'"""{said}\n"""\n\n'
        + "\n".join(imports)
        + ('\n\njax.config.update("jax_enable_x64", True)' if backend.name == "jax" else ""),
        *([writer.excerpt.text] if writer.excerpt.text else []),
        "\n".join(lines),
        "\n".join(program(spec, backend.name, given)),
    ]
    return "\n\n\n".join(part.rstrip() for part in parts) + "\n"


_TITLES = {"numpy": "NumPy", "torch": "torch", "jax": "JAX"}


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _in_table(module: str, table: str, op: str) -> ast.expr:
    statement = bindings(module)[table]
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    if isinstance(value, ast.Dict):
        for key, entry in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == op:
                return entry
    raise BackendError(f"{module} has no {op!r} in its table")


def _by_hand(w: Writer, backend: Any, given: Mapping[str, Array]) -> Iterator[str]:
    """Forward and backward, step by step; the rules are run here too, for what they give decides what is written."""
    values, saved, forward = dict(given), dict[str, Any](), list[str]()
    with np.errstate(all="ignore"):
        for node in w.spec.nodes:
            rule, (module, entry) = backend.rule(node.op), w.entry(node.op)
            name = w.excerpt.expression(module, _argument(entry, 0))
            out = w.outputs(node)
            y, saved[node.name] = rule.forward(*(values[n] for n in node.inputs), **w.spec.attributes(node))
            forward.append(
                f"    {f'({out})' if rule.several else out}, {_saved(w, node)} = {name}({w.arguments(node)})"
            )
            for n, part in zip(node.outputs, y if isinstance(y, tuple) else (y,), strict=True):
                values[n] = np.asarray(part, np.float64 if np.asarray(part).dtype.kind in "iub" else None)
                if not isinstance(part, np.ndarray) or values[n].dtype != part.dtype:
                    forward.append(f"    {w.names[n]} = np.asarray({w.names[n]}, dtype=float)")
        back = list(_backward(w, backend, values, saved))
    yield f"def loss_and_gradients({w.signature}):"
    yield '    """The loss, and its gradient with respect to each parameter.'
    yield ""
    yield f"    x_bar is the gradient of {w.spec.loss} with respect to x, and x_saved what the step that makes x keeps."
    yield '    """'
    yield from forward
    yield ""
    yield from back
    yield ""
    yield ""
    yield f"def loss({w.signature}):"
    yield f"    return loss_and_gradients({w.signature})[0]"
    yield ""
    yield ""
    yield f"def gradients({w.signature}):"
    yield f"    return loss_and_gradients({w.signature})[1]"


def _backward(w: Writer, backend: Any, values: Mapping[str, Array], saved: Mapping[str, Any]) -> Iterator[str]:
    flows = _flows(w)
    have = {w.spec.loss: np.ones(w.spec.shapes[w.spec.loss])}
    yield f"    {_bar(w, w.spec.loss)} = np.ones({w.spec.shapes[w.spec.loss]})"
    for node in reversed(w.spec.nodes):
        if flows.isdisjoint(node.inputs) or have.keys().isdisjoint(node.outputs):
            continue
        rule, (module, entry) = backend.rule(node.op), w.entry(node.op)
        y_bars = tuple(have.get(n, np.zeros_like(values[n])) for n in node.outputs)
        handed = [_bar(w, n) if n in have else f"np.zeros_like({w.names[n]})" for n in node.outputs]
        found = rule.vjp(saved[node.name], y_bars if rule.several else y_bars[0])
        bars = f"({', '.join(handed)},)" if rule.several else handed[0]
        targets, more = [], []
        for n, b in zip(node.inputs, found, strict=True):
            if b is None or n not in flows:
                targets.append("_")
                continue
            bar, again = _bar(w, n), n in have or n in node.inputs[: len(targets)]
            have[n] = np.zeros_like(values[n])
            targets.append(_free(f"{bar}_{len(targets) + 1}", tuple(w.names.values())) if again else bar)
            more += [f"    {bar} = {bar} + {targets[-1]}"] if again else []
        if w.solved:
            name = w.excerpt.expression(module, _argument(entry, 1))
            call = f"{name}({_saved(w, node)}, {bars})"
            if rule.broadcasts or any(callable(b) for b in found):
                helper = _shares(w, broadcasts=rule.broadcasts)
                call = f"{helper}({call}, {', '.join(w.names[n] for n in node.inputs)})"
            yield f"    {', '.join(targets)}{',' if len(targets) == 1 else ''} = {call}"
        else:
            yield from ("", f"    # {node}: from {', '.join(handed)}")
            asked = zip(targets, node.inputs, strict=True)
            yield from (f"    {target} = todo({w.names[n]})" for target, n in asked if target != "_")
        yield from more
    yield ""
    entries = (f"{n!r}: {_bar(w, n) if n in have else f'np.zeros_like({w.names[n]})'}" for n in w.trained)
    yield f"    return {w.names[w.spec.loss]}, {{{', '.join(entries)}}}"


def _flows(w: Writer) -> frozenset[str]:
    """The names through which a gradient that is asked for flows."""
    found = set(w.trained)
    for node in w.spec.nodes:
        if not found.isdisjoint(node.inputs):
            found.update(node.outputs)
    return frozenset(n for n in found if n in w.spec.differentiable)


def _shares(w: Writer, *, broadcasts: bool) -> str:
    """The function that turns what a rule gives into arrays of its inputs' shapes."""
    module = "trivium.lessons.share"
    return w.excerpt.take(module, "summed_shares" if broadcasts else "shares")


def _argument(entry: ast.expr, index: int) -> ast.expr:
    if not isinstance(entry, ast.Call) or len(entry.args) <= index:
        raise BackendError(f"{ast.unparse(entry)} is no rule of functions")
    return entry.args[index]


def _saved(w: Writer, node: Node) -> str:
    return _free(f"{w.names[node.name]}_saved", tuple(w.names.values()))


def _bar(w: Writer, name: str) -> str:
    return _free(f"{w.names[name]}_bar", tuple(w.names.values()))


def _loss(w: Writer) -> Iterator[str]:
    yield f"def loss({w.signature}):"
    for node in w.spec.nodes:
        module, entry = w.entry(node.op)
        yield f"    {w.outputs(node)} = {w.excerpt.expression(module, entry)}({w.arguments(node)})"
    yield f"    return {w.names[w.spec.loss]}"
    yield ""
    yield ""


def _by_tape(w: Writer, backend: Any, given: Mapping[str, Array]) -> Iterator[str]:
    yield from _loss(w)
    names = [w.names[n] for n in w.trained]
    yield f"def gradients({w.signature}):"
    yield f"    {', '.join(names)}{',' if len(names) == 1 else ''} = leaves = ["
    yield f"        x.detach().requires_grad_() for x in ({', '.join(names)},)"
    yield "    ]"
    yield f"    found = torch.autograd.grad(loss({w.signature}), leaves, allow_unused=True, materialize_grads=True)"
    yield f"    return dict(zip({w.trained!r}, found))"


def _by_transformation(w: Writer, backend: Any, given: Mapping[str, Array]) -> Iterator[str]:
    yield from _loss(w)
    places = [list(w.spec.givens).index(n) for n in w.trained]
    yield f"def gradients({w.signature}):"
    yield f"    found = jax.grad(loss, argnums={tuple(places)})({w.signature})"
    yield f"    return dict(zip({w.trained!r}, found))"
