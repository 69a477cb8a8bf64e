"""Tests of somebody's own gradients, right and with two slips, as the beginning of a test file."""

from __future__ import annotations

OWN = """
    import numpy as np
    import pytest

    W, X, C = np.arange(6.0).reshape(2, 3) / 7 + 0.1, np.arange(1.0, 4.0), np.array([0.3, 0.7])

    def f(w, x, c):
        return np.sum((w @ x + c) ** 2)

    def grad(w, x, c):
        g = 2 * (w @ x + c)
        return {"w": np.outer(g, x), "x": w.T @ g, "c": g}

    def slips(w, x, c):
        right = grad(w, x, c)
        return right | {"w": 3 * right["w"], "x": -right["x"]}
"""
RIGHT = f"""{OWN}
    def test_right(trivium):
        trivium.assert_gradient(f, grad, at=(W, X, C))
"""
WRONG = f"""{OWN}
    def test_wrong(trivium):
        trivium.assert_gradient(f, slips, at=(W, X, C))
"""
NAMED = """
    import numpy as np

    W, X = np.arange(6.0).reshape(2, 3) / 7 + 0.1, np.arange(1.0, 4.0)

    def f(w, x):
        return np.sum(np.tanh(w @ x))

    def grad(w, x):
        d = 1 - np.tanh(w @ x)
        return {"w": np.outer(d, x), "x": w.T @ d}

    def test_named(trivium):
        trivium.assert_gradient(f, grad, at=(W, X))
"""
