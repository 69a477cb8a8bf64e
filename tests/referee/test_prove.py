"""A person's own NumPy code on balls: what is wrong is proved wrong, what is right never is, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.errors import BackendError, OracleError

Array = np.ndarray[Any, Any]
Code = Callable[..., Any]

STREAM = np.random.default_rng(4)
AT = {
    "x": STREAM.standard_normal((3, 2)),
    "w": STREAM.standard_normal((2, 4)),
    "b": STREAM.standard_normal(4),
    "t": STREAM.standard_normal((3, 4)),
}


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def loss(x: Array, w: Array, b: Array, t: Array) -> Any:
    """A layer and its mean square error, as a student writes it."""
    return np.mean((sigmoid(x @ w + b) - t) ** 2)


def gradient(
    x: Array, w: Array, b: Array, t: Array, *, per: float = 1.0, slope: Code | None = None
) -> dict[str, Array]:
    z = x @ w + b
    g = sigmoid(z)
    z_bar = 2 * (g - t) / t.size * per * (slope(z, g) if slope else g * (1 - g))
    return {"w": x.T @ z_bar, "b": z_bar.sum(0), "z_bar": z_bar}


def test_a_right_gradient_is_consistent_to_thirty_digits() -> None:
    proof = tv.prove(loss, gradient, at=AT)
    assert (proof.verdict, proof.wrong) == ("consistent", {})
    assert {p.name for p in proof.parts} == {"w", "b"}
    assert max(p.radius / abs(p.right) for p in proof.parts) < 1e-30
    assert str(proof).splitlines()[0].startswith("w: consistent in all 8, to ")


@pytest.mark.parametrize("per", [12.0, -1.0, 1 + 2.0**-52], ids=["not divided", "sign", "one unit in the last place"])
def test_a_wrong_factor_is_proved_wrong(per: float) -> None:
    proof = tv.prove(loss, lambda **a: gradient(**a, per=per), at=AT)
    assert proof.verdict == "proved wrong"
    assert set(proof.wrong) == {"w", "b"}


def test_two_numbers_that_look_alike_are_shown_in_more_digits() -> None:
    proof = tv.prove(loss, lambda **a: gradient(**a, per=1 + 2.0**-52), at=AT)
    said, right = str(proof).splitlines()[0].split("proved wrong: ")[1].split(", and the derivative is ")
    assert said != right.split(" ")[0]


def test_the_slope_at_the_wrong_quantity_is_proved_wrong() -> None:
    proof = tv.prove(loss, lambda **a: gradient(**a, slope=lambda z, g: z * (1 - z)), at=AT)
    assert set(proof.wrong) == {"w", "b"}


def test_only_what_is_wrong_is_accused() -> None:
    def bias_averaged(**a: Array) -> dict[str, Array]:
        right = gradient(**a)
        return {**right, "b": right["b"] / 3}

    proof = tv.prove(loss, bias_averaged, at=AT)
    assert set(proof.wrong) == {"b"}


def test_a_large_array_is_proved_along_directions() -> None:
    at = {**AT, "x": STREAM.standard_normal((50, 2)), "t": STREAM.standard_normal((50, 4)), "w": AT["w"], "b": AT["b"]}
    right = tv.prove(lambda t: np.sum(t**3), lambda t: 3 * t**2, at=[at["t"]])
    wrong = tv.prove(lambda t: np.sum(t**3), lambda t: 3 * t**2 * (np.arange(200).reshape(50, 4) != 7), at=[at["t"]])
    assert (right.verdict, wrong.verdict) == ("consistent", "proved wrong")
    assert all(p.index is None for p in right.parts)


RIGHT: list[tuple[Code, Code]] = [
    (lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0),
    (lambda x: np.where(x > 0, x, 0.1 * x).sum(), lambda x: np.where(x > 0, 1.0, 0.1)),
    (lambda x: np.abs(x).sum(), lambda x: np.sign(x)),
    (lambda x: np.max(x), lambda x: (x == np.max(x)) * 1.0),
    (lambda x: np.log(np.sum(np.exp(x))), lambda x: np.exp(x) / np.sum(np.exp(x))),
    (lambda x: np.sqrt(np.sum(np.square(x))), lambda x: x / np.sqrt(np.sum(np.square(x)))),
    (lambda x: np.sum(np.power(x, 3) + x**-2), lambda x: 3 * x**2 - 2 * x**-3.0),
    (lambda x: np.sum(2.0**x + np.log1p(x * x)), lambda x: np.log(2 + 0 * x) * 2**x + 2 * x / (1 + x * x)),
    (lambda x: np.einsum("i,i->", x, x), lambda x: 2 * x),
    (lambda x: np.prod(x), lambda x: np.prod(x) / x),
    (lambda x: np.cumsum(np.sin(x))[-1], np.cos),
    (lambda x: np.concatenate([x, x[::-1]]).mean(), lambda x: np.full(3, 1) * 2 / (6 + 0 * x)),
]


@pytest.mark.parametrize(("f", "grad"), RIGHT)
def test_what_numpy_does_soundly_runs(f: Code, grad: Code) -> None:
    assert tv.prove(f, grad, at=[np.array([0.3, -0.7, 1.25])]).verdict == "consistent"


def buffered(x: Array) -> Any:
    room = np.zeros(3)
    room[:] = x * x
    return room.sum()


@pytest.mark.parametrize(
    ("f", "says"),
    [
        (buffered, "a ball cannot become a float"),
        (lambda x: float(x[0]), "a ball cannot become a float"),
        (lambda x: x.astype(float).sum(), "a ball cannot become a float"),
        (lambda x: np.vdot(x, x), "no conjugate"),
        (lambda x: np.var(x), "conjugate"),
        (lambda x: np.arctan2(x[0], x[1]), "no arctan2"),
        (lambda x: x, "needs one number: the loss"),
        (lambda x: "no", "gives back a str"),
    ],
)
def test_what_would_lose_the_radius_is_refused_by_name(f: Code, says: str) -> None:
    with pytest.raises(OracleError, match=says):
        _ = tv.prove(f, lambda x: 2 * x, at=[np.array([0.3, -0.7, 1.25])])


def test_a_branch_at_the_point_is_unknown_and_not_guessed() -> None:
    proof = tv.prove(lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, at=[np.array([0.0])])
    assert proof.verdict == "unknown"
    assert "a branch lies here" in str(proof)


def test_a_branch_cut_is_never_crossed_in_silence() -> None:
    proof = tv.prove(lambda x: np.log(x).sum(), lambda x: 1 / x, at=[np.array([-1.0])])
    assert proof.verdict == "unknown"


def test_a_shape_that_does_not_fit_is_said() -> None:
    with pytest.raises(OracleError, match=r"with respect to 'w' has shape \(4, 2\), needs \(2, 4\)"):
        _ = tv.prove(loss, lambda **a: {"w": gradient(**a)["w"].T}, at=AT)


def test_an_argument_that_is_none_is_said() -> None:
    with pytest.raises(OracleError, match="no argument 'ww' in at; did you mean 'w'"):
        _ = tv.prove(loss, gradient, at=AT, wrt=["ww"])


def test_a_gradient_that_names_nothing_is_said() -> None:
    with pytest.raises(OracleError, match="nothing to prove"):
        _ = tv.prove(loss, lambda **a: {"other": a["w"]}, at=AT)


def test_a_proof_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match=r"read \.verdict"):
        assert tv.prove(loss, gradient, at=AT)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.proof.load_referee", lambda: None)
    with pytest.raises(BackendError, match="pip install"):
        _ = tv.prove(loss, gradient, at=AT)
