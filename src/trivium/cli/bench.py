"""`trivium bench`: time verified gradients, compare two runs, and make the report.

Knows nothing of how anything is measured.
"""

from __future__ import annotations

import itertools
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.exchange import export, taken
from trivium.cli.file import reserve, write
from trivium.cli.stream import mention, say

if TYPE_CHECKING:
    from trivium.bench.compare import Change
    from trivium.bench.course import Plan
    from trivium.bench.record import Record

INTERRUPTED, FAILED, NOTHING = 130, 1, 3
DTYPES = "float64,float32"

Networks = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NETWORK]...", help="Files, zoo:NAME, or zoo:all (the default).", show_default=False),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.json", help="Where the times go.")]
Backends = Annotated[str | None, typer.Option(metavar="NAMES", help="As in numpy,jax; all that are installed.")]
Dtypes = Annotated[str, typer.Option("--dtype", metavar="NAMES", help="Precisions.")]
Cores = Annotated[int, typer.Option(min=1, help="Cores that each process is pinned to.")]
Sizes = Annotated[list[str] | None, typer.Option("--size", metavar="LETTER=NUMBER", help="Another size; repeatable.")]
Scale = Annotated[
    list[str] | None, typer.Option(metavar="LETTER=N,N,N", help="Measure at each of these sizes; repeatable.")
]
Small = Annotated[bool, typer.Option("--small", help="The zoo's networks at their small sizes.")]
Kernel = Annotated[str, typer.Option(metavar="KERNEL", help="NumPy's BLAS kernel: best, default, or a name.")]
Processes = Annotated[int, typer.Option(min=1, help="How often all is measured anew, in new processes.")]
Seconds = Annotated[float, typer.Option(min=0.01, help="Seconds for each program in each process.")]

app = typer.Typer(no_args_is_help=True, help="Time verified gradients, compare runs, make a report.")


@app.command()
def run(
    networks: Networks = None,
    *,
    out: Out = Path("bench.json"),
    backends: Backends = None,
    dtype: Dtypes = DTYPES,
    cores: Cores = 1,
    size: Sizes = None,
    scale: Scale = None,
    small: Small = False,
    blas_kernel: Kernel = "best",
    processes: Processes = 3,
    seconds: Seconds = 0.5,
) -> int:
    """Time the forward pass and the gradient of networks, a process for each backend, one after the other.

    Nothing is timed that is not verified in that very process. Exit codes: 0 all measured, 1 something failed, 2 bad
    input, 130 interrupted; what was measured is in the file all the same.
    """
    plan = _plan(
        networks, backends, dtype, cores, (size, scale), blas_kernel, processes, seconds, small=small, turns=False
    )
    return _measured(plan, out)


@app.command()
def race(
    networks: Networks = None,
    *,
    out: Out = Path("race.json"),
    backends: Backends = None,
    dtype: Dtypes = DTYPES,
    cores: Cores = 1,
    size: Sizes = None,
    scale: Scale = None,
    small: Small = False,
    blas_kernel: Kernel = "best",
    processes: Processes = 3,
    seconds: Seconds = 0.5,
) -> int:
    """As `run`, but the backends take turns, round by round, on the same cores: what disturbs one disturbs all."""
    plan = _plan(
        networks, backends, dtype, cores, (size, scale), blas_kernel, processes, seconds, small=small, turns=True
    )
    return _measured(plan, out)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE.json", show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="AFTER.json", show_default=False)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """What has become faster or slower between two runs, as ratios with 95 % intervals.

    Exit codes: 0 nothing is slower, 1 something is, 2 bad input, 3 nothing was measured in both.
    """
    from trivium.bench.compare import SLOWER, changes
    from trivium.bench.record import read

    found = changes(read(before), read(after))
    if as_json:
        fields = (
            {"name": c.after.name, "ratio": c.ratio, "low": c.low, "high": c.high, "is": c.verdict} for c in found
        )
        say(json.dumps(list(fields), indent=2))
    else:
        for line in _changed(found):
            say(line)
    return NOTHING if not found else FAILED if any(c.verdict == SLOWER for c in found) else 0


@app.command()
def report(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.json...", show_default=False)],
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE.html", help="The page.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The grid as text for a pull request.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All rows as pytest-benchmark's JSON.")] = False,
) -> int:
    """Show one or more runs: as a page that stands alone, as Markdown, or as one JSON."""
    from trivium.bench.page import markdown as text, page
    from trivium.bench.record import merged, read

    if out is None and not markdown and not as_json:
        raise typer.BadParameter("say where the page goes, or --markdown, or --json", param_hint="'--out'")
    record = merged([read(file) for file in files])
    if out is not None:
        reserve(out, "--out")
        write(out, page(record, shlex.join(["trivium", "bench", "report", *map(str, files), "-o", str(out)])))
        mention(f"wrote {out}")
    if markdown:
        say(text(record).rstrip())
    if as_json:
        say(json.dumps(record.to_json(), indent=1))
    return 0


_commands = app.command("import")(taken), app.command()(export)


def _changed(found: Sequence[Change]) -> Iterator[str]:
    if not found:
        yield "no program was measured in both"
        return
    longest = max(len(c.after.name) for c in found)
    yield f"{'after over before':{longest}}  ratio  95 % interval"
    for c in sorted(found, key=lambda c: c.ratio):
        yield f"{c.after.name:{longest}}  {c.ratio:5.3f}  {c.low:5.3f} to {c.high:5.3f}  {c.verdict}"


def _measured(plan: Plan, out: Path) -> int:
    """Measure, show how far it is, and keep what there is whatever happens."""
    from trivium.bench.course import Ledger, run as course

    reserve(out, "--out")
    ledger, code = Ledger(plan), 0
    try:
        with progress(plan.steps) as told:
            for task, backend in course(ledger):
                told(f"{task.network} {task.dtype} {backend}")
    except KeyboardInterrupt:
        code = INTERRUPTED
        mention("interrupted: what was measured until then is kept")
    record = ledger.record()
    write(out, json.dumps(record.to_json(), indent=1) + "\n")
    for line in table(record):
        say(line)
    mention(f"wrote {out}; `trivium bench report {out} -o bench.html` shows it")
    return code or (FAILED if any(r.error for r in record.rows) else 0)


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
    from trivium.bench.record import GRADIENT

    backends = list(dict.fromkeys(r.backend for r in record.rows))
    cells = dict.fromkeys((r.network, r.dtype) for r in record.rows)
    longest = max((len(n) for n, _ in cells), default=0)
    yield f"{'gradient, median of a call':{longest + 9}}" + "".join(f"{b:>18}" for b in backends)
    for network, dtype in cells:
        rows = {b: record.row(network=network, dtype=dtype, what=GRADIENT, backend=b) for b in backends}
        best = min((r.median for r in rows.values() if r), default=0.0)
        shown = (_cell(r.median, r.median / best) if r else f"{'failed':>18}" for r in rows.values())
        yield f"{network:{longest}} {dtype:8}" + "".join(shown)
    for row in record.of(what=GRADIENT):
        if row.error:
            yield f"{row.name}: {row.error.strip().splitlines()[0]}"


def _cell(seconds: float, times: float) -> str:
    return f"{seconds * 1e3:10.3f} ms {times:4.2f}x"


def _plan(
    networks: Sequence[str] | None,
    backends: str | None,
    dtype: str,
    cores: int,
    sized: tuple[Sequence[str] | None, Sequence[str] | None],
    kernel: str,
    processes: int,
    seconds: float,
    *,
    small: bool,
    turns: bool,
) -> Plan:
    from trivium.backend import registered
    from trivium.bench.course import Plan, Task
    from trivium.bench.place import cores as there
    from trivium.bench.source import probe
    from trivium.wanted import one_of
    from trivium.zoo import ZOO

    _ = there(cores)
    named = [
        n for word in networks or ["zoo:all"] for n in ([f"zoo:{z}" for z in ZOO] if word == "zoo:all" else [word])
    ]
    precisions = [one_of(d, "dtype", ("float64", "float32")) or d for d in dtype.split(",")]
    places = list(_places(*sized))
    for network, sizes in itertools.product(named, places):
        _ = probe(network, sizes, real=not small)  # a network that cannot be read is said before anything is timed
    chosen = (
        [one_of(b, "backends", tuple(registered())) or b for b in backends.split(",")] if backends else _installed()
    )
    tasks = tuple(Task(network, d, sizes) for network in named for sizes in places for d in precisions)
    return Plan(
        tasks,
        tuple(chosen),
        cores=cores,
        kernel=kernel,
        processes=processes,
        seconds=seconds,
        interleaved=turns,
        real=not small,
    )


def _places(size: Sequence[str] | None, scale: Sequence[str] | None) -> Iterator[dict[str, int]]:
    """The sizes to measure at: those given, with each of the numbers of each letter that is scaled."""
    from trivium.cli.target import parse_sizes

    still = parse_sizes(size or ()) or {}
    if not scale:
        yield still
    for word in scale or ():
        letter, _, numbers = word.partition("=")
        for number in numbers.split(","):
            yield {**still, **(parse_sizes([f"{letter}={number}"]) or {})}


def _installed() -> list[str]:
    from trivium.backend import installed

    return list(installed())
