"""Layers as classes: what goes forward is kept, and gradients are left beside the parameters.

trivium check examples/student/classes.py::TanhLayer --shape "x=N 3"
"""

import numpy as np


class TanhLayer:
    """tanh(x w + b), for data points in rows."""

    def __init__(self, inputs=3, outputs=2):
        self.w = np.linspace(-1, 1, inputs * outputs).reshape(inputs, outputs)
        self.b = np.full(outputs, 0.1)

    def forward(self, x):
        self.x, self.y = x, np.tanh(x @ self.w + self.b)
        return self.y

    def backward(self, dy):
        da = dy * (1 - self.y**2)
        self.dw, self.db = self.x.T @ da, da.sum(axis=0)
        return da @ self.w.T
