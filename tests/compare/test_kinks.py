"""On a kink any slope of the interval is a convention, and anything outside of it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import trivium as tv
from trivium.backend import Array, Bars, Tamper
from trivium.ops import OPS
from trivium.spec.graph import written
from trivium.spec.node import Node
from trivium.spec.op import Case
from trivium.testing.trial import weighted

RELU = tv.Spec(
    "relu",
    written({"x": "2 3", "y": "2 3"}),
    (),
    (
        Node(("h",), OPS["relu"], ("x",)),
        Node(("l",), OPS["squared_error"], ("h", "y"), (("reduction", "sum"), ("batch_axis", None))),
    ),
    "l",
)
AT = {"x": np.array([[0.0, 1.0, -2.0], [3.0, 0.0, 2e-9]]), "y": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])}


def slope_at_zero(slope: float) -> Tamper:
    """A relu that takes this slope on its kink."""

    def mangle(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
        return (np.where(inputs[0] == 0, slope * y_bars[0], x_bars[0]).astype(inputs[0].dtype),)

    return mangle


def test_the_roads_agree_on_the_kink() -> None:
    assert tv.check(RELU, values=AT).verdict == "agree"


@pytest.mark.parametrize("slope", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_slope_of_the_interval_is_a_convention(slope: float, backend: str) -> None:
    report = tv.check(RELU, backends=["numpy", "torch"], values=AT, tamper={backend: {"h": slope_at_zero(slope)}})
    assert (report.verdict, [f.node for f in report.comparison.of("convention")]) == ("convention", ["h"])


@pytest.mark.parametrize("slope", [-1e-6, 1.000001, 2.0, float("nan")])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_slope_outside_of_the_interval_is_wrong(slope: float, backend: str) -> None:
    report = tv.check(RELU, backends=["numpy", "torch"], values=AT, tamper={backend: {"h": slope_at_zero(slope)}})
    assert report.verdict == "disagree"


def test_whose_convention_is_whose_is_said() -> None:
    report = tv.check(RELU, backends=["numpy", "torch"], values=AT, tamper={"torch": {"h": slope_at_zero(0.5)}})
    (finding,) = report.comparison.of("convention")
    assert finding.message.endswith("entry (0, 0) of x's cotangent may be -2 to 0: numpy 0, torch -1")


@pytest.mark.parametrize("last", [4.5, 5.0])
def test_a_maximum_of_several_windows_whose_cotangents_cancel_accuses_nobody(last: float) -> None:
    """5 is alone in three windows and, where the last entry is 5 too, ties in the fourth: ȳ cancels to 1e-8 there."""
    x = np.array([1.0, 2, 3, 5, 3, 4, last]).reshape(1, 1, 1, 7)
    single = np.float32(0.7)
    bars = np.array([single, 1.3e-8, np.nextafter(-single, np.float32(0)), 1e-13], np.float32).astype(float)
    spec = weighted(OPS["max_pool2d"], Case((x.shape,), {"kernel": (1, 4), "stride": 1}))
    report = tv.check(spec, values={"x": x, "weight_of_y0": bars.reshape(1, 1, 1, 4)})
    assert list(report.comparison.of("disagree")) == []


def test_a_mean_whose_sum_leaves_the_range_is_undecided() -> None:
    """Sixteen numbers of 3e37 have the mean 3e37 and a sum past float32."""
    spec = weighted(OPS["mean"], Case(((16,),), {"axis": None}))
    report = tv.check(spec, values={"x": np.full(16, 3e37), "weight_of_y0": np.asarray(1.0)})
    assert report.verdict == "undecided", report.text()


def test_a_slope_that_underflows_and_is_multiplied_accuses_nobody() -> None:
    """σ'(-88) is 6e-39, below float32's smallest normal number: JAX flushes it to 0 before it is multiplied by 1e3."""
    spec = weighted(OPS["sigmoid"], Case(((2,),), {}))
    report = tv.check(spec, values={"x": np.array([-88.0, 0.5]), "weight_of_y0": np.full(2, 1e3)})
    assert list(report.comparison.of("disagree")) == [], report.text()


def test_a_tie_beside_cotangents_that_cancel_accuses_nobody() -> None:
    """b is spread over a column that holds a tie, and the cotangents of the column cancel to their rounding."""
    a, single = np.array([[1.0], [2.0], [3.0]]), np.float32(0.7)
    bars = np.array([[single], [1e-9], [np.nextafter(-single, np.float32(0))]], np.float32).astype(float)
    spec = weighted(OPS["maximum"], Case(((3, 1), ()), {}))
    report = tv.check(spec, values={"a": a, "b": np.asarray(1.0), "weight_of_y0": bars})
    assert list(report.comparison.of("disagree")) == []


def test_a_number_that_is_flushed_to_the_kink_accuses_nobody() -> None:
    report = tv.check(RELU, values=AT | {"x": np.array([[1e-40, 1.0, -2.0], [3.0, -1e-320, 2e-9]])})
    assert list(report.comparison.of("disagree")) == [], report.text()


def test_a_step_outside_of_its_op_s_domain_accuses_nobody() -> None:
    spec = weighted(OPS["div"], Case(((2,), (2,)), {}))
    report = tv.check(spec, values={"a": np.ones(2), "b": np.array([0.0, 1.0]), "weight_of_y0": np.ones(2)})
    assert report.verdict == "undecided"
    assert list(report.comparison.of("disagree")) == []


SQUARED = {"margin": 75.0, "squared": True, "reduction": "sum"}
FAR = ([[1e30, 2e30]], [[-1e30, 0.0]], [[1e30, 1e30]], 1.0)


def triplet_at(*numbers: object, tamper: Tamper | None = None) -> tv.Report:
    spec = weighted(OPS["triplet"], Case(((1, 2),) * 3, SQUARED))
    values = dict(zip(("anchor", "positive", "negative", "weight_of_y0"), map(np.asarray, numbers), strict=True))
    return tv.check(spec, values=values, tamper={"jax": {"y0": tamper}} if tamper else None)


def test_a_step_whose_way_leaves_the_range_accuses_nobody() -> None:
    """Squares of 1e30 are past float32; the slopes would be in it, and compiled programs give 0 for them."""
    report = triplet_at(*FAR)
    assert (report.verdict, {f.code for f in report.comparison.of("undecided")}) == ("undecided", {"TV106"})


def doubled(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
    first, *rest = x_bars
    return (None if first is None else 2 * first, *rest)


@pytest.mark.parametrize("scale", [1e-30, 1.0])
def test_a_mistake_where_another_precision_holds_the_way_is_found(scale: float) -> None:
    """The same mistake is excused in float32 at 1e30, and never in float64, nor in float32 at numbers that it holds."""
    near = triplet_at(*(np.multiply(x, scale * 1e-30) if np.ndim(x) else x for x in FAR), tamper=doubled)
    far = triplet_at(*FAR, tamper=doubled)
    seen = [{dtype for f in r.comparison.of("disagree") for _, dtype in f.seen} for r in (near, far)]
    assert seen == [{"float64", "float32"}, {"float64"}]


def takes(share: float) -> Tamper:
    """A max at which every entry that ties gets this share of the cotangent."""

    def mangle(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
        tie = inputs[0] == outputs[0][:, None]
        return (np.where(tie, share * y_bars[0][:, None], 0).astype(inputs[0].dtype),)

    return mangle


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.5, "agree"), (1.0, "disagree"), (0.25, "disagree"), (0.0, "disagree")]
)
def test_entries_that_tie_share_one_cotangent_and_no_more(share: float, verdict: str) -> None:
    spec = weighted(OPS["max"], Case(((1, 3),), {"axis": 1}))
    at = {"x": np.array([[2.0, 5.0, 5.0]]), "weight_of_y0": np.array([3.0])}
    report = tv.check(spec, backends=["numpy", "torch"], values=at, tamper={"numpy": {"y0": takes(share)}})
    assert report.verdict == verdict, report.text()


def test_a_tie_that_one_entry_wins_is_a_convention() -> None:
    spec = weighted(OPS["max"], Case(((1, 3),), {"axis": 1}))
    at = {"x": np.array([[2.0, 5.0, 5.0]]), "weight_of_y0": np.array([3.0])}

    def first(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
        return (np.array([[0, y_bars[0][0], 0]], inputs[0].dtype),)

    report = tv.check(spec, backends=["numpy", "torch"], values=at, tamper={"numpy": {"y0": first}})
    assert report.verdict == "convention", report.text()
