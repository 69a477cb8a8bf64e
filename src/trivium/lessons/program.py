"""A script as a program: numbers to run it at, and what it prints.

Knows nothing of how a gradient is derived.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from trivium.backend import Array
from trivium.spec.graph import Spec
from trivium.spec.node import Given

SHOWN = 100
"""Numbers that a script has in it; of more, it draws others of the same shapes."""
PLACED = {"numpy": "{}", "torch": "torch.tensor({})", "jax": "jnp.asarray({})"}


def program(spec: Spec, road: str, given: Mapping[str, Array]) -> Iterator[str]:
    """The script as a program: numbers to run it at, and what it prints."""
    yield "def numbers():"
    yield '    """What is fed in, by name."""'
    few = sum(int(np.size(given[n])) for n in spec.givens) <= SHOWN
    if not few:
        yield "    random = np.random.default_rng(0)"
    yield "    return {"
    for name, g in spec.givens.items():
        yield f"        {name!r}: {literal(given[name]) if few else drawn(g)},"
    yield "    }"
    yield ""
    yield ""
    yield 'if __name__ == "__main__":'
    if road == "torch":
        yield "    torch.set_printoptions(precision=8)"
    yield f"    given = [{PLACED[road].format('x')} for x in numbers().values()]"
    yield f"    print({spec.loss!r}, '=', float(loss(*given)))"
    yield "    for name, gradient in gradients(*given).items():"
    yield '        print(f"gradient with respect to {name}\\n{gradient}")'


def literal(x: Array) -> str:
    """An array's numbers, every digit of them."""
    dtype = "" if x.dtype.kind == "f" else f", dtype={x.dtype.name!r}"
    return f"np.array({x.tolist()!r}{dtype})"


def drawn(g: Given) -> str:
    """How a script draws numbers of a kind: reals scaled by their fan-in, labels among the classes, and so on."""
    shape, kind = g.shape, g.kind
    drawn = {
        "real": f"random.normal(size={shape}){f' / {math.sqrt(g.fan_in):.3g}' if g.parameter else ''}",
        "above -1": f"np.exp(random.normal(size={shape}) / 2) - 1",
        "positive": f"np.exp(random.normal(size={shape}) / 2)",
        "unit": f"random.uniform(0.1, 0.9, {shape})",
        "sign": f"random.choice([-1.0, 1.0], {shape})",
        "simplex": f"random.dirichlet(np.ones({shape[-1] if shape else 1}), {shape[:-1]})",
        "index": f"random.integers(0, {kind.below}, {shape})",
        "mask": f"random.random({shape}) < 0.5",
    }
    return drawn[kind.name]
