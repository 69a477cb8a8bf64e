"""A submission whose gradient forgets the mean."""

import numpy as np


def cost(S, w1, w2, w3, b1, b2, b3, y):
    g1 = w1 @ S
    g2 = g1 + b1
    g3 = np.tanh(g2)
    g4 = w2 @ g3
    g5 = g4 + b2
    g6 = 1 / (1 + np.exp(-g5))
    g7 = w3 @ g6
    g8 = g7 + b3
    kept = {"S": S, "w2": w2, "w3": w3, "y": y, "g2": g2, "g3": g3, "g5": g5, "g6": g6, "g8": g8}
    return kept, np.sum((g8 - y) ** 2) / y.shape[1]


def grads(kept):
    d8 = 2 * (kept["g8"] - kept["y"])
    d5 = (kept["w3"].T @ d8) * kept["g6"] * (1 - kept["g6"])
    d2 = (kept["w2"].T @ d5) * (1 - kept["g3"] ** 2)
    return {
        "w1": d2 @ kept["S"].T,
        "b1": d2.sum(axis=1, keepdims=True),
        "w2": d5 @ kept["g3"].T,
        "b2": d5.sum(axis=1, keepdims=True),
        "w3": d8 @ kept["g6"].T,
        "b3": d8.sum(axis=1, keepdims=True),
    }
