"""L: precision. Numbers rounded on the way, constants typed short, differences in the place of derivatives.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Step, of
from trivium.mistakes.product import is_parameter
from trivium.ops.piecewise import SELU_ALPHA, SELU_SCALE

WIDTH = 1e-4
"""By how much x is moved where a difference stands for a derivative."""
FUNCTIONS: Mapping[str, Callable[[Array], Any]] = {
    "tanh": np.tanh,
    "sigmoid": special.expit,
    "softplus": lambda x: np.logaddexp(0, x),
    "log_sigmoid": special.log_expit,
    "silu": lambda x: x * special.expit(x),
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "square": np.square,
    "sin": np.sin,
    "cos": np.cos,
}


def _difference(step: Step) -> Any:
    """x̄ = (f(x + h) - f(x)) / h ∘ ȳ"""
    f, x = FUNCTIONS[step.place.op], step.x.astype(np.float64)
    return (f(x + WIDTH) - f(x)) / WIDTH * step.y_bar


def _bell(step: Step, height: float) -> Any:
    """x̄ of a GELU or of the error function, with this number in the place of 1/√(2π), √(2/π) or 2/√π"""
    x, y_bar = step.x, step.y_bar
    if step.place.op == "erf":
        return height * np.exp(-x * x) * y_bar
    if step.place.op == "gelu":
        return (special.ndtr(x) + x * height * np.exp(-x * x / 2)) * y_bar
    t = np.tanh(height * (x + 0.044715 * x**3))
    return ((1 + t) / 2 + x * (1 - t * t) / 2 * height * (1 + 3 * 0.044715 * x * x)) * y_bar


def _typed_short(step: Step) -> Any:
    """The constant with four digits."""
    op, x, y_bar = step.place.op, step.x, step.y_bar
    if op == "hardsigmoid":
        return np.where(np.abs(x) < 3, 0.1667, 0) * y_bar
    if op == "selu":
        scale, alpha = round(SELU_SCALE, 4), round(SELU_ALPHA, 4)
        return np.where(x > 0, scale, scale * alpha * np.exp(np.minimum(x, 0))) * y_bar
    return _bell(step, {"erf": 1.1284, "gelu": 0.3989, "gelu_tanh": 0.7979}[op])


def _short_pi(step: Step) -> Any:
    pi = 3.14
    heights = {"erf": 2 / math.sqrt(pi), "gelu": 1 / math.sqrt(2 * pi), "gelu_tanh": math.sqrt(2 / pi)}
    return _bell(step, heights[step.place.op])


MISTAKES = (
    Mistake(
        name="float32-on-the-way",
        family="L",
        title="rounded to float32 on the way",
        fits=lambda place: place.op != "sign",
        wrong=lambda step: step.x_bar.astype(np.float32),
        why="The gradient that {node} hands to {tensor} has the digits of float32, though everything else is in "
        "float64: an array on the way was made without a dtype, or with the wrong one.",
        hints=(
            "Look at {node}: how many digits of the gradient of {tensor} are right?",
            "About seven digits are right, in all entries alike.",
            "Find the array at {node} that is float32, and make it float64.",
        ),
    ),
    Mistake(
        name="float16-buffer",
        family="L",
        title="held in float16",
        fits=is_parameter,
        wrong=lambda step: step.x_bar.astype(np.float16),
        why="The gradient of {tensor} has the digits of float16: it was held in half precision, where what is small "
        "vanishes and what is large overflows.",
        hints=(
            "Look at {node}: how many digits of the gradient of {tensor} are right?",
            "About three digits are right, in all entries alike.",
            "Hold the gradient of {tensor} in float32 or float64, not in half precision.",
        ),
    ),
    Mistake(
        name="constant-typed-short",
        family="L",
        title="a constant typed with four digits",
        fits=of("gelu", "gelu_tanh", "erf", "selu", "hardsigmoid"),
        wrong=_typed_short,
        why="The gradient of {node} has a constant with four digits in it (0.7979 for √(2/π), 0.3989 for 1/√(2π), "
        "0.1667 for 1/6), and {node} itself has all digits. Compute the constant, and use it in both.",
        hints=(
            "Look at {node}: the gradient of {tensor} is nearly right.",
            "A number in the formula of {op} has too few digits.",
            "Write the constant of {op} as a formula, such as math.sqrt(2 / math.pi), and not as 0.7979.",
        ),
    ),
    Mistake(
        name="pi-typed-short",
        family="L",
        title="3.14 for pi",
        fits=of("gelu", "gelu_tanh", "erf"),
        wrong=_short_pi,
        why="The gradient of {node} is made with 3.14 in the place of π, so that it has three right digits.",
        hints=(
            "Look at {node}: the gradient of {tensor} is nearly right.",
            "Where does π stand in the formula of {op}?",
            "Use math.pi, and not 3.14, in the gradient of {node}.",
        ),
    ),
    Mistake(
        name="difference-left-in",
        family="L",
        title="a difference in the place of the derivative",
        fits=of(*FUNCTIONS),
        wrong=_difference,
        why="The derivative of {op} at {node} is a difference, (f(x + h) - f(x)) / h with h = 1e-4. That is right to a "
        "few digits only, and was perhaps meant as a check.",
        hints=(
            "Look at {node}: the gradient of {tensor} is nearly right.",
            "How is the derivative of {op} found?",
            "Replace the difference at {node} by the formula of the derivative.",
        ),
    ),
)
