"""How the backward rules of rearrangements come about: the gradient goes back the way the numbers came.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

BACK = Line(
    "so y at i moves with x at p(i) alone, and the chain rule sums over the places i that read j; a bracket with = in "
    "it is 1 where it holds, else 0",
    r"\bar x[j] = \sum_i \bar y[i] \frac{\partial y[i]}{\partial x[j]} = \sum_i \bar y[i] [p(i) = j]",
)
INPUTS = "the chain rule sums over all of y; a bracket with = in it is 1 where it holds, else 0"

DERIVATIONS: Derivations = {
    "reshape": (
        Line(
            "a place in sizes n_1 to n_d has a number, from 0, that counts the last axis fastest",
            r"N(i_1, \ldots, i_d) = (\cdots((i_1 n_2 + i_2) n_3 + i_3) \cdots) n_d + i_d",
        ),
        Line(
            "y has at place i the entry of x whose place p(i) has the same number, in the sizes of x",
            r"y[i] = x[p(i)], \quad N_x(p(i)) = N_y(i)",
        ),
        BACK,
        Line(
            "both shapes have each number once, so for each j one term is left: p turned round",
            r"\bar x[j] = \bar y[i] \quad \text{where } N_y(i) = N_x(j)",
        ),
        Line("that is the same op, back to the shape of x", r"\bar x = \text{reshape}(\bar y, \text{shape of } x)"),
    ),
    "transpose": (
        Line(
            "axis k of y is axis a[k] of x, counted from 0; axes None is d - 1, ..., 0, for d axes",
            r"y[i] = x[p(i)], \quad p(i)[a[k]] = i[k]",
        ),
        BACK,
        Line(
            "a has every axis once, so a permutation q undoes it: q[m] is where m stands in a",
            r"q[a[k]] = k, \quad a[q[m]] = m, \quad p(i)[m] = i[q[m]]",
        ),
        Line(
            "so for each j one term is left, at the i with p(i) = j",
            r"\bar x[j] = \bar y[i] \quad \text{where } i[q[m]] = j[m]",
        ),
        Line(
            "axis m of x̄ is axis q[m] of ȳ: the same op with the inverse permutation",
            r"\bar x = \text{transpose}(\bar y, q), \quad q = a^{-1}",
        ),
    ),
    "split": (
        Line(
            "part k, from 1, is s long; places are along the axis, the other axes stay",
            r"y_k[i] = x[(k - 1) s + i], \quad 0 \le i < s",
        ),
        Line(
            "the loss depends on x through every part, and the chain rule sums over all; a bracket with = in it is 1 "
            "where it holds, else 0",
            r"\bar x[j] = \sum_k \sum_i \bar y_k[i] \frac{\partial y_k[i]}{\partial x[j]} = "
            r"\sum_k \sum_i \bar y_k[i] [(k - 1) s + i = j]",
        ),
        Line(
            "dividing j by s gives one quotient, k - 1, and one remainder, i: one term is left",
            r"\bar x[(k - 1) s + i] = \bar y_k[i]",
        ),
        Line("so the gradients are joined along the axis", r"\bar x = \text{concat}(\bar y_1, \bar y_2, \ldots)"),
    ),
    "squeeze": (
        Line(
            "p(i) is i with 0 put in on each axis named: there is no other place on it, as its size is 1",
            r"y[i] = x[p(i)]",
        ),
        BACK,
        Line(
            "each j of x has 0 there, and comes from one i, j without those zeros: one term is left",
            r"\bar x[j] = \bar y[i] \quad \text{where } p(i) = j",
        ),
        Line("so the gradient gets those axes again", r"\bar x = \text{reshape}(\bar y, \text{shape of } x)"),
    ),
    "expand_dims": (
        Line(
            "p(i) is i without its places on the new axes: these are 0, there is no other, as the sizes are 1",
            r"y[i] = x[p(i)]",
        ),
        BACK,
        Line(
            "each j comes from one i, j with those zeros put in: one term is left",
            r"\bar x[j] = \bar y[i] \quad \text{where } p(i) = j",
        ),
        Line("so the gradient loses the new axes again", r"\bar x = \text{squeeze}(\bar y, \text{axis})"),
    ),
    "broadcast_to": (
        Line(
            "p(i) is i without the new axes in front, and 0 on each axis where x has size 1: many i may read one j",
            r"y[i] = x[p(i)]",
        ),
        BACK,
        Line(
            "the copies of j are at the places C(j), and each leaves a term",
            r"\bar x[j] = \sum_{i \in C(j)} \bar y[i], \quad C(j) = \{ i : p(i) = j \}",
        ),
        Line(
            "the rule hands on ȳ, the terms, and the engine sums them back to the shape of x",
            r"\bar x = \sum_{\text{copies}} \bar y",
        ),
    ),
    "concat": (
        Line(
            "input x_k is n_k long, and begins behind those before it; places are along the axis, the other axes stay",
            r"y[o_k + i] = x_k[i], \quad o_k = n_1 + \cdots + n_{k-1}, \quad 0 \le i < n_k",
        ),
        Line(
            INPUTS,
            r"\bar x_k[i] = \sum_j \bar y[j] \frac{\partial y[j]}{\partial x_k[i]} = \sum_j \bar y[j] [j = o_k + i]",
        ),
        Line("an entry stands at one place: one term is left", r"\bar x_k[i] = \bar y[o_k + i]"),
        Line(
            "so the gradient is cut where the inputs were joined",
            r"\bar x_k = \bar y[o_k], \ldots, \bar y[o_k + n_k - 1]",
        ),
    ),
    "stack": (
        Line("input x_k is place k of the new axis; i is a place on the others", r"y[k, i] = x_k[i]"),
        Line(
            INPUTS,
            r"\bar x_k[i] = \sum_m \sum_j \bar y[m, j] \frac{\partial y[m, j]}{\partial x_k[i]} = "
            r"\sum_m \sum_j \bar y[m, j] [m = k] [j = i]",
        ),
        Line("an entry stands at one place: one term is left", r"\bar x_k[i] = \bar y[k, i]"),
        Line("so each input gets its place of the new axis", r"\bar x_k = \bar y[k]"),
    ),
}
