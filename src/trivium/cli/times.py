"""Times as a terminal shows them: while they are taken, as a table, and beside those of another run.

Knows nothing of files or options.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trivium.errors import first_line

if TYPE_CHECKING:
    from trivium.bench.compare import Change
    from trivium.bench.record import Record, Row


MANY = 20
"""Intervals among which one is expected to miss."""


@contextmanager
def progress(steps: int) -> Iterator[Callable[[str], None]]:
    """A bar with the time left on a terminal; nothing elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, done = bar.add_task("", total=steps), itertools.count()
        yield lambda what: bar.update(task, description=what, completed=next(done))


def table(record: Record) -> Iterator[str]:
    """A network and precision in each row: the gradient's time by each road, as a multiple of the fastest."""
    from trivium.bench.story import backends, dtypes, grid

    every = [line for d in dtypes(record) for line in grid(record, d)]
    lines = [line for name in dict.fromkeys(line.name for line in every) for line in every if line.name == name]
    longest = max(len(line.name) for line in lines)
    title = "gradient, median of a call"
    longest = max(longest, len(title) - 9)
    yield f"{title:{longest + 9}}" + "".join(f"{b:>18}" for b in backends(record))
    for line in lines:
        cells = (_cell(c.row.median, c.times) if c.row else f"{c.state:>18}" for c in line.cells)
        yield f"{line.name:{longest}} {line.dtype:8}" + "".join(cells)
    for line in lines:
        for cell in line.cells:
            if cell.error:
                yield f"{line.name} {line.dtype} {cell.backend}: {first_line(cell.error)}"


def changed(found: Sequence[Change], missing: Sequence[tuple[Row, str]], apart: Sequence[str]) -> Iterator[str]:
    """Where the runs differ, each program's ratio from the fastest on, and what only the first has measured."""
    yield from (f"the runs differ, in {difference}" for difference in apart)
    if not found:
        yield "no program was measured in both"
    else:
        longest = max(len(c.after.name) for c in found)
        yield f"{'after over before':{longest}}  ratio  95 % interval"
        for c in sorted(found, key=lambda c: c.ratio):
            known = "" if math.isinf(c.high) else f"{c.low:5.3f} to {c.high:5.3f}"
            yield f"{c.after.name:{longest}}  {c.ratio:5.3f}  {known:14}  {c.verdict}"
        told = sum(not math.isinf(c.high) for c in found)
        if told >= MANY:
            yield f"of {told} intervals of 95 % about {told / 20:.0f} miss by chance"
    for row, error in missing:
        yield f"{row.name}: measured before, and now {f'failed: {first_line(error)}' if error else 'not'}"


def _cell(seconds: float, times: float) -> str:
    return f"{seconds * 1e3:10.3f} ms {times:4.2f}x"
