"""Losses between scores and labels. The reduction is stated, never implied, and so is what its mean divides by.

Knows nothing of how a backend computes them.
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
Slopes = dict[str, tuple[Array, Array]]
Terms = tuple[int, tuple[int, ...]]

LABELED = (Attribute("class_axis", "int"), Attribute("ignored", "whole", default=None))
TEMPERATURE = Attribute("temperature", "float", default=1.0)
DIVIDED = (
    "A label equal to `ignored` adds nothing; mean: over the sum of w at the labels that are counted (their number "
    "where no weights are given); batchmean: over the size of batch_axis, ignored labels included"
)


def _labeled(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    """One label for each entry of the scores without their class axis, one weight for each class."""
    scores, labels, *weights = shapes
    axis = normal_axis(attrs["class_axis"], len(scores))
    want = scores[:axis] + scores[axis + 1 :]
    if labels != want:
        raise SpecError(f"labels have shape {labels}, need {want}: that of scores {scores} without class axis {axis}")
    if weights and weights[0] != (scores[axis],):
        raise SpecError(f"weights have shape {weights[0]}, need {(scores[axis],)}: one for each class")
    _check_batch(scores, axis, attrs)
    return ((),)


def _check_batch(scores: Shape, axis: int, attrs: Attributes) -> None:
    check_reduction(scores, attrs)
    if attrs["batch_axis"] is not None and normal_axis(attrs["batch_axis"], len(scores)) == axis:
        raise SpecError(f"batch_axis and the class axis are both axis {axis} of the scores {scores}")


def _check_temperature(attrs: Attributes) -> None:
    if not attrs["temperature"] > 0:
        raise SpecError(f"temperature is {attrs['temperature']:g}, needs a number above 0; 1.0 changes nothing")


def _cross_entropy(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _check_temperature(attrs)
    if not 0 <= attrs["smoothing"] <= 1:
        raise SpecError(f"smoothing is {attrs['smoothing']:g}, needs a number from 0 to 1: the share of all classes")
    return _labeled(shapes, attrs)


def _in_rows(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    """The classes are along the last axis."""
    if "temperature" in attrs:
        _check_temperature(attrs)
    _check_batch(shapes[0], normal_axis(-1, len(shapes[0])), attrs)
    return ((),)


def _weighed_logits(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    logits, weight = shapes[0], shapes[2] if len(shapes) > 2 else ()
    fits = all(n in (1, m) for n, m in zip(reversed(weight), reversed(logits), strict=False))
    if len(weight) > len(logits) or not fits:
        need = "counted from the right, each of its sizes must be 1 or theirs"
        raise SpecError(f"positive_weight {weight} does not broadcast to the logits {logits}: {need}")
    return reduced_loss(shapes, attrs)


def _classes(shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
    below, ignored = shapes[0][attrs["class_axis"]], attrs["ignored"]
    return Kind("index", below, besides=None if ignored in range(below) else ignored)


def _labeled_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """A class weight gathers from every label."""
    return math.prod(shapes[0]), (1, 1, math.prod(shapes[1]))[: len(shapes)]


def _weighed_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    size = math.prod(shapes[0])
    return size, (1, 1, *(size // math.prod(weight) for weight in shapes[2:]))


def _counted(attrs: Attributes, labels: Array, weights: Array | None) -> Array:
    """w at each label, 0 where it is ignored."""
    counts = np.ones(labels.shape, bool) if attrs["ignored"] is None else labels != attrs["ignored"]
    return np.where(counts, 1.0 if weights is None else weights[np.where(counts, labels, 0)], 0.0)


def _no_mean(attrs: Attributes, scores: Array, labels: Array, weights: Array | None = None) -> dict[str, Array]:
    empty = attrs["reduction"] == "mean" and not _counted(attrs, labels, weights).any()
    return {"labels": np.full(labels.shape, empty)}


COUNTED = Domain("a mean has a label that is not ignored", _no_mean)


def _one_per_label(attrs: Attributes, logits: Array, labels: Array, weights: Array | None = None) -> float:
    """Each -log p holds the logarithm of a sum that is 1 or more, known to u times 1; so often it is counted."""
    counted, smoothing = _counted(attrs, labels, weights), attrs["smoothing"]
    total, all_classes = counted.sum(), np.count_nonzero(counted) * (1.0 if weights is None else weights.mean())
    over = total if attrs["reduction"] == "mean" else divided_by(logits.shape, 1, attrs)
    return float(((1 - smoothing) * total + smoothing * all_classes) / over) if over else 0.0


def _hinge_slopes(attrs: Attributes, inputs: tuple[Array, ...], y_bar: Array) -> Slopes:
    scores, signs = inputs
    per = y_bar / divided_by(scores.shape, scores.size, attrs)
    return {"scores": _between(0 * signs, -signs * per), "signs": _between(0 * scores, -scores * per)}


def _between(a: Array, b: Array) -> tuple[Array, Array]:
    return np.minimum(a, b), np.maximum(a, b)


def _gaps(attrs: Attributes, scores: Array, labels: Array) -> tuple[Array, Array]:
    """By how much each class comes within the margin of the label's (-inf for that one), and which is the label's.

    Scores that are float32 numbers may tie in float32 alone: s_c - s_y is rounded to minus the margin, never past it.
    """
    own = np.arange(scores.shape[1]) == labels[:, None]

    def gap(s: Array) -> Array:
        return np.asarray(s - np.take_along_axis(s, labels[:, None], 1) + s.dtype.type(attrs["margin"]))

    with np.errstate(over="ignore", invalid="ignore"):
        single = scores.astype(np.float32)
        tied = (gap(single) == 0) & bool((single == scores).all())
    return np.where(own, -np.inf, np.where(tied, 0.0, gap(scores))), own


def _nearest_tie(attrs: Attributes, scores: Array, labels: Array) -> dict[str, Array]:
    gaps, own = _gaps(attrs, scores, labels)
    return {"scores": np.where(own, np.abs(gaps).min(axis=1, keepdims=True), gaps)}


def _multiclass_slopes(attrs: Attributes, inputs: tuple[Array, ...], y_bar: Array) -> Slopes:
    gaps, own = _gaps(attrs, *inputs)
    per = y_bar / divided_by(gaps.shape, len(gaps), attrs)
    few, many = (np.where(own, -x.sum(axis=1, keepdims=True), x) * per for x in (gaps > 0, gaps >= 0))
    return {"scores": _between(few, many)}


cross_entropy = op(
    "cross_entropy(logits: *s, labels: *t, weights?: C) ->",
    "Σ over the labels y of (1 - smoothing) w_y (-log p_y) + smoothing / C Σ_c w_c (-log p_c), where p is the softmax "
    "of logits / temperature over the C classes, and w the weights, 1 where none are given. " + DIVIDED,
    attributes=(*LABELED, Attribute("smoothing", "float", default=0.0), TEMPERATURE, *REDUCTION),
    shape=_cross_entropy,
    kinds={"labels": _classes, "weights": Kind("positive")},
    domain=COUNTED,
    terms=_labeled_terms,
    intermediate=_one_per_label,
    cases=(
        Case(((5, 3), (5,)), {"class_axis": 1, "reduction": "mean"}),
        Case(((3, 5), (5,)), {"class_axis": 0, "reduction": "sum", "ignored": -100}),
        Case(((2, 3, 5), (2, 5)), {"class_axis": -2, "reduction": "batchmean", "batch_axis": 0, "ignored": 1}),
        Case(((7, 3), (7,), (3,)), {"class_axis": -1, "reduction": "mean", "ignored": 3, "smoothing": 0.1}),
        Case(((5, 7), (7,), (5,)), {"class_axis": 0, "reduction": "batchmean", "batch_axis": 1, "temperature": 2.5}),
        Case(((3,), ()), {"class_axis": 0, "reduction": "sum", "smoothing": 0.3, "temperature": 0.7}),
    ),
    source="smoothing: Szegedy et al. (2016), Rethinking the Inception architecture, section 7",
    elsewhere=("softmax_cross_entropy", "sparse_categorical_crossentropy", "cross_entropy_loss"),
    differences=(
        "torch: F.cross_entropy has its classes on axis 1, ignores the label -100 and is a mean where nothing is said.",
        "torch: F.cross_entropy refuses weights that need a gradient; here the weights have one.",
    ),
)
soft_cross_entropy = op(
    "soft_cross_entropy(logits: *s, targets: *s) ->",
    "Σ over the rows of Σ_c targets_c (-log p_c), where p is the softmax of logits / temperature along the last axis; "
    "mean: over the number of rows (all axes but the last); batchmean: over the size of batch_axis",
    attributes=(TEMPERATURE, *REDUCTION),
    shape=_in_rows,
    kinds={"targets": Kind("simplex")},
    intermediate=lambda attrs, z, t: z[..., 0].size / divided_by(z.shape, z[..., 0].size, attrs),  # one for each row
    cases=(
        Case(((5, 3), (5, 3)), {"reduction": "mean"}),
        Case(((2, 3, 5), (2, 3, 5)), {"reduction": "batchmean", "batch_axis": 1, "temperature": 2.5}),
        Case(((7,), (7,)), {"reduction": "sum", "temperature": 0.7}),
    ),
    source="temperature: Hinton, Vinyals, Dean (2015), Distilling the knowledge in a neural network",
    elsewhere=("categorical_crossentropy", "softmax_cross_entropy_with_logits"),
    differences=("torch: F.cross_entropy has the probabilities along axis 1, and is a mean where nothing is said.",),
)
nll = op(
    "nll(log_probabilities: *s, labels: *t, weights?: C) ->",
    "Σ over the labels y of w_y (-log_probabilities_y), w 1 where no weights are given. " + DIVIDED,
    attributes=(*LABELED, *REDUCTION),
    shape=_labeled,
    kinds={"labels": _classes, "weights": Kind("positive")},
    domain=COUNTED,
    terms=_labeled_terms,
    cases=(
        Case(((5, 3), (5,)), {"class_axis": 1, "reduction": "mean"}),
        Case(((2, 3, 5), (2, 5)), {"class_axis": 1, "reduction": "batchmean", "batch_axis": -1, "ignored": 0}),
        Case(((7, 3), (7,), (3,)), {"class_axis": -1, "reduction": "mean", "ignored": -1}),
        Case(((3, 5), (5,), (3,)), {"class_axis": 0, "reduction": "sum", "ignored": 1}),
        Case(((3,), ()), {"class_axis": 0, "reduction": "sum"}),
    ),
    elsewhere=("nll_loss", "negative_log_likelihood"),
    differences=(
        "torch: F.nll_loss has its classes on axis 1, ignores the label -100 and is a mean where nothing is said.",
        "torch: F.nll_loss refuses weights that need a gradient; here the weights have one.",
    ),
)
binary_cross_entropy = op(
    "binary_cross_entropy(probabilities: *s, targets: *s) ->",
    "Σ (-targets log probabilities - (1 - targets) log(1 - probabilities)), targets from 0 to 1, reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    kinds={"probabilities": Kind("unit"), "targets": Kind("unit")},
    domain=Domain(
        "0 < probabilities < 1: at 0 and 1 a target's slope is infinite (not so with logits)",
        lambda attrs, probabilities, targets: {"probabilities": (probabilities <= 0) | (probabilities >= 1)},
    ),
    cases=REDUCTION_CASES,
    elsewhere=("bce", "bce_loss", "log_loss", "binary_crossentropy"),
    differences=(
        "torch: F.binary_cross_entropy keeps each logarithm above -100, and in its slope p (1 - p) above 1e-12, so "
        "that the slope at p = 1e-20 and target 1 is -1e12, not -1e20; it is a mean where nothing is said.",
    ),
)
binary_cross_entropy_with_logits = op(
    "binary_cross_entropy_with_logits(logits: *s, targets: *s, positive_weight?: *w) ->",
    "Σ (w targets log(1 + e^-logits) + (1 - targets) log(1 + e^logits)), targets from 0 to 1, w the positive_weight, "
    "broadcast to the logits, 1 where none is given; reduced as stated: the mean is over all entries, not over w",
    attributes=REDUCTION,
    shape=_weighed_logits,
    kinds={"targets": Kind("unit"), "positive_weight": Kind("positive")},
    terms=_weighed_terms,
    cases=(
        *REDUCTION_CASES,
        Case(((3, 5), (3, 5), (5,)), {"reduction": "mean"}),
        Case(((2, 3, 5), (2, 3, 5), (3, 1)), {"reduction": "batchmean", "batch_axis": 0}),
        Case(((3, 5), (3, 5), ()), {"reduction": "sum"}),
    ),
    elsewhere=("bce_with_logits", "bcewithlogits", "sigmoid_cross_entropy"),
    differences=(
        "torch: F.binary_cross_entropy_with_logits loses digits below 0: at logit -1000 and target 1e-9 it is 3e-9 of "
        "itself off, and at logit -40 and target 0 it is 0, not e^-40; it is a mean where nothing is said.",
    ),
)
hinge = op(
    "hinge(scores: *s, signs: *s) ->",
    "Σ max(0, 1 - scores signs), each sign -1 or 1, reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    kinds={"signs": Kind("sign")},
    kink=Kink(
        "hinge where score times sign is 1: any share, from none to all, of the slope inside the margin",
        margin=lambda attrs, scores, signs: dict.fromkeys(("scores", "signs"), 1 - scores * signs),
        interval=_hinge_slopes,
    ),
    cases=REDUCTION_CASES,
    elsewhere=("hinge_loss",),
    differences=("torch: F.hinge_embedding_loss is another loss: it is the input itself where the sign is 1.",),
)
multiclass_hinge = op(
    "multiclass_hinge(scores: b C, labels: b) ->",
    "Σ over the labels y, and over every other class c, of max(0, margin + scores_c - scores_y): the sum of Weston and "
    "Watkins, not the largest term alone (Crammer and Singer); mean: over the number of labels",
    attributes=(Attribute("margin", "float"), *REDUCTION),
    shape=_in_rows,
    kinds={"labels": lambda shapes, attrs: Kind("index", below=shapes[0][1])},
    kink=Kink("a class just the margin below the label: any slope from 0 to 1", _nearest_tie, _multiclass_slopes),
    cases=(
        Case(((5, 3), (5,)), {"margin": 1.0, "reduction": "mean"}),
        Case(((3, 7), (3,)), {"margin": 0.3, "reduction": "sum"}),
        Case(((2, 5), (2,)), {"margin": 2.5, "reduction": "batchmean", "batch_axis": 0}),
    ),
    source="Weston and Watkins (1999), Support vector machines for multi-class pattern recognition",
    elsewhere=("multi_margin_loss", "multi_margin", "categorical_hinge"),
    differences=(
        "torch: F.multi_margin_loss divides by the number of classes; it has margin 1 and a mean if nothing is said.",
        "torch: F.multi_margin_loss adds margin - score_y first, so that a margin of 1 is lost beside scores of 1e17.",
    ),
)

OPS = (
    cross_entropy,
    soft_cross_entropy,
    nll,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    multiclass_hinge,
)
