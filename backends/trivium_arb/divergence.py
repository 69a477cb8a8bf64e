"""How far two distributions, or two points, are apart, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

from trivium_arb.classification import opened
from trivium_arb.normalize import divisor
from trivium_arb.primitive import expm1, log, pi, signs, sqrt, sum_, where, whole_power
from trivium_arb.regression import reduced
from trivium_arb.tape import Tensor


def kl_divergence(p: Tensor, q: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ p log(p/q), a term for each row; 0, with slopes of 0, where p is 0"""
    nothing = signs(p) == 0
    some, other = where(nothing, 1, p), where(nothing, 1, q)
    return reduced(sum_(some * log(some / other), axis=-1), p.shape, reduction, batch_axis)


def gaussian_kl(mean: Tensor, log_variance: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (e^log_variance + mean² - 1 - log_variance) / 2"""
    terms = (expm1(log_variance) - log_variance + whole_power(mean, 2)) / 2
    return reduced(terms, mean.shape, reduction, batch_axis)


def gaussian_nll(
    prediction: Tensor, target: Tensor, variance: Tensor, *, full: bool, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ (log variance + (prediction - target)² / variance) / 2, and log(2π) / 2 more per term where full"""
    terms = (log(variance) + whole_power(prediction - target, 2) / variance) / 2
    return reduced(terms + log(2 * pi()) / 2 if full else terms, prediction.shape, reduction, batch_axis)


def cosine_similarity_loss(
    a: Tensor, b: Tensor, *, axis: int, eps: float, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ (1 - a·b / (max(‖a‖, eps) max(‖b‖, eps)))"""
    product = a * b / (divisor(a, axis, eps) * divisor(b, axis, eps))
    return reduced(1 - sum_(product, axis), a.shape, reduction, batch_axis)


def distance(x: Tensor, y: Tensor, *, squared: bool) -> Tensor:
    """‖x - y‖ along the last axis, with slope 0 where it is 0, or its square"""
    square = sum_(whole_power(x - y, 2), axis=-1)
    if squared:
        return square
    nothing = signs(square) == 0
    return where(nothing, 0, sqrt(where(nothing, 1, square)))


def triplet(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    margin: float,
    squared: bool,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ max(‖anchor - positive‖ - ‖anchor - negative‖ + margin, 0), or with their squares"""
    near, far = (distance(anchor, other, squared=squared) for other in (positive, negative))
    return reduced(opened(near - far + margin), anchor.shape, reduction, batch_axis)


OPERATIONS = {
    "kl_divergence": kl_divergence,
    "gaussian_kl": gaussian_kl,
    "gaussian_nll": gaussian_nll,
    "cosine_similarity_loss": cosine_similarity_loss,
    "triplet": triplet,
}
