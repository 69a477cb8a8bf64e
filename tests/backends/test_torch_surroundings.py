"""The tape in its surroundings: torch's modes, switches and layouts, of which it obeys none and changes none.

What holds for the surroundings of every road stands in test_road_surroundings.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch

from tests.backends.equality import assert_all_equal_in_order
from tests.backends.networks import CLASSIFIER, network, node, numbers, total, untouched
from trivium.ops import OPS
from trivium_torch import BACKEND


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
        assert_all_equal_in_order(expected, actual)


@pytest.mark.parametrize(
    "strange",
    [np.asfortranarray, lambda a: a[::-1].copy()[::-1], lambda a: a.astype(">f8")],
    ids=["columns first", "negative strides", "other byte order"],
)
def test_the_layout_of_what_is_given_changes_no_bit(strange: Any) -> None:
    given = numbers()
    program = BACKEND.compile(CLASSIFIER)
    changed = program(given | {"w1": strange(given["w1"])}).gradients
    assert_all_equal_in_order(program(given).gradients, changed)


def test_every_array_returned_has_its_rows_one_after_another() -> None:
    nodes = (node("y", "reshape", "x", shape="2 3"), node("z", "transpose", "y"), total("z"))
    evaluation = BACKEND.compile(network(*nodes, x="6"))({"x": np.arange(6.0)})
    assert all(a.flags.c_contiguous for a in (*evaluation.values.values(), *evaluation.gradients.values()))


def test_what_a_run_leaves_of_the_placed_follows_nothing() -> None:
    program = BACKEND.compile(CLASSIFIER)
    placed = program.place(numbers())
    program.read(program.run(placed))
    program.read(program.run(placed))
    assert not any(tensor.requires_grad for tensor in placed.values())
