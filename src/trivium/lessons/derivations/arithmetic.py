"""How the backward rules of arithmetic come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

CHAIN = Line(
    "an entry of y depends on the same entry of x alone, so the chain rule has one term",
    r"\bar x_i = \bar y_i \frac{\partial y_i}{\partial x_i}",
)
SPREAD = Line(
    "broadcasting copies entry j of a to the places C(j) of y, one or many; the chain rule sums over them, for b alike",
    r"\bar a_j = \sum_{i \in C(j)} \bar y_i \frac{\partial y_i}{\partial a_i}",
)
TERMS = "the rule returns these terms at every place i; the engine sums them over the copies"

DERIVATIONS: Derivations = {
    "constant": (
        Line("the number v is an attribute, fixed, and there is no input", r"y = v"),
        Line("so nothing can move y", r"dy = 0"),
        Line(
            "the loss does not move through y either: ȳ ends here, and the rule returns no gradient", r"\bar y dy = 0"
        ),
    ),
    "neg": (
        Line("entry by entry", r"y_i = -x_i"),
        Line("y moves as far as x, the other way", r"\frac{\partial y_i}{\partial x_i} = -1"),
        CHAIN,
        Line("so the gradient changes its sign", r"\bar x = -\bar y"),
    ),
    "add": (
        Line("entry by entry, each input stretched to the shape of y", r"y_i = a_i + b_i"),
        Line(
            "y moves as far as either",
            r"\frac{\partial y_i}{\partial a_i} = 1, \quad \frac{\partial y_i}{\partial b_i} = 1",
        ),
        SPREAD,
        Line(TERMS, r"\bar a = \bar y, \quad \bar b = \bar y"),
    ),
    "sub": (
        Line("entry by entry, each input stretched to the shape of y", r"y_i = a_i - b_i"),
        Line(
            "y moves as far as either, against b",
            r"\frac{\partial y_i}{\partial a_i} = 1, \quad \frac{\partial y_i}{\partial b_i} = -1",
        ),
        SPREAD,
        Line(TERMS, r"\bar a = \bar y, \quad \bar b = -\bar y"),
    ),
    "mul": (
        Line("entry by entry, each input stretched to the shape of y", r"y_i = a_i b_i"),
        Line(
            "the rule for products: one factor moves while the other stands still",
            r"dy_i = b_i da_i + a_i db_i",
        ),
        Line(
            "what multiplies da and db is the slope",
            r"\frac{\partial y_i}{\partial a_i} = b_i, \quad \frac{\partial y_i}{\partial b_i} = a_i",
        ),
        SPREAD,
        Line(TERMS, r"\bar a = b \circ \bar y, \quad \bar b = a \circ \bar y"),
    ),
    "div": (
        Line(
            "entry by entry, each input stretched to the shape of y; a quotient is a product undone",
            r"y_i = \frac{a_i}{b_i}, \quad y_i b_i = a_i",
        ),
        Line("the rule for products", r"b_i dy_i + y_i db_i = da_i"),
        Line("solved for dy", r"dy_i = \frac{da_i - y_i db_i}{b_i}"),
        Line(
            "what multiplies da and db is the slope",
            r"\frac{\partial y_i}{\partial a_i} = \frac{1}{b_i}, \quad "
            r"\frac{\partial y_i}{\partial b_i} = -\frac{y_i}{b_i}",
        ),
        SPREAD,
        Line(TERMS, r"\bar a = \frac{\bar y}{b}, \quad \bar b = \frac{-y \circ \bar y}{b}"),
    ),
    "square": (
        Line("entry by entry, a product of x with itself", r"y_i = x_i x_i"),
        Line(
            "the rule for products: each factor moves while the other stands still",
            r"dy_i = x_i dx_i + x_i dx_i = 2 x_i dx_i",
        ),
        Line("what multiplies dx is the slope", r"\frac{\partial y_i}{\partial x_i} = 2 x_i"),
        CHAIN,
        Line("for all entries at once", r"\bar x = 2 x \circ \bar y"),
    ),
}
