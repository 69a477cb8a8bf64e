"""How the backward rules of exponentials, logarithms, powers and the circular functions come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.activation import CHAIN
from trivium.lessons.derivations.arithmetic import TERMS
from trivium.lessons.derivations.line import Derivations, Line

SPREAD = Line(
    "broadcasting copies entry j of b to the places C(j) of y, one or many; the chain rule sums over them, for p alike",
    r"\bar b_j = \sum_{i \in C(j)} \bar y_i \frac{\partial y_i}{\partial b_i}",
)

DERIVATIONS: Derivations = {
    "exp": (
        Line("the exponential as its series", r"y = e^x = 1 + x + \frac{x^2}{2} + \frac{x^3}{6} + \cdots"),
        Line(
            "term n is x to the n over n!, and its derivative is term n - 1",
            r"\frac{d}{dx} \frac{x^n}{n!} = \frac{n x^{n-1}}{n!} = \frac{x^{n-1}}{(n-1)!}",
        ),
        Line("so the derivative is the same series again", r"\frac{dy}{dx} = e^x = y"),
        CHAIN,
        Line("so the output is all that has to be kept", r"\bar x = y \circ \bar y"),
    ),
    "log": (
        Line("the logarithm undoes the exponential", r"y = \log x, \quad x = e^y"),
        Line("the exponential is its own derivative", r"dx = e^y dy = x dy"),
        Line("solved for the slope", r"\frac{dy}{dx} = \frac{1}{x}"),
        CHAIN,
        Line("for all entries at once", r"\bar x = \frac{\bar y}{x}"),
    ),
    "expm1": (
        Line("the exponential less 1", r"y = e^x - 1"),
        Line("the exponential is its own derivative, and 1 does not move", r"\frac{dy}{dx} = e^x"),
        CHAIN,
        Line(
            "the exponential itself is kept, for y + 1, which equals it, rounds a small one away",
            r"\bar x = e^x \circ \bar y",
        ),
    ),
    "log1p": (
        Line("a logarithm of a sum u", r"y = \log u, \quad u = 1 + x"),
        Line(
            "the logarithm's slope is 1/u, and u moves as far as x",
            r"\frac{dy}{dx} = \frac{u'}{u} = \frac{1}{1 + x}",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = \frac{\bar y}{1 + x}"),
    ),
    "sqrt": (
        Line("the root undoes the square", r"y = \sqrt x, \quad y^2 = x"),
        Line("both sides move alike", r"2 y dy = dx"),
        Line("solved for the slope", r"\frac{dy}{dx} = \frac{1}{2 y}"),
        CHAIN,
        Line("so the output is all that has to be kept", r"\bar x = \frac{\bar y}{2 y}"),
    ),
    "rsqrt": (
        Line("the root in the denominator, squared away", r"y = \frac{1}{\sqrt x}, \quad x y^2 = 1"),
        Line("the product does not move: the rule for products", r"y^2 dx + 2 x y dy = 0"),
        Line("solved for the slope", r"\frac{dy}{dx} = \frac{-y^2}{2 x y} = \frac{-y}{2 x}"),
        CHAIN,
        Line("for all entries at once", r"\bar x = \frac{-y \circ \bar y}{2 x}"),
    ),
    "sin": (
        Line(
            "a step h further, by the addition theorem",
            r"y = \sin x, \quad \sin(x + h) = \sin x \cos h + \cos x \sin h",
        ),
        Line(
            "the difference over h",
            r"\frac{\sin(x + h) - \sin x}{h} = \sin x \cdot \frac{\cos h - 1}{h} + \cos x \cdot \frac{\sin h}{h}",
        ),
        Line(
            "for a small h, cos h differs from 1 by about h²/2 and sin h from h by less, so as h → 0",
            r"\frac{\cos h - 1}{h} \to 0, \quad \frac{\sin h}{h} \to 1, \quad \frac{dy}{dx} = \cos x",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = \cos(x) \circ \bar y"),
    ),
    "cos": (
        Line(
            "a cosine is a sine a quarter turn on, and half a turn changes the sign",
            r"y = \cos x = \sin(x + \frac{\pi}{2}), \quad \cos(x + \frac{\pi}{2}) = \sin(x + \pi) = -\sin x",
        ),
        Line(
            "the slope of the sine is the cosine",
            r"\frac{dy}{dx} = \cos(x + \frac{\pi}{2}) = -\sin x",
        ),
        CHAIN,
        Line("for all entries at once", r"\bar x = -\sin(x) \circ \bar y"),
    ),
    "pow": (
        Line("the exponent p is an attribute, fixed", r"y = x^p"),
        Line(
            "a whole p > 0: a product of p factors, each moves while the p - 1 others stand still; x of any sign",
            r"\frac{dy}{dx} = x^{p-1} + \cdots + x^{p-1} = p x^{p-1}",
        ),
        Line(
            "a whole p < 0, p = -n: y undoes n factors, and the rule for products is solved for dy",
            r"x^n y = 1, \quad n x^{n-1} y dx + x^n dy = 0, \quad \frac{dy}{dx} = \frac{-n y}{x} = p x^{p-1}",
        ),
        Line(
            "any other p, where x > 0: the logarithm makes a factor of it",
            r"\log y = p \log x, \quad \frac{dy}{y} = \frac{p dx}{x}, \quad \frac{dy}{dx} = \frac{p y}{x} = p x^{p-1}",
        ),
        CHAIN,
        Line(
            "p = 0 is y = 1 at every x: its slope is 0, at x = 0 too, where p times a power of x would be no number",
            r"\bar x = \begin{cases} p x^{p-1} \circ \bar y & \text{if } p \neq 0 \\ "
            r"0 & \text{if } p = 0 \end{cases}",
        ),
    ),
    "power": (
        Line(
            "entry by entry, b the base, p the exponent, each stretched to the shape of y; b > 0 is e to its logarithm",
            r"y = b^p = e^u, \quad u = p \log b",
        ),
        Line(
            "the exponential is its own derivative, and u is a product of p and log b",
            r"dy = y du, \quad du = \frac{p db}{b} + \log(b) dp",
        ),
        Line(
            "what multiplies db is the slope in b, and y over b is one power less",
            r"\frac{\partial y}{\partial b} = \frac{p y}{b} = p b^{p-1}",
        ),
        Line("what multiplies dp is the slope in p", r"\frac{\partial y}{\partial p} = y \log b"),
        SPREAD,
        Line(
            TERMS,
            r"\bar b = p b^{p-1} \circ \bar y, \quad \bar p = y \log(b) \circ \bar y",
        ),
    ),
}
