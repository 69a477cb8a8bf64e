"""A small project as a person has it: a layer in a file, and tests of it, weak or strong."""

from __future__ import annotations

import sys
from pathlib import Path

LAYER = """\
import numpy as np


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = x.T @ dout
    return dx, dw, dout.sum(axis=0)
"""
START = """\
import numpy as np
from layer import affine_backward, affine_forward

stream = np.random.default_rng(1)
x, w, b = stream.normal(size=(5, 3)), stream.normal(size=(3, 4)), stream.normal(size=4)
"""
SHAPES = """\
out, cache = affine_forward(x, w, b)
dx, dw, db = affine_backward(stream.normal(size=out.shape), cache)
assert (dx.shape, dw.shape, db.shape) == (x.shape, w.shape, b.shape)
"""
NUMBERS = """\
import trivium

trivium.assert_gradient(affine_forward, affine_backward, at=(x, w, b))
"""
PYTHON = sys.executable


def written(folder: Path, test: str, *, layer: str = LAYER) -> str:
    """The project in a folder; the command that runs its tests."""
    _ = (folder / "layer.py").write_text(layer, encoding="utf-8")
    _ = (folder / "try_layer.py").write_text(START + test, encoding="utf-8")
    return f"{PYTHON} {folder / 'try_layer.py'}"


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, byte for byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
