"""The contract of a backend: the three roads hold to it, and whoever does not is named with op and clause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.backends.cases import STILL
from tests.impostors import Impostor, unchanged, untouched, widening, with_rule, writing, zero
from trivium.backend import Backend, Evaluation, Want, load_backend
from trivium.errors import BackendError, GradientMismatch
from trivium.ops import OPS
from trivium.testing import assert_contract, contract
from trivium_numpy import BACKEND

Array = np.ndarray[Any, Any]
SOME = ("tanh", "affine", "cross_entropy", "split")


def broken(backend: Backend, *ops: str) -> set[tuple[str, str]]:
    """The op and the clause of each result that does not hold."""
    return {(r.op, r.clause) for r in contract(backend, ops=ops) if not r.holds}


def complaint(backend: Backend, *ops: str) -> str:
    with pytest.raises(GradientMismatch) as error:
        assert_contract(backend, ops=ops)
    return str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["numpy", "torch", "jax"])
def test_a_road_holds_to_all_of_it_at_every_case_in_both_precisions(name: str) -> None:
    results = contract(load_backend(name))
    assert [str(r) for r in results if not r.holds] == []
    tried = {(r.op, r.case, r.dtype) for r in results if r.clause == "linearity"}
    assert len(tried) == 2 * sum(len(op.cases) for op in OPS.values())


def test_every_clause_is_put_to_an_op() -> None:
    results = contract(BACKEND, ops=["tanh"])
    clauses = " ".join(r.clause for r in results if r.case == results[0].case and r.dtype == "float64")
    assert clauses == "runs arrays inputs ownership formula replay linearity slope adjoint want"
    assert results[-1].clause == "process"


def test_an_op_that_is_lacking_is_not_tried() -> None:
    lacking = Impostor(lacks={"tanh": "it is not written yet"})
    assert {r.op for r in contract(lacking, ops=["tanh", "exp"])} == {"exp"}


def test_a_precision_that_is_lacking_is_not_tried() -> None:
    narrow = replace(BACKEND, dtypes=frozenset({"float32"}))
    assert {r.dtype for r in contract(narrow, ops=["tanh"])} == {"float32", ""}
    assert "slope" in {r.clause for r in contract(narrow, ops=["tanh"])}


def test_what_the_contract_is_made_of_must_be_there() -> None:
    with pytest.raises(BackendError) as error:
        contract(Impostor(lacks={"mul": "it is not written yet"}))
    assert str(error.value) == "backend 'impostor' lacks 'mul', by which the contract adds up what an op returns"


def test_an_op_that_is_none_is_refused() -> None:
    with pytest.raises(BackendError) as error:
        contract(BACKEND, ops=["tanhh"])
    assert str(error.value) == "no op 'tanhh' in the vocabulary; did you mean 'tanh'?"


@pytest.mark.parametrize("name", ["numpy", "torch", "jax"])
def test_a_right_backend_raises_nothing(name: str) -> None:
    assert assert_contract(load_backend(name), ops=SOME) is None


@pytest.mark.parametrize("op", [op for op in OPS if op not in STILL])
def test_a_zero_backend_fails_at_every_op(op: str) -> None:
    assert (op, "slope") in broken(zero(), op)


def test_a_zero_backend_is_told_what_the_slope_is() -> None:
    message = complaint(zero(), "tanh")
    assert message.startswith("backend 'impostor' breaks 16 of the 69 clauses of its contract:\n")
    assert (
        "tanh((3, 5)) in float64: slope: along a direction the gradient of x is 0, but the op's own values say"
        in message
    )


def halved(saved: Any, y_bar: Array) -> tuple[Array]:
    return (BACKEND.rules["tanh"].vjp(saved, y_bar)[0] / 2,)


def test_one_wrong_rule_fails_at_its_op_and_nowhere_else() -> None:
    assert broken(with_rule("tanh", vjp=halved), "tanh", "sigmoid", "mul") == {("tanh", "slope"), ("tanh", "adjoint")}


def test_one_wrong_rule_is_named() -> None:
    message = complaint(with_rule("tanh", vjp=halved), "tanh")
    assert "tanh((3, 5)) in float64: slope: along a direction the gradient of x is" in message
    assert "tanh((3, 5)) in float64: adjoint: ⟨x̄, ẋ⟩ is" in message


def test_one_entry_off_by_a_billionth_fails() -> None:
    def nearly(saved: Any, y_bar: Array) -> tuple[Array]:
        (x_bar,) = BACKEND.rules["tanh"].vjp(saved, y_bar)
        x_bar[1, 2] *= 1 + 1e-9
        return (x_bar,)

    assert ("tanh", "slope") in broken(with_rule("tanh", vjp=nearly), "tanh")


def test_a_cotangent_that_is_mangled_is_not_linear() -> None:
    def sized(saved: Any, y_bar: Array) -> tuple[Array]:
        return BACKEND.rules["tanh"].vjp(saved, np.abs(y_bar))

    assert ("tanh", "linearity") in broken(with_rule("tanh", vjp=sized), "tanh")


def test_a_cotangent_that_is_ignored_is_not_linear() -> None:
    def alone(saved: Any, y_bar: Array) -> tuple[Array]:
        return BACKEND.rules["tanh"].vjp(saved, np.ones_like(y_bar))

    message = complaint(with_rule("tanh", vjp=alone), "tanh")
    assert "linearity: with the cotangent times -3, the gradient of x is" in message


def test_another_formula_of_the_same_name_fails() -> None:
    def of_half(x: Array) -> Any:
        y, saved = BACKEND.rules["softplus"].forward(x)
        return y + 1, saved

    message = complaint(with_rule("softplus", forward=of_half), "softplus")
    assert "softplus((3, 5)) in float64: formula: the value of y0 is" in message


def test_a_backend_that_writes_to_its_inputs_fails() -> None:
    assert ("tanh", "inputs") in broken(writing(), "tanh")
    assert "tanh((3, 5)) in float64: inputs: a program writes to its input x" in complaint(writing(), "tanh")


def test_a_replay_that_writes_to_its_inputs_fails() -> None:
    message = complaint(replace(writing(), on_given=untouched), "tanh")
    assert "tanh((3, 5)) in float64: inputs: a replay writes to its input, the x" in message


def test_a_rule_that_writes_to_its_cotangent_does_not_even_run() -> None:
    def greedy(saved: Array, y_bar: Array) -> tuple[Array]:
        y_bar *= saved
        return (y_bar,)

    message = complaint(with_rule("exp", vjp=greedy), "exp")
    assert "exp((3, 5)) in float64: runs: ValueError: output array is read-only" in message


def test_float64_for_float32_fails() -> None:
    message = complaint(widening(), "tanh")
    assert "tanh((3, 5)) in float32: arrays: impostor's value of 'x' is float64, needs float32" in message
    assert "in float64: arrays" not in message


def test_a_jvp_that_is_no_transpose_of_its_vjp_fails() -> None:
    def doubled(saved: Any, x_dot: Array) -> Array:
        return 2 * BACKEND.rules["tanh"].jvp(saved, x_dot)

    assert broken(with_rule("tanh", jvp=doubled), "tanh") == {("tanh", "adjoint")}


def test_a_program_that_returns_more_than_is_wanted_fails() -> None:
    class Generous(Impostor):
        def compile(self, spec: Any, *, want: Want | None = None, **options: Any) -> Any:
            return super().compile(spec, **options)

    assert broken(Generous(), "tanh") == {("tanh", "want")}


def test_arrays_that_share_memory_fail() -> None:
    def shared(answer: Evaluation) -> Evaluation:
        return Evaluation(answer.values, {**answer.gradients, "y0": answer.values["y0"]})

    found = complaint(Impostor(answer=shared), "tanh")
    assert "ownership: the value of y0 shares its memory with the gradient of y0" in found


def test_arrays_that_may_not_be_written_to_fail() -> None:
    def frozen(answer: Evaluation) -> Evaluation:
        for x in answer.values.values():
            x.setflags(write=False)
        return answer

    message = complaint(Impostor(answer=frozen), "tanh")
    assert "tanh((3, 5)) in float64: ownership: the value of" in message
    assert "is read-only" in message


def test_a_result_that_is_not_finite_fails() -> None:
    def burst(answer: Evaluation) -> Evaluation:
        answer.values["y0"][0, 0] = np.inf
        return answer

    assert "arrays: the value of y0 is not finite" in complaint(Impostor(answer=burst), "tanh")


def test_a_backend_that_raises_is_told_so() -> None:
    def failing(answer: Evaluation) -> Evaluation:
        raise ZeroDivisionError("of all things")

    assert broken(Impostor(answer=failing), "tanh") == {("tanh", "runs")}
    assert "tanh((3, 5)) in float64: runs: ZeroDivisionError: of all things" in complaint(
        Impostor(answer=failing), "tanh"
    )


def test_a_changed_process_is_seen() -> None:
    def hushing(answer: Evaluation) -> Evaluation:
        np.seterr(all="ignore")
        return answer

    with np.errstate(over="warn"):
        message = complaint(Impostor(answer=hushing), "tanh")
    assert "tanh(all cases): process: it changed NumPy's error state from {" in message


def test_a_long_list_is_cut_and_counted() -> None:
    message = complaint(Impostor(answer=widening().answer, bars=zero().bars), *SOME)
    assert len(message.splitlines()) == 42
    assert message.splitlines()[-1].strip().startswith("and ")


def test_an_impostor_without_a_fault_holds_to_it() -> None:
    assert broken(Impostor(answer=unchanged), *SOME) == set()
