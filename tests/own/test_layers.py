"""Layers with a cache, as a course asks for them: right ones are never accused, wrong ones always caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import trivium as tv
from tests.own.student import module
from trivium.backend import Array

LAYERS: Any = module("layers")
STREAM = np.random.default_rng(5)


def n(*shape: int) -> Array:
    return STREAM.standard_normal(shape)


LABELS = np.array([2, 0, 2, 1])
RIGHT: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "affine": ("affine_forward", "affine_backward", (n(4, 2, 3), n(6, 5), n(5))),
    "relu": ("relu_forward", "relu_backward", (n(4, 7),)),
    "batchnorm": ("batchnorm_forward", "batchnorm_backward", (3 * n(5, 4) + 2, n(4), n(4))),
    "layernorm": ("layernorm_forward", "layernorm_backward", (3 * n(5, 4) + 2, n(4), n(4))),
    "dropout": ("dropout_forward", "dropout_backward", (n(5, 6),)),
    "conv": ("conv_forward", "conv_backward", (n(2, 2, 5, 6), n(3, 2, 3, 3), n(3))),
    "max pool": ("max_pool_forward", "max_pool_backward", (n(2, 2, 7, 5),)),
    "rnn step": ("rnn_step_forward", "rnn_step_backward", (n(3, 2), n(3, 4), n(2, 4), n(4, 4), n(4))),
    "lstm": ("lstm_forward", "lstm_backward", (n(2, 3, 2), n(2, 2), n(2, 8), n(2, 8), n(8))),
    "embedding": ("embedding_forward", "embedding_backward", (np.array([[0, 2, 2], [4, 2, 0]]), n(5, 3))),
    "softmax loss": ("softmax_loss", "", (n(4, 3), LABELS)),
    "svm loss": ("svm_loss", "", (n(4, 3), LABELS)),
}


def functions(name: str) -> tuple[Any, Any, tuple[Any, ...]]:
    forward, backward, at = RIGHT[name]
    f = getattr(LAYERS, forward)
    return f, getattr(LAYERS, backward) if backward else lambda *arrays: f(*arrays)[1], at


def first(loss: Any) -> Any:
    return lambda *arrays: loss(*arrays)[0]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_layer_is_right(name: str) -> None:
    f, backward, at = functions(name)
    report = tv.check_gradient(first(f) if name.endswith("loss") else f, backward, at=at)
    assert report.verdict == "agree", report.text()
    floats = [x for x in at if np.asarray(x).dtype.kind == "f"]
    assert len(report.found.of("gradient", "right")) == len(floats)


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_layer_is_right_in_float32(name: str) -> None:
    f, backward, at = functions(name)
    narrow = [np.asarray(x, np.float32) if np.asarray(x).dtype.kind == "f" else x for x in at]
    report = tv.check_gradient(first(f) if name.endswith("loss") else f, backward, at=narrow)
    assert report.found.of("gradient", "wrong") == (), report.text()


@pytest.mark.parametrize("at", [3.0, 10.0, 18.0])
def test_digits_that_saturation_takes_are_no_mistake(at: float) -> None:
    """1 - y² of a tanh that is nearly 1 has few digits, whoever writes it so."""
    x = np.array([at, -at, 0.5])
    report = tv.check_gradient(lambda x: np.tanh(x).sum(), lambda x: 1 - np.tanh(x) ** 2, at=(x,))
    assert report.found.of("gradient", "wrong") == (), report.text()


def scaled(part: int, factor: float) -> Callable[[Any], Any]:
    def change(found: Any) -> Any:
        parts = list(found) if isinstance(found, tuple) else [found]
        parts[part] = parts[part] * factor
        return tuple(parts) if len(parts) > 1 else parts[0]

    return change


def entry(part: int) -> Callable[[Any], Any]:
    def change(found: Any) -> Any:
        parts = [np.array(g) for g in found] if isinstance(found, tuple) else [np.array(found)]
        parts[part].flat[-1] *= 1.001
        return tuple(parts) if len(parts) > 1 else parts[0]

    return change


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(
    ("what", "change"),
    [pytest.param("sign", scaled(0, -1.0), marks=pytest.mark.slow), ("off by a millionth", scaled(0, 1 + 1e-6))],
)
def test_a_wrong_layer_is_caught(name: str, what: str, change: Callable[[Any], Any]) -> None:
    f, backward, at = functions(name)
    report = tv.check_gradient(
        first(f) if name.endswith("loss") else f, _like(backward, lambda found: change(found)), at=at
    )
    (wrong,) = report.found.of("gradient", "wrong")
    moving = [i for i, x in enumerate(at) if np.asarray(x).dtype.kind == "f"]
    assert report.verdict == "disagree"
    assert len(report.found.of("gradient", "right")) == len(moving) - 1
    assert wrong.pattern is not None


def _like(backward: Any, change: Callable[[Any], Any]) -> Any:
    """The same gradient with something done to it, and the same parameters."""
    if backward.__code__.co_flags & 0x04:
        return lambda *arrays: change(backward(*arrays))
    return lambda dout, cache: change(backward(dout, cache))


def wrong_layers() -> dict[str, tuple[str, Callable[[Any, Any], Any], str]]:
    def batchnorm_detached(dout: Any, cache: Any) -> Any:
        normal, gamma, std = cache
        return dout * gamma / std, (dout * normal).sum(axis=0), dout.sum(axis=0)

    def layernorm_gamma_outside(dout: Any, cache: Any) -> Any:
        normal, gamma, std = cache
        d = dout - dout.mean(axis=1, keepdims=True) - normal * (dout * normal).mean(axis=1, keepdims=True)
        return gamma * d / std, (dout * normal).sum(axis=0), dout.sum(axis=0)

    def conv_stride_forgotten(dout: Any, cache: Any) -> Any:
        x, w, _ = cache
        dx, dw, db = LAYERS.conv_backward(dout, (x, w, 1))
        return dx, dw, db

    def pool_assigned(dout: Any, cache: Any) -> Any:
        x, size, stride = cache
        dx = np.zeros_like(x)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                window = (..., slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
                largest = x[window].max(axis=(2, 3), keepdims=True)
                dx[window] = (x[window] == largest) * dout[:, :, i, j, None, None]
        return dx

    def embedding_overwritten(dout: Any, cache: Any) -> Any:
        words, shape = cache
        table = np.zeros(shape)
        table[words] = dout
        return table

    def lstm_carry_dropped(dout: Any, cache: Any) -> Any:
        found = [LAYERS.lstm_step_back(dout[:, t], 0, cache[t]) for t in range(len(cache))]
        dwx, dwh, db = (sum(f[k] for f in found) for k in (3, 4, 5))
        return np.stack([f[0] for f in found], axis=1), found[0][1], dwx, dwh, db

    def rnn_slope_at_input(dout: Any, cache: Any) -> Any:
        x, h, wx, wh, out = cache
        d = dout * (1 - np.tanh(out) ** 2)
        return d @ wx.T, d @ wh.T, x.T @ d, h.T @ d, d.sum(axis=0)

    return {
        "batchnorm": ("x", batchnorm_detached, "statistics-constant"),
        "layernorm": ("x", layernorm_gamma_outside, "gain-outside"),
        "conv": ("x, w", conv_stride_forgotten, ""),
        "max pool": ("x", pool_assigned, ""),
        "embedding": ("table", embedding_overwritten, "duplicates-overwritten"),
        "lstm": ("x, h0, wx, wh, b", lstm_carry_dropped, ""),
        "rnn step": ("x, h, wx, wh, b", rnn_slope_at_input, "derivative-at-output"),
    }


@pytest.mark.parametrize("name", wrong_layers())
def test_a_mistake_of_the_course_is_caught_where_it_is(name: str) -> None:
    f, _, at = functions(name)
    where, backward, mistake = wrong_layers()[name]
    report = tv.check_gradient(f, backward, at=at)
    assert report.verdict == "disagree"
    assert {p.name for p in report.found.of("gradient", "wrong")} == set(where.split(", ")), report.text()
    assert [m.mistake for m in report.diagnosis] == mistake.split()


def test_one_entry_of_a_thousandth_is_named_by_its_place() -> None:
    f, backward, at = functions("affine")
    report = tv.check_gradient(f, _like(backward, entry(1)), at=at)
    (wrong,) = report.found.of("gradient", "wrong")
    assert (wrong.name, wrong.pattern.text if wrong.pattern else "") == ("w", "only entry (5, 4) is wrong")
