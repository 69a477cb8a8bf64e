"""The report of a network whose derivations agree: to how many digits, step by step, and what could have been missed.

Knows nothing of how the verdict was reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from trivium.compare.bound import LINE
from trivium.compare.comparison import BACKWARD, CONVENTION, FORWARD, Comparison, End, Step
from trivium.referee import EXACT
from trivium.report.number import decimal_digits, few, residual, rough, seconds
from trivium.report.phrase import listed, point_text, what, wrapped
from trivium.report.table import table
from trivium.report.verdict import sentence
from trivium.spec.signature import show

T = TypeVar("T")
ROWS = 16
"""Rows of a table that a person reads; the rest is counted, and stands whole in JSON and HTML."""
Residuals = Mapping[tuple[str, str, str], float]
"""The largest residual of each direction, tensor and backend, over all points and precisions."""
LABEL = 11
"""Columns of the margin in which a paragraph's name stands."""


def agreement(comparison: Comparison, command: str, *, width: int) -> list[str]:
    """The whole report, in lines."""
    residuals = worst_residuals(comparison.steps)
    sections = (
        wrapped(sentence(comparison), width=width),
        gradients(comparison, residuals, width),
        intermediates(comparison, residuals, width),
        paragraphs(comparison, width),
        [*wrapped(costs(comparison), width=width, label="took", indent=LABEL), f"{'again':<{LABEL}}{command}"],
    )
    return [line for section in sections if section for line in (*section, "")][:-1]


def worst_residuals(steps: Iterable[Step]) -> Residuals:
    """What the tables show."""
    worst: dict[tuple[str, str, str], float] = {}
    for step in steps:
        key = step.direction, step.tensor, step.backend
        worst[key] = max(worst.get(key, 0.0), step.residual)
    return worst


def gradients(comparison: Comparison, residuals: Residuals, width: int) -> list[str]:
    """A row for each parameter and input, at the first point."""
    point = comparison.points[0][0] if comparison.points else ""
    here = sorted((e for e in comparison.ends if e.point == point), key=lambda e: not e.parameter)
    names = list(dict.fromkeys(e.tensor for e in here))
    fewest = {n: min((digits(e) or 0.0 for e in here if e.tensor == n), default=0.0) for n in names}
    chosen = telling(names, lambda n: fewest[n])
    rows = [_gradient_row(comparison, [e for e in here if e.tensor == n], residuals) for n in chosen]
    alone = len(comparison.backends) == 1
    sure = any(e.certified for e in here)
    over = ["", "", "", *("certified" if sure else "digits" for _ in comparison.dtypes), "worst", ""]
    head = ["gradient of", "shape", "largest", *comparison.dtypes, "residual", "" if alone else "right in"]
    align = "<<>" + ">" * len(comparison.dtypes) + "><"
    counts = CERTAIN if sure else "digits: none to compare" if alone else "digits: in which the backends agree"
    note = f"({counts}, and in brackets how many rounding would leave; numbers: {point})"
    lines = table([over, head, *rows], align=align, width=width)
    return [*lines, *_left_out(names, "gradients, with more digits"), *wrapped(note, width=width)]


def _gradient_row(comparison: Comparison, ends: list[End], residuals: Residuals) -> list[str]:
    first = ends[0]
    counts = {e.dtype: f"{decimal_digits(digits(e))} ({decimal_digits(e.explained)})" for e in ends}
    worst = max((residuals.get((BACKWARD, first.tensor, b), 0.0) for b in comparison.backends), default=0.0)
    right = [b for b in comparison.backends if all(e.state.get(b) == "right" for e in ends)]
    whose = "all" if len(right) == len(comparison.backends) else f"{len(right)} of {len(comparison.backends)}"
    return [
        first.tensor,
        show(first.shape),
        few(first.largest),
        *(counts.get(d, "-") for d in comparison.dtypes),
        residual(worst),
        "" if len(comparison.backends) == 1 else whose,
    ]


CERTAIN = "certified: digits that are certainly right in every backend, held against the exact gradient"


def digits(end: End) -> float | None:
    """The digits that are certainly right, where they are known, else those in which the backends agree."""
    return end.correct if end.certified else end.digits


def intermediates(comparison: Comparison, residuals: Residuals, width: int) -> list[str]:
    """A row for each node: the worst residual of its value and of the gradient with respect to it, per backend."""
    nodes = [(node, name) for node in comparison.spec.nodes for name in node.outputs]
    worst: dict[str, float] = {}
    for (_, tensor, _), value in residuals.items():
        worst[tensor] = max(worst.get(tensor, 0.0), value)
    columns = comparison.backends if len(comparison.backends) <= 3 else ("worst",)
    rows = []
    for node, name in telling(nodes, lambda n: -worst.get(n[1], 0.0)):
        cells = [_residual(comparison, residuals, d, name, c) for d in (FORWARD, BACKWARD) for c in columns]
        rows.append([str(node) if name == node.name else f"{name}, of the same step", *cells])
    each = max(8 // len(columns), *(len(cell) for row in [columns, *(r[1:] for r in rows)] for cell in row))
    forward = f"{'forward':<{(each + 1) * len(columns)}}"
    head = ["", *(f"{c:>{each}}" for c in columns), *(f"{c:>{each}}" for c in columns)]
    lines = table([head, *rows], align="<" + ">" * 2 * len(columns), width=width, gap=1)
    start = len(lines[0]) - (each + 1) * 2 * len(columns) + 1
    title = f"{'residual of every step':<{max(start, 23)}}{forward}backward"
    note = f"(residual: {replayed(comparison)}; the line is {LINE:g})"
    return [title, *lines, *_left_out(nodes, "steps, with smaller residuals"), *wrapped(note, width=width)]


def replayed(comparison: Comparison) -> str:
    """What a residual is, and who replays."""
    if comparison.certified:
        return "how far a number is from the exact result of its step, in units of what one rounding does there"
    some = any(s.replayer == EXACT for s in comparison.steps)
    known = "the exact result of its step or, where nobody has that, " if some else ""
    whose = "another backend" if len(comparison.backends) > 1 else "the same backend, one op at a time"
    return (
        f"how far a number is from {known}the replay of its step by {whose}, in units of what one rounding does there"
    )


def _residual(comparison: Comparison, residuals: Residuals, direction: str, name: str, column: str) -> str:
    backends = comparison.backends if column == "worst" else (column,)
    found = [residuals[direction, name, b] for b in backends if (direction, name, b) in residuals]
    return residual(max(found)) if found else "-"


def telling(rows: Sequence[T], rank: Callable[[T], float]) -> list[T]:
    """As many rows as a person reads, those that rank lowest, in their own order."""
    chosen = sorted(range(len(rows)), key=lambda i: rank(rows[i]))[:ROWS]
    return [rows[i] for i in sorted(chosen)]


def _left_out(rows: Sequence[object], noun: str) -> list[str]:
    more = len(rows) - ROWS
    return [f"... and {more:,} more {noun}; --json and --html have them"] if more > 0 else []


def paragraphs(comparison: Comparison, width: int) -> list[str]:
    """What could have been missed, where it was looked for, and what there is to say besides."""
    remarks = [(f.verdict, f"{f.code}: {f.message}") for f in comparison.findings if f.verdict != CONVENTION]
    kinks = [("convention", f"{f.code}: {f.message}") for f in comparison.of(CONVENTION)]
    points = "; ".join(point_text(label, sizes.items()) for label, sizes in comparison.points)
    told = [("missed?", missed(comparison)), ("checked at", points), *kinks, *remarks]
    return [line for label, text in told for line in wrapped(text, width=width, label=label, indent=LABEL)]


def missed(comparison: Comparison) -> str:
    """The largest error that could hide in any step, per precision, and what no replay shows."""
    if len(comparison.backends) == 1 and not comparison.certified:
        return MISSED_ALONE
    dull = [step for dtype in comparison.dtypes if (step := comparison.dullest(dtype))]
    parts = [
        f"{rough(s.floor or 0.0)} of a tensor's root mean square in {s.dtype} "
        f"(dullest step: {what(s.direction, s.tensor)}, {s.backend}, {s.point})"
        for s in dull
    ]
    small = f"an error smaller than {' or '.join(parts)}; " if parts else ""
    alike = "" if comparison.certified else "one that two backends share; "
    return f"{small}{hollow(comparison)}{alike}a network that is not the one you meant"


MISSED_ALONE = (
    "any wrong value, for nobody else computed one; a wrong derivative that differs by less than the oracle's own "
    "error; a network that is not the one you meant"
)
"""What one backend cannot show of itself."""


def hollow(comparison: Comparison) -> str:
    """The tensors that are zero but for rounding, in which no error would show; they are no part of the floor."""
    found: dict[str, dict[str, None]] = {}
    for s in comparison.steps:
        if s.floor is not None and s.floor >= 1:
            found.setdefault(s.dtype, {})[what(s.direction, s.tensor)] = None
    parts = [f"{listed(names, most=3)} in {dtype}" for dtype, names in found.items()]
    return f"any error in what is zero but for rounding ({'; '.join(parts)}); " if parts else ""


def costs(comparison: Comparison) -> str:
    """Where the time went."""
    cost = comparison.cost
    compiling = ", ".join(f"{name} {seconds(t)}" for name, t in cost.compile.items())
    running = ", ".join(f"{name} {seconds(t)}" for name, t in cost.run.items())
    exact = f"; enclosing the exact gradient {seconds(cost.exact)}" if cost.exact else ""
    return (
        f"compiling {compiling or seconds(0)}; running {running or seconds(0)}; "
        f"replaying {seconds(cost.replay)}; measuring the noise {seconds(cost.noise)}{exact}"
    )
