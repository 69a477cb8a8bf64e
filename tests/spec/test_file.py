"""Network files are read as they are meant, and written so that a person can read them."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.exchange import dumps_json
from trivium.spec.file import Accept, Document, dump_toml, load, loads_toml

GOOD = """\
name = "net"
loss = "cost"
values = "net.values.json"

[inputs]
x = "2 N"
y = "1 N"

[parameters]
w = "2 2"
scale = ""

[nodes]
"a, b" = "split(tanh(w @ x), parts=2, axis=0)"
cost = "squared_error(scale * (a - b), y, reduction='batchmean', batch_axis=1)"

[sizes]
N = 5

[[accept]]
finding = "TV104"
node = "cost"
backend = "torch"
reason = "it is known"
"""
PLAIN = """\
name = "net"
loss = "cost"
values = "net.values.json"

[inputs]
x = "2 N"
y = "1 N"

[parameters]
w = "2 2"
scale = ""

[nodes]
a_1 = "matmul(w, x)"
a_2 = "tanh(a_1)"
"a, b" = "split(a_2, parts=2, axis=0)"
cost_1 = "sub(a, b)"
cost_2 = "mul(scale, cost_1)"
cost = "squared_error(cost_2, y, reduction='batchmean', batch_axis=1)"

[sizes]
N = 5

[[accept]]
finding = "TV104"
node = "cost"
backend = "torch"
reason = "it is known"
"""
KNOWN = Accept("TV104", "cost", "torch", "it is known")


def read(text: str) -> Document:
    return loads_toml(text, vocabulary=OPS)


def outcome(text: str) -> Document | SpecError:
    try:
        return read(text)
    except SpecError as error:
        return error


def test_a_file_says_what_stands_beside_the_network() -> None:
    document = read(GOOD)
    assert (document.values, document.accept, document.path) == ("net.values.json", (KNOWN,), None)


def test_operators_and_nested_calls_are_written_as_what_they_stand_for() -> None:
    document = read(GOOD)
    assert dump_toml(document.spec, values=document.values, accept=document.accept) == PLAIN


def test_what_is_written_is_read_back() -> None:
    assert read(PLAIN) == read(GOOD)


def test_a_file_is_loaded_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "net.net.toml"
    _ = path.write_text(GOOD)
    assert load(path, vocabulary=OPS) == Document(read(GOOD).spec, "net.values.json", path, (KNOWN,))


def test_a_json_file_is_loaded_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    _ = path.write_text(dumps_json(read(GOOD).spec))
    assert load(str(path), vocabulary=OPS, sizes={"N": 7}).spec == read(GOOD).spec.resized(N=7)


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "net.net.toml"
    _ = path.write_text(GOOD, encoding="utf-8-sig")
    assert load(path, vocabulary=OPS).spec == read(GOOD).spec


def test_lines_may_end_as_on_windows() -> None:
    assert read(GOOD.replace("\n", "\r\n")) == read(GOOD)


def test_a_network_without_a_name_is_called_by_its_file() -> None:
    text = GOOD.replace('name = "net"\n', "")
    assert loads_toml(text, vocabulary=OPS, path="some/deep.net.toml").spec.name == "deep"


def test_a_file_needs_no_sizes_and_no_parameters() -> None:
    text = 'loss = "l"\n[inputs]\nx = "2 3"\n[nodes]\nl = "sum(x)"\n'
    assert read(text).spec.shapes["x"] == (2, 3)


def test_tables_may_be_written_inline() -> None:
    assert read('loss = "l"\ninputs = {x = "2 3"}\nnodes.l = "sum(x)"\n').spec.shapes["x"] == (2, 3)


def test_a_network_that_is_wrong_is_refused() -> None:
    with pytest.raises(SpecError, match="a tensor has no index here"):
        _ = read(GOOD.replace("(a - b)", "(a - b)[0]"))


def test_a_pipe_or_device_is_not_read() -> None:
    with pytest.raises(SpecError, match="'/dev/zero' is not a regular file"):
        _ = load("/dev/zero", vocabulary=OPS)


EDITS = st.text(alphabet="[]{}\"'\\#=\n,. ()@*+-/19eE_aNσ\x00\r\t:", max_size=8) | st.sampled_from(
    ['"""', "'''", "[nodes]", "[[accept]]", "cost", '= "', '"x, y" = ', "[" * 40, "(" * 60, "N = 0\n", "9" * 30]
)


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 5), EDITS), min_size=1, max_size=4))
def test_a_damaged_file_is_a_network_or_a_spec_error(edits: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, gone, new in edits:
        text = text[:at] + new + text[at + gone :]
    assert isinstance(outcome(text), Document | SpecError)


SPEC = dumps_json(read(GOOD).spec)
JUNK = st.text(alphabet='[]{}":,\\ 19eE-.anult\n', max_size=6) | st.sampled_from(
    ["null", "[1]", "{}", "1e999", "NaN", '"N"', "[" * 30, "true", "-3", "9" * 5000]
)


@given(st.lists(st.tuples(st.integers(0, len(SPEC)), st.integers(0, 8), JUNK), min_size=1, max_size=3))
def test_damaged_json_is_a_network_or_a_spec_error(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, str]]
) -> None:
    text = SPEC
    for at, gone, new in edits:
        text = text[:at] + new + text[at + gone :]
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    _ = path.write_text(text)
    assert isinstance(loaded(path), Document | SpecError)


def loaded(path: Path) -> Document | SpecError:
    try:
        return load(path, vocabulary=OPS)
    except SpecError as error:
        return error


def test_the_damage_is_looked_for_in_a_file_that_is_right() -> None:
    assert json.loads(SPEC)["name"] == "net"
