"""The handwritten road's engine: numbers it alone computes with, rules that break its rules, what it refuses.

What holds for the engine of every road stands in test_road.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.backends.equality import assert_all_equal, assert_equal
from tests.backends.networks import CLASSIFIER, SQUARE, TANH, X, numbers
from tests.impostors import with_rule
from trivium.backend import Array, Want
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium_numpy import BACKEND


def test_no_rule_runs_backward_that_no_wanted_gradient_needs() -> None:
    def never(saved: Any, y_bar: Array) -> Any:
        raise AssertionError("tanh_vjp ran")

    program = with_rule("tanh", vjp=never).compile(CLASSIFIER, want=Want(frozenset(), frozenset(["w2", "a"])))
    right = BACKEND.compile(CLASSIFIER)(numbers()).gradients
    assert_all_equal({name: right[name] for name in ("w2", "a")}, program(numbers()).gradients)


def test_complex_numbers_have_values_and_no_gradients() -> None:
    evaluation = BACKEND.compile(SQUARE, dtype="complex128")({"x": np.array([1j, 2.0, 1 + 1j])})
    assert_equal(np.array([-1, 4, 2j]), evaluation.values["y"])
    assert dict(evaluation.gradients) == {}


def test_one_op_alone_at_complex_numbers_has_no_cotangents() -> None:
    (y,), bars = BACKEND.replay(OPS["mul"], {}, (np.array([1j]), np.array([2.0])), (np.ones(1),))
    assert_equal(np.array([2j]), y)
    assert bars == (None, None)


def scribbled(x: Array) -> tuple[Array, Array]:
    x *= 2
    return np.tanh(x), x


def scribbling(saved: Array, y_bar: Array) -> tuple[Array]:
    y_bar *= saved
    return (y_bar,)


@pytest.mark.parametrize("changes", [{"forward": scribbled}, {"vjp": scribbling}], ids=["its input", "its cotangent"])
def test_a_rule_that_writes_to_what_it_was_lent_fails(changes: Any) -> None:
    with pytest.raises(ValueError, match="read-only"):
        with_rule("tanh", **changes).compile(TANH)(X)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"forward": lambda x: (x[:2], x)},
            "impostor's rule of tanh at node 'y' gives output float64 (2,), needs float64 (3,)",
        ),
        (
            {"forward": lambda x: (x.astype(np.float32), x)},
            "impostor's rule of tanh at node 'y' gives output float32 (3,), needs float64 (3,)",
        ),
        (
            {"vjp": lambda saved, y_bar: (y_bar[:2],)},
            "impostor's rule of tanh at node 'y' gives cotangent float64 (2,), needs float64 (3,)",
        ),
        (
            {"vjp": lambda saved, y_bar: (y_bar.astype(np.float32),)},
            "impostor's rule of tanh at node 'y' gives cotangent float32 (3,), needs float64 (3,)",
        ),
        (
            {"vjp": lambda saved, y_bar: (y_bar, y_bar)},
            "impostor's rule of tanh at node 'y' gives 2 cotangents, needs 1",
        ),
        ({"vjp": lambda saved, y_bar: ()}, "impostor's rule of tanh at node 'y' gives 0 cotangents, needs 1"),
    ],
    ids=["output shape", "output dtype", "cotangent shape", "cotangent dtype", "too many", "too few"],
)
def test_a_rule_that_gives_what_does_not_fit_is_named(changes: Any, complaint: str) -> None:
    with pytest.raises(BackendError) as error:
        with_rule("tanh", **changes).compile(TANH)(X)
    assert str(error.value) == complaint


def test_a_precision_that_it_does_not_compute_in_is_refused() -> None:
    with pytest.raises(BackendError) as error:
        BACKEND.compile(SQUARE, dtype="float16")
    assert str(error.value) == "numpy computes in complex128, float32, float64, not in 'float16'"


def test_a_missing_given_is_named() -> None:
    with pytest.raises(BackendError, match="no value for 'x'"):
        BACKEND.compile(SQUARE)({"X": np.ones(3)})


def test_a_mistake_planted_at_no_node_is_refused() -> None:
    with pytest.raises(BackendError) as caught:
        _ = BACKEND.compile(CLASSIFIER, tamper={"los": lambda inputs, outputs, y_bars, x_bars: x_bars})
    assert str(caught.value) == "no node 'los' to plant a mistake at; did you mean 'loss'?"
