"""How the backward rules of variance, standard deviation and norms come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line
from trivium.lessons.derivations.reduce import CHAIN, GROUP

DEVIATION = Line(
    "x_k moves its own deviation, and, through the mean, every one: [...] is 1 where it holds, else 0",
    r"d_j = x_j - \sum_i \frac{x_i}{n}, \quad \frac{\partial d_j}{\partial x_k} = [j = k] - \frac{1}{n}",
)
BALANCED = Line(
    "deviations from the mean add up to 0, for the mean is taken off n times",
    r"\sum_j d_j = \sum_j x_j - n \sum_i \frac{x_i}{n} = 0",
)

DERIVATIONS: Derivations = {
    "variance": (
        Line(
            f"{GROUP}; d is their deviation from the mean",
            r"y = \sum_j \frac{d_j^2}{m}, \quad m = n - \mathrm{ddof}",
        ),
        DEVIATION,
        Line(
            "each square's slope is 2 d, so the chain rule within y gives one part at k and one through the mean",
            r"m \frac{\partial y}{\partial x_k} = \sum_j 2 d_j \left([j = k] - \frac{1}{n}\right) "
            r"= 2 d_k - 2 \frac{\sum_j d_j}{n}",
        ),
        BALANCED,
        Line("so nothing flows through the mean", r"\frac{\partial y}{\partial x_k} = \frac{2 d_k}{m}"),
        CHAIN,
        Line("together", r"\bar x_k = 2 d_k \frac{\bar y}{m}"),
    ),
    "standard_deviation": (
        Line(
            f"{GROUP}; d is their deviation from the mean, |d| the length of d, v the variance",
            r"y = \sqrt{v} = \frac{|d|}{\sqrt{m}}, \quad v = \sum_j \frac{d_j^2}{m}, \quad m = n - \mathrm{ddof}",
        ),
        DEVIATION,
        Line(
            "each square's slope is 2 d, and what flows through the mean is 0, for the deviations add up to 0",
            r"m \frac{\partial v}{\partial x_k} = \sum_j 2 d_j \left([j = k] - \frac{1}{n}\right) "
            r"= 2 d_k - 2 \frac{\sum_j d_j}{n} = 2 d_k",
        ),
        Line(
            "the root's slope is 1 over twice itself",
            r"\frac{\partial y}{\partial x_k} = \frac{\partial v / \partial x_k}{2 y} = \frac{d_k}{m y} "
            r"= \frac{d_k}{\sqrt{m} |d|}",
        ),
        CHAIN,
        Line(
            "equal numbers have d = 0, where y has a kink, as |x| has at 0: there the rule takes slope 0",
            r"\bar x_k = \begin{cases} \bar y \frac{d_k}{\sqrt{m} |d|} & \text{if } d \neq 0 \\ "
            r"0 & \text{else} \end{cases}",
        ),
    ),
    "norm": (
        Line(f"{GROUP}; order 1", r"y = \sum_j |x_j|"),
        Line(
            "of the terms only one holds x_k: its slope is 1 above 0, -1 below, and at 0, a kink, the rule takes 0",
            r"\frac{\partial y}{\partial x_k} = \mathrm{sign}(x_k), \quad \mathrm{sign}(0) = 0",
        ),
        Line("order 2, squared, so that the root is gone", r"y = \sqrt{\sum_j x_j^2}, \quad y^2 = \sum_j x_j^2"),
        Line(
            "both sides have one slope in x_k, and it is solved for that of y",
            r"2 y \frac{\partial y}{\partial x_k} = 2 x_k, \quad \frac{\partial y}{\partial x_k} = \frac{x_k}{y}",
        ),
        CHAIN,
        Line("order 1", r"\bar x_k = \bar y \, \mathrm{sign}(x_k)"),
        Line(
            "order 2: the zero vector is a kink, as the tip of a cone is, and there the rule takes slope 0",
            r"\bar x_k = \begin{cases} \bar y \frac{x_k}{y} & \text{if } x \neq 0 \\ 0 & \text{else} \end{cases}",
        ),
    ),
}
