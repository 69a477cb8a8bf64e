"""How the backward rules of lookups, and of sums into places, come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

DERIVATIONS: Derivations = {
    "embedding": (
        Line(
            "label l_i picks a row of the table t, as a sum over all rows: [...] is 1 where it holds, else 0, and a "
            "label that is the padding picks none",
            r"y_{i d} = \sum_v S_{i v} t_{v d}, \quad S_{i v} = [l_i = v \text{ and } v \text{ is not the padding}]",
        ),
        Line(
            "y is linear in t, and its slope is what multiplies t",
            r"\frac{\partial y_{i e}}{\partial t_{v d}} = S_{i v} [e = d]",
        ),
        Line(
            "a row may be read by many labels, and the chain rule sums over all of them",
            r"\bar t_{v d} = \sum_i \sum_e \bar y_{i e} S_{i v} [e = d] = \sum_i S_{i v} \bar y_{i d}",
        ),
        Line(
            "that is, each row gathers the gradients of the labels that read it; one that no label reads has none",
            r"\bar t_v = \sum_{i : l_i = v} \bar y_i, \quad \text{and } 0 \text{ where } v \text{ is the padding}",
        ),
        Line(
            "in matrices, the lookup's transpose; a label is a whole number and has no gradient",
            r"y = S t, \quad \bar t = S^{\top} \, \bar y",
        ),
    ),
    "take_along_axis": (
        Line(
            "written for axis 0 of two, a the indices: y reads x at its own column, as a sum over rows k; [...] is 1 "
            "where it holds, else 0",
            r"y_{i j} = \sum_k [a_{i j} = k] x_{k j}",
        ),
        Line(
            "y is linear in x, and its slope is what multiplies x",
            r"\frac{\partial y_{i j}}{\partial x_{k m}} = [a_{i j} = k] [j = m]",
        ),
        Line(
            "the chain rule sums over all of y, and of the columns only j = m is left",
            r"\bar x_{k m} = \sum_i \sum_j \bar y_{i j} [a_{i j} = k] [j = m] = \sum_i [a_{i m} = k] \bar y_{i m}",
        ),
        Line(
            "so an entry gathers from all that read it, however many; an index is a whole number and has no gradient",
            r"\bar x_{k j} = \sum_{i : a_{i j} = k} \bar y_{i j}",
        ),
    ),
    "scatter_add": (
        Line(
            "written for axis 0 of two, a the indices, s the source: row k gets every s whose index is k; [...] is 1 "
            "where it holds, else 0",
            r"y_{k j} = x_{k j} + \sum_i [a_{i j} = k] s_{i j}",
        ),
        Line("an entry of x enters its own place, with slope 1", r"\bar x_{k j} = \bar y_{k j}"),
        Line(
            "y is linear in s too, and the slope is what multiplies it",
            r"\frac{\partial y_{k m}}{\partial s_{i j}} = [a_{i j} = k] [j = m]",
        ),
        Line(
            "the chain rule sums over all of y, and an entry of s goes to one place, k = a_ij, so one term is left",
            r"\bar s_{i j} = \sum_k \sum_m \bar y_{k m} [a_{i j} = k] [j = m] = \sum_k [a_{i j} = k] \bar y_{k j}",
        ),
        Line(
            "so the source reads the gradient where it was added; an index is a whole number and has no gradient",
            r"\bar x = \bar y, \quad \bar s_{i j} = \bar y_{k j} \quad \text{at} \quad k = a_{i j}",
        ),
    ),
    "index_select": (
        Line(
            "written for axis 0, a the indices, r a place along all other axes, as a sum over i: [...] is 1 where it "
            "holds, else 0",
            r"y_{k r} = \sum_i [a_k = i] x_{i r}",
        ),
        Line(
            "y is linear in x, and its slope is what multiplies x",
            r"\frac{\partial y_{k q}}{\partial x_{i r}} = [a_k = i] [q = r]",
        ),
        Line(
            "the chain rule sums over all of y, and of the other axes only q = r is left",
            r"\bar x_{i r} = \sum_k \sum_q \bar y_{k q} [a_k = i] [q = r] = \sum_k [a_k = i] \bar y_{k r}",
        ),
        Line(
            "so a slice gathers once for each index that names it; an index is a whole number and has no gradient",
            r"\bar x_i = \sum_{k : a_k = i} \bar y_k",
        ),
    ),
    "one_hot": (
        Line("l_i the labels, c a class: [...] is 1 where it holds, else 0", r"y_{i c} = [l_i = c]"),
        Line(
            "a label is a whole number, with nothing between it and the next: it does not move, nor, so, does y",
            r"dy_{i c} = 0",
        ),
        Line(
            "so whatever y's gradient, nothing of it reaches the loss through the labels, and none is handed back",
            r"dL = \sum_i \sum_c \bar y_{i c} dy_{i c} = 0",
        ),
    ),
}
