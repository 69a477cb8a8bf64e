"""The page of one's own wrong gradient: its network, drawn, with the step lit in which it goes wrong first."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import trivium as tv

SHAPES = {"w": "3 4", "b": "4", "x": "5 3", "y": "5"}


def cost(w: Any, b: Any, x: Any, y: Any) -> Any:
    h = np.tanh(x @ w + b)
    return np.mean((h.sum(1) - y) ** 2)


def right(w: Any, b: Any, x: Any, y: Any) -> Any:
    h = np.tanh(x @ w + b)
    dz = (2 / 5 * (h.sum(1) - y))[:, None] * (1 - h**2)
    return {"w": x.T @ dz, "b": dz.sum(0)}


def no_slope(w: Any, b: Any, x: Any, y: Any) -> Any:
    h = np.tanh(x @ w + b)
    dz = np.broadcast_to((2 / 5 * (h.sum(1) - y))[:, None], h.shape)
    return {"w": x.T @ dz, "b": dz.sum(0)}


def by_numbers(w: Any, b: Any, x: Any, y: Any) -> Any:
    return float(np.asarray(cost(w, b, x, y))) if float(np.sum(w)) else 0.0


def kinds(page: str) -> dict[str, str]:
    """The class of every box that is lit, by what its step is."""
    boxes = re.findall(r'<g class="(\w+) (\w+)" data-node="([^"]*)".*?class="below"[^>]*>([^<]*)<', page)
    return {below if kind == "node" else name: light for kind, light, name, below in boxes}


def test_the_first_wrong_step_is_lit() -> None:
    report = tv.check_gradient(cost, no_slope, shapes=SHAPES)
    page = report.to_html()
    assert kinds(page) == {"tanh": "wrong", "w": "inherits", "b": "inherits"}
    assert "its way back is wrong first" in page
    assert ">first</text>" in page
    assert "site" not in report.to_json()


@pytest.mark.parametrize(("f", "grad"), [(cost, right), (by_numbers, no_slope)])
def test_what_is_right_and_what_cannot_be_told_has_no_graph(f: Any, grad: Any) -> None:
    assert "<svg" not in tv.check_gradient(f, grad, shapes=SHAPES).to_html()
