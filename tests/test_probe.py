"""The points that a check runs at: seeded by name, scaled by fan-in, at sizes that make mistakes show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trivium.errors import ValuesError
from trivium.ops import OPS
from trivium.ops.arithmetic import mul, square
from trivium.ops.linear import matmul
from trivium.ops.reduce import mean
from trivium.ops.shape import reshape, split
from trivium.probe import draw, prime_sizes, probes, square_sizes
from trivium.spec.graph import Spec
from trivium.spec.trace import trace
from trivium.zoo import ZOO, network

COLUMNS = network("notebook")


def one_layer(*, extra: dict[str, str] | None = None, w: str = "m n", x: str = "n N", **sizes: int) -> Spec:
    return trace(
        lambda w, x, **unused: mean(matmul(w, x)),
        vocabulary=OPS,
        inputs={"x": x} | (extra or {}),
        parameters={"w": w},
        sizes=sizes,
        name="one_layer",
    )


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[n], b[n]) for n in a)


def is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, n))


def test_one_seed_gives_one_draw() -> None:
    assert same(draw(COLUMNS, seed=3), draw(COLUMNS, seed=3))


def test_another_seed_gives_another() -> None:
    assert not same(draw(COLUMNS, seed=3), draw(COLUMNS, seed=4))


def test_a_given_more_moves_no_other_s_numbers() -> None:
    few, more = one_layer(m=2, n=3, N=5), one_layer(m=2, n=3, N=5, extra={"a": "n", "z": "N"})
    assert same(draw(few), {name: array for name, array in draw(more).items() if name in few.givens})


def test_two_givens_of_one_shape_differ() -> None:
    numbers = draw(network("notebook", h=3, n=3))
    assert not np.array_equal(numbers["w1"], numbers["w2"][:3])


def test_the_stream_of_a_name_is_the_same_on_every_machine() -> None:
    assert draw(one_layer(m=1, n=2, N=1))["x"].tolist() == [[-0.8199784159660339], [-0.8975204825401306]]


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValuesError) as error:
        _ = draw(COLUMNS, seed=-1)
    assert str(error.value) == "seed is -1; a seed is an integer from 0 up"


def test_a_weight_is_drawn_with_the_variance_of_one_over_its_fan_in() -> None:
    weights = draw(one_layer(m=200, n=400, N=1))["w"]
    assert 0.98 < weights.std() * np.sqrt(400) < 1.02


def test_an_input_is_drawn_with_variance_1() -> None:
    assert 0.98 < draw(one_layer(m=1, n=200, N=400))["x"].std() < 1.02


@pytest.mark.parametrize("name", ZOO)
def test_every_float_is_a_float32_number_and_none_is_zero(name: str) -> None:
    floats = [a for a in draw(network(name)).values() if a.dtype.kind == "f"]
    assert all(np.array_equal(a.astype(np.float32).astype(np.float64), a) and a.all() for a in floats)


def test_labels_are_integers_below_the_number_of_classes() -> None:
    labels = draw(network("classifier", b=50, c=4))["labels"]
    assert (labels.dtype, set(labels.tolist()) < set(range(4))) == (np.int64, True)


def test_the_points_are_as_written_at_primes_and_with_square_layers() -> None:
    found = probes(COLUMNS)
    assert [(p.name, dict(p.spec.binding)) for p in found.points] == [
        ("as written", {"N": 7, "h": 3, "k": 4, "m": 1, "n": 2}),
        ("prime sizes", {"N": 13, "h": 3, "k": 7, "m": 11, "n": 5}),
        ("square layers", {"N": 5, "h": 3, "k": 3, "m": 3, "n": 3}),
    ]
    assert found.left_out == ()


def test_the_numbers_of_a_point_are_those_of_its_seed_and_sizes() -> None:
    assert all(same(dict(p.given), draw(p.spec, seed=5)) for p in probes(COLUMNS, seed=5).points)


def test_a_person_s_own_values_come_first() -> None:
    own = draw(COLUMNS, seed=9)
    found = probes(COLUMNS, values=own)
    assert [p.name for p in found.points] == ["own values", "prime sizes", "square layers"]
    assert same(dict(found.points[0].given), own)


def test_own_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValuesError, match="parameter 'w1' has no value"):
        _ = probes(COLUMNS, values={})


@pytest.mark.parametrize("name", ZOO)
def test_prime_sizes_are_odd_primes_of_their_own(name: str) -> None:
    sizes = list(prime_sizes(network(name)).values())
    assert len(set(sizes)) == len(sizes)
    assert all(is_prime(n) and n > 2 for n in sizes)


def test_what_is_prime_is_told_from_what_is_not() -> None:
    assert [n for n in range(12) if is_prime(n)] == [2, 3, 5, 7, 11]


def test_a_number_written_in_a_shape_is_no_letter_s_prime() -> None:
    assert prime_sizes(one_layer(w="3 5", x="5 N", N=2)) == {"N": 7}


def test_a_number_written_in_an_attribute_is_no_letter_s_prime() -> None:
    spec = trace(
        lambda x: mean(reshape(x, shape="N 3")), vocabulary=OPS, inputs={"x": "3 N"}, sizes={"N": 4}, name="turned"
    )
    assert prime_sizes(spec) == {"N": 5}


def test_square_layers_have_one_size_and_the_batch_another() -> None:
    assert square_sizes(COLUMNS) == {"n": 3, "h": 3, "k": 3, "m": 3, "N": 5}


def test_a_network_without_letters_is_checked_as_written_alone() -> None:
    found = probes(one_layer(w="3 5", x="5 2"))
    why = "every shape is written in numbers, so no size is free; write letters and bind them in [sizes]"
    assert ([p.name for p in found.points], found.left_out) == (
        ["as written"],
        (f"prime sizes: {why}", f"square layers: {why}"),
    )


def test_of_single_numbers_no_size_could_be_another() -> None:
    spec = trace(lambda w, x: square(mul(w, x)), vocabulary=OPS, inputs={"x": ""}, parameters={"w": ""}, name="single")
    found = probes(spec)
    assert ([p.name for p in found.points], found.left_out) == (["as written"], ())


def test_sizes_that_do_not_fit_are_left_out_with_the_reason() -> None:
    halves = trace(
        lambda w, x: mean(split(matmul(w, x), parts=2, axis=0)[0]),
        vocabulary=OPS,
        inputs={"x": "n N"},
        parameters={"w": "m n"},
        sizes={"m": 4, "n": 3, "N": 5},
        name="halves",
    )
    found = probes(halves)
    assert [p.name for p in found.points] == ["as written"]
    assert found.left_out[1] == (
        "square layers: the network does not fit together at m = 3, n = 3, N = 5: "
        "split: axis 0 of (3, 5) does not split into 2 equal parts"
    )


def test_the_same_sizes_are_not_checked_twice() -> None:
    found = probes(one_layer(m=3, n=5, N=7))
    assert ([p.name for p in found.points], found.left_out) == (
        ["as written", "square layers"],
        ("prime sizes: the sizes are those of 'as written'",),
    )


def test_own_values_at_prime_sizes_do_not_replace_drawn_ones() -> None:
    spec = one_layer(m=3, n=5, N=7)
    assert [p.name for p in probes(spec, values=draw(spec)).points] == ["own values", "prime sizes", "square layers"]
