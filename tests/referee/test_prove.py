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
    (lambda x: np.vdot(x, x), lambda x: 2 * x),
    (lambda x: np.var(x), lambda x: 2 * (x - x.mean()) / 3),
    (lambda x: np.std(x), lambda x: (x - x.mean()) / 3 / np.std(x)),
    (lambda x: np.linalg.norm(x), lambda x: x / np.linalg.norm(x)),
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
    assert str(proof) == "0 [0]: unknown (a branch lies here)"


@pytest.mark.parametrize("x", [1e-30, -1e-30, 5e-324, 1e-200])
def test_a_branch_next_to_the_point_is_not_at_it(x: float) -> None:
    proof = tv.prove(lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, at=[np.array([x])])
    assert proof.verdict == "consistent"


def test_a_pole_next_to_the_point_is_not_at_it() -> None:
    assert tv.prove(lambda x: np.log(x).sum(), lambda x: 1 / x, at=[np.array([1e-30])]).verdict == "consistent"
    wrong = tv.prove(lambda x: np.log(x).sum(), lambda x: 1 / (x + 1e-8), at=[np.array([1e-30])])
    assert wrong.verdict == "proved wrong"


def test_a_function_that_changes_within_the_disc_is_put_to_a_smaller_one() -> None:
    """sin(5e26 x): over 2^-80 its size is e^413, and says nothing."""
    at = [np.array([0.3])]
    assert tv.prove(lambda x: np.sin(5e26 * x).sum(), lambda x: 0 * x, at=at).verdict == "proved wrong"
    assert tv.prove(lambda x: np.sin(5e26 * x).sum(), lambda x: 5e26 * np.cos(5e26 * x), at=at).verdict == "consistent"


def test_what_is_below_every_number_is_0() -> None:
    proof = tv.prove(lambda x: np.exp(3e26 * x).sum(), lambda x: 0 * x, at=[np.array([-0.3])])
    assert proof.verdict == "consistent"


def test_what_is_hardly_known_is_never_consistent() -> None:
    """It changes within any disc that is tried."""
    proof = tv.prove(lambda x: np.sin(1e300 * x * 1e100).sum(), lambda x: 0 * x, at=[np.array([0.3])])
    assert proof.verdict != "consistent"


def test_a_gradient_of_0_is_consistent_to_a_number_and_not_to_a_share() -> None:
    proof = tv.prove(lambda x: np.sum(x * x), lambda x: 2 * x, at=[np.zeros(2)])
    assert proof.verdict == "consistent"
    assert "2 of them 0 to within" in str(proof)


def test_a_function_that_draws_is_refused() -> None:
    random = np.random.default_rng(0)
    with pytest.raises(OracleError, match="the function gives other numbers when it is called again"):
        _ = tv.prove(lambda x: np.sum(x * (random.random(4) > 0.5)), np.ones_like, at=[np.arange(4.0)])


def test_a_gradient_that_keeps_a_state_is_refused() -> None:
    calls: list[int] = []

    def grad(x: Array) -> Any:
        calls.append(1)
        return len(calls) * np.cos(x)

    with pytest.raises(OracleError, match="the gradient gives other numbers when it is called again"):
        _ = tv.prove(lambda x: np.sin(x).sum(), grad, at=[np.ones(2)], wrt=["0"])


def test_a_scalar_argument_is_an_argument() -> None:
    f: Code = lambda x, b: np.sum((x + b) ** 2)  # noqa: E731
    right = tv.prove(f, lambda x, b: {"b": np.sum(2 * (x + b))}, at={"x": np.ones(3), "b": 0.5})
    wrong = tv.prove(f, lambda x, b: {"b": np.mean(2 * (x + b))}, at={"x": np.ones(3), "b": 0.5})
    assert (right.verdict, wrong.verdict) == ("consistent", "proved wrong")


def test_labels_and_masks_are_handed_over_as_they_are() -> None:
    at = {"z": STREAM.standard_normal((3, 4)), "t": np.array([1, 0, 3]), "keep": np.array([True, False, True])}

    def f(z: Array, t: Array, keep: Array) -> Any:
        return -np.sum(z[np.arange(3), t][keep] - np.log(np.sum(np.exp(z), axis=1))[keep])

    def grad(z: Array, t: Array, keep: Array) -> dict[str, Array]:
        p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
        return {"z": (p - np.eye(4)[t]) * keep[:, None]}

    assert tv.prove(f, grad, at=at).verdict == "consistent"
    assert tv.prove(f, lambda **a: {"z": -grad(**a)["z"]}, at=at).verdict == "proved wrong"


@pytest.mark.parametrize(
    ("f", "at", "says"),
    [
        (lambda x: x[7], [np.ones(2)], "cannot run on exact numbers: index 7"),
        (lambda x: 1 / 0, [np.ones(2)], "cannot run on exact numbers: division by zero"),
        (lambda x: x.sum(), [np.ones(2) * 1j], "holds complex128"),
        (lambda x: x.sum(), [np.ones(2, np.longdouble)], "needs real numbers of float64 at most"),
        (lambda x: x.sum(), ["text"], "holds <U4"),
        (lambda x: x.sum(), [np.ones(0)], "nothing to prove: 0 have no entries"),
    ],
)
def test_what_cannot_be_proved_is_said(f: Code, at: list[Any], says: str) -> None:
    with pytest.raises(OracleError, match=says):
        _ = tv.prove(f, lambda x: 2 * x, at=at)


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
