"""The least that a network asks for, counted from its shapes, is what is counted by hand."""

from __future__ import annotations

import math

import pytest

from trivium.bench.work import PRODUCTS, work
from trivium.ops import OPS
from trivium.zoo import ZOO, lenet, mlp, network, real


def test_a_perceptron_is_its_products_and_its_entries() -> None:
    spec = mlp(b=128, widths=(784, 512, 10))
    first, second = 2 * 128 * 784 * 512, 2 * 128 * 512 * 10
    products = first + second
    least = work(spec, "forward", "float64")
    assert least.operations == products + 128 * 512 + 1  # tanh, and the loss
    assert work(spec, "gradient", "float64").operations == 2 * first + 3 * second + 2 * (
        128 * 512 + 1
    )  # x has no use for one


def test_bytes_are_what_is_read_and_written() -> None:
    spec = mlp(b=7, widths=(5, 3))
    entries = (7 * 5 + 5 * 3 + 3 + 7 * 3) + (7 * 3 + 7 * 3 + 1)
    assert work(spec, "forward", "float64").bytes == 8 * entries
    assert work(spec, "gradient", "float32").bytes == 3 * 4 * entries


def test_a_convolution_is_a_product_for_every_place_of_its_kernel() -> None:
    spec = lenet()
    node = next(n for n in spec.nodes if n.op.name == "conv2d")
    b, c, _, _ = spec.shapes[node.inputs[0]]
    m, k, r, s = spec.shapes[node.inputs[1]]
    _, _, p, q = spec.shapes[node.outputs[0]]
    shapes = [spec.shapes[n] for n in node.inputs], [spec.shapes[n] for n in node.outputs]
    assert (k, PRODUCTS["conv2d"](*shapes)) == (c, 2 * b * m * p * q * c * r * s)


def test_an_lstm_is_its_gates() -> None:
    t, b, n, h = 5, 2, 3, 4
    shapes = [(t, b, n), (b, h), (b, h), (4 * h, n), (4 * h, h), (4 * h,)]
    assert PRODUCTS["lstm"](shapes, [(t, b, h)] * 2) == 2 * t * b * 4 * h * (n + h)


def test_what_is_counted_as_a_product_is_an_op() -> None:
    assert set(PRODUCTS) <= set(OPS)


@pytest.mark.parametrize("name", ZOO)
def test_every_network_has_work_that_grows_with_its_sizes(name: str) -> None:
    small, large = (work(spec, "gradient", "float32") for spec in (network(name), real(name)))
    assert 0 < small.operations < large.operations < math.inf
    assert 0 < small.bytes < large.bytes
