"""Smooth activations, entry by entry.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Case, op

CASES = (Case(((3, 5),)), Case(((),)), Case(((1,),)), Case(((2, 1, 3, 7),)))

tanh = op("tanh(x: *s) -> *s", "(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)", cases=CASES)
sigmoid = op("sigmoid(x: *s) -> *s", "1 / (1 + e⁻ˣ)", elsewhere=("expit", "logistic"), cases=CASES)
softplus = op(
    "softplus(x: *s) -> *s",
    "log(1 + eˣ)",
    cases=CASES,
    differences=("torch: F.softplus is x itself above its threshold of 20, which is off by 1.3e-9 at 20.5.",),
)
log_sigmoid = op(
    "log_sigmoid(x: *s) -> *s", "log(1 / (1 + e⁻ˣ)) = -log(1 + e⁻ˣ)", elsewhere=("logsigmoid", "log_expit"), cases=CASES
)
erf = op("erf(x: *s) -> *s", "The error function: 2/√π times the integral of e^-t² for t from 0 to x.", cases=CASES)
gelu = op(
    "gelu(x: *s) -> *s",
    "x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2 = erfc(-x/√2) / 2: the probability that a N(0, 1) number is below x",
    cases=CASES,
    source="Hendrycks and Gimpel, Gaussian Error Linear Units (2016), arXiv:1606.08415",
    differences=(
        "torch: F.gelu adds 1 and erf(x/√2), and is right to a rounding of x only: 0 at x = -9, in place of -1e-18.",
        "jax: jax.nn.gelu is gelu_tanh by default; jax.nn.gelu(x, approximate=False) is this gelu.",
    ),
)
gelu_tanh = op(
    "gelu_tanh(x: *s) -> *s",
    "x (1 + tanh u) / 2 = x / (1 + e⁻²ᵘ), u = √(2/π) (x + 0.044715 x³)",
    elsewhere=("gelu_new", "gelu_approximate", "approximate_gelu"),
    cases=CASES,
    source="Hendrycks and Gimpel, Gaussian Error Linear Units (2016), arXiv:1606.08415",
    differences=(
        "torch: F.gelu(x, approximate='tanh') adds 1 and tanh u, and is right to a rounding of x: 0 at x = -8.",
        "jax: jax.nn.gelu adds 1 and tanh u, and is right to a rounding of x: 0 at x = -8.",
    ),
)
silu = op(
    "silu(x: *s) -> *s",
    "x / (1 + e⁻ˣ)",
    elsewhere=("swish",),
    cases=CASES,
)
mish = op(
    "mish(x: *s) -> *s",
    "x tanh(log(1 + eˣ))",
    cases=CASES,
    source="Misra, Mish: A Self Regularized Non-Monotonic Activation Function (2019), arXiv:1908.08681",
)
softsign = op(
    "softsign(x: *s) -> *s",
    "x / (1 + |x|), whose slope is 1 / (1 + |x|)², at 0 too",
    elsewhere=("soft_sign",),
    cases=CASES,
    differences=(
        "torch: the slope of F.softsign is a difference that cancels: at x = 1e6 it is off by 2e-10 of itself.",
        "jax: the slope of jax.nn.soft_sign is a difference that cancels: at x = 1e6 it is off by 2e-10 of itself.",
    ),
)

OPS = (tanh, sigmoid, softplus, log_sigmoid, erf, gelu, gelu_tanh, silu, mish, softsign)
