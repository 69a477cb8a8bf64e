"""Every op's backward rule is derived, in formulas that a terminal and a page can both show."""

from __future__ import annotations

import pytest

from trivium.lessons.derivations import DERIVATIONS
from trivium.lessons.formula import mathml, plain
from trivium.ops import OPS

WIDEST = 120
"""Of a formula in a terminal, which breaks it once at most."""


def test_every_op_is_derived() -> None:
    assert list(DERIVATIONS) == list(OPS)


@pytest.mark.parametrize("op", OPS)
def test_it_can_be_shown_in_both_ways(op: str) -> None:
    lines = DERIVATIONS[op]
    shown = [(plain(line.latex), mathml(line.latex)) for line in lines]
    assert len(lines) >= 2
    assert [line.words for line in lines if not line.words or line.words.endswith(".")] == []
    assert [text for text, page in shown if "\\" in text + page or len(text) > WIDEST] == []


@pytest.mark.parametrize("op", [op for op in OPS if op not in ("constant", "one_hot")])
def test_it_ends_with_a_gradient(op: str) -> None:
    assert any(r"\bar" in line.latex for line in DERIVATIONS[op][-2:])


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{e^x - e^{-x}}{2}", "(e^x - e^-x) / 2"),
        (r"e^{-t^2}", "e^(-t^2)"),
        (r"\bar w = \bar y x^{\top}", "w̄ = ȳ x^T"),
        (r"\frac{\partial y_j}{\partial x_i}", "∂y_j/∂x_i"),
        (r"\frac{1}{\sqrt{v + \varepsilon}}", "1 / √(v + ε)"),
        (r"\text{if } x \le 0", "if x ≤ 0"),
        (r"\left( a \right)^2", "( a )^2"),
    ],
)
def test_plain_text_keeps_together_what_belongs_together(latex: str, text: str) -> None:
    assert plain(latex) == text


def test_what_nobody_knows_is_not_left_out() -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        _ = plain(r"\nothing x")
