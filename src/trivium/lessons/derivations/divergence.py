"""How the divergences' backward rules come about.

Knows nothing of how a road computes them. T is one term of the loss.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

REDUCED = Line(
    "terms are added and divided by n: 1 for sum, their number for mean, the size of batch_axis for batchmean",
    r"y = \frac{\sum T}{n}, \quad \bar T = \frac{\bar y}{n}",
)

DERIVATIONS: Derivations = {
    "kl_divergence": (
        Line(
            "a term for each distribution, a row along the last axis, where an entry with p = 0 counts 0",
            r"T = \sum p (\log p - \log q)",
        ),
        REDUCED,
        Line(
            "the product rule, where p > 0",
            r"\frac{\partial T}{\partial p} = (\log p - \log q) + p \cdot \frac{1}{p} = \log p - \log q + 1",
        ),
        Line(
            "q stands in one logarithm, with a minus",
            r"\frac{\partial T}{\partial q} = - \frac{p}{q}",
        ),
        Line(
            "times T̄; where p = 0 the logarithm has no slope, and the rule takes 0, as the entry counts 0",
            r"\bar p = \begin{cases} (\log p - \log q + 1) \bar y / n & \text{if } p > 0 \\ "
            r"0 & \text{if } p = 0 \end{cases}",
        ),
        Line(
            "where p = 0 this is 0 too, whatever q is",
            r"\bar q = - \frac{p}{q} \cdot \frac{\bar y}{n}",
        ),
    ),
    "gaussian_kl": (
        Line(
            "a term for each entry, with m for the mean, l for log_variance and v for the variance",
            r"T = \frac{v + m^2 - 1 - l}{2}, \quad v = e^l",
        ),
        REDUCED,
        Line("the mean stands in its square alone", r"\frac{\partial T}{\partial m} = \frac{2 m}{2} = m"),
        Line(
            "l stands by itself and in v, which is its own slope",
            r"\frac{\partial T}{\partial l} = \frac{\frac{dv}{dl} - 1}{2} = \frac{v - 1}{2}",
        ),
        Line(
            "times T̄",
            r"\bar m = m \cdot \frac{\bar y}{n}, \quad \bar l = \frac{v - 1}{2} \cdot \frac{\bar y}{n}",
        ),
    ),
    "gaussian_nll": (
        Line(
            "a term for each entry: p is the prediction, t the target, v the variance; full adds a constant, no slope",
            r"T = \frac{\log v + \frac{d^2}{v}}{2}, \quad d = p - t, \quad s = \frac{d}{v}",
        ),
        REDUCED,
        Line("v stays, d moves", r"\frac{\partial T}{\partial d} = \frac{2 d}{2 v} = s"),
        Line(
            "d stays, v moves in the logarithm and below the square",
            r"\frac{\partial T}{\partial v} = \frac{\frac{1}{v} - \frac{d^2}{v^2}}{2} = "
            r"\frac{1 - d s}{2 v}",
        ),
        Line(
            "times T̄; p moves d by as much, t by as much the other way",
            r"\bar p = s \cdot \frac{\bar y}{n}, \quad \bar t = - \bar p, \quad "
            r"\bar v = \frac{1 - d s}{2 v} \cdot \frac{\bar y}{n}",
        ),
    ),
    "cosine_similarity_loss": (
        Line(
            "a term for each pair of vectors along the axis; B is to b what A is to a, and no length is below eps",
            r"T = 1 - C, \quad C = \hat a \cdot \hat b, \quad \hat a = \frac{a}{A}, \quad \hat b = \frac{b}{B}, \quad "
            r"A = \max(|a|, \text{eps})",
        ),
        REDUCED,
        Line(
            "differentiate both sides of |a|² = a · a; at |a| = eps, a kink, the rule takes A for the constant",
            r"\dot A = \begin{cases} a \cdot \dot a / |a| = \hat a \cdot \dot a & \text{if } |a| > \text{eps} \\ "
            r"0 & \text{else} \end{cases}",
        ),
        Line(
            "let a move alone; the rule for quotients",
            r"\dot C = \frac{\hat b \cdot \dot a}{A} - \frac{(\hat b \cdot a) \dot A}{A^2} = "
            r"\frac{\hat b \cdot \dot a - C \dot A}{A}",
        ),
        Line(
            "what stands beside ȧ: a longer vector's part along a is lost, which changes but its length",
            r"\frac{\partial C}{\partial a} = \begin{cases} (\hat b - C \hat a) / |a| & \text{if } |a| > \text{eps} \\ "
            r"\hat b / \text{eps} & \text{else} \end{cases}",
        ),
        Line(
            "a and b change places",
            r"\frac{\partial C}{\partial b} = \begin{cases} (\hat a - C \hat b) / |b| & \text{if } |b| > \text{eps} \\ "
            r"\hat a / \text{eps} & \text{else} \end{cases}",
        ),
        Line(
            "times T̄, with the minus of 1 - C",
            r"\bar a = - \frac{\partial C}{\partial a} \cdot \frac{\bar y}{n}, \quad "
            r"\bar b = - \frac{\partial C}{\partial b} \cdot \frac{\bar y}{n}",
        ),
    ),
    "triplet": (
        Line(
            "a term per anchor a, positive p and negative n; D is a length along the last axis, if squared its square",
            r"T = \max(H, 0), \quad H = D(a - p) - D(a - n) + \text{margin}",
        ),
        Line(
            "terms are added and divided by N: 1 for sum, their number for mean, the size of batch_axis for batchmean",
            r"y = \frac{\sum T}{N}, \quad \bar T = \frac{\bar y}{N}",
        ),
        Line(
            "a triplet that is just satisfied, at the hinge's kink, counts as satisfied",
            r"\bar H = \begin{cases} \bar y / N & \text{if } H > 0 \\ 0 & \text{else} \end{cases}",
        ),
        Line(
            "differentiate both sides of |d|² = d · d, where the right one is the square's slope",
            r"2 |d| \frac{\partial |d|}{\partial d} = 2 d",
        ),
        Line(
            "a length has no slope where d = 0, and the rule takes 0 there",
            r"D'(d) = \begin{cases} 2 d & \text{if squared} \\ d / |d| & \text{if not, and } d \neq 0 \\ "
            r"0 & \text{if not, and } d = 0 \end{cases}",
        ),
        Line(
            "the chain rule, for both differences",
            r"\dot H = D'(a - p) \cdot (\dot a - \dot p) - D'(a - n) \cdot (\dot a - \dot n)",
        ),
        Line(
            "what stands beside each tangent, times H̄; a is in both differences",
            r"\bar p = - D'(a - p) \bar H, \quad \bar n = D'(a - n) \bar H, \quad "
            r"\bar a = (D'(a - p) - D'(a - n)) \bar H = - (\bar p + \bar n)",
        ),
    ),
}
