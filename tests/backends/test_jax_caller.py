"""ROAD 3 and its caller: arrays, labels, the process's own settings, and what is refused.

Knows nothing of how a gradient is derived.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trivium.backend import Array, Backend, Noise, Tamper
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium_jax import BACKEND

ROAD: Backend = BACKEND
BOTH = pytest.mark.parametrize("dtype", ["float64", "float32"])


def node(output: str, op: str, *inputs: str, **attrs: Any) -> Node:
    return Node((output,), OPS[op], inputs, OPS[op].complete(attrs))


SQUARES = Spec(
    "squares",
    written({"x": "2"}),
    written({"w": "2"}),
    (node("p", "mul", "w", "x"), node("q", "square", "p"), node("loss", "sum", "q")),
    "loss",
)
LABELLED = Spec(
    "labelled",
    written({"x": "4 3", "t": "4"}),
    written({"w": "7 3", "c": "7"}),
    (
        node("z", "linear", "x", "w", "c"),
        node("h", "tanh", "z"),
        node("loss", "cross_entropy", "h", "t", class_axis=1, reduction="mean"),
    ),
    "loss",
)
FACTORS = {"x": np.array([4097.0, 3.0]), "w": np.array([4099.0, 5.0])}
"""4097 * 4099 needs 25 bits: float64 holds it, float32 does not, so a number that took the wrong road shows."""
SCORES = {"x": np.ones((4, 3)), "t": np.array([0, 6, 6, 2]), "w": np.eye(7, 3), "c": np.zeros(7)}


def on_paper(dtype: str) -> dict[str, Array]:
    """q̄ = 1   p̄ = 2 p   w̄ = x p̄   x̄ = w p̄: one product each beside the exact factor 2, so every bit is determined."""
    x, w = FACTORS["x"].astype(dtype), FACTORS["w"].astype(dtype)
    p = w * x
    return {"p": 2 * p, "w": x * (2 * p), "x": w * (2 * p), "q": np.ones(2, dtype), "loss": np.ones((), dtype)}


def same(found: Any, wanted: dict[str, Array]) -> bool:
    """The same names, each with the same dtype and bits."""
    return found.keys() == wanted.keys() and all(
        found[n].dtype == wanted[n].dtype and np.array_equal(found[n], wanted[n]) for n in wanted
    )


def honest(inputs: Any, outputs: Any, y_bars: Any, x_bars: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
    return x_bars


@pytest.fixture(params=["on", "off"])
def x64(request: pytest.FixtureRequest) -> Iterator[str]:
    """The caller's own x64 flag, set for the whole process, whose every thread sees it."""
    set_flag: Callable[..., None] = jax.config.update
    before = jax.config.values["jax_enable_x64"]
    set_flag("jax_enable_x64", request.param == "on")
    yield request.param
    set_flag("jax_enable_x64", before)


@BOTH
@pytest.mark.parametrize("tamper", [None, {"p": honest}], ids=["compiled", "tampered"])
@pytest.mark.usefixtures("x64")
def test_the_caller_s_x64_flag_changes_no_bit(dtype: str, tamper: dict[str, Tamper] | None) -> None:
    assert same(ROAD.compile(SQUARES, dtype=dtype, tamper=tamper)(FACTORS).gradients, on_paper(dtype))


@pytest.mark.usefixtures("x64")
def test_the_caller_s_x64_flag_changes_no_bit_of_a_tangent_or_a_replay() -> None:
    tangent = ROAD.compile(SQUARES).tangent(FACTORS, {"w": np.ones(2)})
    _, x_bars = ROAD.replay(OPS["mul"], {}, (FACTORS["w"], FACTORS["x"]), (on_paper("float64")["p"],))
    assert np.array_equal(2 * FACTORS["w"] * FACTORS["x"] ** 2, tangent["q"])
    assert same(dict(zip("wx", x_bars, strict=True)), {name: on_paper("float64")[name] for name in "wx"})


@BOTH
@pytest.mark.usefixtures("x64")
def test_a_constant_is_of_the_program_s_precision(dtype: str) -> None:
    nodes = (node("third", "constant", value=1 / 3), node("p", "mul", "x", "third"), node("loss", "sum", "p"))
    found = ROAD.compile(Spec("thirds", written({"x": "2"}), (), nodes, "loss"), dtype=dtype)({"x": np.ones(2)})
    assert same({"third": found.values["third"]}, {"third": np.asarray(1 / 3, dtype)})
    assert {dtype} == {str(a.dtype) for a in (*found.values.values(), *found.gradients.values())}


STRICT: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "disable_jit": lambda: jax.disable_jit(True),
    "debug_nans": lambda: jax.debug_nans(True),
    "debug_infs": lambda: jax.debug_infs(True),
    "rank_promotion": lambda: jax.numpy_rank_promotion("raise"),
}
"""Flags under which a caller's own JAX code refuses what is right here."""


@pytest.mark.parametrize("flag", STRICT)
def test_the_caller_s_other_flags_stop_nothing(flag: str) -> None:
    scores = SCORES | {"c": np.array([np.nan, np.inf, 0, 0, 0, 0, 0])}
    with STRICT[flag]():
        found = ROAD.compile(LABELLED)(scores)
    assert np.isnan(found.values["loss"])


def test_a_flag_of_the_caller_s_holds_outside_this_road() -> None:
    with jax.debug_nans(True):
        ROAD.compile(SQUARES)(FACTORS)
        with pytest.raises(FloatingPointError):
            jnp.log(-jnp.ones(1))


def test_the_comparison_sees_a_float32_among_float64() -> None:
    assert not same(on_paper("float32"), on_paper("float64"))
    assert not np.array_equal(on_paper("float32")["p"], on_paper("float64")["p"])


@BOTH
@pytest.mark.usefixtures("x64")
def test_the_caller_s_process_is_left_as_it_was(dtype: str) -> None:
    environment, flag, default = dict(os.environ), jax.config.values["jax_enable_x64"], jnp.zeros(1).dtype
    program = ROAD.compile(LABELLED, dtype=dtype, tamper={"h": honest})
    program(SCORES)
    program.tangent(SCORES, {"w": SCORES["w"]})
    ROAD.replay(OPS["tanh"], {}, (np.ones(3),), (np.ones(3),))
    ROAD.style(OPS["tanh"], {}, (np.ones(3),))
    assert (flag, default) == (jax.config.values["jax_enable_x64"], jnp.zeros(1).dtype)
    assert environment == dict(os.environ)


@BOTH
def test_labels_come_back_as_they_were_and_have_no_gradient(dtype: str) -> None:
    found = ROAD.compile(LABELLED, dtype=dtype)(SCORES)
    assert np.dtype(np.int64) == found.values["t"].dtype
    assert np.array_equal(SCORES["t"], found.values["t"])
    assert {"x", "w", "c", "z", "h", "loss"} == set(found.gradients)


@BOTH
def test_a_mistake_sees_the_numbers_of_its_step(dtype: str) -> None:
    seen: dict[str, Any] = {}

    def watch(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
        seen.update(inputs=inputs, outputs=outputs, y_bars=y_bars, x_bars=x_bars)
        return x_bars

    found = ROAD.compile(LABELLED, dtype=dtype, tamper={"loss": watch})(SCORES, 2.0)
    assert [dtype, "int64"] == [x.dtype for x in seen["inputs"]]
    assert np.array_equal(found.values["loss"], seen["outputs"][0])
    assert np.array_equal(found.gradients["h"], seen["x_bars"][0])
    assert seen["x_bars"][1] is None
    assert np.array_equal(2.0, seen["y_bars"][0])


def test_results_are_the_caller_s_to_write_to() -> None:
    program = ROAD.compile(SQUARES)
    first = program(FACTORS)
    for array in (*first.values.values(), *first.gradients.values()):
        array[...] = 7
    assert same(program(FACTORS).gradients, on_paper("float64"))


def test_what_is_placed_does_not_follow_the_caller_s_array() -> None:
    program = ROAD.compile(SQUARES)
    given = {name: array.copy() for name, array in FACTORS.items()}
    placed = program.place(given)
    for array in given.values():
        array[...] = 7
    assert same(program.read(program.run(placed)).gradients, on_paper("float64"))


def test_a_replay_is_in_float64_whatever_comes_in() -> None:
    third = np.array([1 / 3], np.float32)
    outputs, x_bars = ROAD.replay(OPS["square"], {}, (third,), (third,))
    assert np.array_equal(np.square(third.astype("f8")), outputs[0])
    assert [np.dtype("f8")] == [b.dtype for b in x_bars if b is not None]


def test_facts_name_versions_devices_and_the_caller_s_flag(x64: str) -> None:
    facts = ROAD.facts()
    assert (jax.__version__, x64) == (facts["jax"], facts["x64"])
    assert str(jax.devices()[0]) in facts["devices"]


def call(**changed: Array) -> Callable[[], object]:
    return lambda: ROAD.compile(LABELLED)(SCORES | changed)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: ROAD.compile(LABELLED)({}), "no value of 'x', which needs shape (4, 3)"),
        (call(w=np.ones((3, 7))), "the value of 'w' is float64 (3, 7), needs float64 (7, 3)"),
        (call(t=np.ones(4)), "the value of 't' is float64 (4,), needs int64 (4,)"),
        (call(w=np.ones((7, 3), complex)), "the value of 'w' is complex128 (7, 3), needs float64 (7, 3)"),
        (
            lambda: ROAD.compile(SQUARES, dtype="complex128"),
            "backend 'jax' does not compute in 'complex128'; it computes in float32 and float64",
        ),
        (
            lambda: ROAD.compile(SQUARES, noise=Noise(2.0**-40, 0)),
            "backend 'jax' does not add noise; the handwritten road, 'numpy', does",
        ),
        (
            lambda: ROAD.compile(SQUARES, tamper={"los": honest}),
            "no node 'los' to tamper with; did you mean 'loss'?",
        ),
        (
            lambda: ROAD.compile(LABELLED).tangent(SCORES, {"t": np.ones(4)}),
            "no tangent along 't': it is no given of real numbers",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(act: Callable[[], object], message: str) -> None:
    with pytest.raises(BackendError) as caught:
        act()
    assert message == str(caught.value)
