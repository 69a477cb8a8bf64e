"""Forward mode gives reverse mode's entry on every road; the slope test tells a right gradient from a wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.lessons.modes import push
from trivium.lessons.taylor import drawn, taylor
from trivium.probe import draw
from trivium.target import select
from trivium.zoo import network

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
