"""JSON holds a spec exactly, under a schema with a version."""

from __future__ import annotations

import copy
import json
from typing import Any

import hypothesis.strategies as st
import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given

from tests.strategies import specs
from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.exchange import digest, dumps_json, from_json, loads_json, schema, to_json
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node

SPEC = Spec(
    "net",
    written({"x": "3 N"}),
    written({"w": "2*k 3"}),
    (
        Node(("h",), OPS["matmul"], ("w", "x")),
        Node(("a", "b"), OPS["split"], ("h",), (("parts", 2), ("axis", 0))),
        Node(("c",), OPS["constant"], (), (("value", 0.1),)),
        Node(("d",), OPS["mul"], ("a", "c")),
        Node(("loss",), OPS["mean"], ("d",), (("axis", (0, 1)),)),
    ),
    "loss",
    (("N", 5), ("k", 2)),
)
JSON = {
    "format": "trivium.spec",
    "version": 1,
    "name": "net",
    "inputs": [{"name": "x", "shape": "3 N"}],
    "parameters": [{"name": "w", "shape": "2*k 3"}],
    "nodes": [
        {"outputs": ["h"], "op": "matmul", "inputs": ["w", "x"], "attributes": {}},
        {"outputs": ["a", "b"], "op": "split", "inputs": ["h"], "attributes": {"parts": 2, "axis": 0}},
        {"outputs": ["c"], "op": "constant", "inputs": [], "attributes": {"value": 0.1}},
        {"outputs": ["d"], "op": "mul", "inputs": ["a", "c"], "attributes": {}},
        {"outputs": ["loss"], "op": "mean", "inputs": ["d"], "attributes": {"axis": [0, 1], "keepdims": False}},
    ],
    "loss": "loss",
    "sizes": {"N": 5, "k": 2},
}


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """The JSON of the network with one entry replaced."""
    data: dict[str, Any] = copy.deepcopy(JSON)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return data


def complaints(data: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        _ = from_json(data, OPS)
    return [problem.message for problem in caught.value.problems]


def test_a_spec_is_written_in_full() -> None:
    assert to_json(SPEC) == JSON


def test_a_spec_is_read_back() -> None:
    assert from_json(JSON, OPS) == SPEC


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_attribute_is_exactly_the_float_that_it_was(value: float) -> None:
    nodes = (Node(("l",), OPS["constant"], (), (("value", value),)),)
    read = loads_json(dumps_json(Spec("n", written({"x": ""}), (), nodes, "l")), vocabulary=OPS)
    assert repr(dict(read.nodes[0].attrs)["value"]) == repr(value)


def test_a_writer_that_drops_the_point_means_the_same_number() -> None:
    assert from_json(changed("nodes", 2, "attributes", to={"value": 2}), OPS).nodes[2].attrs == (("value", 2.0),)


@given(specs())
def test_what_is_written_satisfies_the_schema(spec: Spec) -> None:
    jsonschema.validate(json.loads(dumps_json(spec)), schema())
    assert schema()["properties"]["version"]["const"] == 1


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(JSON | {"version": 2}, schema())


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (changed("loss", to=3), ["loss is no text"]),
        (changed("nodes", 0, to={"op": "tanh"}), ["nodes[0].outputs is missing", "nodes[0].inputs is missing"]),
        (changed("nodes", 0, "outputs", to=[]), ["nodes[0].outputs is empty"]),
        (changed("nodes", 0, "note", to="x"), ["nodes[0].note means nothing in a spec"]),
        (changed("nodes", to={}), ["nodes is no list"]),
        (changed("sizes", to=[]), ["sizes is no object"]),
        (changed("sizes", "N", to=2.5), ["sizes.N is no integer"]),
        (changed("nodes", 1, "attributes", "axis", to={"a": 1}), ["nodes[1].attributes.axis is no attribute: "
         "true, false, null, a number, a text, or a list of integers is one"]),
        (changed("nodes", 0, "op", to="matmull"), ["unknown op 'matmull'; did you mean 'matmul'?"]),
        (changed("nodes", 1, "attributes", "axes", to=1), ["split: no attribute 'axes'; "
         "did you mean 'axis'? (it has parts, axis)"]),
        (changed("version", to=2), ["version 2 of 'trivium.spec'; this trivium reads version 1"]),
        (changed("version", to=True), ["version True of 'trivium.spec'; this trivium reads version 1"]),
        ({"format": "onnx"}, ["not a spec in JSON: 'format' is 'onnx'; "
         "an object with 'format': 'trivium.spec' is one"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(data: Any, messages: list[str]) -> None:
    assert complaints(data) == messages


def test_the_problem_of_a_node_names_its_number() -> None:
    with pytest.raises(SpecError) as caught:
        _ = from_json(changed("nodes", 3, "op", to="mull"), OPS)
    assert caught.value.problems[0].where == "nodes[3]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: expecting property name enclosed in double quotes at line 1, column 2"),
        ("[" * 100_000, "more than 16 brackets within brackets: this is no spec"),
        ('{"a": 1, "a": 2}', "the entry 'a' stands twice in one object"),
        ('{"a": NaN}', "NaN is no number that an attribute can be"),
        ("9" * 5000, "a number of more than 4300 digits: this is no spec"),
    ],
)
def test_a_text_that_is_no_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = loads_json(text, vocabulary=OPS, path="net.json")
    assert [(p.message, p.where) for p in caught.value.problems] == [(message, "net.json")]


def test_brackets_inside_of_texts_nest_nothing() -> None:
    assert loads_json(json.dumps(JSON | {"name": "[" * 99}), vocabulary=OPS).name == "[" * 99


def test_equal_specs_have_equal_digests() -> None:
    assert digest(from_json(JSON, OPS)) == digest(SPEC)
    assert len(digest(SPEC)) == 64


def test_another_spec_has_another_digest() -> None:
    assert digest(SPEC.resized(N=6)) != digest(SPEC)
