"""Right code that was accused once, and wrong code that was accepted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from torch import nn

import trivium as tv
from trivium.compat import gradcheck
from trivium.errors import OracleError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(5, 3))
BUFFER = np.zeros(3)


def into_a_buffer(x: Any) -> Any:
    BUFFER[...] = 2 * x
    return BUFFER


def huber(x: Any) -> Any:
    return np.sum(np.where(np.abs(x) < 1, 0.5 * x * x, np.abs(x) - 0.5))


def saturated(s: Any, v: Any) -> Any:
    return np.sum(softmax(s) * v)


def softmax(s: Any) -> Any:
    e = np.exp(s - s.max())
    return e / e.sum()


def saturated_slopes(s: Any, v: Any) -> Any:
    a = softmax(s)
    return a * (v - (a * v).sum()), a


def mask(x: Any) -> Any:
    return np.random.rand(*x.shape) < 0.5  # noqa: NPY002  as people write it


def doubles_first(x: Any) -> Any:
    x *= 2
    return np.sum(x * x)


def positional(x: Any, /) -> Any:
    return {"x": 2 * x}


RIGHT: dict[str, tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]] = {
    "a gradient in a buffer": (lambda x: np.sum(x * x), into_a_buffer, {"at": [X[0]]}),
    "huber at its edge": (huber, lambda x: np.clip(x, -1, 1), {"at": [np.array([-2.0, 1.0])]}),
    "a saturated softmax": (saturated, saturated_slopes, {"at": ([0.0, 45.0, -3.0], [1.0, 2.0, 3.0])}),
    "a large constant": (
        lambda x: 1e10 + 1e-6 * np.var(x), lambda x: 2e-6 * (x - x.mean()) / x.size, {"shapes": {"x": "N"}},
    ),
    "both cases of a letter": (
        lambda W, w: np.sum(W @ w), lambda W, w: {"dW": np.outer(np.ones(3), w), "dw": W.sum(0)},
        {"at": (X[:3], X[3])},
    ),
    "an argument called dx": (
        lambda x, dx: np.sum(x * dx), lambda x, dx: {"dx": dx, "ddx": x}, {"at": (X[0], X[1])},
    ),
    "a default that is given": (
        lambda w, reg=0.1: reg * np.sum(w**2), lambda w, reg=0.1: {"w": 2 * reg * w}, {"at": {"w": X, "reg": 0.5}},
    ),
    "keywords alone": (lambda x: np.sum(x**2), lambda *, x: {"x": 2 * x}, {"at": {"x": X}}),
    "positions alone": (lambda x: np.sum(x**2), positional, {"at": {"x": X}}),
    "a mask that is drawn again": (lambda x: np.sum(x * mask(x)), lambda x: 1.0 * mask(x), {"at": [X]}),
    "float32 on the way": (
        lambda x: np.sum(x.astype(np.float32) ** 2).astype(float), lambda x: 2 * x, {"at": [X]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right_code_is_not_accused(name: str) -> None:
    f, grad, where = RIGHT[name]
    report = tv.check_gradient(f, grad, **where)
    assert report.found.of("gradient", "wrong") == (), report.text()


def test_code_that_writes_to_its_argument_is_judged_at_what_it_was_handed() -> None:
    report = tv.check_gradient(doubles_first, lambda x: {"x": 8 * x}, at={"x": X})
    assert report.verdict == "agree"
    assert "writes to its argument x" in report.text()


class RootMeanSquare(nn.Module):
    """As large models have it: in float32, whatever comes in."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = x.float()
        return self.scale * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


MODULES: dict[str, Any] = {
    "a bias before a batch norm": nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)),
    "a bias before a softmax": nn.Sequential(nn.Linear(3, 1), nn.Softmax(0)),
    "keys of an attention": nn.TransformerEncoderLayer(4, 2, 3, dropout=0.0, batch_first=True),
    "a norm in float32": RootMeanSquare(),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_right_module_is_not_accused(name: str) -> None:
    width = 4 if "attention" in name else 3
    x = torch.randn(2, 3, width, generator=torch.Generator().manual_seed(0))
    report = tv.check_module(MODULES[name], at=[x if width == 4 else x.reshape(6, 3)])
    assert report.found.of("gradient", "wrong") == (), report.text()


@pytest.mark.parametrize("x64", [False, True])
def test_jax_code_that_rounds_to_float32_inside_is_not_accused(x64: bool) -> None:
    def norm(x: Any) -> Any:
        wide = x.astype(jnp.float32)
        return (wide / jnp.sqrt((wide**2).mean(-1, keepdims=True) + 1e-6)).astype(x.dtype)

    with jax.enable_x64(x64):
        report = tv.check_module(norm, at=[jnp.asarray(X)])
    assert report.found.of("gradient", "wrong") == (), report.text()


def test_half_precision_inside_is_too_short_to_judge() -> None:
    with pytest.raises(OracleError, match="half precision, or in steps"):
        _ = tv.check_module(lambda x: (x * x).half().double().sum(), at=[torch.from_numpy(X)])


def test_a_zero_that_no_oracle_knows_is_no_agreement() -> None:
    for slope in (0.0, 0.5, 1.0):
        report = tv.check_gradient(lambda x: np.sum(np.abs(x)), lambda x, s=slope: s + 0 * x, at=[np.zeros(3)])
        assert report.verdict != "agree", report.text()
    with pytest.raises(tv.GradientMismatch):
        _ = gradcheck(torch.abs, (torch.zeros(3, dtype=torch.float64, requires_grad=True),))


def test_what_drowns_in_another_s_rounding_is_undecided() -> None:
    def loss(a: Any, b: Any) -> Any:
        return float(1e16 * float(np.sum(a**2))) + float(np.sum(np.sin(b)))

    report = tv.check_gradient(loss, lambda a, b: {"a": 2e16 * a, "b": -3 * np.cos(b)}, at=(X[0], X[1]))
    assert report.verdict != "agree", report.text()


def test_a_huber_without_its_linear_part_is_not_right() -> None:
    report = tv.check_gradient(huber, lambda x: np.where(np.abs(x) > 1, 0, x), at=[np.array([-2.0, 1.0])])
    assert report.verdict == "disagree", report.text()


def test_a_gradient_under_a_name_with_a_slip_is_missed() -> None:
    report = tv.check_gradient(
        lambda a, bias: np.sum(a**2) + np.sum(bias**3), lambda a, bias: {"a": 2 * a, "baias": 3 * bias**2}, at=(X, X[0])
    )
    assert report.verdict == "undecided"
    assert "is it one of baias?" in report.text()


def test_a_cotangent_that_is_clipped_far_out_is_caught() -> None:
    class Clipped(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> Any:
            return 2 * g.clamp(-5, 5)

    assert tv.check_module(Clipped.apply, at=[torch.from_numpy(X)]).verdict == "disagree"


def test_a_function_that_is_not_the_network_is_judged_by_itself() -> None:
    def loss(w: Any, x: Any) -> Any:
        return np.sum((w @ x) ** 2)

    spec = tv.trace(
        lambda w, x: tv.ops.sum(w @ x), inputs={"x": "n N"}, parameters={"w": "m n"}, sizes={"m": 2, "n": 3, "N": 5}
    )
    at = {"w": RANDOM.normal(size=(2, 3)), "x": RANDOM.normal(size=(3, 5))}
    report = tv.check_gradient(loss, lambda w, x: {"w": 2 * (w @ x) @ x.T}, at=at, against=spec)
    assert report.found.of("gradient", "wrong") == (), report.text()
    assert report.text().startswith("The values differ from the network")
    assert "the function is not the network" in report.text()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: tv.check_gradient(np.sum, lambda x: x, at=[np.array([1, 2])]), "no argument holds real numbers"),
        (lambda: tv.check_gradient(np.sum, lambda x: x, at=[np.array([1.0, np.nan])]), "holds nan"),
        (lambda: tv.check_gradient(np.sum, lambda x: x, at=5.0), "at is a float"),
        (lambda: tv.check_module(nn.Linear(3, 2), at=[None]), "give tensors"),
    ],
)
def test_what_cannot_be_checked_is_said(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(OracleError, match=says):
        _ = call()


HILBERT = 1 / (np.arange(8)[:, None] + np.arange(8) + 1)


def solved(a: Any, b: Any) -> Any:
    return np.sum(np.linalg.solve(a, b) ** 2)


def solved_slopes(a: Any, b: Any) -> Any:
    x = np.linalg.solve(a, b)
    back = np.linalg.solve(a.T, 2 * x)
    return -np.outer(back, x), back


@pytest.mark.parametrize(
    ("f", "grad", "at"),
    [
        (solved, solved_slopes, [HILBERT, np.ones(8)]),
        (lambda a: np.linalg.slogdet(a)[1], lambda a: np.linalg.inv(a).T, [HILBERT]),
    ],
)
def test_a_structure_that_wide_steps_leap_over_accuses_nobody(f: Any, grad: Any, at: Any) -> None:
    assert tv.check_gradient(f, grad, at=at).verdict == "undecided"


def test_a_wrong_gradient_near_a_singular_matrix_is_caught() -> None:
    a = HILBERT[:4, :4]
    assert tv.check_gradient(solved, solved_slopes, at=[a, np.ones(4)]).verdict == "agree"
    wrong = tv.check_gradient(
        solved, lambda a, b: (solved_slopes(a, b)[0].T, solved_slopes(a, b)[1]), at=[a, np.ones(4)]
    )
    assert wrong.verdict == "disagree"


def redrawn(x: Any) -> Any:
    kept = mask(x)
    return x * kept, kept


def test_a_mask_that_is_drawn_again_on_the_way_back_is_caught() -> None:
    assert tv.check_gradient(redrawn, lambda dout, kept: dout * kept, at=[X]).verdict == "agree"
    assert tv.check_gradient(redrawn, lambda dout, kept: dout * mask(dout), at=[X]).verdict == "disagree"


def looked_up(table: Any, rows: Any) -> Any:
    return np.sum(table[rows] ** 3)


def overwritten(table: Any, rows: Any) -> Any:
    found = np.zeros_like(table)
    found[rows] = 3 * table[rows] ** 2
    return found


def added_up(table: Any, rows: Any) -> Any:
    found = np.zeros_like(table)
    np.add.at(found, rows, 3 * table[rows] ** 2)
    return found


SQUARE = RANDOM.normal(size=(3, 3))
WEIGHTS = np.arange(1.0, 4)


@pytest.mark.parametrize(
    ("f", "wrong", "right", "at"),
    [
        (lambda x: np.sum(np.maximum(x, 0) * WEIGHTS), lambda x: WEIGHTS, lambda x: WEIGHTS * (x > 0), [np.abs(X[0])]),
        (lambda x: np.sum(x**3), lambda x: 3 * x, lambda x: 3 * x**2, [np.ones(3)]),
        (
            lambda w, x: np.sum(w @ w @ x),
            lambda w, x: (np.add.outer(w @ np.ones(3), 0 * x) * x + (w @ x), w @ w @ np.ones(3)),
            lambda w, x: (np.outer(np.ones(3), w @ x) + np.outer(w.T @ np.ones(3), x), w.T @ w.T @ np.ones(3)),
            [SQUARE + SQUARE.T, X[0]],
        ),
        (looked_up, overwritten, added_up, [X, np.array([0, 2, 3])]),
    ],
)
def test_a_gradient_that_is_right_at_special_numbers_alone_is_undecided(
    f: Any, wrong: Any, right: Any, at: Any
) -> None:
    assert tv.check_gradient(f, right, at=at).verdict == "agree"
    report = tv.check_gradient(f, wrong, at=at)
    assert report.verdict == "undecided"
    assert "right at these numbers, and wrong at others" in str(report)


@pytest.mark.parametrize(
    ("f", "grad", "at"),
    [
        (lambda x: np.sum(np.log(x)), lambda x: 1 / x, [np.full(3, 2.0)]),
        (lambda x: np.sum(np.arcsin(x)), lambda x: 1 / np.sqrt(1 - x * x), [np.full(3, 0.5)]),
        (
            lambda s, y: -np.sum(y * (s - np.log(np.exp(s).sum(axis=1, keepdims=True)))),
            lambda s, y: np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) - y,
            [X, np.eye(3)[[0, 1, 2, 0, 1]]],
        ),
        (
            lambda a: np.log(np.diag(np.linalg.cholesky(a))).sum() * 2,
            lambda a: np.linalg.inv(np.tril(a) + np.tril(a, -1).T) * (2 * np.tri(3) - np.eye(3)),
            [SQUARE @ SQUARE.T + np.eye(3)],
        ),
    ],
)
def test_a_gradient_that_holds_where_its_function_does_is_right(f: Any, grad: Any, at: Any) -> None:
    assert tv.check_gradient(f, grad, at=at).verdict == "agree"


def normalized(x: Any, gamma: Any, settings: Any) -> Any:
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + settings["eps"])
    settings["running"] = x.mean(axis=0)
    return gamma * xh, (xh, gamma, np.sqrt(x.var(axis=0) + settings["eps"]))


def normalized_back(dout: Any, cache: Any) -> Any:
    xh, gamma, deviation = cache
    d = dout * gamma
    return (d - d.mean(axis=0) - xh * (d * xh).mean(axis=0)) / deviation, (dout * xh).sum(axis=0)


def test_a_dict_of_settings_is_held_as_it_is() -> None:
    settings = {"eps": 1e-5, "mode": "train"}
    report = tv.check_gradient(normalized, normalized_back, at=(X, np.ones(3), settings))
    assert (report.verdict, settings) == ("agree", {"eps": 1e-5, "mode": "train"})
    assert "held as they are: settings" in str(report)
    with pytest.raises(OracleError, match="is no array, and the function has no name for it"):
        _ = tv.check_gradient(lambda *a: np.sum(a[0]), lambda *a: a[0], at=(X, "train"))


def test_a_value_for_an_argument_with_a_default_is_taken_by_its_place() -> None:
    def ridge(w: Any, x: Any, strength: Any = 0.1) -> Any:
        return np.sum((x @ w) ** 2) + strength * np.sum(w * w), 2 * x.T @ (x @ w) + 2 * strength * w

    assert tv.check_gradient(ridge, at=(X.T, X, 0.5)).verdict == "agree"


def test_a_cache_beside_a_loss_of_one_number_has_a_cotangent_of_one() -> None:
    report = tv.check_gradient(lambda p: (np.sum(p * p), p), lambda dout, kept: dout * 2 * kept, at=[X])
    assert report.verdict == "agree"


class Shuffled:
    """Its inputs stand in an order of their own."""

    def __init__(self) -> None:
        self.w = SQUARE

    def forward(self, labels: Any, x: Any) -> Any:
        self.x, self.d = x, x @ self.w - labels
        return np.sum(self.d**2)

    def backward(self) -> Any:
        self.dw = self.x.T @ (2 * self.d)


def test_inputs_of_a_class_go_by_their_names() -> None:
    report = tv.check_gradient(Shuffled(), at={"x": X, "labels": np.ones((5, 3))})
    assert {p.name: p.state for p in report.found.parts}["w"] == "right"


class MeanSquare(torch.autograd.Function):
    """It forgets what it is multiplied by."""

    @staticmethod
    def forward(ctx: Any, p: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(p)
        return p.square().mean()

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        (p,) = ctx.saved_tensors
        return 2 * p / p.numel()


def test_a_loss_that_ignores_its_cotangent_is_caught() -> None:
    report = tv.check_module(MeanSquare, at=[torch.tensor(X)])
    assert "not linear in the cotangent" in str(report)
    assert not gradcheck(MeanSquare.apply, (torch.tensor(X, requires_grad=True),), raise_exception=False)


@pytest.mark.parametrize(
    ("loss", "target"), [(nn.CrossEntropyLoss(), torch.tensor([0, 1, 0, 1, 1])), (nn.MSELoss(), torch.ones(5, 2))]
)
def test_a_loss_is_handed_the_target_that_a_module_does_not_take(loss: Any, target: torch.Tensor) -> None:
    report = tv.check_module(nn.Linear(3, 2), loss, at=[torch.tensor(X, dtype=torch.float32), target])
    assert report.verdict == "agree"
    assert {p.name for p in report.found.parts} == {"input 0", "weight", "bias"}


def test_a_module_that_moves_what_it_reads_is_undecided_where_it_differs() -> None:
    linear = nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4))
    report = tv.check_module(linear, lambda y: y.square().sum(), at=[torch.tensor(X)])
    assert report.verdict == "undecided"
    assert "as it runs, outside of the gradient" in " ".join(str(report).split())
    assert tv.check_module(linear.eval(), lambda y: y.square().sum(), at=[torch.tensor(X)]).verdict == "agree"


def test_implementations_may_be_compared_at_named_numbers() -> None:
    twice = (lambda x: np.sum(x * x), lambda x: 2 * x)
    assert tv.compare_gradients(twice, ("torch", lambda x: (x * x).sum()), at={"x": X}).verdict == "agree"


class Squaring(torch.autograd.Function):
    """It squares what it is multiplied by."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g * g


def test_a_module_that_moves_what_it_reads_is_wrong_all_the_same_where_its_cotangent_is_bent() -> None:
    linear = nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4))
    report = tv.check_module(linear, lambda y: Squaring.apply(y).sum(), at=[torch.tensor(X)])
    assert report.verdict == "disagree"
