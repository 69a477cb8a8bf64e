"""What a notebook shows of a network and of a run: the drawn graph and tables, as fragments of a page.

Knows nothing of notebooks, nor of HTML but the templates beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from trivium.backend import Array, Evaluation
from trivium.errors import counted
from trivium.report.array import summary
from trivium.report.graph import drawn
from trivium.report.web import rendered
from trivium.spec.graph import Spec
from trivium.spec.node import Given
from trivium.spec.signature import show
from trivium.spec.text import call

SMALL = 40
"""Entries of a vector or matrix that is shown, each; of a larger one, what can be said in a line."""
Grid = list[list[tuple[str, float]]]
"""The rows of a matrix: each entry as text, and from -1 to 1 its share of the largest."""


def spec_html(spec: Spec) -> str:
    """A network: its graph, a row for everything fed in and every step, and each op's formula once."""
    learned = sum(int(np.prod(g.shape)) for g in spec.givens.values() if g.parameter)
    shown = {
        "name": spec.name,
        "summary": f"{counted(len(spec.nodes), 'step')} from {counted(len(spec.givens), 'array')} "
        f"to the loss, {spec.loss}; {counted(learned, 'number')} to be learned.",
        "sizes": ", ".join(f"{letter} = {size}" for letter, size in spec.sizes),
        "graph": drawn(spec),
        "givens": [_given(g) for g in spec.givens.values()],
        "steps": [
            (", ".join(n.outputs), ", ".join(show(spec.shapes[o]) for o in n.outputs), call(n)) for n in spec.nodes
        ],
        "formulas": {n.op.name: n.op.formula for n in spec.nodes},
    }
    return rendered("report", "spec.html.j2", {"whole": False, **shown})


def evaluation_html(evaluation: Evaluation) -> str:
    """A run: each value and its gradient beside each other, small arrays entry by entry."""
    names = sorted({*evaluation.values, *evaluation.gradients}, key=_natural)
    return rendered(
        "report",
        "evaluation.html.j2",
        {
            "whole": False,
            "summary": f"{counted(len(evaluation.values), 'value')}, {counted(len(evaluation.gradients), 'gradient')}.",
            "rows": [(name, *_parts(evaluation, name)) for name in names],
        },
    )


def _given(given: Given) -> tuple[str, str, str, str]:
    kind = "" if given.kind.name == "real" else f", {given.kind}"
    return given.name, show(given.shape), "parameter" if given.parameter else f"input{kind}", " ".join(given.dims)


def _parts(evaluation: Evaluation, name: str) -> Iterator[Any]:
    """The shape, then the value and the gradient: as a grid, or in a sentence."""
    found = [part.get(name) for part in (evaluation.values, evaluation.gradients)]
    yield next(show(np.shape(x)) for x in found if x is not None)
    for x in found:
        yield None if x is None else _told(np.asarray(x))


def _told(x: Array) -> dict[str, Any]:
    small = 0 < x.size <= SMALL and x.ndim <= 2
    return {"grid": _grid(x) if small else [], "words": "" if small else summary(x)}


def _grid(x: Array) -> Grid:
    """A matrix as it is, a vector as one row, a number as one cell; a number alone, a label, a mask has no color."""
    size = np.abs(x) if x.ndim and x.dtype.kind in "fc" else np.zeros(x.shape)
    finite = np.isfinite(size)
    largest = size[finite].max(initial=0.0) or 1.0
    share = np.where(finite, size, 0.0) / largest * np.where(np.real(x) < 0, -1, 1)
    cells = [(_number(v), round(float(s), 2)) for v, s in zip(x.ravel().tolist(), share.ravel(), strict=True)]
    width = x.shape[-1] if x.ndim else 1
    return [cells[i : i + width] for i in range(0, len(cells), width)]


def _natural(name: str) -> list[tuple[str, int]]:
    """g2 before g10: a run has its names in no order."""
    return [(letters, int(digits or 0)) for letters, digits in re.findall(r"(\D*)(\d*)", name)]


def _number(v: object) -> str:
    return f"{v:.4g}" if isinstance(v, float | complex) else str(v)
