"""Every road in its surroundings: it only reads what it is given, gives away what it returns, and warns of nothing.

Knows the Backend protocol alone; the modes and switches of one library stand in that road's own files.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.backends.equality import assert_all_equal
from tests.backends.networks import CLASSIFIER, VIEWS, X, network, node, numbers, total
from trivium.backend import Backend
from trivium.errors import BackendError
from trivium.ops import OPS


def test_the_arrays_given_are_only_read(road: Backend) -> None:
    given = numbers()
    for array in given.values():
        array.setflags(write=False)
    program = road.compile(CLASSIFIER)
    assert_all_equal(program(numbers()).gradients, program(given).gradients)


def test_the_arrays_given_stay_the_caller_s_own(road: Backend) -> None:
    given = numbers()
    road.compile(CLASSIFIER)(given)
    assert_all_equal(numbers(), given)
    assert all(array.flags.writeable for array in given.values())


def test_every_array_returned_is_the_caller_s_own(road: Backend) -> None:
    given = {"x": X["x"].copy()}
    evaluation = road.compile(VIEWS)(given)
    arrays = [*evaluation.values.values(), *evaluation.gradients.values(), given["x"]]
    assert all(a.flags.writeable and a.flags.owndata for a in arrays)
    shared = [(i, j) for i, a in enumerate(arrays) for j, b in enumerate(arrays[:i]) if np.shares_memory(a, b)]
    assert shared == []


def test_a_program_placed_once_runs_as_often_as_wanted(road: Backend) -> None:
    program = road.compile(CLASSIFIER)
    placed = program.place(numbers())
    first = program.read(program.run(placed))
    assert_all_equal(first.gradients, program.read(program.run(placed)).gradients)


def test_numbers_out_of_range_neither_warn_nor_change_how_numpy_warns(road: Backend) -> None:
    spec = network(node("y", "exp", "x"), total("y"), x="2")
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluation = road.compile(spec)({"x": np.array([1e4, 0.0])})
    assert np.isinf(evaluation.values["loss"])
    assert np.geterr() == before


def test_one_op_alone_is_replayed_in_float64_and_only_reads(road: Backend) -> None:
    x = np.array([[0.5, 2.0]], np.float32)
    x.setflags(write=False)
    attrs = dict(OPS["cross_entropy"].complete({"class_axis": 1, "reduction": "sum"}))
    (y,), x_bars = road.replay(OPS["cross_entropy"], attrs, (x, np.array([1], np.int32)), (np.ones(()),))
    assert y.dtype == np.float64
    assert [getattr(x_bar, "dtype", None) for x_bar in x_bars] == [np.dtype(np.float64), None]


def test_a_tangent_along_what_cannot_move_is_refused(road: Backend) -> None:
    program = road.compile(CLASSIFIER)
    for name in ("labels", "no_such_given"):
        with pytest.raises(BackendError, match=name):
            _ = program.tangent(numbers(), {name: np.zeros(5)})
