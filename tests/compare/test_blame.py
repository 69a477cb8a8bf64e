"""Which reader of a shared tensor is at fault: named where it can be told, left open where it cannot."""

from __future__ import annotations

import numpy as np

import trivium as tv
from trivium.backend import Array, Bars, Tamper
from trivium.ops import OPS
from trivium.spec.graph import written
from trivium.spec.node import Node

SHARED = tv.Spec(
    "shared",
    written({"x": "3 4", "y": "3 4"}),
    (),
    (
        Node(("a",), OPS["tanh"], ("x",)),
        Node(("b",), OPS["mul"], ("a", "y")),
        Node(("c",), OPS["sigmoid"], ("a",)),
        Node(("d",), OPS["add"], ("b", "c")),
        Node(("loss",), OPS["mean"], ("d",), (("axis", None), ("keepdims", False))),
    ),
    "loss",
)


def flipped(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
    """The first cotangent with its sign flipped."""
    return (-np.asarray(x_bars[0]), *x_bars[1:])


def one_entry_off(
    inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars
) -> Bars:
    """The first cotangent with one entry a thousandth too large."""
    wrong = np.array(x_bars[0])
    wrong[1, 2] *= 1.001
    return (wrong, *x_bars[1:])


def found(node: str, tamper: Tamper) -> list[tuple[str, str, tuple[str, ...]]]:
    """Backend, node and the nodes named besides, of every disagreement."""
    report = tv.check(SHARED, backends=["numpy", "torch"], tamper={"torch": {node: tamper}})
    return [(f.backend, f.node, f.instead) for f in report.comparison.of("disagree")]


def test_the_reader_whose_share_explains_the_difference_is_named() -> None:
    assert found("c", flipped) == [("torch", "c", ())]


def test_readers_that_cannot_be_told_apart_are_both_named() -> None:
    ((backend, node, instead),) = found("c", one_entry_off)
    assert (backend, {node, *instead}) == ("torch", {"b", "c"})


def test_a_tensor_with_one_reader_leaves_no_doubt() -> None:
    assert found("a", one_entry_off) == [("torch", "a", ())]


def test_the_report_says_that_they_cannot_be_told_apart() -> None:
    report = tv.check(SHARED, backends=["numpy", "torch"], tamper={"torch": {"c": one_entry_off}})
    first = " ".join(report.text().partition("\n\n")[0].split())
    assert first.startswith(
        "One mistake: torch is wrong in the backward step of b = mul(a, y), or of c, which cannot be told apart here: "
    )
