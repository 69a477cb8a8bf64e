"""A three-layer network with its gradient written by hand, data points in columns: what a first course asks for.

trivium check examples/student/three_layers.py::grads --cost cost --against examples/nets/notebook.net.toml
python: trivium.check_gradient(cost, grads, at=..., against="examples/nets/notebook.net.toml")
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_slope(x):
    return sigmoid(x) * (1 - sigmoid(x))


def tanh_slope(x):
    return 1 - np.tanh(x) ** 2


def cost(S, w1, w2, w3, b1, b2, b3, y):
    """Everything computed on the way, by name, and the cost."""
    g1 = np.dot(w1, S)
    g2 = g1 + b1
    g3 = np.tanh(g2)
    g4 = np.dot(w2, g3)
    g5 = g4 + b2
    g6 = sigmoid(g5)
    g7 = np.dot(w3, g6)
    g8 = g7 + b3
    total = 0
    for row in range(y.shape[0]):
        for column in range(y.shape[1]):
            total += (g8[row, column] - y[row, column]) ** 2
    data = {"S": S, "w1": w1, "w2": w2, "w3": w3, "b1": b1, "b2": b2, "b3": b3, "y": y}
    data.update({"g1": g1, "g2": g2, "g3": g3, "g4": g4, "g5": g5, "g6": g6, "g7": g7, "g8": g8})
    return data, total / y.shape[1]


def grads(data):
    """The gradient with respect to every weight and bias, and to what stands between them."""
    grad_g8 = 2 * (data["g8"] - data["y"]) / data["y"].shape[1]
    grad_w3 = np.dot(grad_g8, data["g6"].T)
    grad_b3 = grad_g8.sum(axis=1, keepdims=True)
    grad_g5 = np.dot(data["w3"].T, grad_g8) * sigmoid_slope(data["g5"])
    grad_w2 = np.dot(grad_g5, data["g3"].T)
    grad_b2 = grad_g5.sum(axis=1, keepdims=True)
    grad_g2 = np.dot(data["w2"].T, grad_g5) * tanh_slope(data["g2"])
    grad_w1 = np.dot(grad_g2, data["S"].T)
    grad_b1 = grad_g2.sum(axis=1, keepdims=True)
    return {
        "w1": grad_w1, "w2": grad_w2, "w3": grad_w3, "b1": grad_b1, "b2": grad_b2, "b3": grad_b3,
        "grad_g8": grad_g8, "grad_g5": grad_g5, "grad_g2": grad_g2,
    }  # fmt: skip
