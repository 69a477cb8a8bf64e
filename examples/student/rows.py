"""The same three layers with a data point in each row, as most courses have it, and biases with one axis alone.

trivium check examples/student/rows.py::grads --cost cost --against examples/nets/notebook.net.toml
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cost(S, w1, b1, w2, b2, w3, b3, y):
    """The cost, and what the gradient needs."""
    g3 = np.tanh(S @ w1 + b1)
    g6 = sigmoid(g3 @ w2 + b2)
    g8 = g6 @ w3 + b3
    return np.sum((g8 - y) ** 2) / len(y), (S, g3, g6, g8, w2, w3, y)


def grads(cache):
    """The gradient with respect to every weight and bias."""
    S, g3, g6, g8, w2, w3, y = cache
    d8 = 2 * (g8 - y) / len(y)
    d5 = d8 @ w3.T * g6 * (1 - g6)
    d2 = d5 @ w2.T * (1 - g3**2)
    return {
        "dw1": S.T @ d2, "db1": d2.sum(0), "dw2": g3.T @ d5, "db2": d5.sum(0), "dw3": g6.T @ d8, "db3": d8.sum(0),
    }  # fmt: skip
