"""The family classification, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

ROWS = {"class_axis": 1, "reduction": "mean"}
SUM = {"reduction": "sum"}
MEAN = {"reduction": "mean"}
MARGIN = {"margin": 1.0, "reduction": "sum"}
SURE = [[1000.0, 0.0, -1000.0], [0.0, -1000.0, 1000.0]]
WEIGHTS = [0.5, 2.0, 3.0]

POINTS: tuple[Point, ...] = (
    Point("cross_entropy", "right, and sure of it", (SURE, [0, 2]), ROWS),
    Point("cross_entropy", "wrong, and sure of it", (SURE, [2, 1]), ROWS),
    Point("cross_entropy", "weights of rows that are right by 1e-22", ([[50.0, 0, 0]], [0], WEIGHTS), ROWS),
    Point("cross_entropy", "weights of rows that are wrong by 2000", (SURE, [2, 1], WEIGHTS), ROWS),
    Point("cross_entropy", "smoothing of sure rows", (SURE, [0, 1], WEIGHTS), {"smoothing": 0.1, **ROWS}),
    Point("cross_entropy", "nothing but smoothing", (SURE, [0, 1]), {"smoothing": 1.0, **ROWS}),
    Point("cross_entropy", "classes that tie", ([[0.0, 0, 0], [7.0, 7, 7]], [0, 1]), ROWS),
    Point("cross_entropy", "logits of 1e30", ([[1e30, -1e30, 0.0]], [1]), ROWS),
    Point("cross_entropy", "one class", ([[3.0], [-4.0]], [0, 0], [2.0]), {"smoothing": 0.1, **ROWS}),
    Point(
        "cross_entropy", "one class of the labels: no slope of its weight", ([[1.0, 2], [0, 3]], [1, 1], [2.0, 3]), ROWS
    ),
    Point("cross_entropy", "a hot temperature", (SURE, [0, 1]), {"temperature": 1e4, **ROWS}),
    Point("cross_entropy", "a cold temperature", ([[0.5, 0.25, 0.0]], [1]), {"temperature": 1e-3, **ROWS}),
    Point("cross_entropy", "a class that is ignored", (SURE, [0, 1], WEIGHTS), {"ignored": 0, **ROWS}),
    Point("cross_entropy", "every label ignored, a mean", (SURE, [-1, -1]), {"ignored": -1, **ROWS}, "undecided"),
    Point(
        "cross_entropy", "every label ignored, weighted", (SURE, [3, 3], WEIGHTS), {"ignored": 3, **ROWS}, "undecided"
    ),
    Point("cross_entropy", "every label ignored, a sum", (SURE, [9, 9]), {"ignored": 9, "class_axis": 1, **SUM}),
    Point(
        "cross_entropy",
        "every label ignored, over the batch",
        (SURE, [0, 0], WEIGHTS),
        {"ignored": 0, "class_axis": 1, "reduction": "batchmean", "batch_axis": 0, "smoothing": 0.1},
    ),
    Point(
        "cross_entropy",
        "large logits, divided and subtracted",
        ([[3.3e9, 1.0]], [0], [2.0, 3]),
        {"temperature": 2.5, **ROWS},
    ),
    Point(
        "soft_cross_entropy",
        "large logits, divided and subtracted",
        ([[3.3e9, 1.0]], [[0.5, 0.5]]),
        {"temperature": 2.5, **SUM},
    ),
    Point("soft_cross_entropy", "targets of 0 and 1", (SURE, [[0.0, 1, 0], [0, 0, 1]]), MEAN),
    Point("soft_cross_entropy", "targets that are met", ([[0.0, 0.0]], [[0.5, 0.5]]), MEAN),
    Point("soft_cross_entropy", "a target sure of its class", ([[60.0, 0.0]], [[1.0, 0.0]]), SUM),
    Point("soft_cross_entropy", "logits of 1e30", ([[1e30, -1e30, 0.0]], [[0.25, 0.25, 0.5]]), SUM),
    Point("soft_cross_entropy", "one class", ([[3.0]], [[1.0]]), {"temperature": 0.1, **SUM}),
    Point("nll", "1e30 and 1e-30", ([[-1e30, -1e-30]] * 2, [0, 1]), ROWS),
    Point("nll", "equal numbers: no slope of their weights", ([[-2.0, -3], [-2, -5]], [0, 0], [2.0, 3]), ROWS),
    Point("nll", "every label ignored, a mean", (SURE, [-1, -1], WEIGHTS), {"ignored": -1, **ROWS}, "undecided"),
    Point("nll", "every label ignored, a sum", (SURE, [0, 0], WEIGHTS), {"ignored": 0, "class_axis": 1, **SUM}),
    Point("binary_cross_entropy", "probabilities of 1e-30", ([1e-30, 1e-30, 1e-30], [0.0, 0.5, 1.0]), SUM),
    Point("binary_cross_entropy", "where XLA's log1p is 227 roundings off", ([0.4133, 0.4], [1.0, 1e-9]), MEAN),
    Point("binary_cross_entropy", "probabilities just below 1", ([1 - 2**-24] * 3, [0.0, 0.5, 1.0]), SUM),
    Point("binary_cross_entropy", "probabilities that are the targets", ([0.25, 0.5], [0.25, 0.5]), MEAN),
    Point("binary_cross_entropy", "a probability of 0, and wrong", ([0.0, 0.5], [1.0, 0.0]), MEAN, "undecided"),
    Point("binary_cross_entropy", "a probability of 1, and right", ([1.0, 0.5], [1.0, 0.0]), MEAN, "undecided"),
    Point(
        "binary_cross_entropy_with_logits",
        "both tails, right and wrong",
        ([-1000.0, -1000.0, 1000.0, 1000.0, -40.0, -40.0, 40.0, 40.0], [0.0, 1, 0, 1, 0, 1, 0, 1]),
        SUM,
    ),
    Point(
        "binary_cross_entropy_with_logits",
        "both tails, weighted",
        ([-1000.0, -1000.0, 1000.0, 1000.0, -40.0, -40.0, 40.0, 40.0], [0.0, 1, 0, 1, 0, 1, 0, 1], [3.0]),
        SUM,
    ),
    Point("binary_cross_entropy_with_logits", "logits of 0", ([0.0, 0.0, -0.0], [0.0, 0.5, 1.0]), MEAN),
    Point("binary_cross_entropy_with_logits", "logits of 1e30 and 1e-30", ([1e30, -1e30, 1e-30], [0.5, 0.0, 1.0]), SUM),
    Point(
        "binary_cross_entropy_with_logits",
        "weights of 1, 1e20 and 1e-20",
        ([1e-8, -5.0, -5.0], [0.5, 1.0, 0.5], [1.0, 1e20, 1e-20]),
        SUM,
    ),
    Point("hinge", "on the kink, of either sign", ([1.0, -1.0, 0.5], [1.0, -1.0, 1.0]), SUM),
    Point("hinge", "next to the kink", ([1 - 2**-24, 1 + 2**-23], [1.0, 1.0]), SUM),
    Point("hinge", "1e30 and 1e-30, right and wrong", ([1e30, -1e30, 1e-30, -1e-30], [1.0, 1.0, 1.0, 1.0]), MEAN),
    Point("multiclass_hinge", "classes just the margin apart", ([[3.0, 2.0, 2.0], [0.0, 4.0, 1.0]], [0, 1]), MARGIN),
    Point("multiclass_hinge", "classes that tie", ([[2.0, 2.0, 2.0]], [1]), MARGIN),
    Point("multiclass_hinge", "classes that tie, and no margin", ([[2.0, 2.0, 2.0]], [1]), {"margin": 0.0, **SUM}),
    Point("multiclass_hinge", "a margin lost beside scores of 1e17", ([[1e17, 1e17, 0.0]], [0]), MARGIN),
    Point(
        "multiclass_hinge",
        "a tie in float32 alone",
        ([[1.0, -(2.0**-30)], [1.0, 2.0**-30]], [0, 0]),
        MARGIN,
        "convention",
    ),
    Point("multiclass_hinge", "a margin that float32 does not hold", ([[0.1, 0.0]], [0]), {"margin": 0.1, **SUM}),
    Point("multiclass_hinge", "one class", ([[3.0], [-4.0]], [0, 0]), MARGIN),
)
