"""A replay that breaks its contract is a fault of the road that made it, with its name, its op and what was needed."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.impostors import Impostor, with_rule
from trivium.backend import Array, Arrays, Backend, load_backend
from trivium.compare.guard import Guarded, ReplayFault, guarded
from trivium.ops import OPS

X = np.array([[0.5, -1.0, 2.0]])
LABELS = np.array([2])
CROSS = dict(OPS["cross_entropy"].complete({"class_axis": 1, "reduction": "sum"}))


def classified(backend: Backend) -> Any:
    """Cross entropy, replayed behind the guard: one input of numbers, one of labels."""
    return guarded(backend).replay(OPS["cross_entropy"], CROSS, (X, LABELS), (np.ones(()),))


def message(bars: Callable[[Any], Any]) -> str:
    """What is said of a road whose cotangents are changed on their way out."""
    with pytest.raises(ReplayFault) as caught:
        classified(Impostor(bars=bars))
    return str(caught.value)


@pytest.mark.parametrize("road", ["numpy", "torch", "jax"])
def test_a_right_road_passes_as_it_is(road: str) -> None:
    (y,), (x_bar, none) = classified(load_backend(road))
    (y_own,), (x_bar_own, _) = load_backend(road).replay(OPS["cross_entropy"], CROSS, (X, LABELS), (np.ones(()),))
    np.testing.assert_array_equal(y, y_own, strict=True)
    np.testing.assert_array_equal(x_bar, x_bar_own, strict=True)
    assert none is None


@pytest.mark.parametrize(
    ("bars", "said"),
    [
        (lambda b: (b[0].T, None), "it gives float64 (3, 1) as the cotangent of 'logits', needs float64 (1, 3)"),
        (lambda b: b[:1], "it gives 1 cotangent for 2 inputs"),
        (lambda b: (*b, None), "it gives 3 cotangents for 2 inputs"),
        (lambda b: (None, None), "it gives nothing as the cotangent of 'logits', needs float64 (1, 3)"),
        (lambda b: (b[0], b[0]), "it gives a cotangent of 'labels', which has none: it is int64"),
        (
            lambda b: (b[0].astype("float32"), None),
            "it gives float32 (1, 3) as the cotangent of 'logits', needs float64 (1, 3)",
        ),
        (
            lambda b: (b[0].tolist(), None),
            "it gives no array but a list as the cotangent of 'logits', needs float64 (1, 3)",
        ),
        (lambda b: None, "it gives no pair of two tuples, outputs and cotangents"),
    ],
)
def test_cotangents_that_no_replay_may_give_are_a_fault(bars: Callable[[Any], Any], said: str) -> None:
    assert message(bars) == f"impostor cannot replay cross_entropy: {said}"


def outputs_of(change: Callable[[Arrays], Any]) -> str:
    """What is said of a road whose outputs are changed on their way out."""

    class Changed(Impostor):
        def replay(self, *asked: Any) -> Any:
            outputs, bars = self.right.replay(*asked)
            return change(outputs), bars

    with pytest.raises(ReplayFault) as caught:
        classified(Changed())
    return caught.value.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda y: (), "it gives 0 outputs, needs 1"),
        (lambda y: (y[0].reshape(1),), "it gives float64 (1,) as output 0, needs float64 ()"),
        (lambda y: (y[0].astype("float32"),), "it gives float32 () as output 0, needs float64 ()"),
        (lambda y: (float(y[0]),), "it gives no array but a float as output 0, needs float64 ()"),
        (lambda y: y[0], "it gives no pair of two tuples, outputs and cotangents"),
    ],
)
def test_outputs_that_no_replay_may_give_are_a_fault(change: Callable[[Arrays], Any], said: str) -> None:
    assert outputs_of(change) == said


def test_what_a_road_raises_is_its_fault_and_is_kept_as_the_cause() -> None:
    def broken(bars: Any) -> Any:
        return bars[7]

    with pytest.raises(ReplayFault, match="it raises IndexError: tuple index out of range") as caught:
        classified(Impostor(bars=broken))
    assert isinstance(caught.value.__cause__, IndexError)


def test_memory_that_runs_out_is_no_fault_of_the_road() -> None:
    def greedy(bars: Any) -> Any:
        raise MemoryError

    with pytest.raises(MemoryError):
        classified(Impostor(bars=greedy))


def scribble(arrays: Any) -> None:
    for x in arrays:
        x[...] = 7


def scribble_by_force(arrays: Any) -> None:
    for x in arrays:
        x.flags.writeable = True
        x[...] = 7


def test_writing_to_what_it_is_lent_is_a_fault() -> None:
    with pytest.raises(ReplayFault, match=r"it raises ValueError: .*read-only"):
        classified(Impostor(on_inputs=scribble))


def test_writing_by_force_reaches_nothing_of_the_caller_s() -> None:
    before = X.copy()
    classified(Impostor(on_inputs=scribble_by_force))
    np.testing.assert_array_equal(before, X)


def test_the_caller_s_own_arrays_stay_writeable() -> None:
    x: Array = X.copy()
    guarded(load_backend("numpy")).replay(OPS["tanh"], {}, (x,), (x,))
    assert x.flags.writeable


def test_a_complex_step_passes_and_has_no_cotangents() -> None:
    (y,), bars = guarded(load_backend("numpy")).replay(OPS["tanh"], {}, (X + 1e-200j,), (X,))
    assert (y.dtype, bars) == (np.dtype(np.complex128), (None,))


def test_an_op_without_inputs_passes() -> None:
    (y,), bars = guarded(load_backend("numpy")).replay(OPS["constant"], {"value": 2.0}, (), (np.ones(()),))
    assert (y.item(), bars) == (2.0, ())


def test_a_rule_that_breaks_the_handwritten_road_is_its_fault() -> None:
    with pytest.raises(ReplayFault) as caught:
        guarded(with_rule("tanh", vjp=lambda y, y_bar: (y_bar[0],))).replay(OPS["tanh"], {}, (X,), (X,))
    assert (caught.value.backend, caught.value.op) == ("impostor", "tanh")


def test_a_guard_is_not_guarded_again() -> None:
    once = guarded(load_backend("numpy"))
    assert guarded(once) is once


def test_all_else_is_the_backend_s_own() -> None:
    right, guard = load_backend("torch"), Guarded(load_backend("torch"))
    assert (guard.name, guard.dtypes, guard.lacks, guard.facts()) == (
        right.name,
        right.dtypes,
        right.lacks,
        right.facts(),
    )


def test_a_fault_survives_a_process_border() -> None:
    fault = pickle.loads(pickle.dumps(ReplayFault("evil", "tanh", "no")))
    assert (str(fault), fault.op) == ("evil cannot replay tanh: no", "tanh")
