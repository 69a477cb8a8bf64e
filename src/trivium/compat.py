"""`gradcheck` and `check_grads` with the signatures that people already call, and this project's verdict.

Tolerances and step sizes are taken, so that calls need not change, and not used. Knows nothing of how a gradient is
judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from trivium.bringer import Bringer, Brought, bringers
from trivium.errors import BackendError, GradientMismatch, ValuesError
from trivium.own.brought import brought_gradient, forward_mode
from trivium.report import OwnReport

MODES = ("fwd", "rev")
SWITCHES = (
    *("gen_non_contig_grad_outputs", "grad_outputs", "check_undefined_grad", "check_grad_dtypes", "check_batched_grad"),
    *("check_fwd_over_rev", "check_rev_over_rev", "fast_mode", "masked", "eps", "atol", "rtol", "nondet_tol"),
)
"""Of gradgradcheck, taken and not needed."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    raise_exception: bool = True,
    check_undefined_grad: bool = True,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    check_batched_grad: bool = False,
    check_batched_forward_ad: bool = False,
    check_batched_forward_grad: bool = False,
    check_grad_dtypes: bool = False,
    fast_mode: bool = False,
    masked: bool | None = None,
    eps: object = None,
    atol: object = None,
    rtol: object = None,
    nondet_tol: object = None,
) -> bool:
    """As `torch.autograd.gradcheck`: True where the gradient of every input that requires one is right.

    Raises GradientMismatch, an AssertionError with the whole report, where one is wrong or nothing could be decided
    (returns False with raise_exception=False). `check_forward_ad` checks jvp too. eps, atol, rtol and nondet_tol are
    not used: the precision and the function itself say how far rounding reaches, in float32 as in float64. What
    gradcheck tells by its other switches (cotangents that are expanded or stored otherwise, their size and sign) is
    always looked at; batched gradients are not, and asking for them is ValuesError.
    """
    if check_batched_grad or check_batched_forward_grad or check_batched_forward_ad:
        raise ValuesError("batched gradients (vmap) are not checked: leave check_batched_grad out")
    at, asked = _inputs(inputs)
    modes = [m for m, wanted in zip(MODES, (check_forward_ad, check_backward_ad), strict=True) if wanted]
    found = _reports("torch", func, at, 1, modes, asked)
    return _told(found, raises=raise_exception)


def gradgradcheck(func: Callable[..., Any], inputs: Any, *, raise_exception: bool = True, **options: Any) -> bool:
    """As `torch.autograd.gradgradcheck`: whether the gradient of the gradient is right, under a fixed cotangent."""
    unknown = [n for n in options if n not in SWITCHES]
    if unknown:
        raise TypeError(f"gradgradcheck() got an unexpected keyword argument {unknown[0]!r}")
    at, asked = _inputs(inputs)
    return _told(_reports("torch", func, at, 2, ["rev"], asked)[1:], raises=raise_exception)


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int,
    modes: Sequence[str] = MODES,
    atol: object = None,
    rtol: object = None,
    eps: object = None,
) -> None:
    """As `jax.test_util.check_grads`: every derivative of f up to this order, in these modes.

    Raises GradientMismatch, an AssertionError with the whole report, where one is wrong. atol, rtol and eps are not
    used. A derivative of second order is the gradient of the gradient under a fixed cotangent.
    """
    asked = [modes] if isinstance(modes, str) else list(modes)
    unknown = [m for m in asked if m not in MODES]
    if unknown or not asked:
        raise ValuesError(f"modes={modes!r}: give 'fwd', 'rev' or both")
    if order < 1:
        raise ValuesError(f"order={order!r}: the first derivative has order 1")
    _ = _told(_reports("jax", f, list(args), order, asked, None), raises=True)


def _reports(
    framework: str, f: Callable[..., Any], at: list[Any], order: int, modes: Sequence[str], asked: Sequence[int] | None
) -> list[OwnReport]:
    """A report for each order and mode."""
    bringer = _bringer(framework)
    what, found = str(getattr(f, "__name__", type(f).__name__)), []
    for k in range(order):
        name = what if k == 0 else f"the gradient of {what}" if k == 1 else f"derivative {k + 1} of {what}"
        brought = _only(bringer.function(f, at), asked)
        if "rev" in modes:
            found.append(OwnReport(brought_gradient(brought, name), _again(framework, order)))
        if "fwd" in modes:
            told = replace(brought_gradient(forward_mode(brought), name), what=f"{name} (forward mode)")
            found.append(OwnReport(told, _again(framework, order)))
        f = bringer.derivative(f, at)
    return found


def _inputs(inputs: Any) -> tuple[list[Any], list[int]]:
    """The inputs, and which of them require a gradient."""
    at = list(inputs) if isinstance(inputs, Sequence) else [inputs]
    asked = [i for i, x in enumerate(at) if getattr(x, "requires_grad", False)]
    if not asked:
        raise ValuesError("no input requires a gradient: set requires_grad=True on what is to be checked")
    return at, asked


def _bringer(framework: str) -> Bringer:
    found = [b for b in bringers() if b.name == framework]
    if not found:
        raise BackendError(f"{framework} is not imported here: nothing can be one of its functions")
    return found[0]


def _only(brought: Brought, asked: Sequence[int] | None) -> Brought:
    """With a gradient of these inputs alone; the others are held still."""
    if asked is None:
        return brought
    names = [n for i, n in enumerate(brought.inputs) if i in asked]
    return replace(brought, moving=tuple(names))


def _told(reports: Sequence[OwnReport], *, raises: bool) -> bool:
    """True where all is right; else the first report that is not is raised, or False."""
    for report in reports:
        try:
            report.raise_for_verdict()
        except GradientMismatch:
            if raises:
                raise
            return False
    return True


def _again(framework: str, order: int) -> str:
    call = "gradcheck(func, inputs)" if framework == "torch" else f"check_grads(f, args, {order})"
    return f"python: trivium.compat.{call}"
