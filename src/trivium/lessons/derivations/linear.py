"""How the backward rules of products of matrices come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

READ_OFF = "what multiplies an entry's step is that entry's gradient"

DERIVATIONS: Derivations = {
    "matmul": (
        Line("one pair of matrices, row i by column j", r"y_{ij} = \sum_k a_{ik} b_{kj}"),
        Line(
            "the rule for products: one factor moves while the other stands still",
            r"dy_{ij} = \sum_k da_{ik} b_{kj} + \sum_k a_{ik} db_{kj}",
        ),
        Line(
            "the loss moves with every entry of y; the sums are put in order by the entries of a and of b",
            r"dL = \sum_{ij} \bar y_{ij} dy_{ij} = \sum_{ik} da_{ik} \sum_j \bar y_{ij} b_{kj} "
            r"+ \sum_{kj} db_{kj} \sum_i a_{ik} \bar y_{ij}",
        ),
        Line(
            READ_OFF,
            r"\bar a_{ik} = \sum_j \bar y_{ij} b_{kj}, \quad \bar b_{kj} = \sum_i a_{ik} \bar y_{ij}",
        ),
        Line(
            "where axes in front broadcast, matrix g of a is in the pairs p of C(g) and gets a sum over them; b alike",
            r"\bar a_g = \sum_{p \in C(g)} \bar y_p b_p^{\top}",
        ),
        Line(
            "the rule returns the products of every pair, and the engine sums them",
            r"\bar a = \bar y b^{\top}, \quad \bar b = a^{\top} \bar y",
        ),
    ),
    "affine": (
        Line("column b of x is a data point; c is added to every column", r"y_{ib} = \sum_k w_{ik} x_{kb} + c_i"),
        Line(
            "the rule for products, and c moves y as far as itself",
            r"dy_{ib} = \sum_k dw_{ik} x_{kb} + \sum_k w_{ik} dx_{kb} + dc_i",
        ),
        Line(
            "the loss moves with every entry of y",
            r"dL = \sum_{ib} \bar y_{ib} dy_{ib} = \sum_{ikb} \bar y_{ib} dw_{ik} x_{kb} "
            r"+ \sum_{ikb} \bar y_{ib} w_{ik} dx_{kb} + \sum_{ib} \bar y_{ib} dc_i",
        ),
        Line(
            f"{READ_OFF}: a weight is in one product for each data point b",
            r"\bar w_{ik} = \sum_b \bar y_{ib} x_{kb}, \quad \bar x_{kb} = \sum_i w_{ik} \bar y_{ib}",
        ),
        Line("c was spread over b, so its gradient is gathered over b", r"\bar c_i = \sum_b \bar y_{ib}"),
        Line(
            "in matrices, the sum over the columns of ȳ",
            r"\bar w = \bar y x^{\top}, \quad \bar x = w^{\top} \bar y, \quad \bar c = \sum_b \bar y",
        ),
    ),
    "linear": (
        Line(
            "row b of x is a data point, whatever axes these lie along; c, if there is one, is added to every row",
            r"y_{bi} = \sum_k x_{bk} w_{ik} + c_i",
        ),
        Line(
            "the rule for products, and c moves y as far as itself",
            r"dy_{bi} = \sum_k dx_{bk} w_{ik} + \sum_k x_{bk} dw_{ik} + dc_i",
        ),
        Line(
            "the loss moves with every entry of y",
            r"dL = \sum_{bi} \bar y_{bi} dy_{bi} = \sum_{bik} \bar y_{bi} dx_{bk} w_{ik} "
            r"+ \sum_{bik} \bar y_{bi} x_{bk} dw_{ik} + \sum_{bi} \bar y_{bi} dc_i",
        ),
        Line(
            f"{READ_OFF}: a weight is in one product for each data point b",
            r"\bar x_{bk} = \sum_i \bar y_{bi} w_{ik}, \quad \bar w_{ik} = \sum_b \bar y_{bi} x_{bk}",
        ),
        Line("c was spread over b, so its gradient is gathered over b", r"\bar c_i = \sum_b \bar y_{bi}"),
        Line(
            "in matrices, the sum over the rows of ȳ",
            r"\bar x = \bar y w, \quad \bar w = \bar y^{\top} x, \quad \bar c = \sum_b \bar y",
        ),
    ),
    "outer": (
        Line("every entry of a times every entry of b", r"y_{ij} = a_i b_j"),
        Line("the rule for products", r"dy_{ij} = da_i b_j + a_i db_j"),
        Line(
            "the loss moves with every entry of y; the sums are put in order by the entries of a and of b",
            r"dL = \sum_{ij} \bar y_{ij} dy_{ij} = \sum_i da_i \sum_j \bar y_{ij} b_j "
            r"+ \sum_j db_j \sum_i \bar y_{ij} a_i",
        ),
        Line(READ_OFF, r"\bar a_i = \sum_j \bar y_{ij} b_j, \quad \bar b_j = \sum_i \bar y_{ij} a_i"),
        Line("in matrices", r"\bar a = \bar y b, \quad \bar b = \bar y^{\top} a"),
    ),
    "bilinear": (
        Line(
            "for one data point, a row of x1 and one of x2 (as columns here), and each matrix w_k; c may be left out",
            r"y_k = x_1^{\top} w_k x_2 + c_k",
        ),
        Line(
            "the rule for products: each of three factors moves while the others stand still",
            r"dy_k = dx_1^{\top} w_k x_2 + x_1^{\top} w_k dx_2 + x_1^{\top} dw_k x_2 + dc_k",
        ),
        Line(
            "the second term is a number, so its own transpose; in the third, entry (m, n) of w_k has two partners",
            r"x_1^{\top} w_k dx_2 = dx_2^{\top} w_k^{\top} x_1, \quad "
            r"x_1^{\top} dw_k x_2 = \sum_{mn} dw_{kmn} x_{1m} x_{2n}",
        ),
        Line(
            "all y_k of the data point depend on its x1 and x2: the loss moves, where these two alone do, by",
            r"dL = \sum_k \bar y_k dy_k = dx_1^{\top} \sum_k \bar y_k w_k x_2 "
            r"+ dx_2^{\top} \sum_k \bar y_k w_k^{\top} x_1",
        ),
        Line(
            "all data points b, each with its own ȳ, x1, x2, use w and c: the loss moves, where these two alone do, by",
            r"dL = \sum_{kmn} dw_{kmn} \sum_b \bar y_k x_{1m} x_{2n} + \sum_k dc_k \sum_b \bar y_k",
        ),
        Line(
            READ_OFF,
            r"\bar x_1 = \sum_k \bar y_k w_k x_2, \quad \bar x_2 = \sum_k \bar y_k w_k^{\top} x_1",
        ),
        Line(
            "and entry m of x1 times entry n of x2 is entry (m, n) of column times row",
            r"\bar w_k = \sum_b \bar y_k x_1 x_2^{\top}, \quad \bar c = \sum_b \bar y",
        ),
    ),
    "einsum": (
        Line(
            "ℓ gives each letter a place on its axis: x_i is read at ℓ_i, the places of its own letters, and y gets "
            "the product at ℓ_y; an axis under '...' has a letter too, one of size 1 that is stretched its own",
            r"y[e] = \sum_{\ell : \ell_y = e} \prod_i x_i[\ell_i]",
        ),
        Line(
            "the rule for products: each input moves while the others stand still",
            r"dy[e] = \sum_{\ell : \ell_y = e} \sum_i dx_i[\ell_i] \prod_{j \neq i} x_j[\ell_j]",
        ),
        Line(
            "the loss moves with every entry of y; all e, and the ℓ of each, are all ℓ",
            r"dL = \sum_e \bar y[e] dy[e] = \sum_{\ell} \bar y[\ell_y] \sum_i dx_i[\ell_i] "
            r"\prod_{j \neq i} x_j[\ell_j]",
        ),
        Line(
            f"{READ_OFF}: a sum over the ℓ that read x_i at e, so over the letters x_i does not have",
            r"\bar x_i[e] = \sum_{\ell : \ell_i = e} \bar y[\ell_y] \prod_{j \neq i} x_j[\ell_j]",
        ),
        Line(
            "along a letter that x_i alone has, the sum is the same; where x_i has a letter twice, only the diagonal "
            "is read: off it no ℓ fits, and the sum is empty",
            r"\bar x_i[e] = 0 \quad \text{if no } \ell \text{ has } \ell_i = e",
        ),
        Line(
            "as the equation is written, ȳ in the place of x_i, over every letter that x_i does not have",
            r"\bar x_i = \sum \bar y x_1 x_2 \cdots \quad \text{without } x_i",
        ),
    ),
}
