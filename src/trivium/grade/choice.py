"""Which of a submission's functions is the gradient, and which the cost: as told, or by the names that people use.

Knows nothing of what the functions do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from trivium.errors import OracleError, did_you_mean
from trivium.grade.accepted import made
from trivium.own.stateful import is_stateful
from trivium.report.phrase import listed

GRADIENTS = (
    ("grads", "grad", "gradients", "gradient", "compute_grads", "compute_gradients", "compute_gradient", "get_grads"),
    ("backward", "backprop", "backpropagation", "backward_pass", "backward_propagation"),
)
COSTS = (
    ("cost", "loss", "L", "J", "objective", "cost_function", "loss_function", "compute_cost", "compute_loss"),
    ("forward", "forward_pass", "forward_propagation", "f", "network", "model"),
)
"""In groups: a name of the second is only looked for where there is none of the first."""


@dataclass(frozen=True)
class Choice:
    """What is graded, by name: a gradient, or a class that has one. There may be no cost: a network alone can judge."""

    gradient: str
    cost: str | None
    note: str = ""


def chosen(module: ModuleType, *, gradient: Sequence[str] = (), cost: Sequence[str] = ()) -> Choice:
    """The gradient and the cost; OracleError that says what was looked for, and what there is."""
    own = {n: x for n, x in vars(module).items() if getattr(x, "__module__", "") == module.__name__}
    there = [n for n, x in own.items() if isinstance(x, FunctionType)]
    found = _named(module, gradient) if gradient else _usual(there, GRADIENTS, "gradient")
    if found is None and not gradient:
        classes = [n for n, x in own.items() if isinstance(x, type) and is_stateful(x)]
        found = classes[-1] if classes else None  # a network is made of its layers, and stands below them
    if found in own and is_stateful(own[found]):
        return Choice(found, None)
    if found is None:
        raise OracleError(_absent("gradient", gradient, own) if gradient else _none("gradient", there, GRADIENTS))
    by = _named(module, cost) if cost else _usual([n for n in there if n != found], COSTS, "cost")
    if by is None and cost:
        raise OracleError(_absent("cost", cost, own))
    return Choice(found, by, "" if by else _none("cost", there, COSTS))


def usual(groups: Sequence[Sequence[str]]) -> list[str]:
    """The usual names, the first of each group first."""
    first = [group[0] for group in groups]
    return first + [name for group in groups for name in group[1:]]


def functions(module: ModuleType, found: Choice) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None]:
    """The function and its gradient; an object that is both stands in the place of the function."""
    grad = _function(module, found.gradient)
    if is_stateful(grad):
        return made(grad), None
    return None if found.cost is None else _function(module, found.cost), grad


def _function(module: ModuleType, name: str) -> Callable[..., Any]:
    """The function of this name."""
    found: Callable[..., Any] = getattr(module, name)
    return found


def _absent(what: str, told: Sequence[str], own: Mapping[str, Any]) -> str:
    """That nothing has a name that was told, and what there is."""
    there = [name for name, x in own.items() if isinstance(x, FunctionType) or is_stateful(x)]
    names = listed(map(repr, told))
    return f"--{what} names {names}, and the file has {listed(there) or 'no function'}{did_you_mean(told[0], there)}"


def _none(what: str, there: Sequence[str], groups: Sequence[Sequence[str]]) -> str:
    """That nothing has a usual name, and what was looked for."""
    has = f" among {listed(there, most=6)}" if there else ": there is no function, and no class with a backward"
    return f"no {what} was found{has}; looked for {listed(usual(groups), most=3)} (or say --{what} NAME)"


def _named(module: ModuleType, names: Sequence[str]) -> str | None:
    """The first of the names told that is there."""
    return next((name for name in names if callable(getattr(module, name, None))), None)


def _usual(there: Sequence[str], groups: Sequence[Sequence[str]], what: str) -> str | None:
    """The one that has a usual name; OracleError where several have."""
    for group in groups:
        lower = {name.lower() for name in group}
        found = [name for name in there if name in group or (len(name) > 1 and name.lower() in lower)]
        if len(found) > 1:
            raise OracleError(f"{listed(found)} may each be the {what}: say which, as in --{what} {found[0]}")
        if found:
            return found[0]
    return None
