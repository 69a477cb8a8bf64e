"""What `check` refuses, in one clear error each, and the line by which a check is done again."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import trivium as tv
from tests.impostors import Impostor, with_rule
from trivium import backend as door
from trivium.backend import installed, load_backend
from trivium.doctor import facts
from trivium.ops import OPS
from trivium.spec.file import dump_toml
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.verbs import check
from trivium_numpy import BACKEND

NET = "zoo:notebook"
ROADS = ("numpy", "torch", "jax")
SPEC = Spec(
    "net",
    written({"x": "3"}),
    written({"w": "3"}),
    (
        Node(("z",), OPS["mul"], ("w", "x"), ()),
        Node(("y",), OPS["tanh"], ("z",), ()),
        Node(("loss",), OPS["sum"], ("y",), OPS["sum"].complete({})),
    ),
    "loss",
)


def refused(error: type[Exception], spec: Any = NET, **options: Any) -> str:
    """What a check says that refuses."""
    with pytest.raises(error) as caught:
        _ = check(spec, **options)
    assert type(caught.value) is error
    return str(caught.value)


def doubled(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
    return tuple(2 * b for b in x_bars)


# ---- arguments


@pytest.mark.parametrize(
    ("error", "options", "said"),
    [
        (tv.BackendError, {"backends": "numpy"}, "backends is a list: write backends=['numpy'], not a str"),
        (tv.BackendError, {"backends": BACKEND}, "backends is a list: write backends=a list, not a NumpyBackend"),
        (tv.BackendError, {"backends": []}, "no backend named: nothing would be compared"),
        (
            tv.BackendError,
            {"backends": ["numpy", "numpy"]},
            "two backends have one name: numpy, numpy; name 'numpy' once",
        ),
        (
            tv.BackendError,
            {"backends": [5]},
            "what was passed is no backend: it is 5, which has no name, no dtypes, no lacks, no compile, no replay, "
            "no style, no facts",
        ),
        (tv.BackendError, {"dtypes": "float64"}, "dtypes is a list: write dtypes=['float64'], not a str"),
        (tv.BackendError, {"dtypes": ()}, "no precision named: nothing would be compared"),
        (
            tv.BackendError,
            {"dtypes": ["float46"]},
            "no check in 'float46' (float64, float32); did you mean 'float64'?",
        ),
        (tv.BackendError, {"dtypes": [None]}, "no check in None (float64, float32)"),
        (tv.BudgetError, {"budget": float("nan")}, "budget=nan: a budget is a number of bytes, such as 2e9"),
        (tv.BudgetError, {"budget": "2GB"}, "budget='2GB': a budget is a number of bytes, such as 2e9"),
        (tv.BudgetError, {"budget": -1}, "budget=-1: a budget is a number of bytes, such as 2e9"),
        (tv.ValuesError, {"seed": 1.5}, "seed=1.5: a seed is a whole number, not a float"),
        (tv.ValuesError, {"seed": "a"}, "seed='a': a seed is a whole number, not a str"),
        (tv.ValuesError, {"seed": -1}, "seed=-1: a seed is not below 0"),
        (tv.ValuesError, {"values": [1.0]}, "values are a mapping of names to numbers, or a path, not a list"),
        (tv.SpecError, {"spec": None}, "a network is a Spec, a path to its file, or 'zoo:NAME', not None"),
        (tv.SpecError, {"spec": 7}, "a network is a Spec, a path to its file, or 'zoo:NAME', not a int"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_one_clear_error(
    error: type[Exception], options: dict[str, Any], said: str
) -> None:
    assert refused(error, **options) == said


def test_a_precision_named_twice_is_checked_once() -> None:
    once, twice = (check(SPEC, backends=["numpy"], dtypes=d) for d in (["float64"], ["float64", "float64"]))
    assert len(once.comparison.steps) == len(twice.comparison.steps) > 0


def test_a_numpy_integer_is_a_seed() -> None:
    int_of_numpy: Any = np.int64(3)
    assert check(SPEC, backends=["numpy"], seed=int_of_numpy).comparison.seed == 3


# ---- backends that cannot


@dataclass(frozen=True)
class Half(Impostor):
    """It computes in a precision that no check knows."""

    @property
    def dtypes(self) -> frozenset[str]:
        return frozenset({"float16"})


def test_a_backend_that_runs_in_no_precision_asked_for_does_not_agree() -> None:
    assert refused(tv.BackendError, backends=["numpy", Half()]) == (
        "backend 'impostor' computes in float16, not in float64 or float32: leave it out, or name a precision"
    )


def test_a_backend_that_runs_in_one_of_the_precisions_is_checked_in_it() -> None:
    single = replace(BACKEND, name="single", dtypes=frozenset({"float32"}))
    assert {s.backend for s in check(SPEC, backends=["numpy", single]).comparison.steps} == {"numpy", "single"}


def raising(answer: Any) -> Any:
    raise KeyError("weights")


def test_what_a_program_raises_names_backend_precision_and_network() -> None:
    with pytest.raises(tv.BackendError) as caught:
        _ = check(SPEC, backends=["numpy", Impostor(answer=raising)])
    line = raising.__code__.co_firstlineno + 1
    assert str(caught.value) == f"impostor cannot run net in float64: KeyError: 'weights' (test_verbs.py:{line})"
    assert isinstance(caught.value.__cause__, KeyError)


class Uncompiled(Impostor):
    def compile(self, *args: Any, **options: Any) -> Any:
        raise ZeroDivisionError("no")


def test_what_a_compiler_raises_names_backend_precision_and_network() -> None:
    assert refused(tv.BackendError, SPEC, backends=[Uncompiled()], dtypes=["float32"]).startswith(
        "impostor cannot compile net in float32: ZeroDivisionError: no (test_verbs.py:"
    )


def narrow(saved: Any, y_bar: Any) -> Any:
    return (y_bar[:1],)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vjp": narrow}, " gives cotangent float64 (1,), needs float64 (3,)"),
        ({"vjp": lambda y, y_bar: (y_bar.astype("float16"),)}, " gives cotangent float16 (3,), needs float64 (3,)"),
        ({"vjp": lambda y, y_bar: y_bar}, ": vjp returns float64 (3,), needs a tuple: one cotangent per input"),
        ({"vjp": lambda y, y_bar: None}, ": vjp returns a NoneType, needs a tuple: one cotangent per input"),
        ({"vjp": lambda y, y_bar: (y_bar, y_bar)}, " gives 2 cotangents, needs 1"),
        ({"forward": lambda x: (x[:1], x)}, " gives output float64 (1,), needs float64 (3,)"),
        ({"forward": np.tanh}, ": forward returns float64 (3,), needs a pair (y, saved)"),
        ({"forward": lambda x: ((x, x), x)}, " gives 2 outputs, needs 1"),
    ],
)
def test_a_rule_that_does_not_fit_is_named_with_its_node(changes: dict[str, Any], said: str) -> None:
    told = refused(tv.BackendError, SPEC, backends=["torch", with_rule("tanh", **changes)])
    assert told == f"impostor's rule of tanh at node 'y'{said}"


def test_a_rule_that_is_missing_is_named() -> None:
    lacking = replace(BACKEND, rules={k: r for k, r in BACKEND.rules.items() if k != "tanh"}, name="mine")
    assert refused(tv.BackendError, SPEC, backends=[lacking]) == "mine has no rule of 'tanh'; did you mean 'hardtanh'?"


# ---- planted mistakes


def test_a_mistake_planted_in_no_backend_is_refused() -> None:
    assert refused(tv.BackendError, SPEC, backends=["numpy", "torch"], tamper={"nump": {"y": doubled}}) == (
        "a mistake is planted in 'nump', which is not checked (backends: numpy, torch); did you mean 'numpy'?"
    )


MISFITS: dict[str, tuple[Any, str]] = {
    "count": (lambda *crossed: (), "returns 0 cotangents, needs 1, one per input"),
    "shape": (lambda i, o, y, x: (np.ones(2),), "returns float64 (2,) as the cotangent of input 0, needs float64 (3,)"),
    "dtype": (
        lambda i, o, y, x: (np.ones(3, np.float32),),
        "returns float32 (3,) as the cotangent of input 0, needs float64 (3,)",
    ),
    "no array": (
        lambda i, o, y, x: ([1.0] * 3,),
        "returns no array but a list as the cotangent of input 0, needs float64 (3,)",
    ),
    "nothing": (lambda *crossed: None, "returns nothing, needs a tuple of 1, one cotangent per input"),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("what", MISFITS)
def test_a_mistake_that_does_not_fit_is_the_same_error_on_every_road(road: str, what: str) -> None:
    mistake, said = MISFITS[what]
    told = refused(tv.BackendError, SPEC, backends=[road], tamper={road: {"y": mistake}}, dtypes=["float64"])
    assert told == f"the mistake planted at node 'y' of {road} {said}"


@pytest.mark.parametrize("road", ROADS)
def test_a_mistake_that_fits_is_planted(road: str) -> None:
    beside = "torch" if road == "numpy" else "numpy"
    report = check(SPEC, backends=[beside, road], tamper={road: {"y": doubled}}, dtypes=["float64"])
    assert {(f.backend, f.node) for f in report.comparison.of("disagree")} == {(road, "y")}


# ---- numbers past the range


@pytest.mark.parametrize("road", ROADS)
def test_a_number_past_the_range_of_float32_warns_of_nothing(road: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = {"x": np.array([1e39, 1.0, 1.0]), "w": np.ones(3)}
        assert np.isinf(load_backend(road).compile(SPEC, dtype="float32")(values).values["x"][0])


# ---- what the caller has set


def seen_and_after(setting: str) -> tuple[str, str]:
    """How torch multiplies float32 matrices inside of a run, where its caller has set this; and afterwards."""
    seen: list[str] = []
    of_cpu: Any = getattr(torch.backends.mkldnn, "matmul")  # noqa: B009  which torch's own types do not know

    def watching(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
        seen.append(str(of_cpu.fp32_precision))
        return x_bars

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(setting)
    try:
        _ = check(SPEC, backends=["torch"], tamper={"torch": {"y": watching}})
        return seen[0], torch.get_float32_matmul_precision()
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("setting", ["medium", "high", "highest"])
def test_torch_multiplies_in_full_precision_whatever_its_caller_allows(setting: str) -> None:
    assert seen_and_after(setting) == ("ieee", setting)


# ---- the line that does it again


def again(spec: Any, **options: Any) -> str:
    return check(spec, **{"backends": ["numpy"], "dtypes": ["float64"], **options}).command


def test_a_name_with_a_space_is_quoted_for_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "my net.net.toml"
    path.write_text(dump_toml(SPEC), encoding="utf-8")
    assert again(path) == f"trivium check '{path}' --backends numpy --dtypes float64 --seed 0"


def test_a_spec_in_memory_is_checked_again_from_python() -> None:
    assert again(SPEC, seed=3) == "python: trivium.check(spec, backends=['numpy'], dtypes=['float64'], seed=3)"


def test_what_only_python_can_say_is_said_in_python() -> None:
    said = "python: trivium.check('zoo:notebook', backends=['numpy'], dtypes=['float64'], tamper=tamper, seed=0)"
    assert again(NET, tamper={"numpy": {"g3": doubled}}) == said


def test_a_network_by_name_is_checked_again_from_the_shell() -> None:
    said = "trivium check zoo:notebook --size N=4 --backends numpy --dtypes float64 --seed 0"
    assert again(NET, sizes={"N": 4}) == said


# ---- what is installed


class Point(SimpleNamespace):
    def load(self) -> Any:
        return self.loading()


def declared(monkeypatch: pytest.MonkeyPatch, loading: Any) -> None:
    """One more backend is declared, which does this when it is imported."""
    points = {
        "numpy": Point(loading=lambda: BACKEND, value="numpy"),
        "third": Point(loading=loading, value="third.party:BACKEND"),
    }
    monkeypatch.setattr(door, "registered", lambda: points)


def exploding() -> Any:
    raise AttributeError("module 'numpy' has no attribute 'float'")


def test_a_backend_that_breaks_when_imported_breaks_no_check_that_did_not_name_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declared(monkeypatch, exploding)
    assert list(installed()) == ["numpy"]


def test_a_backend_that_breaks_when_imported_is_named_with_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    declared(monkeypatch, exploding)
    assert refused(tv.BackendError, SPEC, backends=["third"]) == (
        "backend 'third' cannot be imported: its entry point 'third.party:BACKEND' raises AttributeError: module "
        "'numpy' has no attribute 'float'; mend or uninstall the package that declares it"
    )


def test_the_doctor_says_what_breaks_when_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    declared(monkeypatch, exploding)
    (warning,) = [w for w in facts(["numpy", "third"]).warnings if "third" in w]
    assert warning.startswith("backend 'third' cannot be imported")


def test_an_entry_point_that_is_no_backend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    declared(monkeypatch, lambda: 5)
    assert refused(tv.BackendError, SPEC, backends=["third"]).startswith(
        "the entry point 'third.party:BACKEND' is no backend: it is 5"
    )
