"""What is fed in: every kind checks and draws its numbers, a person's are kept as they are, files give them back."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from trivium.errors import ValuesError
from trivium.given import KINDS, as_float32, check_values, read_values, shapes_of
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.spec.op import Kind
from trivium.zoo import network

FLOATS = ("real", "above -1", "positive", "unit", "sign", "simplex")
SHAPES = ((), (1,), (2,), (7,), (3, 5), (1, 4), (2, 1), (2, 3, 4))
WRONG: dict[str, list[Any]] = {
    "real": [[np.nan], [np.inf]],
    "above -1": [[-1.0], [-3.0], [np.nan]],
    "positive": [[0.0], [-1.0], [np.nan]],
    "unit": [[-0.1], [1.1], [np.inf]],
    "sign": [[0.0], [0.5], [-2.0]],
    "simplex": [[0.5, 0.4], [1.5, -0.5], [np.nan, 1.0]],
    "index": [[-1], [3], [2**40]],
}
RIGHT: dict[str, list[Any]] = {
    "real": [[0.0], [1e300], [-5e-324]],
    "above -1": [[-0.999], [0.0], [7]],
    "positive": [[5e-324], [7]],
    "unit": [[0.0], [1.0], [0.5]],
    "sign": [[1.0], [-1]],
    "simplex": [[1.0, 0.0], [0.1, 0.2, 0.7]],
    "index": [[0], [2]],
    "mask": [[True, False]],
}


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(kind: str, shape: tuple[int, ...], *, below: int | None = None, seed: int = 0) -> Any:
    return KINDS[kind].draw(stream(seed), shape, Kind(kind, below))


def kind_of(name: str) -> Kind:
    return Kind(name, 3) if name == "index" else Kind(name)


@pytest.mark.parametrize(("name", "entries"), [(n, e) for n, cases in WRONG.items() for e in cases])
def test_a_wrong_entry_is_named(name: str, entries: list[Any]) -> None:
    assert "; needs " in KINDS[name].wrong(np.array(entries), kind_of(name))


@pytest.mark.parametrize(("name", "entries"), [(n, e) for n, cases in RIGHT.items() for e in cases])
def test_a_right_entry_is_not_accused(name: str, entries: list[Any]) -> None:
    assert KINDS[name].wrong(np.array(entries), kind_of(name)) == ""


def test_the_first_wrong_entry_is_the_one_that_is_named() -> None:
    array = np.array([[1.0, np.nan], [2.0, np.inf]])
    assert KINDS["real"].wrong(array, Kind()) == "[0, 1] is nan (and 1 more like it); needs finite numbers"


def test_a_scalar_has_no_index() -> None:
    assert KINDS["positive"].wrong(np.array(-1.0), Kind("positive")) == " is -1.0; needs numbers above 0"


def test_a_softmax_in_float32_is_a_distribution() -> None:
    scores = np.exp(stream().standard_normal((50, 100)).astype(np.float32))
    rows = scores / scores.sum(axis=1, keepdims=True)
    assert KINDS["simplex"].wrong(rows.astype(np.float64), Kind("simplex")) == ""


def test_a_distribution_that_lost_a_thousandth_is_none() -> None:
    assert KINDS["simplex"].wrong(np.array([0.5, 0.499]), Kind("simplex")) != ""


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", KINDS)
def test_what_is_drawn_is_of_its_shape_and_dtype_and_is_allowed(name: str, shape: tuple[int, ...]) -> None:
    numbers, kind = drawn(name, shape, below=kind_of(name).below), kind_of(name)
    assert (numbers.shape, numbers.dtype) == (shape, KINDS[name].dtype)
    assert KINDS[name].wrong(numbers, kind) == ""


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FLOATS)
def test_what_is_drawn_is_a_float32_number_and_not_zero(name: str, shape: tuple[int, ...]) -> None:
    numbers = drawn(name, shape)
    assert np.array_equal(as_float32(numbers), numbers)
    assert np.all(numbers != 0)


def test_a_zero_that_is_drawn_is_replaced() -> None:
    class Zeros:
        def standard_normal(self, shape: tuple[int, ...]) -> Any:
            return np.zeros(shape)

    zeros: Any = Zeros()
    assert np.array_equal(KINDS["real"].draw(zeros, (2,), Kind()), np.ones(2))


def test_a_probability_is_strictly_between_0_and_1() -> None:
    numbers = drawn("unit", (10_000,))
    assert 0 < numbers.min() < numbers.max() < 1


@pytest.mark.parametrize("length", [1, 2, 3, 10, 1000])
def test_a_distribution_sums_to_exactly_1(length: int) -> None:
    assert {math.fsum(row) for row in drawn("simplex", (20, length))} == {1.0}


@pytest.mark.parametrize("seed", range(20))
def test_both_signs_occur(seed: int) -> None:
    assert set(drawn("sign", (2,), seed=seed)) == {-1.0, 1.0}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("labels", "classes"), [(3, 3), (7, 3), (4, 10), (100, 5)])
def test_labels_repeat_differ_and_leave_a_class_out(labels: int, classes: int, seed: int) -> None:
    found = set(drawn("index", (labels,), below=classes, seed=seed).tolist())
    assert 2 <= len(found) < min(labels, classes)


def test_two_classes_both_occur() -> None:
    assert set(drawn("index", (3,), below=2).tolist()) == {0, 1}


def test_a_label_among_very_many_classes_takes_no_memory() -> None:
    assert drawn("index", (4,), below=2**40).max() < 2**40


@pytest.mark.parametrize("seed", range(20))
def test_a_mask_has_a_full_row_and_an_empty_one(seed: int) -> None:
    rows = {tuple(row) for row in drawn("mask", (5, 4), seed=seed).tolist()}
    assert {(True,) * 4, (False,) * 4} < rows


SPEC: Spec = network("classifier", b=4, n=2, h=3, c=3)


def test_values_come_back_in_the_order_and_the_types_of_the_spec() -> None:
    values = draw(SPEC)
    found = check_values(SPEC, dict(reversed(values.items())))
    assert [(n, a.dtype) for n, a in found.items()] == [(n, a.dtype) for n, a in values.items()]


def test_a_person_s_numbers_are_never_rounded() -> None:
    values = draw(SPEC) | {"c1": [0.1, 1e300, -5e-324]}
    assert check_values(SPEC, values)["c1"].tolist() == [0.1, 1e300, -5e-324]


def test_whole_numbers_and_float32_and_foreign_byte_order_are_taken_exactly() -> None:
    values = draw(SPEC) | {"c1": [1, -2, 2**60], "c2": np.array([0.1, 2, 3], np.float32), "w2": np.ones((3, 3), ">f8")}
    found = check_values(SPEC, values)
    assert found["c1"].tolist() == [1.0, -2.0, 2.0**60]
    assert found["c2"].tolist() == np.array([0.1, 2, 3], np.float32).tolist()
    assert found["w2"].dtype == np.float64


def test_a_long_double_past_float64_is_refused() -> None:
    values = draw(SPEC) | {"c1": np.array([1, 2, 3], np.longdouble) / 3}
    with pytest.raises(ValuesError, match="float64 would round"):
        _ = check_values(SPEC, values)


def test_labels_of_any_integer_type_are_taken() -> None:
    found = check_values(SPEC, draw(SPEC) | {"labels": np.array([0, 1, 2, 0], np.uint8)})
    assert (found["labels"].dtype, found["labels"].tolist()) == (np.int64, [0, 1, 2, 0])


def test_what_is_returned_is_not_the_caller_s_own_array() -> None:
    values = draw(SPEC)
    assert [name for name, array in check_values(SPEC, values).items() if np.shares_memory(array, values[name])] == []


def test_shapes_are_read_off_the_values() -> None:
    assert shapes_of({"x": np.ones((9, 5)), "labels": [0, 1], "s": 3}) == {"x": (9, 5), "labels": (2,), "s": ()}


def test_rows_of_different_lengths_have_no_shape() -> None:
    assert shapes_of({"x": [[1.0], [1.0, 2.0]]}) == {}


def test_json_gives_numbers_labels_and_masks(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    _ = path.write_text('{"w": [[0.1, 2]], "t": -3, "i": [0, 1], "m": [true, false]}', encoding="utf-8")
    found = read_values(path)
    assert {n: (a.dtype.kind, a.tolist()) for n, a in found.items()} == {
        "w": ("f", [[0.1, 2.0]]),
        "t": ("i", -3),
        "i": ("i", [0, 1]),
        "m": ("b", [True, False]),
    }


def test_nan_in_json_is_read_so_that_it_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    _ = path.write_text('{"w": [NaN, Infinity]}', encoding="utf-8")
    assert str(read_values(path)["w"].tolist()) == "[nan, inf]"


def test_a_number_of_300_digits_is_read_as_the_nearest_float64(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    _ = path.write_text('{"w": ' + "9" * 300 + "}", encoding="utf-8")
    assert read_values(path)["w"] == 1e300


def test_brackets_inside_a_name_are_no_nesting(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    _ = path.write_text('{"' + "[" * 1000 + '\\"[": 1.0}', encoding="utf-8")
    assert len(read_values(path)) == 1


@given(st.lists(st.floats(allow_nan=False), max_size=20))
def test_numbers_survive_json(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    path = tmp_path_factory.mktemp("json") / "w.json"
    _ = path.write_text(f'{{"w": {numbers}}}'.replace("inf", "Infinity"), encoding="utf-8")
    assert read_values(path)["w"].tolist() == numbers


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_gives_back_what_was_saved(tmp_path: Path, save: Any) -> None:
    arrays = {"w": np.asfortranarray(stream().standard_normal((3, 5))), "i": np.arange(4), "t": np.array(2.5)}
    save(tmp_path / "w.npz", **arrays)
    found = read_values(tmp_path / "w.npz")
    assert {n: a.tolist() for n, a in found.items()} == {n: a.tolist() for n, a in arrays.items()}


IGNORING = Kind("index", below=3, besides=-100)


def test_a_label_to_be_ignored_is_drawn_and_held_for_right() -> None:
    labels = KINDS["index"].draw(np.random.default_rng(0), (12,), IGNORING)
    assert -100 in labels
    assert KINDS["index"].wrong(labels, IGNORING) == ""


def test_a_label_that_is_neither_a_class_nor_ignored_is_refused() -> None:
    found = KINDS["index"].wrong(np.array([0, -1, -100]), IGNORING)
    assert found == "[1] is -1; needs integers from 0 to 2, or -100"
