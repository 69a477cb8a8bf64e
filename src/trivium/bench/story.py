"""What a record says, in numbers that a page shows and sentences that a person reads; nothing is drawn here.

Knows nothing of how anything is shown.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trivium.backend import ORDER
from trivium.bench.record import FORWARD, GRADIENT, Record, Row
from trivium.errors import counted

ROAD = {"numpy": "NumPy by hand", "torch": "torch eager", "jax": "jitted JAX"}
HAND = "numpy"
UNVERIFIED = "not verified"
"""What an error says whose program was not timed because it may be wrong."""
AIM = {"float64": 1.0, "float32": 1.3}
"""How many times as long as the better of the other roads the handwritten one may take, in the mean over networks.

Our own aim: as fast as the best in float64; in float32, where elementwise functions of torch and XLA use vector
instructions that NumPy's do not, near it.
"""


@dataclass(frozen=True)
class Cell:
    """A road at a network: the gradient's time, and its multiple of the best road's."""

    backend: str
    row: Row | None
    times: float
    error: str | None = ""

    @property
    def state(self) -> str:
        """Why there is no time, in two words; nothing where there is one."""
        if self.row is not None:
            return ""
        return "not measured" if self.error is None else "not verified" if UNVERIFIED in self.error else "failed"


@dataclass(frozen=True)
class Line:
    """A network, at sizes, in a precision, by every road."""

    network: str
    sizes: tuple[tuple[str, int], ...]
    dtype: str
    cells: tuple[Cell, ...]
    real: bool = True

    @property
    def name(self) -> str:
        """The network, and the sizes where they were chosen."""
        small = "" if self.real else " small"
        return self.network.removeprefix("zoo:") + small + "".join(f" {n}={k}" for n, k in self.sizes)

    @property
    def of_zoo(self) -> bool:
        """Whether it is what an aim is for."""
        return self.real and self.network.startswith("zoo:")

    @property
    def ratio(self) -> float | None:
        """The handwritten road over the best of the others that have a time; None without either."""
        hand = next((c.row for c in self.cells if c.backend == HAND), None)
        others = [c.row.median for c in self.cells if c.backend != HAND and c.row is not None]
        return None if hand is None or not others else hand.median / min(others)


def backends(record: Record) -> list[str]:
    """The roads, ours first."""
    found = dict.fromkeys(r.backend for r in record.rows)
    return [*(b for b in ORDER if b in found), *(b for b in found if b not in ORDER)]


def grid(record: Record, dtype: str) -> list[Line]:
    """Every network in one precision."""
    places = dict.fromkeys((r.network, tuple(sorted(r.sizes.items())), r.real) for r in record.of(dtype=dtype))
    return [_line(record, network, sizes, dtype, real=real) for network, sizes, real in places]


def _line(record: Record, network: str, sizes: tuple[tuple[str, int], ...], dtype: str, *, real: bool) -> Line:
    rows = {r.backend: r for r in record.of(network=network, sizes=dict(sizes), real=real, dtype=dtype, what=GRADIENT)}
    best = min((r.median for r in rows.values() if r.times), default=math.nan)
    cells = []
    for b in backends(record):
        row = rows.get(b)
        timed = row if row is not None and row.times else None
        cells.append(Cell(b, timed, timed.median / best if timed else math.nan, row.error if row else None))
    return Line(network, sizes, dtype, tuple(cells), real)


def dtypes(record: Record) -> list[str]:
    """The precisions, in the order in which they were measured."""
    return list(dict.fromkeys(r.dtype for r in record.rows))


def mean_ratio(lines: Sequence[Line]) -> float:
    """The geometric mean of the handwritten road over the best of the others; NaN where there is none."""
    found = [line.ratio for line in lines if line.ratio is not None]
    return statistics.geometric_mean(found) if found else math.nan


def sentences(record: Record) -> list[str]:
    """Who is fastest where, how the handwritten road does, how sure this is; and what is missing or mixed."""
    return [*filter(None, (_fastest(record), _hand(record), _sure(record), _kept(record), _mixed(record)))]


def _fastest(record: Record) -> str:
    lines = [line for d in dtypes(record) for line in grid(record, d)]
    raced = [line for line in lines if sum(c.row is not None for c in line.cells) > 1]
    if not raced:
        return "No gradient was timed on two roads: none is the faster one."
    wins = {b: sum(c.times == 1 for line in raced for c in line.cells if c.backend == b) for b in backends(record)}
    order = sorted((b for b in wins if wins[b]), key=lambda b: -wins[b])
    said = ", ".join(f"{ROAD.get(b, b)} in {wins[b]}" for b in order)
    timed = counted(len(raced), "gradient")
    return f"Of {timed} that two roads or more were timed at (a network in a precision each), the fastest is {said}."


def _kept(record: Record) -> str:
    if not record.halted:
        return ""
    which = "A run was" if len(record.halted) == 1 else "Runs were"
    return f"{which} interrupted: {' and '.join(record.halted)} programs were measured to the end."


def _mixed(record: Record) -> str:
    return f"The runs shown together differ, in {'; '.join(record.mixed)}." if record.mixed else ""


def _missed(mean: float, dtype: str) -> str:
    """By how much an aim is missed."""
    if mean <= AIM.get(dtype, mean):
        return ""
    return f"{100 * (mean / AIM[dtype] - 1):.0f}% above the aim of {AIM[dtype]:g}, "


def _hand(record: Record) -> str:
    said = []
    for d in dtypes(record):
        lines = [line for line in grid(record, d) if line.ratio is not None]
        if lines:
            worst = max(lines, key=lambda line: line.ratio or 0)
            mean = mean_ratio(lines)
            missed = _missed(mean, d) if all(line.of_zoo for line in lines) else ""
            said.append(f"{mean:.2f} in {d} ({missed}at most {worst.ratio:.2f}, {worst.name})")
    if not said:
        return ""
    return (
        "The handwritten NumPy gradient takes, in the geometric mean over the networks, this multiple of the better of "
        f"the other roads: {'; '.join(said)}."
    )


def _sure(record: Record) -> str:
    timed = [r for r in record.rows if r.times]
    failed = [r for r in record.rows if not r.times]
    width, widest = max(((_width(r), r.name) for r in timed), default=(0.0, ""))
    spread = f"; rounds spread widest at {widest.removeprefix('zoo:')}: {width:.0%} of the median"
    lost = f"; {counted(len(failed), 'program')} without a time, each with its reason" if failed else ""
    if not timed:
        return f"Nothing has a time{lost}."
    sure = sum(r.verified for r in timed)
    each = "The one time" if len(timed) == 1 else f"Each of the {len(timed)} times"
    if record.protocol.get("source"):
        return f"{each} was judged by the eval that took it, not here{spread}{lost}."
    if sure < len(timed):
        some = f"{sure} of {counted(len(timed), 'time')}" if sure else "No time"
        return f"{some} comes with word that the gradient was verified{spread}{lost}."
    return f"{each} is of a program whose gradient was verified in its process{spread}{lost}."


def _width(row: Row) -> float:
    """From the shortest to the longest round, over the median."""
    return (max(row.times) - min(row.times)) / row.median


def cheap(record: Record, dtype: str) -> list[tuple[str, list[tuple[str, float]]]]:
    """The gradient's time over the forward pass's, by network and road."""
    found = []
    for line in grid(record, dtype):
        pairs = []
        for c in line.cells:
            forward = record.row(
                network=line.network,
                sizes=dict(line.sizes),
                real=line.real,
                dtype=dtype,
                what=FORWARD,
                backend=c.backend,
            )
            if c.row is not None and forward is not None:
                pairs.append((c.backend, c.row.median / forward.median))
        if pairs:
            found.append((line.name, pairs))
    return found


@dataclass(frozen=True)
class Curve:
    """A network's gradient by one road against one of its sizes, and the power of that size that fits it."""

    network: str
    letter: str
    backend: str
    dtype: str
    points: tuple[tuple[int, float, float, float], ...]
    slope: float


def curves(record: Record) -> Iterator[Curve]:
    """Of every network that was measured at three or more values of one size, all others the same."""
    for dtype in dtypes(record):
        lines = [line for line in grid(record, dtype) if line.sizes]
        for network, real, letter in dict.fromkeys((x.network, x.real, n) for x in lines for n, _ in x.sizes):
            same = [x for x in lines if (x.network, x.real, [n for n, _ in x.sizes]) == (network, real, [letter])]
            if len(same) < 3:
                continue
            for i, backend in enumerate(backends(record)):
                rows = [(dict(x.sizes)[letter], x.cells[i].row) for x in same]
                points = sorted((k, r.median, min(r.times), max(r.times)) for k, r in rows if r is not None)
                if len(points) >= 3:
                    yield Curve(network, letter, backend, dtype, tuple(points), _slope(points))


def _slope(points: Sequence[tuple[int, float, float, float]]) -> float:
    """The least-squares slope of log time against log size."""
    x, y = [math.log(p[0]) for p in points], [math.log(p[1]) for p in points]
    return statistics.linear_regression(x, y).slope


@dataclass(frozen=True)
class Payoff:
    """When compiling pays: JAX's cost before the first step, and after how many steps it has caught up."""

    name: str
    trace: float
    compile: float
    first: float
    steady: float
    other: float

    @property
    def steps(self) -> float:
        """Infinite where the other road is faster all along."""
        gain = self.other - self.steady
        return (self.trace + self.compile) / gain if gain > 0 else math.inf


def payoffs(record: Record, dtype: str) -> list[Payoff]:
    """Of every network that JAX and another road were measured at; the other is the fastest that compiles nothing."""
    found = []
    for line in grid(record, dtype):
        rows = {c.backend: c.row for c in line.cells if c.row is not None}
        others = [r.median for b, r in rows.items() if b != "jax"]
        if "jax" not in rows or not others:
            continue
        facts = rows["jax"].facts
        parts = facts.get("parts") or {}
        trace, compiling = parts.get("trace_seconds") or 0.0, parts.get("compile_seconds") or 0.0
        found.append(Payoff(line.name, trace, compiling, facts.get("first") or 0.0, rows["jax"].median, min(others)))
    return found
