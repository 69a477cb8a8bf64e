"""EVERYTHING MEASURED, in one value: which nets and faults each measurement looks at, in a full run and in a quick one.

Knows nothing of how it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from calibration.controls import Control, controls
from calibration.cost import CostRow, cost
from calibration.faults import FAULTS
from calibration.gradchecked import GradcheckRow, gradchecked
from calibration.kinds import BY_NAME, FAULTY, SMALL, Kind, chosen
from calibration.plant import Pair, Trial, pairs, trials
from calibration.replayer import RuleTrial, bent_trials, rule_trials
from calibration.right import RightRow, measure
from calibration.roads import Watch
from calibration.smallest import Smallest, smallest
from calibration.variants import FAINT, VariantRow, variants

Row = TypeVar("Row")
Say = Callable[[str], None]
BY_FAULT = {fault.name: fault for fault in FAULTS}
COARSE = tuple(
    BY_FAULT[name]
    for name in ("factor 2", "factor 1 + 1e-10", "one entry off by 1e-10", "sign", "zero", "a row dropped")
)
PAIR = (BY_FAULT["factor 2"], BY_FAULT["sign"])
RULES_AT = tuple(
    BY_NAME[name]
    for name in (
        "tanh, depth 3",
        "zoo: diamond",
        "confident by 45",
        "quotient",
        "layer norm, two pass, offset 100",
        "relu at 0 from its kink",
        "zoo: notebook",
        "zoo: binary",
    )
)
BENT_AT = tuple(BY_NAME[name] for name in ("tanh, depth 3", "confident by 45", "zoo: notebook"))
LONG_AT = ("inner dimension 1e5", "sums of 1e4 terms", "batch 1e5, tanh")


@dataclass(frozen=True)
class Measured:
    """One run of everything."""

    right: tuple[RightRow, ...]
    trials: tuple[Trial, ...]
    pairs: tuple[Pair, ...]
    rules: tuple[RuleTrial, ...]
    bent: tuple[RuleTrial, ...]
    smallest: tuple[Smallest, ...]
    gradcheck: tuple[GradcheckRow, ...]
    variants: tuple[VariantRow, ...]
    controls: tuple[Control, ...]
    cost: CostRow
    seconds: float


def full(say: Say) -> Measured:
    """Everything; about a quarter of an hour on one core."""
    watch = Watch()
    varied = (*FAULTY, *(BY_NAME[name] for name in LONG_AT))
    return Measured(
        right=_all("right nets", measure(chosen(quick=False)), say),
        trials=_all("planted faults", trials(FAULTY, FAULTS, each=1), say),
        pairs=_all("two mistakes", pairs(FAULTY, PAIR, each=3), say),
        rules=_all("wrong rules", rule_trials(RULES_AT), say),
        bent=_all("wrong values", bent_trials(BENT_AT), say),
        smallest=_all("smallest faults", smallest(FAULTY, each=2), say),
        gradcheck=_all("gradcheck", gradchecked(SMALL, FAULTS), say),
        variants=_all("variants", variants(varied, FAULTY[:6], FAINT), say),
        controls=_all("controls", controls(FAULTY[4:7], COARSE), say),
        cost=cost(times=9),
        seconds=watch.seconds,
    )


def quick(say: Say) -> Measured:
    """A sample of everything, in under a minute."""
    watch = Watch()
    few: tuple[Kind, ...] = tuple(BY_NAME[name] for name in ("zoo: notebook", "confident by 45"))
    return Measured(
        right=_all("right nets", measure(chosen(quick=True)), say),
        trials=_all("planted faults", trials(few, COARSE, each=1), say),
        pairs=_all("two mistakes", pairs(few[:1], PAIR, each=1), say),
        rules=_all("wrong rules", rule_trials(few), say),
        bent=(),
        smallest=_all("smallest faults", smallest(few[:1], each=1), say),
        gradcheck=_all("gradcheck", gradchecked(few[:1], COARSE), say),
        variants=(),
        controls=_all("controls", controls(few, COARSE), say),
        cost=cost(times=3),
        seconds=watch.seconds,
    )


def _all(name: str, rows: Iterable[Row], say: Say) -> tuple[Row, ...]:
    """The rows, and a line that says what they took."""
    watch = Watch()
    found = tuple(rows)
    say(f"{name}: {len(found)} rows, {watch.seconds:.0f} s")
    return found
