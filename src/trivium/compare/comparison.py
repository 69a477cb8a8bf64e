"""What a comparison found, as frozen data: steps replayed, findings with their witnesses, and what could not be seen.

Knows nothing of how it was found or how it will look.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trivium.compare.picture import Picture
from trivium.errors import GradientMismatch
from trivium.referee import EXACT
from trivium.spec.graph import Spec

AGREE, CONVENTION, UNDECIDED, DISAGREE = "agree", "convention", "undecided", "disagree"
FORWARD, BACKWARD = "forward", "backward"
DEFINITION = "definition"
"""Who replays what no step makes: the loss's own cotangent, which is 1."""
DIGITS: Mapping[str, int] = {"float64": 53, "float32": 24}
"""Binary digits of a precision."""
MOST_DIGITS = 17.0
"""Decimal digits that are shown for numbers equal to the last bit."""
Index = tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """One step of one run, replayed: the value of `tensor` (forward), or its cotangent (backward).

    residual  the largest |recorded - replayed| in units of u times the step's own scale; the line is 256
    floor     the error, relative to the tensor's RMS, above which no entry could hide; None for a tensor of zeros
    off       the largest |recorded - replayed|, relative to the largest entry; None for a tensor of zeros
    """

    point: str
    backend: str
    dtype: str
    direction: str
    tensor: str
    nodes: tuple[str, ...]
    replayer: str
    residual: float
    index: Index
    entries: int
    failed: int
    conventions: int
    floor: float | None
    off: float | None = None


@dataclass(frozen=True)
class Witness:
    """One wrong entry: what the road has, what the replay of the step gives, and what rounding explains."""

    index: Index
    got: float
    expected: float
    bound: float
    oracle: float | None = None


@dataclass(frozen=True)
class Pattern:
    """How the wrong numbers relate to the right ones.

    name   ratio, zero, transposed, permuted, upstream, row, column, entry, leak, literal, scattered
    text   the same in words ("5 times too large, and 5 is N")
    """

    name: str
    text: str
    ratio: float | None = None


@dataclass(frozen=True)
class Wrong:
    """One tensor that a step gets wrong: what `backend` has, at the point and in the precision where it shows best."""

    tensor: str
    role: str
    pattern: Pattern
    wrong: int
    entries: int
    residual: float
    witnesses: tuple[Witness, ...]
    backend: str
    point: str
    dtype: str
    picture: Picture | None = field(default=None, compare=False, repr=False)  # for a page alone: JSON does not have it


@dataclass(frozen=True)
class Finding:
    """One thing found. `seen` lists every (point, dtype) at which it shows; `how` says how blame was settled.

    code      TV1xx; `trivium explain TV102` says what it means
    verdict   what it makes of the whole: disagree, undecided, convention; or note, warning
    proven    true where an oracle convicted; false where the majority only hints, or nobody can say
    instead   other nodes that may be the wrong step: readers of the same tensor, of whose shares only the sum is known
    mistakes  the known mistakes that give just these numbers; several where they cannot be told apart here
    """

    code: str
    verdict: str
    message: str
    backend: str = ""
    node: str = ""
    direction: str = ""
    wrong: tuple[Wrong, ...] = ()
    how: str = ""
    proven: bool = False
    replayer: str = ""
    seen: tuple[tuple[str, str], ...] = ()
    inherits: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class End:
    """One gradient, in one precision at one point, as a person reads it: how far the roads agree, and could.

    digits      decimal digits in which all roads agree, relative to the tensor's largest entry; None with one road
    explained   decimal digits that rounding leaves, from the noise response of the whole network
    blind       true where rounding has eaten the digits: right steps, but a gradient with hardly a correct digit
    state       per backend: right, wrong (a step of its own is), inherits (an earlier step is wrong)
    certified   per backend, where the referee enclosed the exact gradient: the largest error, in units in the last
                place of the tensor's largest entry; infinite where that is 0 and the backend's is not
    """

    point: str
    dtype: str
    tensor: str
    shape: tuple[int, ...]
    parameter: bool
    largest: float
    digits: float | None
    explained: float
    blind: bool
    state: Mapping[str, str]
    certified: Mapping[str, float] = field(default_factory=dict)

    @property
    def correct(self) -> float | None:
        """The decimal digits that are certainly right in every backend, relative to the largest entry."""
        if not self.certified or not 0 < self.largest < math.inf:
            return None
        relative = max(self.certified.values()) * ulp(self.largest, self.dtype) / self.largest
        return MOST_DIGITS if relative <= 10**-MOST_DIGITS else max(0.0, -math.log10(relative))


def ulp(x: float, dtype: str) -> float:
    """The unit in the last place of a number in this precision, were its range without end."""
    return math.ldexp(1.0, math.frexp(x)[1] - DIGITS[dtype])


@dataclass(frozen=True)
class Cost:
    """Seconds: compiling, running the roads, replaying the steps, shaking the network for its noise response, and
    enclosing its exact gradient end to end."""

    compile: Mapping[str, float] = field(default_factory=dict)
    run: Mapping[str, float] = field(default_factory=dict)
    replay: float = 0.0
    noise: float = 0.0
    exact: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """The verdict on one spec, with all that it rests on. It has no truth value: ask for `verdict`."""

    spec: Spec
    backends: tuple[str, ...]
    dtypes: tuple[str, ...]
    points: tuple[tuple[str, Mapping[str, int]], ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    ends: tuple[End, ...]
    oracle: str
    cost: Cost
    seed: int = 0

    @property
    def verdict(self) -> str:
        """agree, convention, undecided or disagree: the gravest finding's; undecided where nothing was compared."""
        found = {f.verdict for f in self.findings}
        for grave in (DISAGREE, UNDECIDED, CONVENTION):
            if grave in found:
                return grave
        return AGREE if self.steps else UNDECIDED

    @property
    def certified(self) -> bool:
        """Whether every step was held against the exact numbers."""
        return bool(self.steps) and all(s.replayer in (EXACT, DEFINITION) for s in self.steps)

    @property
    def worst(self) -> Step | None:
        """The step with the largest residual."""
        return max(self.steps, key=lambda s: s.residual, default=None)

    @property
    def floor(self) -> Step | None:
        """The step in which the largest error could hide, but for tensors that hold nothing but rounding."""
        found = (step for dtype in self.dtypes if (step := self.dullest(dtype)))
        return max(found, key=lambda s: s.floor or 0.0, default=None)

    def dullest(self, dtype: str) -> Step | None:
        """The same, among the steps of one precision."""
        telling = (s for s in self.steps if s.dtype == dtype and s.floor is not None and s.floor < 1)
        return max(telling, key=lambda s: s.floor or 0.0, default=None)

    def of(self, *verdicts: str) -> Iterator[Finding]:
        """The findings of these verdicts, in order."""
        return (f for f in self.findings if f.verdict in verdicts)

    def raise_for_verdict(self, text: str) -> None:
        """Raise GradientMismatch with this text where the roads disagree or nothing was decided."""
        __tracebackhide__ = True  # a test shows its own line, and the report
        if self.verdict in (DISAGREE, UNDECIDED):
            raise GradientMismatch(text)

    def __bool__(self) -> bool:
        raise TypeError("a comparison is not true or false: read .verdict, or call .raise_for_verdict()")
