"""How the recurrent layers' backward rules come about.

Knows nothing of how a road computes them. A minus below a name is the step before, a plus the step after, in the order
in which the states follow each other; each formula is one data point's.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

WEIGHTS = Line(
    "every step and every data point used the same w, u and c, which gather over both; each step has its own x",
    r"\bar x = w^{\top} \bar a, \quad \bar w = \sum \bar a \, x^{\top}, \quad "
    r"\bar u = \sum \bar a \, h_{-}^{\top}, \quad \bar c = \sum \bar a",
)

DERIVATIONS: Derivations = {
    "rnn": (
        Line(
            "a step of one data point; h₋ is the state before it, h₀ at first; in reverse, the last step is the first",
            r"a = w x + u h_{-} + c, \quad y = h = \varphi(a)",
        ),
        Line(
            "the slope of tanh is 1 - tanh²; that of relu is 1 or 0, and at its kink 0",
            r"\varphi'(a) = \begin{cases} 1 - h^2 & \text{if tanh} \\ 1 & \text{if relu and } h > 0 \\ "
            r"0 & \text{if relu and } h = 0 \end{cases}",
        ),
        Line(
            "a state reaches the loss by itself and by u h in the next step, which has ā₊; after the last that is 0",
            r"\bar h = \bar y + u^{\top} \bar a_{+}",
        ),
        Line("an entry of h depends on the same entry of a alone", r"\bar a = \varphi'(a) \circ \bar h"),
        Line(
            "the product rule; the cotangents are what stands beside the tangents in ā · ȧ, as ā_j x_k beside ẇ_jk",
            r"\dot a = \dot w x + w \dot x + \dot u h_{-} + u \dot h_{-} + \dot c, \quad "
            r"\bar a \cdot \dot w x = \sum_{jk} \dot w_{jk} \bar a_j x_k",
        ),
        WEIGHTS,
        Line("what goes back past the first step taken, step 1", r"\bar h_0 = u^{\top} \bar a_1"),
    ),
    "lstm": (
        Line(
            "a has a block for each gate; s is the cell's state, as c is the bias; h₋ and s₋ are h₀ and c₀ at first",
            r"(a_i, a_f, a_g, a_o) = w x + u h_{-} + c, \quad i = \sigma(a_i), \quad f = \sigma(a_f), \quad "
            r"g = \tanh(a_g), \quad o = \sigma(a_o)",
        ),
        Line(
            "both are outputs, and have the cotangents ȳ_h and ȳ_s of their own",
            r"s = f \circ s_{-} + i \circ g, \quad h = o \circ \tanh(s)",
        ),
        Line(
            "h reaches the loss by itself and by the next step's a; s by itself, by the next step's s, and by h",
            r"\bar h = \bar y_h + u^{\top} \bar a_{+}, \quad "
            r"\bar s = \bar y_s + f_{+} \circ \bar s_{+} + o \circ (1 - \tanh(s)^2) \circ \bar h",
        ),
        Line(
            "the product rule in s; the slope of σ is σ (1 - σ), that of tanh is 1 - tanh²",
            r"\bar a_i = i \circ (1 - i) \circ g \circ \bar s, \quad "
            r"\bar a_f = f \circ (1 - f) \circ s_{-} \circ \bar s, \quad "
            r"\bar a_g = (1 - g^2) \circ i \circ \bar s",
        ),
        Line(
            "the product rule in h, where o tanh s is h again",
            r"\bar a_o = o \circ (1 - o) \circ \tanh(s) \circ \bar h = (1 - o) \circ h \circ \bar h",
        ),
        WEIGHTS,
        Line(
            "what goes back past the first step taken, step 1",
            r"\bar h_0 = u^{\top} \bar a_1, \quad \bar c_0 = f_1 \circ \bar s_1",
        ),
    ),
    "gru": (
        Line(
            "a_r and a_z are what σ is taken of; w, u, c and d have blocks r, z and n; h₋ is h₀ at first",
            r"r = \sigma(w_r x + c_r + u_r h_{-} + d_r), \quad z = \sigma(w_z x + c_z + u_z h_{-} + d_z)",
        ),
        Line(
            "a_n is what tanh is taken of, and m = u_n h₋ + d_n; reset says whether r comes after u_n or before",
            r"y = h = (1 - z) \circ n + z \circ h_{-}, \quad n = \tanh(w_n x + c_n + k), \quad "
            r"k = \begin{cases} r \circ m & \text{if after} \\ "
            r"u_n (r \circ h_{-}) + d_n & \text{if before} \end{cases}",
        ),
        Line(
            "the product rule in h; the slope of σ is σ (1 - σ), that of tanh is 1 - tanh²",
            r"\bar a_z = z \circ (1 - z) \circ (h_{-} - n) \circ \bar h, \quad "
            r"\bar a_n = (1 - z) \circ (1 - n^2) \circ \bar h",
        ),
        Line(
            "k gets ā_n, as it is a part of a_n; the product rule in k gives r what r multiplied",
            r"\bar r = \begin{cases} m \circ \bar a_n & \text{if after} \\ "
            r"h_{-} \circ (u_n^{\top} \bar a_n) & \text{if before} \end{cases}, \quad "
            r"\bar a_r = r \circ (1 - r) \circ \bar r",
        ),
        Line(
            "e is what a step asks of the state before it, by h, r, z and k; rz is both blocks; 1 is the first step",
            r"\bar h = \bar y + e_{+}, \quad \bar h_0 = e_1, \quad "
            r"e = z \circ \bar h + u_{rz}^{\top} \bar a_{rz} + "
            r"\begin{cases} u_n^{\top} (r \circ \bar a_n) & \text{if after} \\ "
            r"r \circ (u_n^{\top} \bar a_n) & \text{if before} \end{cases}",
        ),
        Line(
            "sums run over steps and data points, which shared the weights; ā is all three blocks",
            r"\bar x = w^{\top} \bar a, \quad \bar w = \sum \bar a \, x^{\top}, \quad \bar c = \sum \bar a, \quad "
            r"\bar u_{rz} = \sum \bar a_{rz} \, h_{-}^{\top}, \quad \bar d_{rz} = \sum \bar a_{rz}",
        ),
        Line(
            "in block n, u and d made m, which gets r ∘ ā_n, or read r ∘ h₋ and made k, which gets ā_n",
            r"(\bar u_n, \bar d_n) = \begin{cases} "
            r"(\sum (r \circ \bar a_n) h_{-}^{\top}, \sum r \circ \bar a_n) & \text{if after} \\ "
            r"(\sum \bar a_n (r \circ h_{-})^{\top}, \sum \bar a_n) & \text{if before} \end{cases}",
        ),
    ),
}
