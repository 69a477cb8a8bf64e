"""JAX's functions of trees, custom rules, and modules of Equinox and Flax NNX, held against their own values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import trivium as tv
from trivium.errors import BackendError, OracleError

KEY = jax.random.key(0)
X = jax.random.normal(jax.random.key(1), (5, 3))
TREE = {"w": [jax.random.normal(KEY, (3, 4)), jax.random.normal(jax.random.key(2), (4, 2))], "b": jnp.full(4, 0.1)}


def two_layers(params: Any, x: Any) -> Any:
    return (jnp.tanh(x @ params["w"][0] + params["b"]) @ params["w"][1]).mean()


def sine(backward: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """sin, with a backward rule of one's own."""
    made = jax.custom_vjp(jnp.sin)
    made.defvjp(lambda x: (jnp.sin(x), x), lambda x, g: (backward(x, g),))
    return made


def sine_forward(tangent: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """sin, with a forward rule of one's own."""
    made = jax.custom_jvp(jnp.sin)
    made.defjvp(lambda primals, tangents: (jnp.sin(*primals), tangent(*primals, *tangents)))
    return made


def scanned(x: Any) -> Any:
    return jax.lax.scan(lambda h, row: (jnp.tanh(h + row), None), jnp.zeros(3, x.dtype), x)[0]


def that_looks(x: Any) -> Any:
    """Its Python asks for a number: it cannot be compiled."""
    return jnp.sin(x) if float(jax.lax.stop_gradient(x).sum()) > -1e9 else x


class Normalized(nnx.Module):
    """What keeps statistics, and draws a mask."""

    def __init__(self) -> None:
        rngs = nnx.Rngs(0)
        self.first = nnx.Linear(3, 4, rngs=rngs)
        self.norm = nnx.BatchNorm(4, rngs=rngs)
        self.drop = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        return self.drop(self.norm(self.first(x)))


def square(y: Any) -> Any:
    return (y**2).mean()


def test_a_function_of_trees_is_right_in_every_leaf_by_its_way() -> None:
    report = tv.check_module(two_layers, at=[TREE, X])
    assert (report.verdict, report.found.what) == ("agree", "two_layers")
    assert {p.name for p in report.found.parts} == {"params.b", "params.w.0", "params.w.1", "x"}
    assert {p.how for p in report.found.parts} == {"the complex step"}


def test_letters_of_either_case_are_two_leaves() -> None:
    report = tv.check_module(lambda p: (p["w"] * p["W"] ** 2).sum(), at=[{"w": X, "W": 2 * X}])
    assert report.verdict == "agree", report.text()


@pytest.mark.parametrize("function", [scanned, that_looks, sine(lambda x, g: g * jnp.cos(x))])
def test_right_code_is_not_accused(function: Callable[[Any], Any]) -> None:
    report = tv.check_module(function, at=[X])
    assert report.verdict == "agree", report.text()


@pytest.mark.parametrize(
    "mangled", [lambda g: g * g, jnp.abs, lambda g: jnp.clip(g, -0.1, 0.1), lambda g: g != 0, jnp.ones_like]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_mangled_cotangent_is_caught(mangled: Callable[[Any], Any], dtype: Any) -> None:
    bent = sine(lambda x, g: mangled(g) * jnp.cos(x))
    report = tv.check_module(bent, at=[np.asarray(X, dtype)])
    assert report.verdict == "disagree"


@pytest.mark.parametrize("loss", [None, lambda y: y.sum()])
def test_a_cotangent_that_is_mangled_is_caught_by_linearity_below_a_sum_too(loss: Any) -> None:
    report = tv.check_module(sine(lambda x, g: jnp.abs(g) * jnp.cos(x)), loss, at=[X])
    assert report.verdict == "disagree"


def test_a_loss_that_ignores_its_cotangent_is_caught() -> None:
    total = jax.custom_vjp(lambda x: (x * x).sum())
    total.defvjp(lambda x: ((x * x).sum(), x), lambda x, g: (2 * x,))
    assert "not linear in the cotangent" in str(tv.check_module(total, at=[X]))


def test_a_wrong_forward_rule_is_wrong_in_reverse_too() -> None:
    assert tv.check_module(sine_forward(lambda x, dot: jnp.cos(x) * dot), at=[X]).verdict == "agree"
    assert tv.check_module(sine_forward(lambda x, dot: jnp.cos(x) * dot * 1.001), at=[X]).verdict == "disagree"


def test_every_parameter_of_an_equinox_module_is_checked() -> None:
    module = equinox.nn.MLP(2, 3, 4, 1, key=KEY)
    report = tv.check_module(module, square, at=[jnp.array([0.3, -0.4])])
    assert report.verdict == "agree", report.text()
    names = {"input 0", *(f"layers.{i}.{part}" for i in (0, 1) for part in ("weight", "bias"))}
    assert {p.name for p in report.found.parts} == names


def test_every_parameter_of_an_nnx_module_is_checked_and_its_state_left_alone() -> None:
    module = Normalized()
    before = np.asarray(module.norm.mean.get_value()).copy()
    report = tv.check_module(module, square, at=[X])
    assert report.verdict == "agree", report.text()
    names = {"input 0", "first.kernel", "first.bias", "norm.scale", "norm.bias"}
    assert {p.name for p in report.found.parts} == names
    np.testing.assert_array_equal(np.asarray(module.norm.mean.get_value()), before)


def test_a_wrong_rule_inside_a_module_is_caught() -> None:
    bent = sine(lambda x, g: 7 * g * jnp.cos(x))
    module = equinox.nn.MLP(2, 3, 4, 1, activation=bent, key=KEY)
    report = tv.check_module(module, square, at=[jnp.array([0.3, -0.4])])
    wrong = {p.name for p in report.found.of("gradient", "wrong")}
    assert wrong == {"input 0", "layers.0.weight", "layers.0.bias"}


def test_float32_alone_raises_no_alarm() -> None:
    for size in (4, 64, 1024):
        x = jax.random.normal(jax.random.key(size), (size,))
        report = tv.check_module(lambda x: jnp.sin(x.astype(np.float32)).sum(), at=[x])
        assert report.verdict == "agree", report.text()


def test_half_precision_that_stays_is_too_short_to_judge() -> None:
    with pytest.raises(OracleError, match="too few digits to judge"):
        _ = tv.check_module(lambda x: jnp.sin(x.astype(jnp.bfloat16)), at=[X.astype(jnp.bfloat16)])


def test_what_is_no_real_number_needs_a_loss() -> None:
    with pytest.raises(OracleError, match="needs arrays of real numbers"):
        _ = tv.check_module(lambda x: jnp.argmax(x), at=[X])


def test_a_function_that_two_frameworks_may_mean_is_asked_about() -> None:
    with pytest.raises(BackendError, match="may be differentiated by"):
        _ = tv.check_module(lambda x: (x * x).sum(), at=[np.ones(3)])
