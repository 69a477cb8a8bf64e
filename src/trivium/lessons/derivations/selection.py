"""How the backward rules of choices between numbers come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.arithmetic import SPREAD, TERMS
from trivium.lessons.derivations.line import Derivations, Line

KINK = Line(
    "the slope of |t| is the sign of t; at t = 0, a kink, any slope from -1 to 1 would do, and the rule takes 0",
    r"\frac{d|t|}{dt} = \text{sign}(t), \quad \text{sign}(0) = 0",
)
HALVES = "apart from a tie that is 1 for the one taken, 0 for the other; at a tie sign(0) = 0 gives each a half"
INSIDE = Line(
    "between the bounds y moves as x does; beyond them y is a number that stands still",
    r"\frac{dy}{dx} = \begin{cases} 1 & \text{if } \text{low} < x < \text{high} \\ "
    r"0 & \text{if } x < \text{low} \text{ or } x > \text{high} \end{cases}",
)

DERIVATIONS: Derivations = {
    "maximum": (
        Line(
            "entry by entry, each input stretched: the middle of both, and from there half their distance up",
            r"y = \max(a, b) = \frac{a + b}{2} + \frac{|a - b|}{2}",
        ),
        KINK,
        Line(
            "with t = a - b, which moves as a does and against b",
            r"\frac{\partial y}{\partial a} = \frac{1 + \text{sign}(a - b)}{2}, \quad "
            r"\frac{\partial y}{\partial b} = \frac{1 - \text{sign}(a - b)}{2}",
        ),
        Line(
            HALVES,
            r"\frac{\partial y}{\partial a} = [a > b] + \frac{1}{2} [a = b], \quad "
            r"\frac{\partial y}{\partial b} = [a < b] + \frac{1}{2} [a = b]",
        ),
        SPREAD,
        Line(
            f"{TERMS}; [...] is 1 where it holds, else 0",
            r"\bar a = ([a > b] + \frac{1}{2} [a = b]) \circ \bar y, \quad "
            r"\bar b = ([a < b] + \frac{1}{2} [a = b]) \circ \bar y",
        ),
    ),
    "minimum": (
        Line(
            "entry by entry, each input stretched: the middle of both, and from there half their distance down",
            r"y = \min(a, b) = \frac{a + b}{2} - \frac{|a - b|}{2}",
        ),
        KINK,
        Line(
            "with t = a - b, which moves as a does and against b",
            r"\frac{\partial y}{\partial a} = \frac{1 - \text{sign}(a - b)}{2}, \quad "
            r"\frac{\partial y}{\partial b} = \frac{1 + \text{sign}(a - b)}{2}",
        ),
        Line(
            HALVES,
            r"\frac{\partial y}{\partial a} = [a < b] + \frac{1}{2} [a = b], \quad "
            r"\frac{\partial y}{\partial b} = [a > b] + \frac{1}{2} [a = b]",
        ),
        SPREAD,
        Line(
            f"{TERMS}; [...] is 1 where it holds, else 0",
            r"\bar a = ([a < b] + \frac{1}{2} [a = b]) \circ \bar y, \quad "
            r"\bar b = ([a > b] + \frac{1}{2} [a = b]) \circ \bar y",
        ),
    ),
    "clip": (
        Line("entry by entry, x between two numbers that are fixed", r"y = \min(\max(x, \text{low}), \text{high})"),
        INSIDE,
        Line(
            "on a bound the slopes of both sides differ, 0 and 1: any between them would do, and the rule takes 0",
            r"\frac{dy}{dx} = 0 \quad \text{if } x = \text{low} \text{ or } x = \text{high}",
        ),
        Line(
            "an entry of y depends on the same entry of x alone, so the chain rule has one term",
            r"\bar x = \frac{dy}{dx} \circ \bar y",
        ),
        Line("[...] is 1 where it holds, else 0", r"\bar x = [\text{low} < x < \text{high}] \circ \bar y"),
    ),
    "where": (
        Line(
            "entry by entry, each input stretched to the shape of y; the mask m is true or false",
            r"y_i = \begin{cases} a_i & \text{if } m_i \\ b_i & \text{else} \end{cases}",
        ),
        Line(
            "y moves as the one taken does; there is nothing between true and false, so the mask has no gradient",
            r"dy_i = \begin{cases} da_i & \text{if } m_i \\ db_i & \text{else} \end{cases}",
        ),
        Line(
            "what multiplies da and db is the slope: 1 for the one taken, 0 for the other",
            r"\frac{\partial y_i}{\partial a_i} = \begin{cases} 1 & \text{if } m_i \\ 0 & \text{else} \end{cases}, "
            r"\quad \frac{\partial y_i}{\partial b_i} = 1 - \frac{\partial y_i}{\partial a_i}",
        ),
        SPREAD,
        Line(
            TERMS,
            r"\bar a = \begin{cases} \bar y & \text{if } m \\ 0 & \text{else} \end{cases}, \quad "
            r"\bar b = \begin{cases} 0 & \text{if } m \\ \bar y & \text{else} \end{cases}",
        ),
    ),
    "dropout": (
        Line(
            "entry by entry, r the rate, fixed; the mask m, stretched to the shape of x, is true where x is kept",
            r"y_i = \begin{cases} \frac{x_i}{1 - r} & \text{if } m_i \\ 0 & \text{else} \end{cases}",
        ),
        Line(
            "a share 1 - r is kept, so the division keeps the mean over all masks where it was",
            r"(1 - r) \cdot \frac{x_i}{1 - r} + r \cdot 0 = x_i",
        ),
        Line(
            "what is kept is x times a number; what is dropped does not move, and a mask has no gradient",
            r"\frac{\partial y_i}{\partial x_i} = \begin{cases} \frac{1}{1 - r} & \text{if } m_i \\ 0 & \text{else} "
            r"\end{cases}",
        ),
        Line(
            "an entry of y depends on the same entry of x alone, so the chain rule has one term",
            r"\bar x_i = \bar y_i \frac{\partial y_i}{\partial x_i}",
        ),
        Line(
            "so the same entries of the gradient are dropped, and the others divided alike",
            r"\bar x = \begin{cases} \frac{\bar y}{1 - r} & \text{if } m \\ 0 & \text{else} \end{cases}",
        ),
    ),
}
