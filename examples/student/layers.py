"""Layers in pairs, forward with a cache and backward from it, data points in rows: what a second course asks for.

python: trivium.check_gradient(affine_forward, affine_backward, at=(x, w, b))
"""

import numpy as np


def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1) @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(x.shape[0], -1).T @ dout, dout.sum(axis=0)


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    return dout * (cache > 0)


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    normal = (x - mean) / std
    return gamma * normal + beta, (normal, gamma, std)


def batchnorm_backward(dout, cache):
    normal, gamma, std = cache
    d_normal = dout * gamma
    dx = (d_normal - d_normal.mean(axis=0) - normal * (d_normal * normal).mean(axis=0)) / std
    return dx, (dout * normal).sum(axis=0), dout.sum(axis=0)


def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    normal = (x - mean) / std
    return gamma * normal + beta, (normal, gamma, std)


def layernorm_backward(dout, cache):
    normal, gamma, std = cache
    d_normal = dout * gamma
    centered = d_normal - d_normal.mean(axis=1, keepdims=True)
    dx = (centered - normal * (d_normal * normal).mean(axis=1, keepdims=True)) / std
    return dx, (dout * normal).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, keep=0.6):
    mask = (np.random.rand(*x.shape) < keep) / keep  # noqa: NPY002  as people write it
    return x * mask, mask


def dropout_backward(dout, cache):
    return dout * cache


def conv_forward(x, w, b, stride=2):
    """No padding; a remainder that no window reaches is left out."""
    count, _, height, width = x.shape
    filters, _, kh, kw = w.shape
    rows, columns = (height - kh) // stride + 1, (width - kw) // stride + 1
    parts = [
        np.einsum("nchw,fchw->nf", x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw], w) + b
        for i in range(rows)
        for j in range(columns)
    ]
    return np.stack(parts, axis=2).reshape(count, filters, rows, columns), (x, w, stride)


def conv_backward(dout, cache):
    x, w, stride = cache
    kh, kw = w.shape[2:]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = (..., slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw))
            dx[window] += np.einsum("nf,fchw->nchw", dout[:, :, i, j], w)
            dw += np.einsum("nf,nchw->fchw", dout[:, :, i, j], x[window])
    return dx, dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward(x, size=3, stride=2):
    """Windows overlap."""
    rows, columns = (x.shape[2] - size) // stride + 1, (x.shape[3] - size) // stride + 1
    parts = [
        x[:, :, i * stride : i * stride + size, j * stride : j * stride + size].max(axis=(2, 3))
        for i in range(rows)
        for j in range(columns)
    ]
    return np.stack(parts, axis=2).reshape(*x.shape[:2], rows, columns), (x, size, stride)


def max_pool_backward(dout, cache):
    x, size, stride = cache
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = (..., slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
            largest = x[window].max(axis=(2, 3), keepdims=True)
            dx[window] += (x[window] == largest) * dout[:, :, i, j, None, None]
    return dx


def softmax_loss(x, labels):
    """The loss and its gradient with respect to the scores, in one go."""
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    dx = np.exp(log_p)
    dx[rows, labels] -= 1
    return -log_p[rows, labels].mean(), dx / len(labels)


def svm_loss(x, labels, margin=1.0):
    rows = np.arange(len(labels))
    over = np.maximum(0, x - x[rows, labels][:, None] + margin)
    over[rows, labels] = 0
    dx = (over > 0) * 1.0
    dx[rows, labels] -= dx.sum(axis=1)
    return over.sum() / len(labels), dx / len(labels)


def rnn_step_forward(x, h, wx, wh, b):
    out = np.tanh(x @ wx + h @ wh + b)
    return out, (x, h, wx, wh, out)


def rnn_step_backward(dout, cache):
    x, h, wx, wh, out = cache
    d = dout * (1 - out * out)
    return d @ wx.T, d @ wh.T, x.T @ d, h.T @ d, d.sum(axis=0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(x, h, c, wx, wh, b):
    units = h.shape[1]
    a = x @ wx + h @ wh + b
    i, f, o = (sigmoid(a[:, k * units : (k + 1) * units]) for k in range(3))
    g = np.tanh(a[:, 3 * units :])
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next, (x, h, c, i, f, o, g, c_next, wx, wh)


def lstm_step_back(dh, dc, kept):
    x, h, c, i, f, o, g, c_next, wx, wh = kept
    t = np.tanh(c_next)
    dc = dc + dh * o * (1 - t * t)
    gates = [dc * g * i * (1 - i), dc * c * f * (1 - f), dh * t * o * (1 - o), dc * i * (1 - g * g)]
    da = np.concatenate(gates, axis=1)
    return da @ wx.T, da @ wh.T, dc * f, x.T @ da, h.T @ da, da.sum(axis=0)


def lstm_forward(x, h0, wx, wh, b):
    """x is (data points, steps, features)."""
    h, c, kept, out = h0, np.zeros_like(h0), [], []
    for t in range(x.shape[1]):
        h, c, k = lstm_step(x[:, t], h, c, wx, wh, b)
        kept.append(k)
        out.append(h)
    return np.stack(out, axis=1), kept


def lstm_backward(dout, cache):
    dh = dc = 0
    dx, dwx, dwh, db = [], 0, 0, 0
    for t in reversed(range(len(cache))):
        step, dh, dc, one, two, three = lstm_step_back(dout[:, t] + dh, dc, cache[t])
        dx.append(step)
        dwx, dwh, db = dwx + one, dwh + two, db + three
    return np.stack(dx[::-1], axis=1), dh, dwx, dwh, db


def embedding_forward(words, table):
    return table[words], (words, table.shape)


def embedding_backward(dout, cache):
    words, shape = cache
    dtable = np.zeros(shape)
    np.add.at(dtable, words, dout)
    return dtable
