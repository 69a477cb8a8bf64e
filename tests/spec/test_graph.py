"""A Spec: what it knows once it stands, and what it refuses to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.spec.op import Kind


def node(outputs: str, op: str, *inputs: str, **attrs: Any) -> Node:
    return Node(tuple(outputs.split()), OPS[op], inputs, tuple(attrs.items()))


def spec(*nodes: Node, loss: str = "loss", sizes: Mapping[str, int] | None = None, **givens: str) -> Spec:
    """A network of these nodes; capital givens are parameters."""
    inputs = {name: dims for name, dims in (givens or {"x": "3 N"}).items() if not name.isupper()}
    parameters = {name: dims for name, dims in givens.items() if name.isupper()}
    bound = {"N": 5} if sizes is None else sizes
    return Spec("net", written(inputs), written(parameters), nodes, loss, tuple(bound.items()))


def problems(*nodes: Node, **rest: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        _ = spec(*nodes, **rest)
    return [problem.message for problem in caught.value.problems]


DIAMOND = spec(
    node("h", "matmul", "W", "x"),
    node("a b", "split", "h", parts=2, axis=0),
    node("k", "mul", "a", "a"),
    node("dead", "tanh", "x"),
    node("loss", "sum", "k"),
    x="3 N",
    unused="N",
    W="4 3",
)


def test_every_shape_is_inferred() -> None:
    assert {name: DIAMOND.shapes[name] for name in ("h", "a", "b", "loss")} == {
        "h": (4, 5),
        "a": (2, 5),
        "b": (2, 5),
        "loss": (),
    }


def test_who_makes_and_who_reads_a_name() -> None:
    assert DIAMOND.producer["b"].name == "a"
    assert [n.name for n in DIAMOND.consumers["a"]] == ["k"]
    assert DIAMOND.consumers["b"] == ()


def test_what_the_loss_depends_on() -> None:
    assert DIAMOND.reaching == {"loss", "k", "a", "h", "W", "x"}


def test_what_has_a_gradient() -> None:
    assert DIAMOND.differentiable == ("x", "unused", "W", "h", "a", "b", "k", "dead", "loss")


def test_the_numbers_in_all_tensors_are_counted() -> None:
    assert DIAMOND.entries() == 15 + 5 + 12 + 20 + 10 + 10 + 10 + 15 + 1


def test_a_spec_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        DIAMOND.name = "other"  # type: ignore[misc]


def test_two_specs_of_the_same_parts_are_equal() -> None:
    again = Spec("net", DIAMOND.inputs, DIAMOND.parameters, DIAMOND.nodes, "loss", DIAMOND.sizes)
    assert again == DIAMOND
    assert again != again.resized(N=6)


def test_a_resized_spec_has_other_shapes() -> None:
    assert DIAMOND.resized(N=7).shapes["h"] == (4, 7)


def test_a_size_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(SpecError, match=r"net has no size 'n' \(it has: N\)"):
        _ = DIAMOND.resized(n=7)


def test_attributes_are_completed_when_a_node_is_made() -> None:
    assert node("s", "sum", "x").attrs == (("axis", None), ("keepdims", False))


def test_the_kind_of_a_given_comes_from_its_use() -> None:
    labels = node("loss", "cross_entropy", "x", "y", class_axis=0, reduction="mean")
    assert spec(labels, x="3 N", y="N").givens["y"].kind == Kind("index", 3)


def test_the_narrowest_kind_wins() -> None:
    target = node("k", "binary_cross_entropy_with_logits", "x", "y", reduction="mean")
    made = spec(target, node("l", "mean", "y"), node("loss", "add", "k", "l"), x="N", y="N")
    assert made.givens["y"].kind == Kind("unit")


def test_the_fan_in_of_a_weight_is_the_number_of_terms() -> None:
    assert DIAMOND.givens["W"].fan_in == 3
    assert DIAMOND.givens["unused"].fan_in == 1


def test_print_shows_the_whole_network() -> None:
    assert str(DIAMOND).startswith("{ net with N=5\n  inputs x:(3,5) unused:(5,)\n")


def test_what_uses_a_broken_node_is_not_judged() -> None:
    assert problems(node("h", "tanh", "y"), node("k", "tanh", "h"), node("loss", "sum", "k")) == [
        "'y' is not bound by any input, parameter or node"
    ]


def test_what_uses_an_unbound_size_is_not_judged() -> None:
    assert problems(node("h", "matmul", "x", "x"), node("loss", "sum", "h"), sizes={}) == [
        "size 'N' is not bound: give it in [sizes], or as --size N=7, or by the values' shapes"
    ]


def test_a_size_that_only_an_attribute_uses_is_used() -> None:
    turned = node("h", "reshape", "x", shape="N 2")
    assert spec(turned, node("loss", "sum", "h"), x="2 5").shapes["h"] == (5, 2)


def test_a_cycle_is_told_once() -> None:
    nodes = (node("a", "tanh", "b"), node("b", "tanh", "c"), node("c", "tanh", "a"), node("loss", "sum", "c"))
    assert [m for m in problems(*nodes) if m.startswith("a cycle")] == [
        "a cycle: 'a' needs 'b', which needs 'c', which needs 'a'; "
        "a network is computed in order, from its inputs to its loss"
    ]


def test_a_node_that_needs_itself_is_a_cycle() -> None:
    assert problems(node("loss", "sum", "loss"))[0].startswith("a cycle: 'loss' needs 'loss'")


def test_a_long_cycle_is_shortened() -> None:
    nodes = [node(f"h{i}", "tanh", f"h{(i + 1) % 30}") for i in range(30)]
    assert "which needs '...', which needs 'h28', which needs 'h29', which needs 'h0'" in problems(*nodes)[0]


def test_after_fifty_problems_the_rest_is_left_unchecked() -> None:
    nodes = [node(f"h{i}", "tanh", f"nobody{i}") for i in range(60)]
    found = problems(*nodes, node("loss", "sum", "x"))
    assert len(found) == 51
    assert found[-1] == "these are the first 50 problems; the lines after them were not checked"


def test_a_node_cannot_bind_the_name_of_an_input() -> None:
    assert problems(node("x", "tanh", "x"), node("loss", "sum", "x")) == [
        "'x' is bound twice: it is already an input; every name is bound once"
    ]


@pytest.mark.parametrize("title", ["\x1b[31m", "two\nlines", "\u202e"])
def test_a_network_has_a_name_that_can_be_shown(title: str) -> None:
    with pytest.raises(SpecError, match="is one line of letters that can be printed"):
        _ = replace(DIAMOND, name=title)


def test_a_name_need_not_be_plain() -> None:
    assert replace(DIAMOND, name='the "net" of ñ <b>').name == 'the "net" of ñ <b>'
