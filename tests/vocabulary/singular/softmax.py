"""The family softmax, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

T, F = True, False
SCORES = ([[1000.0, 999.0, -1e30], [-1e30, -1e30, -1e30], [-1000.0, 1000.0, 0.0], [0.5, 0.5, 0.5]],)
LAST = {"axis": 1}
FIRST = {"axis": 0}

POINTS: tuple[Point, ...] = (
    Point("softmax", "scores of a thousand, and of -1e30", SCORES, LAST),
    Point("softmax", "scores of a thousand, down the columns", SCORES, FIRST),
    Point("softmax", "ties far from 0", ([1e17, 1e17, -1e17],), FIRST),
    Point("softmax", "sure of one", ([50.0, -50.0, 0.0],), FIRST),
    Point("softmax", "one score", ([[1e30], [-1e30]],), LAST),
    Point("log_softmax", "scores of a thousand, and of -1e30", SCORES, LAST),
    Point("log_softmax", "scores of a thousand, down the columns", SCORES, FIRST),
    Point("log_softmax", "ties far from 0", ([1e17, 1e17, -1e17],), FIRST),
    Point("log_softmax", "sure of one: its logarithm is -e^-50", ([50.0, 0.0, -50.0],), FIRST),
    Point("log_softmax", "one score", ([[1e30], [-1e30]],), LAST),
    Point("masked_softmax", "scores of a thousand, all in", (*SCORES, T), LAST),
    Point("masked_softmax", "nothing takes part", (*SCORES, F), LAST),
    Point("masked_softmax", "whole rows out", (*SCORES, [[T], [F], [T], [F]]), LAST),
    Point("masked_softmax", "whole columns out", (*SCORES, [T, F, F]), FIRST),
    Point("masked_softmax", "the largest is out", (*SCORES, [[F, T, T], [F, F, T], [T, F, T], [F, F, T]]), LAST),
    Point("masked_softmax", "a huge score is out", ([[1e30, 0.0, 1.0], [1e38, -1e38, 0.0]], [F, T, T]), LAST),
)
