"""The handwritten road in its surroundings: what it reads, what it gives away, and the noise it can be run under."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trivium.backend import Noise
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium_numpy import BACKEND

Array = np.ndarray[Any, Any]


def node(outputs: str, op: str, inputs: str, **attrs: Any) -> Node:
    return Node(tuple(outputs.split()), OPS[op], tuple(inputs.split()), OPS[op].complete(attrs))


CLASSIFIER = Spec(
    "classifier",
    written({"x": "5 3", "labels": "5"}),
    written({"w1": "7 3", "c1": "7", "w2": "2 7", "c2": "2"}),
    (
        node("h", "linear", "x w1 c1"),
        node("a", "tanh", "h"),
        node("z", "linear", "a w2 c2"),
        node("loss", "cross_entropy", "z labels", class_axis=1, reduction="mean"),
    ),
    "loss",
)


def numbers() -> dict[str, Array]:
    rng = np.random.default_rng(5)
    given: dict[str, Array] = {name: rng.normal(size=g.shape) for name, g in CLASSIFIER.givens.items()}
    return given | {"labels": np.array([0, 1, 1, 0, 1])}


def shaken_gradient(q: float, seed: int) -> Array:
    return BACKEND.compile(CLASSIFIER, noise=Noise(q, seed))(numbers()).gradients["w1"]


def equal(expected: Any, actual: Any) -> None:
    np.testing.assert_array_equal(actual, expected, strict=True)


def test_the_arrays_given_are_only_read() -> None:
    given = numbers()
    for array in given.values():
        array.setflags(write=False)
    program = BACKEND.compile(CLASSIFIER)
    equal(program(numbers()).gradients["w1"], program(given).gradients["w1"])


def test_the_arrays_given_stay_the_caller_s_own() -> None:
    given = numbers()
    BACKEND.compile(CLASSIFIER)(given)
    assert all(array.flags.writeable for array in given.values())


def test_every_array_returned_is_the_caller_s_own() -> None:
    nodes = (node("y", "reshape", "x", shape="1 3"), node("z", "transpose", "y"), node("loss", "sum", "z"))
    x = np.array([1.5, -2.0, 0.25])
    evaluation = BACKEND.compile(Spec("views", written({"x": "3"}), (), nodes, "loss"))({"x": x})
    arrays = [*evaluation.values.values(), *evaluation.gradients.values(), x]
    assert all(a.flags.writeable and a.flags.owndata for a in arrays)
    shared = [(i, j) for i, a in enumerate(arrays) for j, b in enumerate(arrays[:i]) if np.shares_memory(a, b)]
    assert shared == []


def test_a_program_placed_once_runs_as_often_as_wanted() -> None:
    program = BACKEND.compile(CLASSIFIER)
    placed = program.place(numbers())
    equal(program.read(program.run(placed)).gradients["w1"], program.read(program.run(placed)).gradients["w1"])


def test_numbers_out_of_range_neither_warn_nor_change_how_numpy_warns() -> None:
    spec = Spec("far", written({"x": "2"}), (), (node("y", "exp", "x"), node("loss", "sum", "y")), "loss")
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluation = BACKEND.compile(spec)({"x": np.array([1e4, 0.0])})
    assert np.isinf(evaluation.values["loss"])
    assert np.geterr() == before


def test_one_op_alone_is_replayed_in_float64() -> None:
    attrs = {"class_axis": 1, "reduction": "sum", "batch_axis": None}
    inputs = (np.array([[0.5, 2.0]], np.float32), np.array([1]))
    (y,), x_bars = BACKEND.replay(OPS["cross_entropy"], attrs, inputs, (np.ones(()),))
    assert y.dtype == np.float64
    assert [getattr(x_bar, "dtype", None) for x_bar in x_bars] == [np.dtype(np.float64), None]


def test_noise_changes_the_digits_by_about_its_amplitude() -> None:
    q = 2.0**-30
    still = BACKEND.compile(CLASSIFIER)(numbers()).gradients["w1"]
    shaken = [shaken_gradient(q, seed) for seed in range(8)]
    moved = np.sqrt(np.mean([np.square(g - still) for g in shaken]) / np.mean(np.square(still)))
    assert q / 8 < moved < 8 * q


def test_noise_of_one_seed_is_one_noise() -> None:
    first, again, other = (shaken_gradient(2.0**-30, seed) for seed in (1, 1, 2))
    equal(first, again)
    assert (first != other).any()


def test_one_op_alone_is_shaken_by_about_the_amplitude() -> None:
    q, x = 2.0**-30, np.linspace(0.5, 2, 100)
    (still,), (x_bar,) = BACKEND.replay(OPS["exp"], {}, (x,), (np.ones(100),))
    (shaken,), (shaken_bar,) = BACKEND.shaken(OPS["exp"], {}, (x,), (np.ones(100),), Noise(q, 3))
    for a, b in ((still, shaken), (x_bar, shaken_bar)):
        assert q / 8 < np.sqrt(np.mean(np.square(np.asarray(b) / np.asarray(a) - 1))) < 8 * q


def test_labels_are_not_shaken() -> None:
    values = BACKEND.compile(CLASSIFIER, noise=Noise(2.0**-10, 1))(numbers()).values
    equal(numbers()["labels"], values["labels"])


def test_a_rule_that_writes_to_what_a_replay_lends_it_fails() -> None:
    def scribble(x: Array) -> tuple[Array, Array]:
        x[0] = 7.0
        return x, x

    rules = {**BACKEND.rules, "tanh": replace(BACKEND.rules["tanh"], forward=scribble)}
    with pytest.raises(ValueError, match="read-only"):
        _ = replace(BACKEND, rules=rules).replay(OPS["tanh"], {}, (np.ones(3),), (np.ones(3),))


def test_a_mistake_planted_at_no_node_is_refused() -> None:
    with pytest.raises(BackendError) as caught:
        _ = BACKEND.compile(CLASSIFIER, tamper={"los": lambda inputs, outputs, y_bars, x_bars: x_bars})
    assert str(caught.value) == "no node 'los' to plant a mistake at; did you mean 'loss'?"
