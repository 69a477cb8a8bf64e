"""Each of the three ways to write a spec can be turned into the others, and back, without a difference."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from tests.strategies import specs
from trivium.ops import OPS
from trivium.spec.exchange import digest, from_json, to_json
from trivium.spec.file import dump_toml, loads_toml
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.spec.text import print_as_python


def executed(source: str) -> Spec:
    names: dict[str, Any] = {}
    exec(source, names)
    spec: Spec = names["spec"]
    return spec


def every_way(spec: Spec) -> list[Spec]:
    """The spec, written and read back in each of the three ways."""
    return [
        loads_toml(dump_toml(spec), vocabulary=OPS).spec,
        from_json(json.loads(json.dumps(to_json(spec))), OPS),
        executed(print_as_python(spec)),
    ]


def constant(value: float, *, name: str = "net") -> Spec:
    """A network that is one number."""
    return Spec(name, written({"x": ""}), (), (Node(("c",), OPS["constant"], (), (("value", value),)),), "c")


@given(specs())
def test_every_way_back_is_the_same_spec(spec: Spec) -> None:
    assert every_way(spec) == [spec] * 3


@given(specs())
def test_every_way_back_has_the_same_digest(spec: Spec) -> None:
    assert {digest(back) for back in every_way(spec)} == {digest(spec)}


@given(specs())
def test_every_way_back_has_the_same_shapes_and_kinds(spec: Spec) -> None:
    assert [(back.shapes, back.givens) for back in every_way(spec)] == [(spec.shapes, spec.givens)] * 3


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_way_keeps_a_number_to_the_last_bit(value: float) -> None:
    spec = constant(value)
    assert [repr(back.nodes) for back in every_way(spec)] == [repr(spec.nodes)] * 3


@given(st.text(alphabet=st.characters(codec="utf-8").filter(str.isprintable)))
def test_every_way_keeps_the_name_of_the_network(name: str) -> None:
    assert [back.name for back in every_way(constant(1.0, name=name))] == [name] * 3


def test_a_difference_would_be_seen() -> None:
    assert constant(0.1) != constant(0.1 + 2**-56)
    assert constant(1.0, name="a") != constant(1.0, name="b")
