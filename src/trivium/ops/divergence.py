"""How far two distributions, or two points, are apart. The reduction is stated, never implied.

Knows nothing of how a backend computes them. Each formula says what a term is: "mean" divides by their number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.errors import SpecError
from trivium.ops.regression import REDUCTION, REDUCTION_CASES, check_reduction, divided_by, reduced_loss
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Domain, Kind, Kink, op
from trivium.spec.signature import Shape

Array = np.ndarray[Any, Any]
Interval = tuple[Array, Array]


def _one_number(first: Shape, axis: int, attrs: Attributes) -> tuple[Shape, ...]:
    """A loss whose terms each take a whole vector along `axis`, which is then no axis of data points."""
    check_reduction(first, attrs)
    if attrs["batch_axis"] is not None and normal_axis(attrs["batch_axis"], len(first)) == axis:
        raise SpecError(
            f"batch_axis={attrs['batch_axis']} is the axis of {first} that a term sums over; take one of data points"
        )
    return ((),)


def _along_last(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    return _one_number(shapes[0], len(shapes[0]) - 1, attrs)


def _along_axis(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    if not attrs["eps"] > 0:
        raise SpecError(f"eps is {attrs['eps']:g}, needs a number above 0: no vector counts as shorter than that")
    return _one_number(shapes[0], normal_axis(attrs["axis"], len(shapes[0])), attrs)


def _per_term(shape: Shape, axis: int, attrs: Attributes) -> float:
    """1 over what the sum of the terms is divided by."""
    return 1.0 / divided_by(shape, math.prod(shape) // max(shape[axis], 1), attrs)


def _one_per_entry(attrs: Attributes, mean: Array, log_variance: Array) -> float:
    """Each term holds e^l and 1, which cancel where l is small."""
    return float(mean.size / divided_by(mean.shape, mean.size, attrs))


def _one_per_pair(attrs: Attributes, a: Array, b: Array) -> float:
    """Each term holds 1 and a cosine, which cancel where a and b point the same way."""
    pairs = int(a.size // a.shape[attrs["axis"]])
    return pairs * _per_term(a.shape, attrs["axis"], attrs)


def _length(x: Array, axis: int) -> Array:
    return np.hypot.reduce(x, axis=axis, keepdims=True)


def _length_less_eps(attrs: Attributes, a: Array, b: Array) -> dict[str, Array]:
    eps, axis = attrs["eps"], attrs["axis"]
    return {role: np.broadcast_to(_length(x, axis) - eps, x.shape) for role, x in (("a", a), ("b", b))}


def _cosine_slopes(attrs: Attributes, inputs: tuple[Array, ...], y_bar: Array) -> dict[str, Interval]:
    """Beside a sphere of radius eps, a cotangent with and without the part along its own vector."""
    axis, per = attrs["axis"], y_bar * _per_term(inputs[0].shape, attrs["axis"], attrs)
    lengths = [np.maximum(_length(x, axis), attrs["eps"]) for x in inputs]
    a, b = (x / length for x, length in zip(inputs, lengths, strict=True))
    cosine = (a * b).sum(axis=axis, keepdims=True)
    found = {}
    for role, own, other, length in (("a", a, b, lengths[0]), ("b", b, a, lengths[1])):
        inside, outside = -other / length * per, -(other - cosine * own) / length * per
        found[role] = np.minimum(inside, outside), np.maximum(inside, outside)
    return found


def _distances(attrs: Attributes, anchor: Array, positive: Array, negative: Array) -> tuple[Array, Array, Array]:
    """The two distances of each triplet, and what its hinge is given."""
    near, far = _length(anchor - positive, -1), _length(anchor - negative, -1)
    if attrs["squared"]:
        with np.errstate(over="ignore"):
            near, far = near * near, far * far
    with np.errstate(invalid="ignore"):
        return near, far, near - far + attrs["margin"]


def _triplet_margins(attrs: Attributes, *inputs: Array) -> dict[str, Array]:
    near, far, hinge = _distances(attrs, *inputs)
    if attrs["squared"]:
        near, far = np.ones_like(near), np.ones_like(far)
    counts = hinge >= 0  # where the hinge is closed, no distance matters
    to_near, to_far = (np.where(counts, np.minimum(np.abs(hinge), d), -hinge) for d in (near, far))
    per_role = zip(("anchor", "positive", "negative"), (np.minimum(to_near, to_far), to_near, to_far), strict=True)
    return {role: np.broadcast_to(margin, inputs[0].shape) for role, margin in per_role}


def _triplet_slopes(attrs: Attributes, inputs: tuple[Array, ...], y_bar: Array) -> dict[str, Interval]:
    """Between a closed and an open hinge; a vector of length 0 may point anywhere."""
    anchor, positive, negative = inputs
    near, far, hinge = _distances(attrs, *inputs)
    per = float(y_bar) * _per_term(anchor.shape, -1, attrs)
    (near_low, near_high), (far_low, far_high) = (
        _direction(anchor - other, length, squared=attrs["squared"])
        for other, length in ((positive, near), (negative, far))
    )
    found = {}
    for role, low, high in (
        ("anchor", near_low - far_high, near_high - far_low),
        ("positive", -near_high, -near_low),
        ("negative", far_low, far_high),
    ):
        ends = [share * end * per for share in (hinge > 0, hinge >= 0) for end in (low, high)]
        found[role] = np.minimum.reduce(ends), np.maximum.reduce(ends)
    return found


def _direction(d: Array, length: Array, *, squared: bool) -> Interval:
    """The lowest and highest derivative of a distance by its difference d."""
    if squared:
        return 2 * d, 2 * d
    unit = d / np.where(length > 0, length, 1)
    return np.where(length > 0, unit, -1), np.where(length > 0, unit, 1)


def _open_distances(attrs: Attributes, *inputs: Array) -> float:
    """Two distances, which cancel in a hinge."""
    near, far, hinge = _distances(attrs, *inputs)
    return float((near + far)[hinge >= 0].sum()) * _per_term(inputs[0].shape, -1, attrs)


kl_divergence = op(
    "kl_divergence(p: *s k, q: *s k) ->",
    "Σ p log(p/q), one term for each distribution (a row along the last axis), reduced as stated; mean is over the "
    "distributions. Where p is 0, the entry counts 0, and so do its slopes by p and q",
    attributes=REDUCTION,
    shape=_along_last,
    kinds={"p": Kind("simplex"), "q": Kind("simplex")},
    domain=Domain(
        "p is 0 or more, and q above 0 wherever p is", lambda attrs, p, q: {"p": p < 0, "q": (q <= 0) & (p > 0)}
    ),
    cases=(
        Case(((3, 5), (3, 5)), {"reduction": "sum"}),
        Case(((2, 3, 5), (2, 3, 5)), {"reduction": "mean"}),
        Case(((2, 3, 5), (2, 3, 5)), {"reduction": "batchmean", "batch_axis": -2}),
        Case(((7,), (7,)), {"reduction": "mean"}),
    ),
    source="Kullback and Leibler 1951",
    elsewhere=("kl_div", "kldivergence", "rel_entr", "relative_entropy"),
    differences=(
        "torch: F.kl_div takes log q first and p second, its mean is over all entries (batchmean is the mean here, of "
        "rows), and its slope by p is nan where p is 0.",
        "jax: jax.scipy.special.kl_div adds q - p to every entry, which changes its slopes; rel_entr does not.",
        "optax: kl_divergence takes log q first and p second, and its slope by p is nan where p is 0.",
        "keras: KLDivergence clips p and q to 1e-7 and above, which changes values and slopes there.",
    ),
)
gaussian_kl = op(
    "gaussian_kl(mean: *s, log_variance: *s) ->",
    "Σ (e^log_variance + mean² - 1 - log_variance)/2, the divergence of N(mean, e^log_variance) from N(0, 1), one term "
    "for each entry, reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    intermediate=_one_per_entry,
    cases=REDUCTION_CASES,
    source="Kingma and Welling 2014, appendix B",
    elsewhere=("vae_kl", "kl_normal", "gaussian_kl_divergence"),
)
gaussian_nll = op(
    "gaussian_nll(prediction: *s, target: *s, variance: *s) ->",
    "Σ (log variance + (prediction - target)²/variance)/2, and log(2π)/2 more per term where full, one term for each "
    "entry, reduced as stated",
    attributes=(Attribute("full", "bool"), *REDUCTION),
    shape=reduced_loss,
    kinds={"variance": Kind("positive")},
    domain=Domain("variance > 0", lambda attrs, prediction, target, variance: {"variance": variance <= 0}),
    cases=(
        Case(((3, 5), (3, 5), (3, 5)), {"full": False, "reduction": "sum"}),
        Case(((3, 5), (3, 5), (3, 5)), {"full": True, "reduction": "mean"}),
        Case(((2, 3, 5), (2, 3, 5), (2, 3, 5)), {"full": True, "reduction": "batchmean", "batch_axis": -1}),
        Case(((), (), ()), {"full": True, "reduction": "sum"}),
    ),
    source="Nix and Weigend 1994",
    elsewhere=("gaussian_nll_loss", "gaussiannllloss"),
    differences=(
        "torch: F.gaussian_nll_loss lifts a variance below eps=1e-6 to it, with the slope that a variance of eps has; "
        "its defaults are the mean and full=False; a negative variance is an error.",
    ),
)
cosine_similarity_loss = op(
    "cosine_similarity_loss(a: *s, b: *s) ->",
    "Σ (1 - a·b / (max(|a|, eps) max(|b|, eps))), products and lengths along axis, one term for each pair of vectors, "
    "reduced as stated; mean is over the pairs",
    attributes=(Attribute("axis", "int"), Attribute("eps", "float"), *REDUCTION),
    shape=_along_axis,
    kink=Kink("a vector of length eps: with or without the slope of its length", _length_less_eps, _cosine_slopes),
    intermediate=_one_per_pair,
    cases=(
        Case(((3, 5), (3, 5)), {"axis": -1, "eps": 1e-8, "reduction": "mean"}),
        Case(((2, 3, 5), (2, 3, 5)), {"axis": 1, "eps": 2.0, "reduction": "batchmean", "batch_axis": 2}),
        Case(((7,), (7,)), {"axis": 0, "eps": 1e-8, "reduction": "sum"}),
    ),
    elsewhere=("cosine_similarity", "cosine_distance", "cosine_embedding_loss", "cosineembeddingloss"),
    differences=(
        "torch: F.cosine_similarity is the cosine itself; where a vector is shorter than eps, its value has eps in "
        "place of the length, but its slope still has the length's own.",
        "torch: F.cosine_embedding_loss adds 1e-12 to the squares of both lengths, in place of eps.",
        "keras: CosineSimilarity is minus the cosine, without the 1.",
    ),
)
triplet = op(
    "triplet(anchor: *s k, positive: *s k, negative: *s k) ->",
    "Σ max(|anchor - positive| - |anchor - negative| + margin, 0), Euclidean distances along the last axis, their "
    "squares where squared, one term for each triplet, reduced as stated; mean is over the triplets, the satisfied too",
    attributes=(Attribute("margin", "float"), Attribute("squared", "bool"), *REDUCTION),
    shape=_along_last,
    kink=Kink(
        "a triplet that is just satisfied: any share of its slopes from 0 to 1; a distance of 0 that is not squared: "
        "any slope from -1 to 1",
        _triplet_margins,
        _triplet_slopes,
    ),
    intermediate=_open_distances,
    cases=(
        Case(((5, 3), (5, 3), (5, 3)), {"margin": 2.0, "squared": False, "reduction": "mean"}),
        Case(((5, 3), (5, 3), (5, 3)), {"margin": 0.5, "squared": True, "reduction": "sum"}),
        Case(
            ((2, 3, 5), (2, 3, 5), (2, 3, 5)),
            {"margin": 1.0, "squared": False, "reduction": "batchmean", "batch_axis": 0},
        ),
        Case(((7,), (7,), (7,)), {"margin": 4.0, "squared": True, "reduction": "mean"}),
    ),
    source="Schroff, Kalenichenko and Philbin 2015",
    elsewhere=("triplet_loss", "triplet_margin_loss", "tripletmarginloss"),
    differences=(
        "torch: F.triplet_margin_loss adds eps=1e-6 to every entry of a difference, so that its slope is not 0 where "
        "two points are one; a triplet that is just satisfied has its full slope, and 0 in all three roads here.",
    ),
)

OPS = (kl_divergence, gaussian_kl, gaussian_nll, cosine_similarity_loss, triplet)
