"""The family attention, at its singular points and at extreme values."""

from __future__ import annotations

import numpy as np

from tests.vocabulary.point import Point

STREAM = np.random.default_rng(12)


def drawn(*shape: int) -> np.ndarray:
    return STREAM.standard_normal(shape).astype(np.float32).astype(np.float64)


Q, K, V = drawn(2, 3, 4), drawn(2, 5, 4), drawn(2, 5, 2)
X, Y = drawn(2, 3, 4), drawn(2, 5, 4)
WEIGHTS = (*(drawn(6, 4) / 2 for _ in range(3)), *(drawn(6) for _ in range(3)), drawn(4, 6) / 2, drawn(4))
ROOT = {"causal": False, "scale": "1/sqrt(d)"}
CAUSAL = {"causal": True, "scale": "1/sqrt(d)"}
NOWHERE, FIRST, LAST = np.zeros((3, 5), bool), np.zeros((3, 5), bool), np.zeros((3, 5), bool)
FIRST[:, 0], LAST[:, -1] = True, True
SOME = LAST.copy()
SOME[1] = False
DOT, HEADS, TURN = "scaled_dot_product_attention", "multi_head_attention", "rotary_embedding"

POINTS: tuple[Point, ...] = (
    Point(DOT, "nothing may be attended to", (Q, K, V, NOWHERE), ROOT),
    Point(DOT, "one key each, so that every weight is 1", (Q, K, V, FIRST), ROOT),
    Point(DOT, "mask and order leave nothing", (Q, K, V, LAST), CAUSAL),
    Point(DOT, "one row of the mask is empty", (Q, K, V, SOME), ROOT),
    Point(DOT, "a mask of one number", (Q, K, V, True), ROOT),
    Point(DOT, "a mask for each leading axis", (Q, K, V, np.array([True, False])[:, None, None]), CAUSAL),
    Point(DOT, "a single key", (Q, K[:, :1], V[:, :1]), CAUSAL),
    Point(DOT, "equal scores", (0 * Q, K, V), ROOT),
    Point(DOT, "scores of 1e4", (100 * Q, 100 * K, V), ROOT),
    Point(DOT, "scores of 1e30", (1e15 * Q, 1e15 * K, V), CAUSAL),
    Point(DOT, "scores that are almost 0", (1e-15 * Q, 1e-15 * K, V), ROOT),
    Point(DOT, "scores of 1e4 under a mask that closes the largest", (100 * Q, 100 * K, V, SOME), ROOT),
    Point(DOT, "values far from 0", (Q, K, V + 1e4), ROOT),
    Point(DOT, "large values", (Q, K, 1e30 * V, SOME), ROOT),
    Point(DOT, "no values", (Q, K, 0 * V), ROOT),
    Point(HEADS, "nothing may be attended to", (X, Y, *WEIGHTS, NOWHERE), {"heads": 2, **ROOT}),
    Point(HEADS, "mask and order leave nothing", (X, Y, *WEIGHTS, LAST), {"heads": 3, **CAUSAL}),
    Point(
        HEADS, "one data point masked", (X, Y, *WEIGHTS, np.array([True, False])[:, None, None]), {"heads": 2, **ROOT}
    ),
    Point(HEADS, "scores of 1e6", (1000 * X, 1000 * Y, *WEIGHTS), {"heads": 2, **ROOT}),
    Point(HEADS, "attends to itself, each to its own", (X, X, *WEIGHTS), {"heads": 6, **CAUSAL}),
    Point(TURN, "position 0 alone", (drawn(1, 4),), {"base": 1e4, "pairing": "halves"}),
    Point(TURN, "a million positions on", (drawn(3, 8),), {"base": 1e4, "offset": 10**6, "pairing": "halves"}),
    Point(TURN, "a million back", (drawn(3, 8),), {"base": 0.5, "offset": -(10**6), "pairing": "interleaved"}),
    Point(TURN, "every pair at one speed", (drawn(3, 4),), {"base": 1.0, "pairing": "interleaved"}),
    Point(TURN, "large and small", (1e30 * drawn(3, 2),), {"base": 1e4, "pairing": "halves"}),
    Point(TURN, "zeros", (np.zeros((3, 2)),), {"base": 1e4, "pairing": "interleaved"}),
)
