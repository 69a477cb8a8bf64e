"""A student's lines beside the steps that they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trivium.errors import SpecError
from trivium.lessons.beside import beside
from trivium.ops import OPS, add, mul, sum, tanh  # noqa: A004
from trivium.spec.trace import trace
from trivium.zoo import notebook

SPEC = notebook()
OWN = beside(SPEC, Path(__file__).parents[2] / "examples/student/three_layers.py")


def lines(step: str) -> list[str]:
    return [w.text for w in OWN.backward(SPEC, SPEC.producer[step])]


def test_a_line_stands_at_the_step_whose_value_it_names() -> None:
    assert [w.text for w in OWN.forward(SPEC.producer["g3"])] == ["g3 = np.tanh(g2)"]


def test_a_line_stands_at_the_step_whose_gradient_it_names() -> None:
    assert lines("g3") == ['grad_g2 = np.dot(data["w2"].T, grad_g5) * tanh_slope(data["g2"])']


def test_what_has_no_name_is_in_the_line_that_reads_it() -> None:
    assert lines("g7") == [
        'grad_w3 = np.dot(grad_g8, data["g6"].T)',
        'grad_g5 = np.dot(data["w3"].T, grad_g8) * sigmoid_slope(data["g5"])',
    ]


@pytest.mark.parametrize(
    "source", [b"\xef\xbb\xbfgrad_w1 = 1\n", "# coding: latin-1\ngrad_w1 = '\xe9'\n".encode("latin-1")]
)
def test_a_file_is_read_as_python_reads_it(source: bytes, tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    _ = path.write_bytes(source)
    assert list(beside(SPEC, path).gradients) == ["w1"]


def test_a_value_in_capitals_is_no_gradient(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    _ = path.write_text("W1 = 1\nG3: float = 2\ndW1, dB1 = 3, 4\n")
    own = beside(SPEC, path)
    assert (set(own.values), set(own.gradients)) == ({"w1", "g3"}, {"w1", "b1"})


def test_many_ways_back_are_walked_once(tmp_path: Path) -> None:
    def deep(x: Any, w: Any) -> Any:
        h = mul(x, w)
        for _ in range(200):
            h = add(tanh(h), h)
        return sum(h, axis=None)

    spec = trace(deep, vocabulary=OPS, inputs={"x": "n"}, parameters={"w": "n"}, sizes={"n": 2})
    path = tmp_path / "own.py"
    _ = path.write_text("grad_w = 1\n")
    own = beside(spec, path)
    assert [len(own.backward(spec, node)) for node in spec.nodes] == [1] * len(spec.nodes)


RETURNED = """import numpy as np

def start(n):
    return {"w1": np.zeros((3, n)), "b1": np.zeros((3, 1))}

def forward(S, w1, b1):
    return {"S": S, "w1": w1, "g2": w1 @ S + b1}

def backward(cache, y, params):
    delta = cache["S"] - y
    gw = delta @ cache["S"].T
    return {"W1": gw, "b1": delta.sum(1), "dw2": 2 * gw, "b2": params["b2"], "other": 1}
"""


def test_the_keys_of_a_returned_dict_are_names_of_gradients(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    _ = path.write_text(RETURNED)
    found = {name: (w.line, w.text) for name, w in beside(SPEC, path).gradients.items()}
    assert found == {
        "w1": (11, 'gw = delta @ cache["S"].T'),
        "b1": (12, '"b1": delta.sum(1)'),
        "w2": (12, '"dw2": 2 * gw'),
    }


def test_a_dict_of_what_steps_make_names_no_gradient(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    _ = path.write_text("grad_w1 = 1\ndef forward(S, w1):\n    return {'g1': w1 @ S, 'w1': w1}\n")
    assert list(beside(SPEC, path).gradients) == ["w1"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^no such file: .*own\.py$"):
        _ = beside(SPEC, tmp_path / "own.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", r'dw1, grad_w1 or w1_grad, or the key "w1" .* alike for w1, b1, w2, b2, w3 and b3'),
        ("\nx = (\n", r"own\.py, line 2 cannot be read as Python: '\(' was never closed$"),
        ("x = '\0'\n", "own.py.* cannot be read as Python"),
    ],
)
def test_a_file_that_does_not_fit_is_said(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    _ = path.write_text(text)
    with pytest.raises(SpecError, match=message):
        _ = beside(SPEC, path)
