"""Which kind of number serves two uses of one given."""

from __future__ import annotations

import pytest

from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.file import loads_toml
from trivium.spec.kinds import narrower
from trivium.spec.op import Kind

REAL, POSITIVE, UNIT, SIMPLEX, SIGN, MASK = map(Kind, ("real", "positive", "unit", "simplex", "sign", "mask"))
RATE = Kind("above -1")


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (REAL, POSITIVE),
        (REAL, RATE),
        (RATE, POSITIVE),
        (POSITIVE, UNIT),
        (UNIT, SIMPLEX),
        (REAL, SIMPLEX),
        (REAL, SIGN),
    ],
)
def test_the_narrower_kind_serves_both_uses(wide: Kind, narrow: Kind) -> None:
    assert (narrower(wide, narrow), narrower(narrow, wide)) == (narrow, narrow)


def test_the_smaller_number_of_classes_serves_both_uses() -> None:
    assert narrower(Kind("index", 5), Kind("index", 3)) == Kind("index", 3)


@pytest.mark.parametrize("kind", [REAL, SIGN, MASK, Kind("index", 3)])
def test_a_kind_serves_itself(kind: Kind) -> None:
    assert narrower(kind, kind) == kind


@pytest.mark.parametrize(
    ("one", "other"), [(REAL, MASK), (REAL, Kind("index", 3)), (MASK, Kind("index", 2)), (SIGN, UNIT), (SIGN, POSITIVE)]
)
def test_kinds_that_contradict_each_other_have_none_that_serves_both(one: Kind, other: Kind) -> None:
    assert narrower(one, other) is None


def test_labels_and_masks_have_no_gradient() -> None:
    assert [k.differentiable for k in (REAL, SIGN, MASK, Kind("index", 3))] == [True, True, False, False]


def test_a_label_among_the_parameters_is_refused() -> None:
    inputs, nodes = (
        "[inputs]\nz = '5 3'\n[parameters]\nq = '5'\n",
        "[nodes]\nl = 'cross_entropy(z, q, class_axis=1, reduction=\"sum\")'",
    )
    with pytest.raises(SpecError) as error:
        _ = loads_toml(f"loss = 'l'\n{inputs}{nodes}", vocabulary=OPS)
    expected = (
        "'q' is a parameter, but cross_entropy takes index < 3 there, which has no gradient to train it: "
        "make it an input"
    )
    assert error.value.problems[0].message == expected
