"""How the backward rules of sums, products and extremes over axes come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

CHAIN = Line(
    "an entry of x enters the y of its own group alone, so the chain rule has one term, and spreads that y's gradient",
    r"\bar x_k = \bar y \frac{\partial y}{\partial x_k}",
)
GROUP = "each group of numbers that becomes one y stands for itself, here x_1 to x_n"

DERIVATIONS: Derivations = {
    "sum": (
        Line(GROUP, r"y = \sum_j x_j"),
        Line("each is added once, so y moves as much as it does", r"\frac{\partial y}{\partial x_k} = 1"),
        CHAIN,
        Line("so y's gradient is spread, as it is, over the group", r"\bar x_k = \bar y"),
    ),
    "mean": (
        Line(GROUP, r"y = \sum_j \frac{x_j}{n}"),
        Line("each is added once, divided by n", r"\frac{\partial y}{\partial x_k} = \frac{1}{n}"),
        CHAIN,
        Line("so an equal share of y's gradient goes to each of the group", r"\bar x_k = \frac{\bar y}{n}"),
    ),
    "logsumexp": (
        Line(GROUP, r"y = \log u, \quad u = \sum_j \exp(x_j)"),
        Line(
            "the logarithm's slope is 1/u, and of the sum's terms only one holds x_k",
            r"\frac{\partial y}{\partial x_k} = \frac{\partial u / \partial x_k}{u} = \frac{\exp(x_k)}{u} = p_k",
        ),
        Line(
            "p is the softmax of the group; a number m, the largest x, taken off every x changes neither y nor p",
            r"y = m + \log \sum_j \exp(x_j - m), "
            r"\quad p_k = \frac{\exp(x_k - m)}{\sum_j \exp(x_j - m)} = \exp(x_k - y)",
        ),
        CHAIN,
        Line("so y's gradient is shared out as the softmax says", r"\bar x_k = p_k \bar y"),
    ),
    "prod": (
        Line(GROUP, r"y = \prod_j x_j = x_k \prod_{j \neq k} x_j"),
        Line(
            "the second factor does not hold x_k, so y is a line in x_k, with this slope",
            r"\frac{\partial y}{\partial x_k} = \prod_{j \neq k} x_j",
        ),
        Line(
            "where x_k is not 0 that is y / x_k; what stands before x_k times what stands after it is right at 0 too",
            r"\prod_{j \neq k} x_j = \left(\prod_{j < k} x_j\right) \left(\prod_{j > k} x_j\right)",
        ),
        CHAIN,
        Line("so all others multiply y's gradient", r"\bar x_k = \bar y \prod_{j \neq k} x_j"),
    ),
    "max": (
        Line(GROUP, r"y = \max_j x_j"),
        Line(
            "a largest number that stands alone stays the largest in a small move: y moves with it, and with no other; "
            "[...] is 1 where it holds, else 0",
            r"\frac{\partial y}{\partial x_k} = [x_k = y]",
        ),
        Line(
            "where m of them tie there is a kink: x moved by h v, h small and above 0, y goes with the tie that gains "
            "most",
            r"\max_j (x_j + h v_j) = y + h \max_{j : x_j = y} v_j",
        ),
        Line(
            "a slope g stays at or below that: v = 1 and -1 throughout make it 1 in sum, and v = 1 or -1 at one entry "
            "makes it 0 off the ties, 0 or more on them",
            r"\sum_j g_j v_j \le \max_{j : x_j = y} v_j \quad \text{for every } v",
        ),
        Line(
            "of all such shares the rule takes equal ones",
            r"g_k = \frac{[x_k = y]}{m}, \quad m = \sum_j [x_j = y]",
        ),
        CHAIN,
        Line(
            "so the ties share y's gradient, and one that stands alone (m = 1) gets all of it",
            r"\bar x_k = \begin{cases} \bar y / m & \text{if } x_k = y \\ 0 & \text{else} \end{cases}",
        ),
    ),
    "min": (
        Line(
            f"{GROUP}; the smallest is the largest of -x, with its sign turned back",
            r"y = \min_j x_j = -\max_j (-x_j)",
        ),
        Line(
            "that maximum's slope is 1 at -x_k where it is attained, 0 elsewhere, and the two signs cancel; [...] is 1 "
            "where it holds, else 0",
            r"\frac{\partial y}{\partial x_k} = (-1) [-x_k = -y] (-1) = [x_k = y]",
        ),
        Line(
            "where m of them tie there is a kink, and any shares of the ties that add up to 1 are a slope: as for the "
            "maximum, the rule takes equal ones",
            r"g_k = \frac{[x_k = y]}{m}, \quad m = \sum_j [x_j = y]",
        ),
        CHAIN,
        Line(
            "so the ties share y's gradient, and one that stands alone (m = 1) gets all of it",
            r"\bar x_k = \begin{cases} \bar y / m & \text{if } x_k = y \\ 0 & \text{else} \end{cases}",
        ),
    ),
    "cumsum": (
        Line(
            "along the axis, as a sum over all places: [...] is 1 where it holds, else 0",
            r"y_i = \sum_{j \le i} x_j = \sum_j [j \le i] x_j",
        ),
        Line("y is linear in x, and its slope is what multiplies x", r"\frac{\partial y_i}{\partial x_j} = [j \le i]"),
        Line(
            "x_j is in every running sum from its own on, and the chain rule has a term for each",
            r"\bar x_j = \sum_i \bar y_i \frac{\partial y_i}{\partial x_j} = \sum_i \bar y_i [j \le i]",
        ),
        Line("so the gradients are summed from the other end", r"\bar x_j = \sum_{i \ge j} \bar y_i"),
        Line(
            "with reverse, j and i change sides in every step",
            r"y_i = \sum_{j \ge i} x_j, \quad \bar x_j = \sum_{i \le j} \bar y_i",
        ),
    ),
}
