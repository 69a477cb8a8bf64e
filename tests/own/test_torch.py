"""torch's modules and functions: what gradcheck's own rules miss is caught, and right float32 code raises no alarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import trivium as tv
from trivium.errors import BackendError, OracleError

Backward = Callable[[Any, Tensor], Any]


def custom(backward: Backward) -> Callable[[Tensor], Tensor]:
    """sin, with a backward pass of one's own."""

    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            return backward(ctx, g)

    return Sine.apply


def slope(ctx: Any) -> Tensor:
    (x,) = ctx.saved_tensors
    return x.cos()


def flat(ctx: Any, g: Tensor) -> Tensor:
    """Takes what lies in memory for what the cotangent is."""
    lies = torch.as_strided(g, (g.numel(),), (1,)) if g.stride()[-1] else g.reshape(-1)
    return slope(ctx) * lies.reshape(g.shape)


def sized(size: int, dtype: torch.dtype) -> Tensor:
    return torch.randn(2, size // 2, generator=torch.Generator().manual_seed(size), dtype=dtype)


class Weighted(nn.Module):
    """A linear layer whose weight gradient is multiplied by something on its way."""

    def __init__(self, times: float) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 2)
        self.inner.weight.data = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
        self.times = times

    def forward(self, x: Tensor) -> Tensor:
        w = self.inner.weight
        bent = w + (self.times - 1) * (w - w.detach())
        return nn.functional.linear(x, bent, self.inner.bias)


def loss(y: Tensor) -> Tensor:
    return y.square().mean()


X = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))


def test_a_right_module_is_right_in_every_parameter() -> None:
    module = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2), nn.LayerNorm(2))
    report = tv.check_module(module, loss, at=[X])
    assert report.verdict == "agree", report.text()
    assert {p.name for p in report.found.parts} == {"input 0", *dict(module.named_parameters())}
    assert all(p.dtype == torch.float32 and p.grad is None for p in module.parameters())


def test_a_weight_gradient_seven_times_too_large_is_caught() -> None:
    report = tv.check_module(Weighted(7.0), loss, at=[X])
    (wrong,) = report.found.of("gradient", "wrong")
    assert (wrong.name, wrong.pattern.ratio if wrong.pattern else None) == ("inner.weight", pytest.approx(7.0))


def test_a_parameter_that_gets_no_gradient_is_named() -> None:
    class Cut(Weighted):
        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.linear(x, self.inner.weight.detach(), self.inner.bias)

    report = tv.check_module(Cut(1.0), loss, at=[X])
    (wrong,) = report.found.of("gradient", "wrong")
    assert (wrong.name, wrong.why) == ("inner.weight", "it got no gradient")


MANGLED: dict[str, Backward] = {
    "squared": lambda ctx, g: g * g * slope(ctx),
    "without its sign": lambda ctx, g: g.abs() * slope(ctx),
    "clipped": lambda ctx, g: g.clip(-0.5, 0.5) * slope(ctx),
    "compared with 0": lambda ctx, g: (g != 0) * slope(ctx),
    "taken as it lies in memory": flat,
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("how", MANGLED)
def test_a_backward_that_mangles_its_cotangent_is_caught(how: str, dtype: torch.dtype) -> None:
    report = tv.check_module(custom(MANGLED[how]), at=[sized(6, dtype)])
    assert report.verdict == "disagree", report.text()


def test_a_cotangent_taken_as_it_lies_is_told_as_that() -> None:
    report = tv.check_module(custom(flat), at=[sized(12, torch.float64)])
    assert "where the cotangent is stored in another order" in " ".join(report.text().split())


def right(ctx: Any, g: Tensor) -> Tensor:
    return g * slope(ctx)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("size", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (64, 1024))])
@pytest.mark.parametrize(
    "f", [custom(right), torch.tanh, lambda x: torch.softmax(x, -1), lambda x: (x * x).sum(), torch.cumsum]
)
def test_a_right_function_raises_no_alarm(f: Any, size: int, dtype: torch.dtype) -> None:
    called = (lambda x: torch.cumsum(x, -1)) if f is torch.cumsum else f
    report = tv.check_module(called, at=[sized(size, dtype)])
    assert report.found.of("gradient", "wrong") == (), report.text()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_wrong_slope_is_caught(dtype: torch.dtype) -> None:
    report = tv.check_module(custom(lambda ctx, g: g * slope(ctx) * 1.01), at=[sized(12, dtype)])
    assert report.verdict == "disagree"


def test_it_works_where_gradients_are_off() -> None:
    with torch.no_grad():
        assert tv.check_module(custom(right), at=[sized(8, torch.float64)]).verdict == "agree"


def test_dropout_draws_the_same_mask_each_time() -> None:
    report = tv.check_module(nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 2)), loss, at=[X])
    assert report.verdict == "agree", report.text()


def test_what_no_framework_knows_is_refused() -> None:
    with pytest.raises(BackendError, match="a int is no module"):
        _ = tv.check_module(3, at=[1.0])


@pytest.mark.slow
def test_all_tensors_of_a_tuple_count_without_a_loss() -> None:
    assert tv.check_module(nn.LSTM(3, 2), at=[X[None]]).verdict == "agree"
    with pytest.raises(OracleError, match="give a loss"):
        _ = tv.check_module(torch.argmax, at=[X])
    assert tv.check_module(nn.LSTM(3, 2), lambda out: loss(out[0]), at=[X[None]]).verdict == "agree"


def test_running_statistics_stay_what_they_were() -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    before = {n: b.clone() for n, b in module.named_buffers()}
    assert tv.check_module(module, loss, at=[X]).verdict == "agree"
    assert all(torch.equal(b, before[n]) for n, b in module.named_buffers())


class Words(nn.Module):
    """An embedding whose row 0 is padding; `extra` is added to its gradient, padding and all."""

    def __init__(self, extra: float = 0.0) -> None:
        super().__init__()
        self.table, self.head, self.extra = nn.Embedding(7, 3, padding_idx=0), nn.Linear(3, 2), extra
        _ = nn.init.normal_(self.table.weight)  # the row of padding too

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        found = self.table(words)
        return self.head(found + self.extra * (found - found.detach())).square().sum()


WORDS = torch.tensor([0, 3, 3, 5, 0])


def test_the_row_of_padding_has_no_gradient_and_that_is_right() -> None:
    report = tv.check_module(Words(), at=[WORDS])
    assert report.verdict == "agree"
    assert "row 0 of table.weight is padding" in str(report)


def test_a_wrong_embedding_beside_padding_is_caught() -> None:
    assert [p.name for p in tv.check_module(Words(0.5), at=[WORDS]).found.of("gradient", "wrong")] == ["table.weight"]


def test_a_module_without_shapes_yet_is_refused() -> None:
    with pytest.raises(OracleError, match="LazyLinear has parameters without a shape: call it once"):
        _ = tv.check_module(nn.LazyLinear(3), at=[torch.ones(2, 3)])
