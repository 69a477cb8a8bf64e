"""A spec as text for a person: like a jaxpr with shapes, and as Python that rebuilds it.

Knows nothing of files, nor of numbers.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from trivium.spec.attribute import Literal
from trivium.spec.graph import Spec
from trivium.spec.node import Given, Node
from trivium.spec.signature import Dims, Shape

WIDTH = 80


def show(spec: Spec) -> str:
    """The whole network, shapes in numbers, at 80 columns.

    { notebook with N=2
      inputs S:(2,2) y:(1,2)
      parameters w1:(1,2) ;
      g1:(1,2) = matmul(w1, S)
      g2:() = squared_error(g1, y, reduction='mean', batch_axis=None)
      -> g2 }
    """
    sizes = "".join(f" {word}={size}" for word, size in spec.sizes)
    lines = [f"{{ {spec.name}{' with' if sizes else ''}{sizes}"]
    for what, parameter in (("inputs", False), ("parameters", True)):
        mine = [_given(given) for given in spec.givens.values() if given.parameter is parameter]
        lines.append(" ".join(["  " + what, *(mine or ["none"])]))
    lines[-1] += " ;"
    lines += [f"  {_node(node, spec)}" for node in spec.nodes]
    lines.append(f"  -> {spec.loss} }}")
    return "\n".join(part for line in lines for part in _wrapped(line))


def print_as_python(spec: Spec) -> str:
    """Python source that, executed, defines `spec`, equal to this one."""
    ops = _free("ops", spec.shapes)
    lines = [
        "from trivium import ops" if ops == "ops" else f"from trivium import ops as {ops}",
        "from trivium.spec.trace import trace",
        "",
        "",
        *_bracketed("def network(", spec.givens, "):"),
        *(f"    {_statement(node, ops)}" for node in spec.nodes),
        f"    return {spec.loss}",
        "",
        "",
        "spec = trace(",
        "    network,",
        f"    vocabulary={ops}.OPS,",
        f"    name={_quoted(spec.name)},",
        *_bracketed("    inputs={", _shapes(spec.inputs), "},"),
        *_bracketed("    parameters={", _shapes(spec.parameters), "},"),
        *_bracketed("    sizes={", (f"{_quoted(word)}: {size}" for word, size in spec.sizes), "},"),
        ")",
    ]
    return "\n".join(lines) + "\n"


def call(node: Node) -> str:
    """The right side of a node's equation: its op, its inputs, and the attributes that are not at their default."""
    return f"{node.op.name}({', '.join([*node.inputs, *(f'{name}={value!r}' for name, value in _attributes(node))])})"


def _attributes(node: Node) -> Iterator[tuple[str, Literal]]:
    """The attributes that are not at their default; 1, 1.0 and True are three, and so are 0.0 and -0.0."""
    for attribute, (name, value) in zip(node.op.attributes, node.attrs, strict=True):
        if repr(value) != repr(attribute.default):
            yield name, value


def _statement(node: Node, ops: str) -> str:
    names = _quoted(node.name) if len(node.outputs) == 1 else f"({', '.join(map(_quoted, node.outputs))})"
    settings = (f"{name}={_literal(value)}" for name, value in _attributes(node))
    words = [*node.inputs, *settings, f"name={names}"]
    return f"{', '.join(node.outputs)} = {ops}.{node.op.name}({', '.join(words)})"


def _shapes(givens: Iterable[tuple[str, Dims]]) -> Iterator[str]:
    return (f"{_quoted(name)}: {_quoted(' '.join(dims))}" for name, dims in givens)


def _bracketed(opening: str, items: Iterable[str], closing: str) -> Iterator[str]:
    """Items between brackets, on one line where they fit, else one to a line."""
    parts = list(items)
    line = opening + ", ".join(parts) + closing
    if len(line) <= WIDTH:
        yield line
        return
    indent = " " * (len(opening) - len(opening.lstrip()))
    yield opening
    yield from (f"{indent}    {part}," for part in parts)
    yield indent + closing


def _free(word: str, names: Iterable[str]) -> str:
    while word in names:
        word += "_"
    return word


def _literal(value: Literal) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _given(given: Given) -> str:
    kind = "" if given.kind.name == "real" else f"[{given.kind}]"
    return f"{given.name}:{_shape(given.shape)}{kind}"


def _node(node: Node, spec: Spec) -> str:
    outputs = ", ".join(f"{name}:{_shape(spec.shapes[name])}" for name in node.outputs)
    return f"{outputs} = {str(node).partition(' = ')[2]}"


def _shape(shape: Shape) -> str:
    return str(shape).replace(" ", "")


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)
