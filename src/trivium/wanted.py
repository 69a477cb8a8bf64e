"""What a check is asked for: every argument is looked at, and what cannot be had is said, before any work is done.

Knows nothing of what a check does with it.
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Iterable, Sequence
from typing import Any

from trivium.errors import BackendError, BudgetError, ValuesError, did_you_mean
from trivium.referee import EXACT, Referee, load_referee
from trivium.spec.graph import Spec

DTYPES = ("float64", "float32")
ORACLES = (EXACT, "roads")
QUICK = 2.0
"""Seconds that the referee may take, by its own estimate, where nobody has asked for it."""
COPIES = 40
"""Arrays of the size of all tensors together that a check holds at its peak: runs, replays, noise."""


def listed(things: object, what: str, one: str) -> list[Any]:
    """The entries of an argument that is a list; BackendError where it is none, or empty."""
    if isinstance(things, str) or not isinstance(things, Iterable):
        near = f"[{things!r}]" if isinstance(things, str) else "a list"
        raise BackendError(f"{what} is a list: write {what}={near}, not {described(things)}")
    found = list(things)
    if not found:
        raise BackendError(f"no {one} named: nothing would be compared")
    return found


def precisions(dtypes: object) -> tuple[str, ...]:
    """Every precision once; BackendError unless each is one that a check knows a bound for, and there is one."""
    for dtype in (named := listed(dtypes, "dtypes", "precision")):
        if dtype not in DTYPES:
            raise BackendError(f"no check in {dtype!r} ({', '.join(DTYPES)}){did_you_mean(str(dtype), DTYPES)}")
    return tuple(dict.fromkeys(named))


def oracle_referee(oracle: object, specs: Sequence[Spec], runs: int) -> Referee | None:
    """The referee, if it is asked for, or is there and quick; BackendError where it is asked for and cannot be had."""
    if isinstance(oracle, Referee):
        return oracle
    if oracle not in (None, *ORACLES):
        error = BackendError(f"no oracle {oracle!r} ({', '.join(ORACLES)}){did_you_mean(str(oracle), ORACLES)}")
        error.add_note("trivium check --help   # --oracle")
        raise error
    referee = load_referee() if oracle != "roads" else None
    if referee is None and oracle == EXACT:
        raise BackendError("the exact oracle is not installed; pip install 'trivium[exact]'")
    if referee is None or oracle == EXACT:
        return referee
    seconds = sum(referee.estimate(spec) for spec in specs) * (1 + runs)
    return referee if seconds < QUICK else None


def whole_seed(seed: object) -> int:
    """The seed; ValuesError unless it is a whole number, not below 0."""
    try:
        whole = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise ValuesError(f"seed={seed!r}: a seed is a whole number, not {described(seed)}") from None
    if whole < 0:
        raise ValuesError(f"seed={seed!r}: a seed is not below 0")
    return whole


def budgeted(budget: object) -> float | None:
    """The budget; BudgetError unless it is a number of bytes."""
    if budget is not None and (not isinstance(budget, int | float) or math.isnan(budget) or budget < 0):
        raise BudgetError(f"budget={budget!r}: a budget is a number of bytes, such as 2e9")
    return budget


def afford(spec: Spec, budget: float | None) -> None:
    need = 8.0 * spec.entries() * COPIES
    have = _memory() / 2 if budget is None else budget
    if need > have:
        limit = "half of this machine's memory" if budget is None else "the budget"
        raise BudgetError(
            f"checking {spec.name} would take about {need:.3g} bytes, and {limit} is {have:.3g}; "
            "give smaller sizes (--size), or a larger --budget"
        )


def one_of(word: str | None, what: str, known: Sequence[str]) -> str | None:
    """A word, if it is one of those; ValuesError where it is none."""
    if word is not None and word not in known:
        raise ValuesError(f"{what}={word!r}{did_you_mean(str(word), known)}: it is {' or '.join(known)}")
    return word


def described(thing: object) -> str:
    """What something is, in an error."""
    return "None" if thing is None else f"a {type(thing).__name__}"


def _memory() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
