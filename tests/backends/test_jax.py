"""ROAD 3 against gradients derived on paper, and against what it promises its caller.

Knows nothing of other roads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from trivium.backend import Array, Backend, Want, everything, loss_alone, parameter_gradients
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium_jax import BACKEND
from trivium_jax.program import blanks
from trivium_jax.transform import OPERATIONS, QUICK, steps_of, transformed

ROAD: Backend = BACKEND
BOTH = pytest.mark.parametrize("dtype", ["float64", "float32"])


def node(outputs: str, op: str, *inputs: str, **attrs: Any) -> Node:
    return Node(tuple(outputs.split()), OPS[op], inputs, OPS[op].complete(attrs))


CUBE = Spec(
    "cube",
    written({"x": "3 5", "y": "2 5", "spare": "2"}),
    written({"w": "2 3", "c": "2 1"}),
    (
        node("a", "affine", "w", "x", "c"),
        node("q", "mul", "a", "a"),
        node("dead", "neg", "q"),
        node("d", "mul", "a", "q"),
        node("loss", "squared_error", "d", "y", reduction="sum"),
    ),
    "loss",
)
"""Whole numbers in, whole numbers out: every value and gradient is exact in either precision, so `==` is the test."""


def whole(spec: Spec, seed: int = 0) -> dict[str, Array]:
    """-1, 0 and 1, in float64; labels 0 and 1."""
    rng = np.random.default_rng(seed)
    low = {True: -1, False: 0}
    return {
        name: rng.integers(low[g.kind.differentiable], 2, g.shape).astype("f8" if g.kind.differentiable else "i8")
        for name, g in spec.givens.items()
    }


def cube_on_paper(given: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
    """d = a³:  d̄ = 2 (d - y)   q̄ = a d̄   ā = 3 a² d̄   w̄ = ā xᵀ   x̄ = wᵀ ā   c̄ = Σ ā, in NumPy."""
    w, x, c, y = (given[name] for name in ("w", "x", "c", "y"))
    a = w @ x + c
    d_bar = 2 * (a**3 - y)
    a_bar = 3 * a**2 * d_bar
    values = {"a": a, "q": a**2, "dead": -(a**2), "d": a**3, "loss": np.sum((a**3 - y) ** 2)} | given
    nothing = {"dead": np.zeros_like(a), "spare": np.zeros(2), "loss": np.array(1.0)}
    nodes = {"d": d_bar, "q": a * d_bar, "a": a_bar, "y": -d_bar}
    return values, nothing | nodes | {"w": a_bar @ x.T, "x": w.T @ a_bar, "c": a_bar.sum(axis=1, keepdims=True)}


def same(found: Any, wanted: dict[str, Array]) -> bool:
    """The same names, each with the same shape and the same numbers, exactly."""
    return found.keys() == wanted.keys() and all(np.array_equal(found[n], wanted[n]) for n in wanted)


def flipped(inputs: Any, outputs: Any, y_bars: Any, x_bars: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
    return tuple(b if b is None else -b for b in x_bars)


def honest(inputs: Any, outputs: Any, y_bars: Any, x_bars: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
    return x_bars


def test_every_op_of_the_vocabulary_is_in_the_tables_and_nothing_else() -> None:
    assert set(OPS) == set(OPERATIONS)
    assert ROAD.lacks == {}


@BOTH
def test_values_and_gradients_of_every_name_are_those_on_paper(dtype: str) -> None:
    given = whole(CUBE)
    values, gradients = cube_on_paper(given)
    found = ROAD.compile(CUBE, dtype=dtype)(given)
    assert same(found.values, values)
    assert same(found.gradients, gradients)
    assert {dtype} == {str(a.dtype) for a in (*found.values.values(), *found.gradients.values())}


def test_the_comparison_with_paper_sees_one_entry_that_is_off() -> None:
    _, gradients = cube_on_paper(whole(CUBE))
    off = {name: g.copy() for name, g in gradients.items()}
    off["w"][1, 2] += 1
    assert not same(off, gradients)


def test_the_fastest_code_gives_the_same_whole_numbers() -> None:
    found = BACKEND.fastest.compile(CUBE)(whole(CUBE))
    assert same(found.gradients, cube_on_paper(whole(CUBE))[1])


def test_the_loss_s_cotangent_scales_every_gradient() -> None:
    program, given = ROAD.compile(CUBE), whole(CUBE)
    once, thrice = program(given), program(given, 3.0)
    assert same(thrice.gradients, {name: 3 * g for name, g in once.gradients.items()})
    assert same(thrice.values, dict(once.values))


def test_a_loss_of_one_entry_keeps_its_shape_and_so_does_its_cotangent() -> None:
    nodes = (node("loss", "sum", "x", axis=None, keepdims=True),)
    found = ROAD.compile(Spec("kept", written({"x": "2 3"}), (), nodes, "loss"))({"x": np.ones((2, 3))}, 2.0)
    assert same(found.gradients, {"loss": np.array([[2.0]]), "x": np.full((2, 3), 2.0)})


def test_an_unused_output_passes_nothing_back() -> None:
    nodes = (node("left right", "split", "x", parts=2, axis=0), node("loss", "sum", "left"))
    found = ROAD.compile(Spec("half", written({"x": "4"}), (), nodes, "loss"))({"x": np.arange(4.0)})
    nodes_bar = {"left": np.ones(2), "right": np.zeros(2), "loss": np.ones(())}
    assert same(found.gradients, nodes_bar | {"x": np.array([1.0, 1, 0, 0])})


def test_a_tap_leaves_minus_zero_as_it_is() -> None:
    nodes = (node("n", "neg", "x"), node("loss", "sum", "n"))
    minus = Spec("minus", written({"x": "1"}), (), nodes, "loss")
    found = ROAD.compile(minus, tamper={"n": honest})({"x": np.zeros(1)})  # not compiled: XLA might drop the tap
    assert np.signbit(found.values["n"]).all()


def test_want_restricts_what_is_computed_and_not_what_comes_out() -> None:
    program = ROAD.compile(CUBE, want=Want(frozenset({"q"}), frozenset({"a", "w"})))
    values, gradients = cube_on_paper(whole(CUBE))
    found = program(whole(CUBE))
    assert same(found.values, {"q": values["q"]})
    assert same(found.gradients, {"a": gradients["a"], "w": gradients["w"]})


def test_the_loss_alone_comes_without_gradients() -> None:
    found = ROAD.compile(CUBE, want=loss_alone(CUBE))(whole(CUBE))
    assert same(found.values, {"loss": cube_on_paper(whole(CUBE))[0]["loss"]})
    assert found.gradients == {}


@pytest.mark.parametrize(("want", "taps"), [(parameter_gradients, 0), (everything, len(CUBE.producer))])
def test_a_program_for_training_has_no_taps(want: Callable[[Spec], Want], taps: int) -> None:
    program = transformed(CUBE, want(CUBE), steps_of(OPERATIONS, CUBE, {}))
    assert taps == str(jax.make_jaxpr(program)(*blanks(CUBE, "float32"))).count("-0.0:f32")


def test_tangents_are_the_adjoint_of_gradients() -> None:
    """⟨1, J ẋ⟩ = ⟨Jᵀ 1, ẋ⟩, exactly, for whole numbers."""
    program, given, dots = ROAD.compile(CUBE), whole(CUBE), whole(CUBE, seed=1)
    gradients = program(given).gradients
    assert sum(np.sum(gradients[n] * dots[n]) for n in dots) == program.tangent(given, dots)["loss"] != 0


def test_a_tangent_is_zero_where_nothing_moves() -> None:
    given = whole(CUBE)
    found = ROAD.compile(CUBE).tangent(given, {"y": np.ones((2, 5))})
    d = cube_on_paper(given)[0]["d"]
    still = {name: np.zeros((2, 5)) for name in ("a", "q", "dead", "d")}
    assert same(found, still | {"loss": np.asarray(-2 * np.sum(d - given["y"]))})


@BOTH
def test_a_flipped_sign_turns_round_what_lies_behind_it_and_nothing_else(dtype: str) -> None:
    _, gradients = cube_on_paper(whole(CUBE))
    found = ROAD.compile(CUBE, dtype=dtype, tamper={"d": flipped})(whole(CUBE))
    behind = {name: -gradients[name] for name in ("q", "a", "w", "x", "c")}
    assert same(found.gradients, gradients | behind)


def test_a_mistake_that_is_none_changes_nothing() -> None:
    found = ROAD.compile(CUBE, tamper={"a": honest})(whole(CUBE))
    assert same(found.gradients, cube_on_paper(whole(CUBE))[1])


def test_everything_is_compiled_before_the_first_call() -> None:
    program = BACKEND.compile(CUBE)
    assert isinstance(program.execute, jax.stages.Compiled)
    assert program.trace_seconds > 0
    assert program.compile_seconds > 0


def test_the_compiler_reads_the_options_of_a_quick_compilation() -> None:
    lowered = jax.jit(lambda x: x).lower(1.0)
    assert lowered.compile(compiler_options=QUICK)
    with pytest.raises(Exception, match="xla_backend_optimization_level"):
        lowered.compile(compiler_options=dict.fromkeys(QUICK, "low"))


def test_the_style_of_a_step_shows_both_programs() -> None:
    text = ROAD.style(OPS["tanh"], {}, (np.ones((3, 5)),))
    assert text.startswith("jax.make_jaxpr of tanh(x)\n{ lambda ; a:f64[3,5]. let b:f64[3,5] = tanh a in (b,) }\n")
    assert "of its vjp (x, then ȳ)\n{ lambda ; a:f64[3,5] b:f64[3,5]. let" in text
