"""How the backward rules of slices, flips, rolls, padding and repetition come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

CHAIN = Line(
    "what x_j does to the loss it does through every place of y that reads it, so the chain rule sums over them",
    r"\bar x_j = \sum_i \bar y_i \frac{\partial y_i}{\partial x_j}",
)

DERIVATIONS: Derivations = {
    "slice": (
        Line(
            "along the axis, with a the first place that is read, s the step, above or below 0, and m places in all",
            r"y_i = x_{a + i \cdot s}, \quad 0 \le i < m",
        ),
        Line(
            "an entry of y is a copy of one entry of x, so its slope is 1 there and 0 elsewhere: [...] is 1 where it "
            "holds, else 0",
            r"\frac{\partial y_i}{\partial x_j} = [j = a + i \cdot s]",
        ),
        CHAIN,
        Line("with that slope", r"\bar x_j = \sum_i \bar y_i [j = a + i \cdot s]"),
        Line(
            "s is not 0, so no place is read twice: the sum has one term where x was read, and none elsewhere",
            r"\bar x_j = \begin{cases} \bar y_i & \text{if } j = a + i \cdot s \text{ for an } i \\ "
            r"0 & \text{else} \end{cases}",
        ),
    ),
    "flip": (
        Line("along one of the axes, of n places: the last comes first", r"y_i = x_{n - 1 - i}"),
        Line(
            "an entry of y is a copy of one entry of x: [...] is 1 where it holds, else 0",
            r"\frac{\partial y_i}{\partial x_j} = [j = n - 1 - i] = [i = n - 1 - j]",
        ),
        CHAIN,
        Line(
            "exactly one i is n - 1 - j, so one term is left",
            r"\bar x_j = \sum_i \bar y_i [i = n - 1 - j] = \bar y_{n - 1 - j}",
        ),
        Line(
            "so the gradient is flipped back, which is to flip it once more, along each of the axes in turn",
            r"\bar x = \mathrm{flip}(\bar y)",
        ),
    ),
    "roll": (
        Line(
            "along one of the axes, of n places, with s the shift; what leaves at the end comes in at the front",
            r"y_i = x_j \quad \text{where} \quad i = (j + s) \text{ mod } n",
        ),
        Line(
            "an entry of y is a copy of one entry of x: [...] is 1 where it holds, else 0",
            r"\frac{\partial y_i}{\partial x_j} = [i = (j + s) \text{ mod } n]",
        ),
        CHAIN,
        Line(
            "every entry of x goes to exactly one place, so one term is left",
            r"\bar x_j = \bar y_i \quad \text{at} \quad i = (j + s) \text{ mod } n",
        ),
        Line(
            "that is the gradient turned the other way, along each of the axes by its own shift",
            r"\bar x = \mathrm{roll}(\bar y, -s)",
        ),
    ),
    "pad": (
        Line(
            "along one axis, places counted so that x stands at 0 to n - 1; a place that is added holds the value, or "
            "copies place c(i)",
            r"y_i = \begin{cases} x_i & \text{if } 0 \le i < n \\ "
            r"\text{value} & \text{outside, where mode is constant} \\ "
            r"x_j \text{ with } j = c(i) & \text{outside, in other modes} \end{cases}",
        ),
        Line(
            "the copied place is the nearest, or as far from the outermost entry on its other side, or counted on from "
            "the other end",
            r"c(i) = \begin{cases} \min(\max(i, 0), n - 1) & \text{if mode is edge} \\ "
            r"n - 1 - |n - 1 - |i|| & \text{if mode is reflect} \\ "
            r"i \text{ mod } n & \text{if mode is wrap} \end{cases}",
        ),
        Line(
            "each copy has slope 1 in what it copies, and the value is a constant, with no slope: [...] is 1 where it "
            "holds, else 0",
            r"\frac{\partial y_i}{\partial x_j} = [i = j] + [i \text{ is an added copy and } c(i) = j]",
        ),
        CHAIN,
        Line(
            "so a gradient comes home from x's own place and from each copy; in mode constant there are no copies",
            r"\bar x_j = \bar y_j + \sum_{i \text{ added, } c(i) = j} \bar y_i",
        ),
        Line(
            "over two axes the copied place is c(i), e(k), each from its own axis, and the sum over copies splits in "
            "two: axis by axis, in any order",
            r"\bar x_{j m} = \sum_{e(k) = m} \sum_{c(i) = j} \bar y_{i k}, "
            r"\quad c(i) = i \text{ and } e(k) = k \text{ inside}",
        ),
    ),
    "tile": (
        Line(
            "along one axis of n places, r copies after one another: copy q holds place j of x at place q n + j",
            r"y_{q n + j} = x_j, \quad 0 \le q < r, \quad 0 \le j < n",
        ),
        Line(
            "every place i of y is q n + k for one q and one k, and copies x_k: [...] is 1 where it holds, else 0",
            r"\frac{\partial y_{q n + k}}{\partial x_j} = [k = j]",
        ),
        CHAIN,
        Line(
            "to sum over i is to sum over q and k, and only k = j is left",
            r"\bar x_j = \sum_q \sum_k \bar y_{q n + k} [k = j] = \sum_q \bar y_{q n + j}",
        ),
        Line(
            "over more axes, here a second of m places, the copies along each are summed; one that x lacks has n = 1",
            r"\bar x_{j k} = \sum_q \sum_u \bar y_{i h}, \quad i = q n + j, \quad h = u m + k",
        ),
    ),
}
