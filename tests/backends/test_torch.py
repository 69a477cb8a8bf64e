"""The tape: the order of what it returns, what it follows, what it refuses.

What holds for the engine of every road stands in test_road.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.backends.equality import assert_all_equal_in_order, assert_equal
from tests.backends.networks import CLASSIFIER, SQUARE, X, flipped, network, node, numbers, total, untouched
from trivium.backend import Array, Noise, Tamper, Want, parameter_gradients
from trivium.errors import BackendError
from trivium.spec.op import op
from trivium_torch import BACKEND


def tampered(name: str, mistake: Tamper) -> Mapping[str, Array]:
    return BACKEND.compile(CLASSIFIER, tamper={name: mistake})(numbers()).gradients


def test_everything_is_returned_in_the_order_of_the_spec() -> None:
    evaluation = BACKEND.compile(CLASSIFIER)(numbers())
    assert list(evaluation.values) == ["x", "labels", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"]
    assert list(evaluation.gradients) == ["x", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"]


def test_what_is_wanted_is_returned_in_the_order_of_the_spec() -> None:
    evaluation = BACKEND.compile(CLASSIFIER, want=Want(frozenset(["a"]), frozenset(["w2", "h"])))(numbers())
    assert list(evaluation.values) == ["a"]
    assert list(evaluation.gradients) == ["w2", "h"]


def test_training_returns_its_gradients_in_the_order_of_the_spec() -> None:
    everything = BACKEND.compile(CLASSIFIER)(numbers())
    training = BACKEND.compile(CLASSIFIER, want=parameter_gradients(CLASSIFIER))(numbers())
    expected = {name: everything.gradients[name] for name in ("w1", "c1", "w2", "c2")}
    assert_all_equal_in_order(expected, training.gradients)


@pytest.mark.parametrize("name", ["h", "a", "z", "loss"])
def test_a_mistake_that_changes_nothing_changes_no_order(name: str) -> None:
    assert_all_equal_in_order(BACKEND.compile(CLASSIFIER)(numbers()).gradients, tampered(name, untouched))


def test_a_flipped_sign_changes_no_order() -> None:
    assert list(tampered("a", flipped)) == list(BACKEND.compile(CLASSIFIER)(numbers()).gradients)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_tangents_are_returned_in_the_order_of_the_spec(dtype: str) -> None:
    still = (node("k", "constant", "", value=2.0), node("u", "neg", "z"))
    spec = network(*still, node("y", "mul", "x x"), total("y"), x="3", z="2")
    moved = BACKEND.compile(spec, dtype=dtype).tangent(X | {"z": np.ones(2)}, {})
    assert list(moved) == ["k", "u", "y", "loss"]


def test_training_follows_parameters_and_nothing_else() -> None:
    spec = network(node("y", "mul", "x w"), total("y"), x="3", parameters={"w": "3"})
    program = BACKEND.compile(spec, want=parameter_gradients(spec))
    followed: list[bool] = []

    def watched(*inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        followed.extend(x.requires_grad for x in inputs)
        return program.steps[0].apply(*inputs)

    steps = (replace(program.steps[0], apply=watched), *program.steps[1:])
    assert_equal(X["x"], replace(program, steps=steps)(X | {"w": np.ones(3)}).gradients["w"])
    assert followed == [False, True]


def refusal(**wrong: Any) -> str:
    with pytest.raises(BackendError) as error:
        BACKEND.compile(SQUARE, **wrong)
    return str(error.value)


def test_a_precision_that_it_does_not_compute_in_is_refused() -> None:
    assert refusal(dtype="complex128") == "torch computes in float64 and float32, not in 'complex128'"


def test_noise_is_refused() -> None:
    expected = "torch has no noise: its operations cannot be shaken from outside; use the numpy backend"
    assert refusal(noise=Noise(2.0**-40, 1)) == expected


def test_a_mistake_that_names_no_node_is_refused() -> None:
    expected = "tamper: no node 'los'; did you mean 'loss'?; a node is called by the first name that it binds"
    assert refusal(tamper={"los": untouched}) == expected


def test_a_missing_given_is_named() -> None:
    with pytest.raises(BackendError) as error:
        BACKEND.compile(SQUARE)({"X": np.ones(3)})
    assert str(error.value) == "no value of 'x' (needed are x)"


def test_an_op_that_torch_has_not_is_named() -> None:
    with pytest.raises(BackendError) as error:
        BACKEND.replay(op("tanhh(x: *s) -> *s", "no formula"), {}, (np.ones(1),), (np.ones(1),))
    assert str(error.value) == "torch has no op 'tanhh'; did you mean 'tanh'?; name it in its lacks"
