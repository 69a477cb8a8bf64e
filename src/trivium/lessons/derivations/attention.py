"""How the backward rules of attention come about.

Knows nothing of how a road computes them. Leading axes stay as they are.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

DERIVATIONS: Derivations = {
    "scaled_dot_product_attention": (
        Line(
            "the weights p are the softmax of the scores s, over the open keys l: those that mask and causal leave",
            r"s = \text{scale} \cdot q k^{\top}, \quad "
            r"p_{ij} = \frac{\exp(s_{ij})}{\sum_{l} \exp(s_{il})}, \quad y = p v",
        ),
        Line(
            "the product rule; ⟨a, b⟩ sums a ∘ b, and a factor changes sides as its transpose",
            r"\langle \bar y, \dot p v + p \dot v\rangle = \langle \bar y v^{\top}, \dot p\rangle + "
            r"\langle p^{\top} \bar y, \dot v\rangle, \quad \bar p = \bar y v^{\top}, \quad \bar v = p^{\top} \bar y",
        ),
        Line(
            "log p = s minus the logarithm of the sum, whose slope by s_il is p_il; δ is 1 where j = l, else 0",
            r"\frac{\partial \log p_{ij}}{\partial s_{il}} = \delta_{jl} - p_{il}, \quad "
            r"\frac{\partial p_{ij}}{\partial s_{il}} = p_{ij} (\delta_{jl} - p_{il})",
        ),
        Line(
            "sum over all weights that a score moves",
            r"\bar s_{il} = \sum_j \bar p_{ij} \, p_{ij} (\delta_{jl} - p_{il}) = "
            r"p_{il} \left(\bar p_{il} - \sum_j p_{ij} \bar p_{ij}\right)",
        ),
        Line(
            "a closed key has p = 0 and gets 0; without an open key all of the row is 0; a mask has no cotangent",
            r"\bar s = p \circ \left(\bar p - \sum p \bar p\right)",
        ),
        Line(
            "the product rule for the scores, where the second part is transposed to bring k to the left",
            r"\langle \bar s, \text{scale} (\dot q k^{\top} + q \dot k^{\top})\rangle = "
            r"\langle \text{scale} \cdot \bar s k, \dot q\rangle + "
            r"\langle \text{scale} \cdot \bar s^{\top} q, \dot k\rangle",
        ),
        Line(
            "so, with v̄ from above",
            r"\bar q = \text{scale} \cdot \bar s k, \quad \bar k = \text{scale} \cdot \bar s^{\top} q, \quad "
            r"\bar v = p^{\top} \bar y",
        ),
    ),
    "multi_head_attention": (
        Line(
            "x and y are projected row by row; a holds the heads' attentions side by side, and z comes out",
            r"q = x w_q^{\top} + c_q, \quad k = y w_k^{\top} + c_k, \quad v = y w_v^{\top} + c_v, \quad "
            r"z = a w_o^{\top} + c_o",
        ),
        Line(
            "the product rule; ⟨a, b⟩ sums a ∘ b, and a factor changes sides as its transpose",
            r"\langle \bar z, \dot a w_o^{\top} + a \dot w_o^{\top} + \dot c_o\rangle = "
            r"\langle \bar z w_o, \dot a\rangle + \langle \bar z^{\top} a, \dot w_o\rangle + "
            r"\langle \bar z, \dot c_o\rangle",
        ),
        Line(
            "the weights serve all data points b, and c_o all rows t too, so they gather over them",
            r"\bar a = \bar z w_o, \quad \bar w_o = \sum_b \bar z^{\top} a, \quad \bar c_o = \sum_{b, t} \bar z",
        ),
        Line(
            "a head takes its columns of q, k, v and ā, and goes back as scaled_dot_product_attention does",
            r"\bar p = \bar a v^{\top}, \quad \bar s = p \circ (\bar p - \sum p \bar p), \quad "
            r"\bar q = \text{scale} \cdot \bar s k, \quad \bar k = \text{scale} \cdot \bar s^{\top} q, \quad "
            r"\bar v = p^{\top} \bar a",
        ),
        Line(
            "the heads' columns are laid side by side again; then q goes back as z did",
            r"\bar x = \bar q w_q, \quad \bar w_q = \sum_b \bar q^{\top} x, \quad \bar c_q = \sum_{b, t} \bar q",
        ),
        Line(
            "so do k and v, which both read y, at its rows u",
            r"\bar y = \bar k w_k + \bar v w_v, \quad \bar w_k = \sum_b \bar k^{\top} y, \quad "
            r"\bar w_v = \sum_b \bar v^{\top} y, \quad \bar c_v = \sum_{b, u} \bar v",
        ),
        Line(
            "a row of p sums to 1, or is 0, so a row of s̄ sums to 0: c_k moves no weight, and only rounding is left",
            r"\bar c_k = \sum_{b, u} \bar k = "
            r"\sum_{b, t} \left(\text{scale} \sum_u \bar s_{btu}\right) q_{bt} = 0",
        ),
    ),
    "rotary_embedding": (
        Line(
            "pair i of position p, features a and b of x, is turned by an angle that no input moves",
            r"\theta = (\text{offset} + p) \, \text{base}^{-2i/d}",
        ),
        Line(
            "the pair becomes two features of y, at the places of a and b; pairing says which features are a pair",
            r"y_a = a \cos(\theta) - b \sin(\theta), \quad y_b = a \sin(\theta) + b \cos(\theta)",
        ),
        Line(
            "the chain rule: both features of y have read a",
            r"\bar a = \frac{\partial y_a}{\partial a} \cdot \bar y_a + \frac{\partial y_b}{\partial a} \cdot \bar y_b "
            r"= \bar y_a \cos(\theta) + \bar y_b \sin(\theta)",
        ),
        Line(
            "both have read b",
            r"\bar b = \frac{\partial y_a}{\partial b} \cdot \bar y_a + \frac{\partial y_b}{\partial b} \cdot \bar y_b "
            r"= - \bar y_a \sin(\theta) + \bar y_b \cos(\theta)",
        ),
        Line(
            "this is the turn by -θ, since cos(-θ) = cos(θ) and sin(-θ) = -sin(θ)",
            r"\bar a = \bar y_a \cos(-\theta) - \bar y_b \sin(-\theta), \quad "
            r"\bar b = \bar y_a \sin(-\theta) + \bar y_b \cos(-\theta)",
        ),
        Line(
            "with R for all the turns, the transpose of a rotation turns back",
            r"y = R x, \quad \bar x = R^{\top} \bar y",
        ),
    ),
}
