"""Forward mode gives reverse mode's entry on every road; the slope test tells a right gradient from a wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.lessons.curve import curve
from trivium.lessons.modes import push
from trivium.lessons.taylor import drawn, taylor
from trivium.ops import OPS
from trivium.probe import draw
from trivium.spec.file import loads_toml
from trivium.spec.graph import Spec
from trivium.target import select
from trivium.zoo import ZOO, network

NUMPY = load_backend("numpy")


@pytest.mark.parametrize("name", ["notebook", "lenet", "lstm_tagger", "gpt_block"])
def test_forward_mode_gives_reverse_mode_s_entry(name: str) -> None:
    spec = network(name)
    given = draw(spec)
    parameter = spec.parameters[0][0]
    right = NUMPY.compile(spec)(given).gradients[parameter].ravel()[1]
    pushed = push(spec, given, select(None), parameter, 1)
    assert len(pushed.ends) == 3
    assert np.allclose([end for _, end in pushed.ends], right, rtol=1e-9)


@pytest.mark.parametrize("name", ["notebook", "lstm_tagger", "vae"])
def test_what_is_left_falls_twice_as_fast_where_the_gradient_is_right(name: str) -> None:
    spec = network(name)
    given = draw(spec)
    found = taylor(spec, given, NUMPY, NUMPY.compile(spec)(given).gradients)
    assert found is not None
    assert np.allclose(list(found.slopes.values()), [1, 1, 2], atol=0.2)
    assert drawn(found).count("<polyline") == 3


def test_a_wrong_gradient_s_slope_is_seen() -> None:
    spec = network("notebook")
    given = draw(spec)
    right = NUMPY.compile(spec)(given).gradients
    found = taylor(spec, given, NUMPY, {**right, "w1": 2 * right["w1"]})
    assert found is not None
    assert np.allclose(list(found.slopes.values()), [1, 1, 1], atol=0.2)


@pytest.mark.parametrize("name", ZOO)
def test_every_network_of_the_zoo_has_its_pictures(name: str) -> None:
    spec = network(name)
    given = draw(spec)
    gradients = NUMPY.compile(spec)(given).gradients
    bent, left = curve(spec, given, NUMPY, gradients), taylor(spec, given, NUMPY, gradients)
    assert bent is not None
    assert left is not None
    assert bent.series[-1].name == "complex step"
    assert bent.series[-1].best[1] < 1e-12


def constant(loss: str) -> Spec:
    """A network whose gradient is nothing, rounding, or not finite."""
    path = f'name = "n"\nloss = "loss"\n[inputs]\nx = "n"\n[parameters]\nw = "n"\n[nodes]\n{loss}\n[sizes]\nn = 3\n'
    return loads_toml(path, vocabulary=OPS).spec


@pytest.mark.parametrize(
    "steps",
    ['a = "mul(x, w)"\nb = "sub(a, a)"\nloss = "sum(b, axis=None)"', 'a = "log(w)"\nloss = "sum(a, axis=None)"'],
)
def test_where_there_is_nothing_to_show_nothing_is_drawn(steps: str) -> None:
    spec = constant(steps)
    given = {"x": np.ones(3), "w": -np.ones(3)}
    gradients = NUMPY.compile(spec)(given).gradients
    assert curve(spec, given, NUMPY, gradients) is None
    assert taylor(spec, given, NUMPY, gradients) is None
