"""`trivium bench`: time verified gradients, compare two runs, and make the report.

Knows nothing of how anything is measured.
"""

from __future__ import annotations

import itertools
import json
import math
import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.cure import advised, helped, size_or_network
from trivium.cli.exchange import export, taken
from trivium.cli.file import reserve, reserve_page, write
from trivium.cli.stream import mention, say
from trivium.cli.times import changed, progress, table

if TYPE_CHECKING:
    from trivium.bench.course import Plan

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
    """Say what has become faster or slower between two runs, as ratios with 95 % intervals.

    Exit codes: 0 nothing is slower, 1 something is, or has failed; 2 bad input; 3 nothing was measured in both.
    """
    from trivium.bench.compare import SLOWER, changes, lost
    from trivium.bench.record import read
    from trivium.bench.setting import differences

    with helped("compare"):
        a, b = read(before), read(after)
    found, missing, apart = changes(a, b), lost(a, b), list(differences(a.settings, b.settings))
    if as_json:
        fields = (
            {"name": c.after.name, "ratio": c.ratio, "low": c.low or None, "high": _finite(c.high), "is": c.verdict}
            for c in found
        )
        gone = [{"name": row.name, "error": error} for row, error in missing]
        say(json.dumps({"changes": list(fields), "lost": gone, "settings": apart}, indent=2))
    else:
        for line in changed(found, missing, apart):
            say(line)
    worse = any(c.verdict == SLOWER for c in found) or any(error for _, error in missing)
    return FAILED if worse else 0 if found else NOTHING


@app.command()
def report(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.json...", show_default=False)],
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE.html", help="The page.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The grid as text for a pull request.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All rows as pytest-benchmark's JSON.")] = False,
) -> int:
    """Show runs together: as a page that stands alone, as Markdown, or as one JSON.

    Of what several files have measured, the last one's result is shown.
    """
    from trivium.bench.page import markdown as text, page
    from trivium.bench.record import merged, read

    if out is None and not markdown and not as_json:
        raise typer.BadParameter("say where the page goes, or --markdown, or --json", param_hint="'--out'")
    if markdown and as_json:
        raise typer.BadParameter("both would go to stdout: ask for one of them", param_hint="'--markdown'")
    with helped("report"):
        record = merged([read(file) for file in files])
    if out is not None:
        reserve_page(out, "--out")
        write(out, page(record, shlex.join(["trivium", "bench", "report", *map(str, files), "-o", str(out)])))
        mention(f"wrote {out}")
    if markdown:
        say(text(record).rstrip())
    if as_json:
        say(json.dumps(record.to_json(), indent=1))
    return 0


def _finite(x: float) -> float | None:
    """A number that JSON has."""
    return x if math.isfinite(x) else None


_commands = app.command("import")(taken), app.command()(export)


def _measured(plan: Plan, out: Path) -> int:
    """Measure, show how far it is, and keep what there is whatever happens."""
    from trivium.bench.course import Ledger, run as course

    reserve(out, "--out")
    ledger, code = Ledger(plan), 0
    try:
        with _stoppable(), progress(plan.steps) as told:
            for task, backend in course(ledger):
                told(f"{task.network} {task.dtype} {backend}")
    except KeyboardInterrupt:
        code, ledger.interrupted = INTERRUPTED, True
    record = ledger.record()
    if ledger.interrupted:
        kept = "what was measured until then is kept" if record.rows else "nothing was measured until then"
        mention(f"interrupted: {kept}")
    if not record.rows:
        return code
    write(out, json.dumps(record.to_json(), indent=1) + "\n")
    for line in table(record):
        say(line)
    mention(f"wrote {out}; `trivium bench report {out} -o bench.html` makes a page of it")
    return code or (FAILED if any(r.error for r in record.rows) else 0)


@contextmanager
def _stoppable() -> Iterator[None]:
    """What a time limit sends stops a run as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        _ = signal.signal(signal.SIGTERM, before)


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
    from trivium.backend import installed, registered
    from trivium.bench.course import Plan, Task
    from trivium.bench.place import BEST, DEFAULT, check_kernel, cores as there
    from trivium.bench.source import probe
    from trivium.wanted import one_of
    from trivium.zoo import ZOO

    _ = there(cores)
    if kernel not in (BEST, DEFAULT):
        check_kernel(kernel)
    named = [
        n for word in networks or ["zoo:all"] for n in ([f"zoo:{z}" for z in ZOO] if word == "zoo:all" else [word])
    ]
    with helped("race"):
        precisions = [one_of(d, "--dtype", ("float64", "float32")) or d for d in dtype.split(",")]
        known = tuple(registered())
        chosen = (
            [one_of(b, "--backends", known) or b for b in backends.split(",")]
            if backends is not None
            else [*installed()]
        )
    places = list(_places(*sized))
    for network, sizes in itertools.product(named, places):
        with advised(size_or_network(network, "bench run")):  # what cannot be read is said before anything is timed
            _ = probe(network, sizes, real=not small)
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
        try:
            values = [int(n) for n in numbers.split(",")]
        except ValueError as error:
            message = f"{word!r}: write a letter, = and integers, such as --scale b=16,64,256"
            raise typer.BadParameter(message, param_hint="'--scale'") from error
        if letter in still:
            message = f"{letter!r} is given by --size too: which one holds?"
            raise typer.BadParameter(message, param_hint="'--scale'")
        yield from ({**still, letter: value} for value in values)
