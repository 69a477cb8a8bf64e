"""How the backward rules of pooling, and of repetition, come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

CHAIN = Line(
    "windows may overlap, so that x_q is in several, and the chain rule has a term for each",
    r"\bar x_q = \sum_p \bar y_p \frac{\partial y_p}{\partial x_q}",
)

DERIVATIONS: Derivations = {
    "max_pool2d": (
        Line(
            "for one data point and channel, p, i and q pairs (row, column): s the stride, d the dilation, a the "
            "padding; outside of x stands minus infinity",
            r"y_p = \max_i x_{p \cdot s + i \cdot d - a}",
        ),
        Line(
            "an offset w_p attains the maximum of window p, and never stands on the padding; of equal ones the rule "
            "takes the first, row by row",
            r"y_p = x_{p \cdot s + w_p \cdot d - a}, "
            r"\quad w_p \text{ the first } i \text{ with } x_{p \cdot s + i \cdot d - a} = y_p",
        ),
        Line(
            "a winner that stands alone still wins in a small move; at a tie, a kink, the first stands for all; [...] "
            "is 1 where it holds, else 0",
            r"\frac{\partial y_p}{\partial x_q} = [q = p \cdot s + w_p \cdot d - a]",
        ),
        CHAIN,
        Line(
            "so x gathers from the windows that it wins",
            r"\bar x_q = \sum_p \bar y_p [q = p \cdot s + w_p \cdot d - a]",
        ),
        Line(
            "offset by offset, as the rule adds it up: window p adds to the place where its offset i wins",
            r"\bar x_q = \sum_i \sum_p [w_p = i] [q = p \cdot s + i \cdot d - a] \bar y_p",
        ),
    ),
    "avg_pool2d": (
        Line(
            "for one data point and channel, p, i and q pairs (row, column): s the stride, a the padding; outside of "
            "x stands 0",
            r"y_p = \sum_i \frac{x_{p \cdot s + i - a}}{n_p}",
        ),
        Line(
            "n is the number of offsets of the kernel, or, where count_padding is False, of those that meet x: it does "
            "not depend on the numbers in x",
            r"n_p = \sum_i 1 \quad \text{or} \quad n_p = \sum_{i : p \cdot s + i - a \text{ is in } x} 1",
        ),
        Line(
            "y is linear in x, and window p meets x_q with one offset or with none: [...] is 1 where it holds, else 0",
            r"\frac{\partial y_p}{\partial x_q} = \sum_i \frac{[q = p \cdot s + i - a]}{n_p}",
        ),
        CHAIN,
        Line(
            "so each window gives an equal share to all that it meets; what falls on the padding is dropped",
            r"\bar x_q = \sum_i \sum_p [q = p \cdot s + i - a] \frac{\bar y_p}{n_p}",
        ),
    ),
    "global_avg_pool": (
        Line("for one data point and channel, over all n positions p", r"y = \sum_p \frac{x_p}{n}"),
        Line("each is added once, divided by n", r"\frac{\partial y}{\partial x_p} = \frac{1}{n}"),
        Line(
            "a position enters the y of its own data point and channel alone, so the chain rule has one term",
            r"\bar x_p = \bar y \frac{\partial y}{\partial x_p} = \frac{\bar y}{n}",
        ),
    ),
    "upsample_nearest": (
        Line(
            "for one data point and channel, f the factor, one for each axis of positions",
            r"y_q = x_p \quad \text{where} \quad p = \lfloor q / f \rfloor",
        ),
        Line(
            "every q is p f + i for one p and one i below f, and i is what is rounded off",
            r"y_{p \cdot f + i} = x_p, \quad 0 \le i < f",
        ),
        Line(
            "an entry of y is a copy of one entry of x: [...] is 1 where it holds, else 0",
            r"\frac{\partial y_{k \cdot f + i}}{\partial x_p} = [k = p]",
        ),
        Line(
            "the chain rule sums over all of y, which is over all k and i, and only k = p is left",
            r"\bar x_p = \sum_k \sum_i \bar y_{k \cdot f + i} [k = p] = \sum_i \bar y_{p \cdot f + i}",
        ),
    ),
}
