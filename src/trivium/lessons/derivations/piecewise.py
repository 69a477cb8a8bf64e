"""How the backward rules of functions made of smooth pieces come about, and what they take on a kink.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.activation import CHAIN
from trivium.lessons.derivations.line import Derivations, Line

SLOPE = Line("for all entries at once, with f' the slope above", r"\bar x = f' \circ \bar y")

DERIVATIONS: Derivations = {
    "relu": (
        Line(
            "the larger of x and 0",
            r"y = \max(x, 0) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
        ),
        Line(
            "right of 0 y moves as x does, left of it y stands still; at 0, a kink, any slope from 0 to 1 would do, "
            "and the rule takes 0",
            r"\frac{dy}{dx} = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
        ),
        CHAIN,
        Line("[...] is 1 where it holds, else 0", r"\bar x = [x > 0] \circ \bar y"),
    ),
    "leaky_relu": (
        Line(
            "two straight lines that meet at 0; s is the slope, an attribute, fixed",
            r"y = \begin{cases} x & \text{if } x > 0 \\ s x & \text{else} \end{cases}",
        ),
        Line(
            "each has one slope; at 0, a kink, any number between s and 1 would do, and the rule takes s",
            r"\frac{dy}{dx} = \begin{cases} 1 & \text{if } x > 0 \\ s & \text{else} \end{cases}",
        ),
        CHAIN,
        Line(
            "for all entries at once",
            r"\bar x = \begin{cases} \bar y & \text{if } x > 0 \\ s \bar y & \text{else} \end{cases}",
        ),
    ),
    "prelu": (
        Line(
            "entry i lies in channel c_i, whose slope is an input; with channel_axis None all are one channel",
            r"y_i = \begin{cases} x_i & \text{if } x_i > 0 \\ s_{c_i} x_i & \text{else} \end{cases}",
        ),
        Line(
            "right of 0 y moves with x alone, left of it both factors count: the rule for products",
            r"dy_i = \begin{cases} dx_i & \text{if } x_i > 0 \\ s_{c_i} dx_i + x_i ds_{c_i} & \text{else} \end{cases}",
        ),
        Line(
            "what multiplies dx is the slope in x; at 0, a kink, all between s and 1 would do, and the rule takes s",
            r"\frac{\partial y_i}{\partial x_i} = \begin{cases} 1 & \text{if } x_i > 0 \\ s_{c_i} & \text{else} "
            r"\end{cases}",
        ),
        Line(
            "one entry of y depends on an entry of x: one term",
            r"\bar x_i = \begin{cases} \bar y_i & \text{if } x_i > 0 \\ s_{c_i} \bar y_i & \text{else} \end{cases}",
        ),
        Line(
            "what multiplies ds is the slope in s",
            r"\frac{\partial y_i}{\partial s_{c_i}} = \begin{cases} 0 & \text{if } x_i > 0 \\ x_i & \text{else} "
            r"\end{cases}",
        ),
        Line(
            "all entries of a channel j share its slope, and the chain rule sums over those that felt it",
            r"\bar s_j = \sum_{i : c_i = j, x_i \le 0} x_i \bar y_i",
        ),
    ),
    "elu": (
        Line(
            "a straight line, and left of 0 an exponential; α is an attribute, fixed",
            r"y = \begin{cases} x & \text{if } x > 0 \\ \alpha (e^x - 1) & \text{else} \end{cases}",
        ),
        Line(
            "the exponential is its own derivative; at 0, a kink unless α is 1, any slope between α and 1 would do, "
            "and the rule takes α",
            r"f' = \frac{dy}{dx} = \begin{cases} 1 & \text{if } x > 0 \\ \alpha e^x & \text{else} \end{cases}",
        ),
        CHAIN,
        SLOPE,
    ),
    "selu": (
        Line(
            "an elu times λ, with λ and α fixed once for all",
            r"y = \begin{cases} \lambda x & \text{if } x > 0 \\ \lambda \alpha (e^x - 1) & \text{else} \end{cases}",
        ),
        Line(
            "the exponential is its own derivative; at 0, a kink, all from λ to λ α would do, and the rule takes λ α",
            r"f' = \frac{dy}{dx} = \begin{cases} \lambda & \text{if } x > 0 \\ \lambda \alpha e^x & \text{else} "
            r"\end{cases}",
        ),
        CHAIN,
        SLOPE,
    ),
    "celu": (
        Line(
            "a straight line, and left of 0 an exponential of u; α > 0 is an attribute, fixed",
            r"y = \begin{cases} x & \text{if } x > 0 \\ \alpha (e^u - 1) & \text{else} \end{cases}, "
            r"\quad u = \frac{x}{\alpha}",
        ),
        Line(
            "the exponential is its own derivative, u has slope 1/α, and the two α cancel",
            r"\frac{d}{dx} \alpha (e^u - 1) = \alpha e^u u' = e^{x/\alpha}",
        ),
        Line(
            "at 0 both sides have slope 1: no kink",
            r"f' = \frac{dy}{dx} = \begin{cases} 1 & \text{if } x > 0 \\ e^{x/\alpha} & \text{else} \end{cases}",
        ),
        CHAIN,
        SLOPE,
    ),
    "hardtanh": (
        Line(
            "entry by entry, x between two numbers that are fixed: clip by its other name",
            r"y = \min(\max(x, \text{low}), \text{high})",
        ),
        Line(
            "between them y moves as x does, beyond them it stands still; on a bound, a kink, any slope from 0 to 1 "
            "would do, and the rule takes 0",
            r"\frac{dy}{dx} = \begin{cases} 1 & \text{if } \text{low} < x < \text{high} \\ 0 & \text{else} "
            r"\end{cases}",
        ),
        CHAIN,
        Line("[...] is 1 where it holds, else 0", r"\bar x = [\text{low} < x < \text{high}] \circ \bar y"),
    ),
    "hardsigmoid": (
        Line(
            "a straight line between 0 and 1, which it reaches at x = -3 and x = 3",
            r"y = \min(\max(\frac{x}{6} + \frac{1}{2}, 0), 1)",
        ),
        Line(
            "between them the line's slope, beyond them y stands still; at -3 and 3, kinks, any slope from 0 to 1/6 "
            "would do, and the rule takes 0",
            r"\frac{dy}{dx} = \begin{cases} 1/6 & \text{if } |x| < 3 \\ 0 & \text{else} \end{cases}",
        ),
        CHAIN,
        Line(
            "for all entries at once",
            r"\bar x = \begin{cases} \bar y / 6 & \text{if } |x| < 3 \\ 0 & \text{else} \end{cases}",
        ),
    ),
    "hardswish": (
        Line(
            "a product of x and its hardsigmoid h",
            r"y = x h, \quad h = \min(\max(\frac{x}{6} + \frac{1}{2}, 0), 1)",
        ),
        Line("the rule for products", r"\frac{dy}{dx} = h + x h'"),
        Line(
            "h has slope 1/6 between -3 and 3, and 0 beyond; at -3 and 3, kinks of h, the rule takes 0 as well",
            r"h' = \begin{cases} 1/6 & \text{if } |x| < 3 \\ 0 & \text{else} \end{cases}",
        ),
        Line(
            "between them h is the line; on the kinks h alone is left: 0 and 1, the slopes of the outer sides",
            r"f' = \frac{dy}{dx} = \begin{cases} \frac{x}{6} + \frac{1}{2} + \frac{x}{6} = \frac{x}{3} + \frac{1}{2} "
            r"& \text{if } |x| < 3 \\ h & \text{else} \end{cases}",
        ),
        CHAIN,
        SLOPE,
    ),
    "abs": (
        Line(
            "two straight lines that meet at 0",
            r"y = |x| = \begin{cases} x & \text{if } x > 0 \\ -x & \text{else} \end{cases}",
        ),
        Line(
            "each has one slope; at 0, a kink, any slope from -1 to 1 would do, and the rule takes 0, which is sign(0)",
            r"f' = \frac{dy}{dx} = \begin{cases} 1 & \text{if } x > 0 \\ -1 & \text{if } x < 0 \\ "
            r"0 & \text{if } x = 0 \end{cases} = \text{sign}(x)",
        ),
        CHAIN,
        SLOPE,
    ),
    "sign": (
        Line(
            "a number for the side of 0 that x is on",
            r"y = \begin{cases} 1 & \text{if } x > 0 \\ -1 & \text{if } x < 0 \\ 0 & \text{if } x = 0 \end{cases}",
        ),
        Line(
            "on either side y stands still; at 0 it jumps and has no slope, and the rule takes 0 there too",
            r"\frac{dy}{dx} = 0",
        ),
        CHAIN,
        Line("so nothing passes back", r"\bar x = 0"),
    ),
}
