"""How the backward rules of softmax, of its logarithm, and of softmax under a mask come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

JACOBIAN = Line(
    "every x moves every p along the axis, so the chain rule sums over all of them",
    r"\bar x_j = \sum_i \bar p_i \frac{\partial p_i}{\partial x_j} = \sum_i \bar p_i p_i \left([i = j] - p_j\right)",
)
SPLIT = Line(
    "the first part of the sum is its term i = j alone, and p_j leaves the second",
    r"\bar x_j = p_j \bar p_j - p_j \sum_i p_i \bar p_i",
)

DERIVATIONS: Derivations = {
    "softmax": (
        Line("along the axis; the output y is called p", r"p_i = \frac{\exp(x_i)}{u}, \quad u = \sum_k \exp(x_k)"),
        Line(
            "x_j is in u, and, where i = j, in the numerator: [...] is 1 where it holds, else 0",
            r"\frac{\partial \exp(x_i)}{\partial x_j} = [i = j] \exp(x_i), "
            r"\quad \frac{\partial u}{\partial x_j} = \exp(x_j)",
        ),
        Line(
            "the rule for quotients",
            r"\frac{\partial p_i}{\partial x_j} = \frac{[i = j] \exp(x_i) u - \exp(x_i) \exp(x_j)}{u^2} "
            r"= p_i \left([i = j] - p_j\right)",
        ),
        JACOBIAN,
        SPLIT,
        Line(
            "so the mean of the gradients of p, weighted by p itself, is taken off each of them",
            r"\bar x_j = p_j \left(\bar p_j - \sum_i p_i \bar p_i\right)",
        ),
    ),
    "log_softmax": (
        Line("along the axis", r"y_i = x_i - \log u, \quad u = \sum_k \exp(x_k)"),
        Line(
            "the logarithm's slope is 1/u, and of the sum's terms only one holds x_j: p is the softmax",
            r"\frac{\partial \log u}{\partial x_j} = \frac{\partial u / \partial x_j}{u} "
            r"= \frac{\exp(x_j)}{u} = p_j = \exp(y_j)",
        ),
        Line(
            "x_j is in y_i itself where i = j, and in log u always: [...] is 1 where it holds, else 0",
            r"\frac{\partial y_i}{\partial x_j} = [i = j] - p_j",
        ),
        Line(
            "every x moves every y along the axis, so the chain rule sums over all of them",
            r"\bar x_j = \sum_i \bar y_i \frac{\partial y_i}{\partial x_j} "
            r"= \sum_i \bar y_i \left([i = j] - p_j\right)",
        ),
        Line(
            "the first part of the sum is its term i = j alone, and p_j leaves the second",
            r"\bar x_j = \bar y_j - p_j \sum_i \bar y_i",
        ),
    ),
    "masked_softmax": (
        Line(
            "along the axis, m the mask, 1 where True, 0 where False; all p are 0 where u is; the output y is called p",
            r"p_i = \frac{m_i \exp(x_i)}{u}, \quad u = \sum_k m_k \exp(x_k)",
        ),
        Line(
            "the rule for quotients: [...] is 1 where it holds, else 0",
            r"\frac{\partial p_i}{\partial x_j} "
            r"= \frac{[i = j] m_i \exp(x_i) u - m_i \exp(x_i) m_j \exp(x_j)}{u^2} = p_i \left([i = j] - p_j\right)",
        ),
        JACOBIAN,
        SPLIT,
        Line(
            "as without a mask; where m_j is 0, and where all are, p_j is 0 and so is the gradient, as it must be, "
            "for x_j is not read; a mask has no gradient",
            r"\bar x_j = p_j \left(\bar p_j - \sum_i p_i \bar p_i\right)",
        ),
    ),
}
