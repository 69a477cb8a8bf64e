"""Implementations against each other: torch, JAX and NumPy by hand, functions and modules, with names and layouts."""

from __future__ import annotations

from typing import Any

import equinox
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from flax import nnx

import trivium as tv
from trivium.errors import BackendError, OracleError, ValuesError

RANDOM = np.random.default_rng(0)
AT = [RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(5, 3)), RANDOM.normal(size=4)]


def torch_fn(w: Any, x: Any, b: Any) -> Any:
    return (torch.tanh(x @ w + b) ** 2).mean()


def jax_fn(w: Any, x: Any, b: Any) -> Any:
    return (jnp.tanh(x @ w + b) ** 2).mean()


def numpy_fn(w: Any, x: Any, b: Any) -> Any:
    return (np.tanh(x @ w + b) ** 2).mean()


def slopes(w: Any, x: Any, b: Any) -> dict[str, Any]:
    h = np.tanh(x @ w + b)
    d = 2 * h * (1 - h * h) / h.size
    return {"dw": x.T @ d, "dx": d @ w.T, "db": d.sum(0)}


def slopes_at_the_wrong_side(w: Any, x: Any, b: Any) -> dict[str, Any]:
    h = np.tanh(x @ w + b)
    d = 2 * h * (1 - h) / h.size
    return {"dw": x.T @ d, "dx": d @ w.T, "db": (2 * h * (1 - h * h) / h.size).sum(0)}


class Port(nnx.Module):
    """What a torch net of two linear layers was ported to."""

    def __init__(self, source: torch.nn.Sequential) -> None:
        self.out = nnx.Linear(4, 2, rngs=nnx.Rngs(0))
        self.into = nnx.Linear(3, 4, rngs=nnx.Rngs(0))
        for layer, ported in ((source[0], self.into), (source[2], self.out)):
            ported.kernel.set_value(jnp.asarray(layer.weight.detach().numpy().T))  # type: ignore[operator, union-attr]
            ported.bias.set_value(jnp.asarray(layer.bias.detach().numpy()))  # type: ignore[operator, union-attr]

    def __call__(self, x: Any) -> Any:
        return self.out(jnp.tanh(self.into(x)))


@pytest.fixture
def source() -> torch.nn.Sequential:
    _ = torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))


def test_three_that_agree_are_a_line_for_each_gradient() -> None:
    report = tv.compare_gradients(torch_fn, jax_fn, (numpy_fn, slopes), at=AT)
    assert (report.verdict, report.found.what) == ("agree", "torch_fn, jax_fn and numpy_fn")
    assert [p.name for p in report.found.parts] == ["w", "x", "b"]
    assert {p.how for p in report.found.parts} == {"each other and the complex step"}


def test_whose_gradient_is_wrong_is_said() -> None:
    report = tv.compare_gradients(torch_fn, (numpy_fn, slopes_at_the_wrong_side), jax_fn, at=AT)
    assert report.verdict == "disagree"
    assert {p.name for p in report.found.of("gradient", "wrong")} == {"w of numpy_fn", "x of numpy_fn"}
    assert "b" in {p.name for p in report.found.of("gradient", "right")}


def test_two_that_are_wrong_outvote_nobody() -> None:
    wrong = (numpy_fn, slopes_at_the_wrong_side)
    report = tv.compare_gradients(wrong, wrong, torch_fn, at=AT)
    assert {p.name for p in report.found.of("gradient", "wrong")} == {
        f"{n} of numpy_fn {i}" for n in "wx" for i in (1, 2)
    }


def test_two_functions_are_told_as_such() -> None:
    def other(w: Any, x: Any, b: Any) -> Any:
        return jax_fn(w, x, b) * 1.0001

    report = tv.compare_gradients(torch_fn, other, at=AT)
    assert report.verdict == "disagree"
    assert report.text().startswith("They are not one function: at the same numbers torch_fn gives")
    assert not report.found.of("gradient", "wrong")


def test_the_difference_of_one_rounding_is_none() -> None:
    def other(w: Any, x: Any, b: Any) -> Any:
        return jnp.mean(jnp.square(jnp.tanh(b + x @ w)))

    assert tv.compare_gradients(torch_fn, other, at=AT).verdict == "agree"


def test_modules_are_paired_by_their_numbers_whatever_their_names_and_layouts(source: torch.nn.Sequential) -> None:
    report = tv.compare_gradients(source, Port(source), at=[AT[1].astype(np.float32)])
    assert report.verdict == "agree", report.text()
    notes = report.found.notes
    assert "into.kernel of Port is 0.weight with its axes in the order (1, 0)" in notes
    assert "out.bias of Port is 2.bias" in notes


def test_names_may_be_said(source: torch.nn.Sequential) -> None:
    names = {"0.bias": "into.bias", "2.weight": ["out.kernel"]}
    assert tv.compare_gradients(source, Port(source), at=[AT[1]], names=names).verdict == "agree"
    with pytest.raises(ValuesError, match=r"'out.kernal' is no name of Port; did you mean 'out.kernel'"):
        _ = tv.compare_gradients(source, Port(source), at=[AT[1]], names={"2.weight": "out.kernal"})


def test_a_port_with_other_numbers_is_at_another_point(source: torch.nn.Sequential) -> None:
    port = Port(source)
    port.into.bias.set_value(jnp.ones(4))
    with pytest.raises(ValuesError, match=r"into.bias of Port, of shape \(4,\), does not hold the numbers of 0.bias"):
        _ = tv.compare_gradients(source, port, at=[AT[1]])


def test_a_port_with_a_wrong_rule_is_caught(source: torch.nn.Sequential) -> None:
    bent = jax.custom_vjp(jnp.tanh)
    bent.defvjp(lambda x: (jnp.tanh(x), jnp.tanh(x)), lambda y, g: (g * (1 - y),))
    tree = {"w": jnp.asarray(source[0].weight.detach().numpy()), "b": jnp.asarray(source[0].bias.detach().numpy())}
    module = equinox.nn.Linear(3, 4, key=jax.random.key(0))
    module = equinox.tree_at(lambda m: (m.weight, m.bias), module, (tree["w"], tree["b"]))
    port = equinox.nn.Sequential([module, equinox.nn.Lambda(bent)])
    half = torch.nn.Sequential(source[0], torch.nn.Tanh())
    report = tv.compare_gradients(half, port, at=[AT[1][0]])
    wrong = {p.name for p in report.found.of("gradient", "wrong")}
    assert wrong == {f"{n} of Sequential 2" for n in ("input 0", "0.weight", "0.bias")}


@pytest.mark.parametrize(
    ("things", "error", "says"),
    [
        ([torch_fn], ValuesError, "two implementations are needed, and 1 is given"),
        ([torch_fn, 3], BackendError, "a int is no implementation"),
        ([torch_fn, numpy_fn], BackendError, "needs its gradient beside it"),
        ([torch_fn, ("tf", jax_fn)], BackendError, "no framework 'tf'"),
        ([torch.nn.Linear(2, 2), jax_fn], OracleError, "Linear cannot be called with input 0, input 1, input 2"),
        ([torch_fn, lambda w, x, b: jnp.tanh(x @ w)], ValuesError, "the results have other shapes"),
    ],
)
def test_what_cannot_be_compared_is_said(things: list[Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        _ = tv.compare_gradients(*things, at=AT)
