"""The tape in its surroundings: it only reads what it is given, gives away what it returns, and changes no process."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch

from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium_torch import BACKEND

Array = np.ndarray[Any, Any]


def node(outputs: str, op: str, inputs: str, **attrs: Any) -> Node:
    return Node(tuple(outputs.split()), OPS[op], tuple(inputs.split()), OPS[op].complete(attrs))


CLASSIFIER = Spec(
    "classifier",
    written({"x": "5 3", "labels": "5"}),
    written({"w1": "7 3", "c1": "7", "w2": "2 7", "c2": "2"}),
    (
        node("h", "linear", "x w1 c1"),
        node("a", "tanh", "h"),
        node("z", "linear", "a w2 c2"),
        node("loss", "cross_entropy", "z labels", class_axis=1, reduction="mean"),
    ),
    "loss",
)


def numbers() -> dict[str, Array]:
    rng = np.random.default_rng(5)
    given: dict[str, Array] = {name: rng.normal(size=g.shape) for name, g in CLASSIFIER.givens.items()}
    return given | {"labels": np.array([0, 1, 1, 0, 1])}


def all_equal(expected: Any, actual: Any) -> None:
    assert list(expected) == list(actual)
    for name in expected:
        np.testing.assert_array_equal(actual[name], expected[name], strict=True)


def untouched(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
    return x_bars


def surroundings() -> dict[str, Any]:
    return {
        "dtype": torch.get_default_dtype(),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "modes": (torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu")),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "random": torch.get_rng_state().tolist(),
        "warnings": list(warnings.filters),
    }


def use_all() -> list[Any]:
    """Every verb of the backend, in both precisions, with and without a mistake."""
    given = numbers()
    found: list[Any] = [BACKEND.compile(CLASSIFIER, dtype=dtype)(given).gradients for dtype in ("float64", "float32")]
    found.append(BACKEND.compile(CLASSIFIER, tamper={"a": untouched})(given).gradients)
    found.append(BACKEND.compile(CLASSIFIER).tangent(given, {"x": given["x"]}))
    _, (x_bar,) = BACKEND.replay(OPS["tanh"], {}, (given["x"],), (given["x"],))
    return [*found, {"x_bar": x_bar}, {"style": np.array(BACKEND.style(OPS["tanh"], {}, (given["x"],)))}]


def test_nothing_in_the_process_is_changed() -> None:
    before = surroundings()
    use_all()
    assert surroundings() == before


def test_a_changed_surrounding_would_be_seen() -> None:
    before = surroundings()
    with torch.no_grad():
        assert surroundings() != before


@contextmanager
def half_precision() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float16)
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize(
    "around",
    [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu"), lambda: torch.device("meta"), half_precision],
    ids=["no_grad", "inference_mode", "autocast", "default device", "default dtype"],
)
def test_the_modes_of_the_caller_change_no_bit(around: Any) -> None:
    free = use_all()
    with around():
        before = surroundings()
        within = use_all()
        assert surroundings() == before
    for expected, actual in zip(free, within, strict=True):
        all_equal(expected, actual)


def test_the_arrays_given_are_only_read() -> None:
    given = numbers()
    for array in given.values():
        array.setflags(write=False)
    program = BACKEND.compile(CLASSIFIER)
    all_equal(program(numbers()).gradients, program(given).gradients)


@pytest.mark.parametrize(
    "strange",
    [np.asfortranarray, lambda a: a[::-1].copy()[::-1], lambda a: a.astype(">f8")],
    ids=["columns first", "negative strides", "other byte order"],
)
def test_the_layout_of_what_is_given_changes_no_bit(strange: Any) -> None:
    given = numbers()
    program = BACKEND.compile(CLASSIFIER)
    all_equal(program(given).gradients, program(given | {"w1": strange(given["w1"])}).gradients)


def test_every_array_returned_is_the_caller_s_own() -> None:
    nodes = (node("y", "reshape", "x", shape="1 3"), node("z", "transpose", "y"), node("loss", "sum", "z"))
    x = np.array([1.5, -2.0, 0.25])
    evaluation = BACKEND.compile(Spec("views", written({"x": "3"}), (), nodes, "loss"))({"x": x})
    arrays = [*evaluation.values.values(), *evaluation.gradients.values(), x]
    assert all(a.flags.c_contiguous and a.flags.writeable and a.flags.owndata for a in arrays)
    shared = [(i, j) for i, a in enumerate(arrays) for j, b in enumerate(arrays[:i]) if np.shares_memory(a, b)]
    assert shared == []


def test_a_program_placed_once_runs_as_often_as_wanted() -> None:
    program = BACKEND.compile(CLASSIFIER)
    placed = program.place(numbers())
    first = program.read(program.run(placed))
    all_equal(first.gradients, program.read(program.run(placed)).gradients)
    assert not any(tensor.requires_grad for tensor in placed.values())


def test_one_op_alone_is_replayed_in_float64_and_only_reads() -> None:
    x = np.array([[0.5, 2.0]], np.float32)
    x.setflags(write=False)
    attrs = {"class_axis": 1, "reduction": "sum", "batch_axis": None}
    (y,), x_bars = BACKEND.replay(OPS["cross_entropy"], attrs, (x, np.array([1], np.int32)), (np.ones(()),))
    assert y.dtype == np.float64
    assert [getattr(x_bar, "dtype", None) for x_bar in x_bars] == [np.dtype(np.float64), None]
