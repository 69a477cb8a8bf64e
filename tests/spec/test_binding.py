"""What a file leaves open is bound by the command line, or by the shapes of values."""

from __future__ import annotations

import pytest

from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.file import bind_sizes, loads_toml
from trivium.spec.graph import written

OPEN = 'loss = "l"\n[inputs]\nx = "N k 2*N"\ny = "k"\n[nodes]\nl = "sum(x) + sum(y)"\n'
WRITTEN = written({"x": "N k 2*N", "y": "k"})


def test_letters_are_bound_by_shapes_and_products_are_not_solved() -> None:
    assert bind_sizes(WRITTEN, {"x": (3, 5, 99)}) == {"N": 3, "k": 5}


def test_a_shape_of_another_length_binds_nothing() -> None:
    assert bind_sizes(WRITTEN, {"x": (3, 5), "y": (7,)}) == {"k": 7}


def test_two_values_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SpecError, match=r"size 'k' is 6 by the value of 'y' \(6,\), but 5 by that of 'x' \(3, 5, 6\)"):
        _ = bind_sizes(WRITTEN, {"x": (3, 5, 6), "y": (6,)})


def test_what_is_known_is_left_alone() -> None:
    assert bind_sizes(WRITTEN, {"x": (3, 5, 6), "y": (6,)}, known=["k"]) == {"N": 3}


def test_shapes_bind_what_the_file_leaves_open() -> None:
    assert dict(loads_toml(OPEN, vocabulary=OPS, shapes={"x": (3, 5, 6)}).spec.sizes) == {"N": 3, "k": 5}


def test_the_file_goes_before_the_shapes() -> None:
    text = OPEN + "[sizes]\nN = 4\n"
    assert dict(loads_toml(text, vocabulary=OPS, shapes={"x": (3, 5, 6)}).spec.sizes) == {"N": 4, "k": 5}


def test_what_is_asked_for_goes_before_the_file() -> None:
    text = OPEN + "[sizes]\nN = 4\nk = 2\n"
    assert dict(loads_toml(text, vocabulary=OPS, sizes={"N": 7}).spec.sizes) == {"N": 7, "k": 2}


def test_problems_past_the_fiftieth_are_counted() -> None:
    nodes = "".join(f'h{i} = "nothing(x)"\n' for i in range(60))
    with pytest.raises(SpecError) as caught:
        _ = loads_toml(OPEN + nodes + "[sizes]\nN = 4\nk = 2\n", vocabulary=OPS)
    assert len(caught.value.problems) == 51
    assert caught.value.problems[-1].message == "and 10 more problems"
