"""The adjoint test: a few roundings for a pair of rules that belong together, and far more for any other."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from tests.oracles.vocabulary import Use, uses
from trivium.backend import Array
from trivium.errors import OracleError
from trivium.oracles.adjoint import mismatch

STREAM = np.random.default_rng(0)
A, X_DOT, Y_BAR = STREAM.standard_normal((30, 50)), STREAM.standard_normal(50), STREAM.standard_normal(30)
RULES: Any = importlib.import_module("trivium_numpy").BACKEND.rules
USES = tuple(uses())


def test_a_matrix_and_its_transpose_belong_together() -> None:
    assert mismatch([Y_BAR], [A @ X_DOT], [A.T @ Y_BAR], [X_DOT]) < 4


def test_a_matrix_and_another_do_not() -> None:
    other = A.copy()
    other[3, 5] *= 1 + 1e-9
    assert mismatch([Y_BAR], [A @ X_DOT], [other.T @ Y_BAR], [X_DOT]) > 2**8


def test_a_flipped_sign_is_as_far_off_as_can_be() -> None:
    ones = np.ones(1)
    assert mismatch([ones], [ones], [-ones], [ones]) == 2.0**53


def test_zeros_belong_together() -> None:
    assert mismatch([np.zeros(3)], [np.ones(3)], [np.zeros(2)], [np.ones(2)]) == 0.0


def test_labels_have_no_part_in_it() -> None:
    assert mismatch([Y_BAR], [A @ X_DOT], [A.T @ Y_BAR, None], [X_DOT, None]) < 4


def tangents(use: Use, saved: Any) -> list[Array]:
    """ẏ by the handwritten rule, spread to the shape of y where the rule leaves that to the engine."""
    y_dot = RULES[use.op.name].jvp(saved, *use.dots)
    parts = y_dot if isinstance(y_dot, tuple) else (y_dot,)
    return [np.broadcast_to(part, bar.shape) for part, bar in zip(parts, use.bars, strict=True)]


def rule_mismatch(use: Use, factor: float) -> float:
    """The handwritten vjp, multiplied by `factor`, against the handwritten jvp."""
    road = importlib.import_module("trivium_numpy").BACKEND
    _, saved = RULES[use.op.name].forward(*use.inputs, **use.attrs)
    _, x_bars = road.replay(use.op, use.attrs, use.inputs, use.bars)
    scaled = [None if bar is None else factor * bar for bar in x_bars]
    return mismatch(use.bars, tangents(use, saved), scaled, use.dots)


@pytest.mark.parametrize("use", USES, ids=str)
def test_every_handwritten_vjp_is_the_transpose_of_its_jvp(use: Use) -> None:
    assert rule_mismatch(use, 1.0) < 16


@pytest.mark.parametrize("use", USES, ids=str)
def test_a_handwritten_vjp_a_millionth_too_steep_is_seen(use: Use) -> None:
    assert rule_mismatch(use, 1 + 1e-6) > 16


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (([Y_BAR], [], [], []), "1 cotangents of y, but 0 tangents"),
        (([Y_BAR], [X_DOT], [], []), "y number 0: the cotangent has shape (30,), the tangent (50,)"),
        (([], [], [X_DOT], [None]), "x number 0 has a cotangent and not the other"),
        (
            ([np.array([np.nan])], [np.ones(1)], [], []),
            "the adjoint test needs finite numbers, and a product of these is infinite or NaN",
        ),
    ],
)
def test_what_does_not_fit_is_refused(parts: tuple[Any, Any, Any, Any], message: str) -> None:
    with pytest.raises(OracleError) as error:
        _ = mismatch(*parts)
    assert str(error.value) == message
