"""How the backward rules of losses between scores and labels come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line
from trivium.lessons.derivations.regression import REDUCED

COSTS = Line(
    "the cost of class c at i: p is the softmax of the logits z over the temperature T, and its logarithm comes apart",
    r"\ell_{i c} = -\log p_{i c} = -\frac{z_{i c}}{T} + \log \sum_k \exp(z_{i k} / T)",
)
COSTS_SLOPE = Line(
    "the sum's logarithm has the softmax for its slope, and T divides once: [...] is 1 where it holds, else 0",
    r"T \frac{\partial \ell_{i c}}{\partial z_{i k}} "
    r"= \frac{\exp(z_{i k} / T)}{\sum_j \exp(z_{i j} / T)} - [c = k] = p_{i k} - [c = k]",
)
HOT = "i runs over the labels; h_ic is 1 where c is label i, else 0, and 0 for every c where that is ignored"
DIVIDED = Line(
    "n is 1 (sum), the size of batch_axis (batchmean), or the sum of w at the labels (mean): the rule for quotients",
    r"\bar A = \frac{\bar y}{n}, \quad \bar n = -A \frac{\bar y}{n^2} = -y \frac{\bar y}{n}",
)
BOTH = "w_c moves y through both, with -y in a mean alone; a label is a whole number and has no gradient"

DERIVATIONS: Derivations = {
    "cross_entropy": (
        Line(
            f"w the weights, 1 where none are given, ε the smoothing, C the number of classes; {HOT}",
            r"y = \frac{A}{n}, \quad A = \sum_i \sum_c q_{i c} \ell_{i c}, \quad "
            r"q_{i c} = w_c \left((1 - \varepsilon) h_{i c} + g_i \frac{\varepsilon}{C}\right), "
            r"\quad g_i = \sum_c h_{i c}",
        ),
        COSTS,
        COSTS_SLOPE,
        DIVIDED,
        Line(
            "z_ik is in every cost at i, so the chain rule sums over the classes; of the second part only c = k "
            "is left",
            r"\bar z_{i k} = \sum_c q_{i c} \left(p_{i k} - [c = k]\right) \frac{\bar y}{n T} "
            r"= \left(p_{i k} \sum_c q_{i c} - q_{i k}\right) \frac{\bar y}{n T}",
        ),
        Line(
            "A is linear in w, and its slope is what multiplies w_c; n holds w in a mean alone, once for each label c",
            r"\frac{\partial A}{\partial w_c} "
            r"= \sum_i \left((1 - \varepsilon) h_{i c} + g_i \frac{\varepsilon}{C}\right) \ell_{i c}, "
            r"\quad \frac{\partial n}{\partial w_c} = \sum_i h_{i c}",
        ),
        Line(
            BOTH,
            r"\bar w_c = \bar A \frac{\partial A}{\partial w_c} + \bar n \frac{\partial n}{\partial w_c} "
            r"= \left(\sum_i h_{i c} \left((1 - \varepsilon) \ell_{i c} - y\right) "
            r"+ \sum_i g_i \ell_{i c} \frac{\varepsilon}{C}\right) \frac{\bar y}{n}",
        ),
    ),
    "soft_cross_entropy": (
        Line(
            "i runs over the rows, c over the classes, t the targets; n is 1 (sum), the number of "
            "rows (mean), or the size of batch_axis (batchmean)",
            r"y = \sum_i \sum_c t_{i c} \frac{\ell_{i c}}{n}",
        ),
        COSTS,
        COSTS_SLOPE,
        Line(
            "z_ik is in every cost at i, so the chain rule sums over the classes; of the second part only c = k "
            "is left",
            r"\bar z_{i k} = \sum_c t_{i c} \left(p_{i k} - [c = k]\right) \frac{\bar y}{n T} "
            r"= \left(p_{i k} \sum_c t_{i c} - t_{i k}\right) \frac{\bar y}{n T}",
        ),
        Line(
            "y is linear in t, and its slope is the cost; t's row is not taken to sum to 1, here or above",
            r"\bar t_{i c} = \ell_{i c} \frac{\bar y}{n} = (-\log p_{i c}) \frac{\bar y}{n}",
        ),
    ),
    "nll": (
        Line(
            f"x the log probabilities, w the weights, 1 where none are given; {HOT}",
            r"y = \frac{A}{n}, \quad A = \sum_i \sum_c h_{i c} w_c (-x_{i c})",
        ),
        DIVIDED,
        Line(
            "A is linear in x, n does not hold x, and the slope is what multiplies x: 0 but at the label",
            r"\bar x_{i c} = \bar A \frac{\partial A}{\partial x_{i c}} = -h_{i c} w_c \frac{\bar y}{n}",
        ),
        Line(
            "A is linear in w too; n holds w in a mean alone, once for each label c",
            r"\frac{\partial A}{\partial w_c} = \sum_i h_{i c} (-x_{i c}), "
            r"\quad \frac{\partial n}{\partial w_c} = \sum_i h_{i c}",
        ),
        Line(
            BOTH,
            r"\bar w_c = \bar A \frac{\partial A}{\partial w_c} + \bar n \frac{\partial n}{\partial w_c} "
            r"= \sum_i h_{i c} (-x_{i c} - y) \frac{\bar y}{n}",
        ),
    ),
    "binary_cross_entropy": (
        Line(
            f"p the probabilities, t the targets; {REDUCED}",
            r"y = \sum_i \frac{-t_i \log p_i - (1 - t_i) \log(1 - p_i)}{n}",
        ),
        Line(
            "a logarithm's slope is 1 over what it is of, and 1 - p falls as p rises",
            r"\frac{\partial \log p_i}{\partial p_i} = \frac{1}{p_i}, "
            r"\quad \frac{\partial \log(1 - p_i)}{\partial p_i} = -\frac{1}{1 - p_i}",
        ),
        Line(
            "of the terms only one holds p_i, so the chain rule has one term, and two minus signs cancel",
            r"\bar p_i = \left(\frac{1 - t_i}{1 - p_i} - \frac{t_i}{p_i}\right) \frac{\bar y}{n}",
        ),
        Line(
            "y is linear in t, and its slope is what multiplies t_i",
            r"\bar t_i = \left(\log(1 - p_i) - \log p_i\right) \frac{\bar y}{n}",
        ),
    ),
    "binary_cross_entropy_with_logits": (
        Line(
            "z the logits, t the targets, w the positive_weight, spread to their shape, 1 where none is given; "
            f"{REDUCED}",
            r"y = \sum_i \frac{w_i t_i a_i + (1 - t_i) b_i}{n}, \quad "
            r"a_i = \log(1 + \exp(-z_i)), \quad b_i = \log(1 + \exp(z_i))",
        ),
        Line(
            "the slope of a logarithm, and that of what it is of; σ is the logistic function, 1 / (1 + exp(-z))",
            r"\frac{\partial a_i}{\partial z_i} = \frac{-\exp(-z_i)}{1 + \exp(-z_i)} = -\sigma(-z_i), "
            r"\quad \frac{\partial b_i}{\partial z_i} = \frac{\exp(z_i)}{1 + \exp(z_i)} = \sigma(z_i)",
        ),
        Line(
            "of the terms only one holds z_i",
            r"\bar z_i = \left((1 - t_i) \sigma(z_i) - w_i t_i \sigma(-z_i)\right) \frac{\bar y}{n}",
        ),
        Line(
            "y is linear in t, and its slope is what multiplies t_i",
            r"\bar t_i = \left(w_i a_i - b_i\right) \frac{\bar y}{n}",
        ),
        Line(
            "the two logarithms differ by z, and where w is 1 that is all that is left",
            r"b_i - a_i = \log\left(\frac{1 + \exp(z_i)}{1 + \exp(-z_i)}\right) = \log \exp(z_i) = z_i, "
            r"\quad \bar t_i = -z_i \frac{\bar y}{n}",
        ),
        Line(
            "y is linear in w; a weight spread over many entries gathers from all of them: the sum is over those i "
            "that weight k is spread to",
            r"\bar w_k = \sum_{i : w_i \text{ is weight } k} t_i a_i \frac{\bar y}{n}",
        ),
    ),
    "hinge": (
        Line(
            f"s the scores, t the signs; {REDUCED}",
            r"y = \sum_i \frac{\max(0, g_i)}{n}, \quad g_i = 1 - s_i t_i",
        ),
        Line(
            "max(0, g) is g above 0, with slope 1, and 0 below; at the kink, where s t is just 1, the rule takes slope "
            "0: [...] is 1 where it holds, else 0",
            r"\bar g_i = [g_i > 0] \frac{\bar y}{n}",
        ),
        Line(
            "the rule for products; each slope is the other factor, with the minus sign",
            r"\frac{\partial g_i}{\partial s_i} = -t_i, \quad \frac{\partial g_i}{\partial t_i} = -s_i",
        ),
        Line(
            "of the terms only one holds s_i and t_i; g > 0 says s t < 1",
            r"\bar s_i = -t_i [s_i t_i < 1] \frac{\bar y}{n}, \quad \bar t_i = -s_i [s_i t_i < 1] \frac{\bar y}{n}",
        ),
    ),
    "multiclass_hinge": (
        Line(
            "s the scores, l_i the label of row i, m the margin; n is 1 (sum) or the number of labels (mean, batchmean "
            "over axis 0)",
            r"y = \sum_i \sum_{c \neq l_i} \frac{\max(0, g_{i c})}{n}, \quad g_{i c} = m + s_{i c} - s_{i l_i}",
        ),
        Line(
            "max(0, g) has slope 1 where g > 0, and 0 below; at the kink, g = 0, the rule takes 0: [...] is 1 where it "
            "holds, else 0",
            r"\bar g_{i c} = [g_{i c} > 0] \frac{\bar y}{n}",
        ),
        Line(
            "the score of a class other than the label is in its own gap alone, with slope 1",
            r"\bar s_{i c} = \bar g_{i c} = [g_{i c} > 0] \frac{\bar y}{n}, \quad c \neq l_i",
        ),
        Line(
            "the label's score is in the gap of every other class, with slope -1, and the chain rule sums over them",
            r"\bar s_{i l_i} = -\sum_{c \neq l_i} \bar g_{i c} = -\sum_{c \neq l_i} \bar s_{i c}",
        ),
    ),
}
