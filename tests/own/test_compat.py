"""The calls that people have written already, with this project's verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import pytest
import torch
from torch import Tensor

import trivium as tv
from trivium.compat import check_grads, gradcheck, gradgradcheck
from trivium.errors import OracleError, ValuesError

X = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
TREE = {"w": jnp.linspace(-1.0, 1.0, 6).reshape(2, 3), "b": jnp.array([0.1, -0.2, 0.3])}


def asking(x: Tensor) -> Tensor:
    return x.clone().requires_grad_()


def squared(backward: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """x², with a backward pass of one's own."""

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            return backward(ctx.saved_tensors[0], g)

    return Square.apply  # type: ignore[no-any-return]


def layer(params: Any, x: Any) -> Any:
    return jnp.tanh(x @ params["w"] + params["b"])


def test_a_right_function_passes_as_it_does_elsewhere() -> None:
    for x in (asking(X), asking(X.float())):
        assert gradcheck(torch.tanh, (x,), eps=1e-6, atol=1e-4)
        assert gradcheck(torch.tanh, x, check_forward_ad=True)
        assert gradcheck(squared(lambda x, g: 2 * x * g), (x,), fast_mode=True)
    assert gradgradcheck(torch.tanh, (asking(X),))


@pytest.mark.parametrize(
    "backward", [lambda x, g: x * g, lambda x, g: 2 * x * g.abs(), lambda x, g: 2 * x * g * g, lambda x, g: 2 * x]
)
def test_a_wrong_one_does_not(backward: Callable[[Tensor, Tensor], Tensor]) -> None:
    with pytest.raises(tv.GradientMismatch, match="The gradient is wrong"):
        _ = gradcheck(squared(backward), (asking(X),))
    assert not gradcheck(squared(backward), (asking(X),), raise_exception=False)


def test_only_what_requires_a_gradient_is_checked() -> None:
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            return g * ctx.saved_tensors[1], None

    assert gradcheck(Product.apply, (asking(X), X + 1))
    with pytest.raises(tv.GradientMismatch, match="it got no gradient"):
        _ = gradcheck(Product.apply, (asking(X), asking(X + 1)))


def test_several_results_are_one() -> None:
    assert gradcheck(lambda x: (x.sin(), x.cos().sum()), (asking(X),))


def test_a_backward_that_is_not_itself_differentiable_fails_in_second_order() -> None:
    detached = squared(lambda x, g: 2 * x.detach() * g)
    assert gradcheck(detached, (asking(X),))
    with pytest.raises(tv.GradientMismatch):
        _ = gradgradcheck(detached, (asking(X),))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: gradcheck(torch.tanh, (X,)), "no input requires a gradient"),
        (lambda: gradcheck(torch.tanh, (asking(X),), check_batched_grad=True), "batched gradients"),
        (lambda: check_grads(jnp.sin, (jnp.ones(2),), 1, modes=("reverse",)), "give 'fwd', 'rev' or both"),
        (lambda: check_grads(jnp.sin, (jnp.ones(2),), 0), "the first derivative has order 1"),
    ],
)
def test_what_cannot_be_asked_is_said(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(ValuesError, match=says):
        _ = call()


@pytest.mark.slow
def test_trees_pass_in_both_modes_and_orders() -> None:
    assert check_grads(layer, (TREE, jnp.ones((2, 2)) * 0.3), order=2, atol=1e-2, rtol=1e-2) is None  # type: ignore[func-returns-value]


def test_a_wrong_second_derivative_is_found_where_the_first_is_right() -> None:
    still = jax.custom_jvp(lambda x: x * x)
    still.defjvp(lambda p, t: (p[0] * p[0], 2 * jax.lax.stop_gradient(p[0]) * t[0]))
    check_grads(still, (jnp.array([0.5, 2.0]),), order=1)
    with pytest.raises(tv.GradientMismatch, match="is wrong"):
        check_grads(still, (jnp.array([0.5, 2.0]),), order=2)


def test_a_forward_rule_is_looked_at_by_itself() -> None:
    half = jax.custom_jvp(jnp.sin)
    half.defjvp(lambda p, t: (jnp.sin(*p), 0.5 * jnp.cos(*p) * t[0]))
    with pytest.raises(tv.GradientMismatch, match="along direction 1"):
        check_grads(half, (jnp.array([0.5, 2.0]),), order=1, modes="fwd")


def test_what_has_no_forward_mode_says_so() -> None:
    sine = jax.custom_vjp(jnp.sin)
    sine.defvjp(lambda x: (jnp.sin(x), x), lambda x, g: (g * jnp.cos(x),))
    check_grads(sine, (jnp.array([0.5, 2.0]),), order=1, modes=["rev"])
    with pytest.raises(OracleError, match="forward-mode"):
        check_grads(sine, (jnp.array([0.5, 2.0]),), order=1)
