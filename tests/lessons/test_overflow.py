"""A run that leaves the finite numbers: where it begins is said once, and nothing is measured by what is no number."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.cli import main
from trivium.lessons.lesson import lesson
from trivium.lessons.overflow import overflow
from trivium.ops import OPS
from trivium.probe import draw
from trivium.referee import load_referee
from trivium.spec.file import loads_toml
from trivium.zoo import ZOO, network

NUMPY = load_backend("numpy")
STEEP = """name = "steep"
loss = "l"

[inputs]
x = "n"

[parameters]
w = "n"

[nodes]
z = "mul(x, w)"
e = "exp(z)"
l = "sum(e, axis=None)"

[sizes]
n = 3
"""
SPEC = loads_toml(STEEP, vocabulary=OPS).spec
HUGE = {"x": np.array([1.0, 800.0, 2.0]), "w": np.ones(3)}
ROOT = loads_toml(STEEP.replace("exp(z)", "sqrt(z)"), vocabulary=OPS).spec
ZERO = {"x": np.array([0.0, 1.0, 2.0]), "w": np.ones(3)}


@pytest.mark.parametrize(
    ("spec", "given", "said"),
    [
        (SPEC, HUGE, "at step 2 of 6, forward, e = exp(z): in e, of 3 entries 1 is infinite."),
        (ROOT, ZERO, "at step 5 of 6, backward, back through e = sqrt(z): in ∂l/∂z, of 3 entries 1 is infinite."),
        (
            ROOT,
            {"x": -np.ones(3), "w": np.ones(3)},
            "at step 2 of 6, forward, e = sqrt(z): in e, of 3 entries 3 are nan.",
        ),
    ],
)
def test_the_step_where_it_begins_is_named(spec: object, given: dict[str, np.ndarray], said: str) -> None:
    found = lesson(spec, given, {"numpy": NUMPY}, load_referee(), "lesson")  # type: ignore[arg-type]
    assert said in found.warning
    assert found.text.count("Not every number of this run is finite.") == 1


def test_nothing_is_measured_by_what_is_no_number() -> None:
    text = lesson(SPEC, HUGE, {"numpy": NUMPY}, load_referee(), "lesson").text
    body = text.split("</style>")[-1]
    assert "<polyline" not in body
    assert 'data-sum="e' not in body
    assert re.findall(r"(?:nan|inf) ·|slope (?:nan|inf)|<td>-?(?:nan|inf)</td>", body) == []
    assert body.count("in all its digits") == 3  # of z forward, and back of e's and of l's inputs, which are finite
    assert '<td class="x">inf</td>' in body


def test_pictures_are_drawn_of_a_finite_run() -> None:
    found = lesson(SPEC, draw(SPEC), {"numpy": NUMPY}, load_referee(), "lesson")
    assert found.warning == ""
    assert found.text.count("<polyline") == 8


@pytest.mark.parametrize("name", ZOO)
def test_the_zoo_stays_within_the_finite_numbers(name: str) -> None:
    spec = network(name)
    assert overflow(spec, NUMPY.compile(spec)(draw(spec))) is None


def test_the_terminal_says_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, page = tmp_path / "own.net.toml", tmp_path / "page.html"
    _ = net.write_text(STEEP.replace("[inputs]", 'values = "own.json"\n[inputs]'))
    _ = (tmp_path / "own.json").write_text('{"x": [1.0, 800.0, 2.0], "w": [1.0, 1.0, 1.0]}')
    assert main(["lesson", str(net), "-o", str(page)]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said.count("It begins at step 2 of 6, forward, e = exp(z)") == 1
    assert "Warning" not in said
