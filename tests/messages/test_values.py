"""What a person reads when the numbers do not fit the network, or their file is not what it should be."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trivium.errors import ValuesError
from trivium.given import check_values, read_values
from trivium.probe import draw
from trivium.zoo import network

SPEC = network("classifier", b=4, n=2, h=3, c=3)
RIGHT: dict[str, Any] = {
    "x": [[0.5, 1.0], [2.0, -1.0], [0.0, 3.0], [1.0, 1.0]],
    "labels": [0, 2, 1, 0],
    "w1": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    "c1": [0.1, 0.2, 0.3],
    "w2": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "c2": [0.0, 0.0, 0.0],
}


def complaint(**wrong: Any) -> str:
    """What check_values says when some values are replaced; None takes a value away."""
    values = {name: value for name, value in (RIGHT | wrong).items() if value is not None}
    with pytest.raises(ValuesError) as caught:
        _ = check_values(SPEC, values)
    return str(caught.value)


def refusal(path: Path) -> str:
    """What read_values says of a file, which it calls by its name."""
    with pytest.raises(ValuesError) as caught:
        _ = read_values(path)
    return str(caught.value).replace(str(path), path.name)


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "w.json"
    _ = path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def packed(tmp_path: Path, members: dict[str, bytes]) -> Path:
    path = tmp_path / "w.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_the_right_values_are_taken() -> None:
    assert list(check_values(SPEC, RIGHT)) == list(SPEC.givens)


def test_a_missing_value() -> None:
    assert complaint(w1=None) == "parameter 'w1' has no value; it needs (3, 2): written 'h n', h = 3, n = 2"


def test_a_value_of_a_name_that_is_nearly_one() -> None:
    assert complaint(label=[0, 2, 1, 0], labels=None) == (
        "input 'labels' has no value; it needs (4,): written 'b', b = 4\n"
        "'label' is given a value, but classifier has no input or parameter of that name; did you mean 'labels'?"
    )


def test_a_value_for_what_is_computed() -> None:
    assert complaint(z=[1.0]) == (
        "'z' is given a value, but it is computed: z = linear(x, w1, c1); only what is fed in is given"
    )


def test_a_wrong_shape() -> None:
    assert complaint(c1=[[0.1, 0.2, 0.3]]) == "parameter 'c1' has shape (1, 3), needs (3,): written 'h', h = 3"


def test_a_transposed_value() -> None:
    assert complaint(w1=np.ones((2, 3))) == (
        "parameter 'w1' has shape (2, 3), needs (3, 2): written 'h n', h = 3, n = 2\n"
        "  its axes are in reverse order: give its transpose"
    )


def test_a_value_that_would_fit_at_another_size() -> None:
    assert complaint(x=np.ones((9, 2))) == (
        "input 'x' has shape (9, 2), needs (4, 2): written 'b n', b = 4, n = 2\n  or check at that size: --size b=9"
    )


def test_rows_of_different_lengths() -> None:
    assert complaint(w1=[[1.0, 2.0], [3.0]]) == (
        "parameter 'w1' has rows of different lengths; an array's are equally long"
    )


def test_what_cannot_become_an_array() -> None:
    class Refuses:
        def __array__(self, *rest: object, **more: object) -> None:
            raise RuntimeError("detach it first")

    assert complaint(w1=Refuses()) == "parameter 'w1' is no array: detach it first"


def test_complex_numbers() -> None:
    assert complaint(c1=[1j, 0, 0]) == (
        "parameter 'c1' holds complex numbers (complex128); needs numbers\n"
        "  networks here are real: give the real and the imaginary part an input each"
    )


def test_texts() -> None:
    assert complaint(c1=["0.1", "0.2", "0.3"]) == (
        "parameter 'c1' holds texts (<U3); needs numbers\n  write numbers without quotes"
    )


def test_booleans_for_numbers() -> None:
    assert complaint(c1=[True, False, True]) == (
        "parameter 'c1' holds booleans (bool); needs numbers\n  write 0.0 and 1.0 (in NumPy: .astype(float))"
    )


def test_half_a_label() -> None:
    assert complaint(labels=[0.0, 2.0, 0.5, 1.5]) == (
        "input 'labels'[2] is 0.5 (and 1 more like it); needs integers from 0 to 2\n"
        "  a label is a whole number: the number of its class"
    )


def test_floats_for_labels() -> None:
    assert complaint(labels=[0.0, 2.0, 1.0, 0.0]) == (
        "input 'labels' holds floats (float64); needs integers from 0 to 2\n"
        "  a label is a whole number: write 2, not 2.0 (in NumPy: .astype(int))"
    )


def test_a_label_out_of_range() -> None:
    assert complaint(labels=[0, 3, 1, -1]) == "input 'labels'[1] is 3 (and 1 more like it); needs integers from 0 to 2"


def test_nan() -> None:
    assert complaint(w1=[[1.0, 2.0], [3.0, float("nan")], [5.0, 6.0]]) == (
        "parameter 'w1'[1, 1] is nan; needs finite numbers"
    )


def test_infinity() -> None:
    assert complaint(c2=[0.0, 0.0, -np.inf]) == "parameter 'c2'[2] is -inf; needs finite numbers"


def test_a_probability_out_of_range() -> None:
    spec = network("binary", b=2)
    values = draw(spec) | {"target": np.array([[0.5], [1.5]])}
    with pytest.raises(ValuesError) as caught:
        _ = check_values(spec, values)
    assert str(caught.value) == "input 'target'[1, 0] is 1.5; needs numbers from 0 to 1"


def test_an_integer_that_float64_cannot_hold() -> None:
    assert complaint(c1=[2**53 + 1, 0, 0]) == (
        "parameter 'c1' (int64) holds a number that float64 would round; none is ever rounded"
    )


def test_all_problems_at_once() -> None:
    found = complaint(w1=None, c1=[np.nan, 0.0, 0.0], labels=[9, 0, 0], extra=1.0).splitlines()
    assert found == [
        "parameter 'w1' has no value; it needs (3, 2): written 'h n', h = 3, n = 2",
        "'extra' is given a value, but classifier has no input or parameter of that name",
        "input 'labels' has shape (3,), needs (4,): written 'b', b = 4",
        "  or check at that size: --size b=3",
        "input 'labels'[0] is 9; needs integers from 0 to 2",
        "parameter 'c1'[0] is nan; needs finite numbers",
    ]


def test_the_place_that_values_come_from_is_named() -> None:
    with pytest.raises(ValuesError) as caught:
        _ = check_values(SPEC, RIGHT | {"c2": [0.0, np.nan, 0.0]}, where="w.json")
    assert str(caught.value) == "parameter 'c2'[1] is nan; needs finite numbers\n  in w.json"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "w.json") == "no such file\n  in w.json"


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "w.json").mkdir()
    assert refusal(tmp_path / "w.json") == "not a file\n  in w.json"


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    assert refusal(tmp_path / "w.csv") == "values are read from .json or .npz files, not from 'w.csv'\n  in w.csv"


def test_not_json(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, '{\n "w1": [1.0,,]\n}')) == "not JSON: Expecting value, column 13\n  in w.json:2"


def test_not_utf_8(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, b'{"w\xff": 1}')) == "not UTF-8: byte 3 is 0xff\n  in w.json"


def test_json_without_names(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, "[1.0, 2.0]")) == (
        'values are an object of names: {"w1": [[1.0, 2.0]], "t": 3.0}\n  in w.json'
    )


def test_a_name_twice(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, '{"w1": 1, "w1": 2}')) == "'w1' has 2 values\n  in w.json"


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    text = json.dumps({"a": ["x", None], "b": {"c": 1}, "d": [True, 1], "e": [[1, 2], [3]], "f": 1.0})
    assert refusal(written(tmp_path, text)).splitlines() == [
        "'a' holds a text and null; a value is a number or nested lists of numbers",
        "  in w.json",
        "'b' holds an object; a value is a number or nested lists of numbers",
        "  in w.json",
        "'d' mixes true and false with numbers",
        "  in w.json",
        "'e' has rows of different lengths; an array's are equally long",
        "  in w.json",
    ]


def test_brackets_without_end(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, '{"w1": ' + "[" * 100_000)) == (
        "brackets are nested 100001 deep; an array has at most 64 axes\n  in w.json"
    )


def test_json_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.given.file.LARGEST_JSON", 10)
    assert refusal(written(tmp_path, '{"w1": 1234567}')) == (
        "larger than 10 bytes: keep so many numbers in an .npz\n  in w.json"
    )


def test_an_npz_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    _ = path.write_bytes(npy(np.ones(3)))
    assert refusal(path) == "not an .npz, a zip of .npy arrays as numpy.savez writes it\n  in w.npz"


def test_a_pickled_npz(tmp_path: Path) -> None:
    members = {"w1.npy": npy(np.array([{"a": 1}], dtype=object)), "c1.npy": npy(np.ones(3))}
    assert refusal(packed(tmp_path, members)) == (
        "'w1.npy' is pickled (dtype object), and nothing is ever unpickled: save plain numbers\n  in w.npz"
    )


def test_an_npz_with_something_else_in_it(tmp_path: Path) -> None:
    assert refusal(packed(tmp_path, {"readme.txt": b"hello"})) == "'readme.txt' is no .npy array\n  in w.npz"


def test_an_npz_that_declares_more_than_it_holds(tmp_path: Path) -> None:
    short = npy(np.ones(3)).replace(b"(3,)", b"(9,)")
    assert refusal(packed(tmp_path, {"w1.npy": short})) == (
        "'w1.npy' declares shape (9,) of float64, 72 bytes, but holds 24\n  in w.npz"
    )


def test_an_npz_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.given.file.LARGEST_NPZ", 2**20)
    assert refusal(packed(tmp_path, {"w1.npy": npy(np.zeros(2**18))})) == (
        "its arrays would take 2097280 bytes; at most 1048576 are read\n  in w.npz"
    )


def test_an_npz_with_a_damaged_array(tmp_path: Path) -> None:
    path = packed(tmp_path, {"w1.npy": npy(np.arange(100.0))})
    raw = bytearray(path.read_bytes())
    raw[70:90] = bytes(20)
    _ = path.write_bytes(raw)
    assert refusal(path).startswith("'w1.npy' cannot be read: ")


def test_a_header_nested_without_end(tmp_path: Path) -> None:
    text = b"-" * 9000 + b"1\n"
    header = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    assert refusal(packed(tmp_path, {"w1.npy": header})).startswith("'w1.npy' cannot be read: ")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("9" * 5000, "999999999999... (5,000 characters)"),
        ("1e999", "1e999"),
        ("-" + "7" * 400, "-77777777777... (401 characters)"),
    ],
)
def test_a_number_past_the_range_of_float64(number: str, shown: str, tmp_path: Path) -> None:
    path = written(tmp_path, f'{{"x": [1.0, {number}]}}')
    assert refusal(path) == (
        f"'x' holds {shown}, which is past the range of float64 (about 1.8e308 either way)\n  in w.json"
    )


def test_the_largest_float64_is_read(tmp_path: Path) -> None:
    largest = int(1.7976931348623157e308)
    assert read_values(written(tmp_path, f'{{"x": {largest}}}'))["x"] == float(largest)
