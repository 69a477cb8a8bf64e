"""How the backward rules of losses between numbers come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

REDUCED = "i runs over all entries; n is 1 (sum), their number (mean), or the size of batch_axis (batchmean)"
BOTH = Line(
    "the prediction p and the target t enter through their difference alone, with slopes 1 and -1",
    r"d_i = p_i - t_i, \quad \bar p_i = \bar d_i, \quad \bar t_i = -\bar d_i = -\bar p_i",
)

DERIVATIONS: Derivations = {
    "squared_error": (
        Line(REDUCED, r"y = \sum_i \frac{d_i^2}{n}, \quad d_i = p_i - t_i"),
        Line(
            "of the terms only one holds d_i, and a square's slope is twice its root",
            r"\bar d_i = \bar y \frac{\partial y}{\partial d_i} = 2 d_i \frac{\bar y}{n}",
        ),
        BOTH,
        Line("together", r"\bar p_i = 2 (p_i - t_i) \frac{\bar y}{n}, \quad \bar t_i = -\bar p_i"),
    ),
    "half_squared_error": (
        Line(REDUCED, r"y = \sum_i \frac{d_i^2}{2 n}, \quad d_i = p_i - t_i"),
        Line(
            "of the terms only one holds d_i, and the 2 of the square's slope is cancelled by the half",
            r"\bar d_i = \bar y \frac{\partial y}{\partial d_i} = 2 d_i \frac{\bar y}{2 n} = d_i \frac{\bar y}{n}",
        ),
        BOTH,
        Line("together", r"\bar p_i = (p_i - t_i) \frac{\bar y}{n}, \quad \bar t_i = -\bar p_i"),
    ),
    "absolute_error": (
        Line(REDUCED, r"y = \sum_i \frac{|d_i|}{n}, \quad d_i = p_i - t_i"),
        Line(
            "|d| is d above 0 and -d below; at the kink between, an exact fit, any slope from -1 to 1 would do, and "
            "the rule takes 0",
            r"\frac{\partial |d_i|}{\partial d_i} = \mathrm{sign}(d_i), \quad \mathrm{sign}(0) = 0",
        ),
        Line(
            "of the terms only one holds d_i",
            r"\bar d_i = \bar y \frac{\partial y}{\partial d_i} = \mathrm{sign}(d_i) \frac{\bar y}{n}",
        ),
        BOTH,
        Line("together", r"\bar p_i = \mathrm{sign}(p_i - t_i) \frac{\bar y}{n}, \quad \bar t_i = -\bar p_i"),
    ),
    "huber": (
        Line(REDUCED, r"y = \sum_i \frac{h(d_i)}{n}, \quad d_i = p_i - t_i"),
        Line(
            "a parabola inside, with a line on either side from where the error is δ",
            r"h(d) = \begin{cases} d^2 / 2 & \text{if } |d| \le \delta \\ "
            r"\delta (|d| - \delta / 2) & \text{else} \end{cases}",
        ),
        Line(
            "each piece has its slope, and where they meet, at δ and -δ, both have the same: there is no kink",
            r"h'(d) = \begin{cases} d & \text{if } |d| \le \delta \\ "
            r"\delta \, \mathrm{sign}(d) & \text{else} \end{cases}",
        ),
        Line(
            "that is d, kept between -δ and δ: call it s",
            r"s_i = h'(d_i) = \max(-\delta, \min(d_i, \delta))",
        ),
        Line(
            "of the terms only one holds d_i",
            r"\bar d_i = \bar y \frac{\partial y}{\partial d_i} = s_i \frac{\bar y}{n}",
        ),
        BOTH,
        Line("together", r"\bar p_i = s_i \frac{\bar y}{n}, \quad \bar t_i = -\bar p_i"),
    ),
}
