"""How the smooth activations' backward rules come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

CHAIN = Line(
    "an entry of y depends on the same entry of x alone, so the chain rule has one term",
    r"\bar x = \frac{dy}{dx} \circ \bar y",
)

DERIVATIONS: Derivations = {
    "tanh": (
        Line(
            "the definition, a quotient u/v whose parts are each other's derivative",
            r"y = \frac{e^x - e^{-x}}{e^x + e^{-x}} = \frac{u}{v}, \quad u' = v, \quad v' = u",
        ),
        Line("the rule for quotients", r"\frac{dy}{dx} = \frac{u' v - u v'}{v^2} = \frac{v^2 - u^2}{v^2} = 1 - y^2"),
        CHAIN,
        Line("so the output is all that has to be kept", r"\bar x = (1 - y^2) \circ \bar y"),
    ),
    "sigmoid": (
        Line("the definition, turned over", r"y = \frac{1}{1 + e^{-x}}, \quad \frac{1}{y} = 1 + e^{-x}"),
        Line("both sides move alike", r"-\frac{dy}{y^2} = -e^{-x} dx, \quad dy = y^2 e^{-x} dx"),
        Line(
            "the exponential is 1/y - 1",
            r"\frac{dy}{dx} = y^2 (\frac{1}{y} - 1) = y - y^2 = y (1 - y)",
        ),
        CHAIN,
        Line("so the output is all that has to be kept", r"\bar x = y (1 - y) \circ \bar y"),
    ),
    "softplus": (
        Line("the logarithm of a sum u", r"y = \log u, \quad u = 1 + e^x"),
        Line(
            "the logarithm's slope is 1/u, and the exponential is its own derivative",
            r"\frac{dy}{dx} = \frac{u'}{u} = \frac{e^x}{1 + e^x}",
        ),
        Line(
            "above and below times the exponential of -x: the sigmoid",
            r"\frac{e^x}{1 + e^x} = \frac{1}{e^{-x} + 1} = \sigma(x)",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = \sigma(x) \circ \bar y"),
    ),
    "log_sigmoid": (
        Line(
            "the logarithm of a sigmoid, which is 1/u",
            r"y = \log \sigma(x) = -\log u, \quad u = 1 + e^{-x}",
        ),
        Line(
            "the logarithm's slope is 1/u, and that of u is minus the exponential of -x",
            r"\frac{dy}{dx} = -\frac{u'}{u} = \frac{e^{-x}}{1 + e^{-x}}",
        ),
        Line(
            "above and below times the exponential of x: the sigmoid of -x",
            r"\frac{e^{-x}}{1 + e^{-x}} = \frac{1}{e^x + 1} = \sigma(-x)",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = \sigma(-x) \circ \bar y"),
    ),
    "erf": (
        Line("the area under a bell curve, up to x", r"y = \frac{2}{\sqrt \pi} \int_0^x e^{-t^2} dt"),
        Line(
            "x a little further adds a strip of width dx, as high as the curve is there",
            r"dy = \frac{2}{\sqrt \pi} e^{-x^2} dx",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = \frac{2}{\sqrt \pi} e^{-x^2} \circ \bar y"),
    ),
    "gelu": (
        Line(
            "a product of x and the probability that a normal number is below x",
            r"y = x \Phi(x), \quad \Phi(x) = \frac{1}{2} + \frac{1}{2} \text{erf}(t), \quad t = \frac{x}{\sqrt 2}",
        ),
        Line(
            "the slope of erf is the curve whose area it is",
            r"\frac{d}{dt} \text{erf}(t) = \frac{2}{\sqrt \pi} e^{-t^2}, \quad \frac{dt}{dx} = \frac{1}{\sqrt 2}",
        ),
        Line(
            "the chain rule, with t² = x²/2: the density φ of a normal number",
            r"\Phi'(x) = \frac{1}{2} \cdot \frac{2}{\sqrt \pi} e^{-t^2} \cdot \frac{1}{\sqrt 2} = "
            r"\frac{e^{-x^2/2}}{\sqrt{2 \pi}} = \varphi(x)",
        ),
        Line("the rule for products", r"\frac{dy}{dx} = 1 \cdot \Phi(x) + x \Phi'(x) = \Phi(x) + x \varphi(x)"),
        CHAIN,
        Line("for all entries at once", r"\bar x = (\Phi(x) + x \varphi(x)) \circ \bar y"),
    ),
    "gelu_tanh": (
        Line(
            "a product of x and p, a number between 0 and 1",
            r"y = x p, \quad p = \frac{1 + \tanh u}{2}, \quad u = \sqrt{2/\pi} (x + 0.044715 x^3)",
        ),
        Line(
            "tanh as a quotient, and 1 as its denominator over itself: p is a sigmoid",
            r"p = \frac{e^u + e^{-u} + e^u - e^{-u}}{2 (e^u + e^{-u})} = \frac{e^u}{e^u + e^{-u}} = "
            r"\frac{1}{1 + e^{-2 u}} = \sigma(2 u)",
        ),
        Line(
            "so let v be 2u; its slope, term by term",
            r"p = \sigma(v), \quad v = 2 u, \quad v' = 2 \sqrt{2/\pi} (1 + 3 \cdot 0.044715 x^2)",
        ),
        Line(
            "the sigmoid's slope: both sides of 1/p = 1 + e^(-v) move alike",
            r"-\frac{p'}{p^2} = -e^{-v} v' = (1 - \frac{1}{p}) v', \quad p' = p (1 - p) v'",
        ),
        Line("the rule for products, and x p is y", r"\frac{dy}{dx} = p + x p' = p + y (1 - p) v'"),
        CHAIN,
        Line("for all entries at once", r"\bar x = (p + y (1 - p) v') \circ \bar y"),
    ),
    "silu": (
        Line("a product of x and its sigmoid p", r"y = x p, \quad p = \sigma(x) = \frac{1}{1 + e^{-x}}"),
        Line(
            "the sigmoid's slope: both sides of 1/p = 1 + e^(-x) move alike",
            r"-\frac{p'}{p^2} = -e^{-x} = 1 - \frac{1}{p}, \quad p' = p - p^2 = p (1 - p)",
        ),
        Line("the rule for products, and x p is y", r"\frac{dy}{dx} = p + x p' = p + x p (1 - p) = p + y (1 - p)"),
        CHAIN,
        Line("for all entries at once", r"\bar x = (p + y (1 - p)) \circ \bar y"),
    ),
    "mish": (
        Line("a product of x and t, the tanh of a softplus s", r"y = x t, \quad t = \tanh s, \quad s = \log(1 + e^x)"),
        Line(
            "tanh with both parts times e to the s, and e to the 2s is a square: t needs no logarithm",
            r"t = \frac{e^{2 s} - 1}{e^{2 s} + 1} = \frac{(1 + e^x)^2 - 1}{(1 + e^x)^2 + 1} = "
            r"\frac{n}{n + 2}, \quad n = e^x (e^x + 2)",
        ),
        Line("the slope of n = e^(2x) + 2 e^x", r"n' = 2 e^{2 x} + 2 e^x = 2 e^x (1 + e^x)"),
        Line(
            "the rule for quotients",
            r"t' = \frac{n' (n + 2) - n n'}{(n + 2)^2} = \frac{2 n'}{(n + 2)^2} = \frac{4 e^x (1 + e^x)}{(n + 2)^2}",
        ),
        Line("the rule for products", r"\frac{dy}{dx} = t + x t'"),
        CHAIN,
        Line("for all entries at once", r"\bar x = (t + x t') \circ \bar y"),
    ),
    "softsign": (
        Line("a quotient", r"y = \frac{x}{s}, \quad s = 1 + |x|"),
        Line("where x is not 0, |x| moves as x does, with its sign", r"s' = \text{sign}(x)"),
        Line(
            "the rule for quotients; x times its sign is |x|, that is s - 1",
            r"\frac{dy}{dx} = \frac{s - x s'}{s^2} = \frac{s - |x|}{s^2} = \frac{s - (s - 1)}{s^2} = \frac{1}{s^2}",
        ),
        Line(
            "at 0 there is no kink: the difference over x is 1/s, and tends to 1, which is 1/s² there",
            r"\frac{y(x) - y(0)}{x} = \frac{1}{1 + |x|} \to 1",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = \frac{\bar y}{s^2}"),
    ),
}
