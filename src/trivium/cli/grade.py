"""`trivium grade`: a class's submissions, each in a process of its own, and a line for each.

Knows nothing of how one is graded.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.file import reserve_page, write
from trivium.cli.stream import OutputError, mention, say, width
from trivium.cli.target import parse_bytes, parse_names
from trivium.errors import OracleError, ValuesError

if TYPE_CHECKING:
    from trivium.grade.classroom import Task
    from trivium.grade.mark import Mark

GRADED, UNGRADED, INTERRUPTED = 0, 3, 130
LEAST_MEMORY, LONGEST = 5e8, 86_400.0
"""Bytes, and the seconds of a day."""
MOST_JOBS = 4

Submissions = Annotated[
    list[str] | None, typer.Argument(metavar="FILE|FOLDER...", help="Python files and notebooks, or folders of them.")
]
Against = Annotated[
    str, typer.Option(metavar="FILE|zoo:NAME", help="The network whose gradient everybody was asked for.")
]
Gradient = Annotated[str | None, typer.Option(metavar="NAME", help="The gradient's name; usual ones if not said.")]
Cost = Annotated[str | None, typer.Option(metavar="NAME", help="The cost's name; usual ones if not said.")]
Values = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Numbers to grade at: .json or .npz; drawn if not said."),
]
Hints = Annotated[int, typer.Option(min=0, max=4, help="What is told, from the score alone (0) to what was done (4).")]
Timeout = Annotated[float, typer.Option(min=1, metavar="SECONDS", help="Time that a submission has.")]
Memory = Annotated[str, typer.Option(metavar="BYTES", help="Memory that a submission has, such as 2GB.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Submissions at a time; a core each, at most 4, if not said.")]


def grade(
    submissions: Submissions = None,
    *,
    against: Against,
    gradient: Gradient = None,
    cost: Cost = None,
    values: Values = None,
    hints: Hints = 0,
    gradescope: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write Gradescope's results.json there, a folder for each.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page of the class too.")] = None,
    timeout: Timeout = 20.0,
    memory: Memory = "2GB",
    jobs: Jobs = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """Grade handwritten gradients: a line for each submission, which mistakes were made, and by how many.

    A submission is executed. It runs in a process of its own, with an empty environment, in a folder that is thrown
    away; it may read files, but not write elsewhere, start processes, use the network, or take more than its time and
    memory. That keeps order among people of good will, and is no security boundary: do not run the code of somebody who
    means harm, but in a container or on a machine of its own.

    Of a notebook only imports, functions and classes are run. Modules beside a submission can be imported. The gradient
    and the cost are looked for under the names that people use (grads, gradient, backward; cost, loss, forward). A
    score is the number of the network's parameters whose gradient is right. Hints say: 0 the score alone, 1 which
    gradients are right, 2 where to look, 3 at what, 4 what was done; never what to write instead.

    Exit codes: 0 every submission was graded, right or wrong; 2 bad input; 3 some could not be graded, or not decided:
    each has its line, and its results.json, all the same.
    """
    task = prepared(against, gradient, cost, values, hints, timeout, memory)
    faces = Faces(gradescope, html, as_json=as_json)
    if html is not None:
        reserve_page(html, "--html")
    if gradescope is not None:
        attempt(gradescope)
    return shown([Path(s) for s in submissions or ()], task, jobs or min(os.cpu_count() or 1, MOST_JOBS), faces)


@dataclass(frozen=True)
class Faces:
    """Where the marks go, besides the terminal."""

    gradescope: Path | None
    html: Path | None
    as_json: bool


def shown(asked: Sequence[Path], task: Task, jobs: int, faces: Faces) -> int:
    """Grade, and show each mark as soon as it is there."""
    from trivium.grade.classroom import graded
    from trivium.grade.ledger import column, entry, summary
    from trivium.grade.submission import gathered

    try:
        found = gathered(asked)
    except OracleError as error:
        error.add_note(f"trivium grade submissions/*.py --against {shlex.quote(task.against)}")
        raise
    marks: list[Mark] = []
    names = column(found)
    try:
        with ticking(len(found)) as tick, closing(graded(found, task, jobs=jobs, tick=tick)) as class_:
            for m in class_:
                marks.append(m)
                tick(-1)
                if not faces.as_json:
                    say("\n".join(entry(m, names, width())))
                    _ = sys.stdout.flush()
    except KeyboardInterrupt:
        mention(f"interrupted: {len(marks)} of {len(found)} submissions were graded, and nothing was written")
        return INTERRUPTED
    if not faces.as_json:
        say("\n".join(["", *summary(marks, width())]))
    written(marks, task, faces)
    return UNGRADED if any(m.outcome in ("not run", "undecided") for m in marks) else GRADED


def prepared(
    against: str, gradient: str | None, cost: str | None, values: Path | None, hints: int, timeout: float, memory: str
) -> Task:
    """What everybody is graded by; an error of the teacher's own is found before anything is run."""
    from trivium.given import read_values
    from trivium.grade.classroom import Task
    from trivium.grade.sandbox import Limits
    from trivium.target import find

    limits = Limits(limited(timeout), remembered(memory))
    numbers = None if values is None else read_values(values)
    with advised(size_or_network(against)):
        spec = find(against, values=numbers).spec
    missing = [name for name in spec.givens if numbers is not None and name not in numbers]
    if missing:
        raise ValuesError(f"{values} has no numbers for {', '.join(missing)}, which {spec.name} needs")
    return Task(spec, against, values, limits, hints, parse_names(gradient) or (), parse_names(cost) or ())


def attempt(folder: Path) -> None:
    """Refuse a folder that could not be made or written to, before there is anything to write; nothing is made yet."""
    try:
        with tempfile.TemporaryDirectory(dir=next(p for p in (folder, *folder.absolute().parents) if p.exists())):
            pass
    except OSError as error:
        raise typer.BadParameter(f"cannot write {folder}: {error.strerror}", param_hint="'--gradescope'") from error


def limited(timeout: float) -> float:
    """Seconds that somebody would wait."""
    if not timeout <= LONGEST:
        raise typer.BadParameter(f"{timeout:g} s is no time that ends: at most {LONGEST:g}", param_hint="'--timeout'")
    return timeout


def remembered(memory: str) -> int:
    """A number of bytes that is enough to start."""
    try:
        most = parse_bytes(memory) or 0.0
    except typer.BadParameter as error:
        raise typer.BadParameter(error.message, param_hint="'--memory'") from error
    if most < LEAST_MEMORY:
        needed = f"Python, NumPy and trivium alone take {LEAST_MEMORY / 1e9:g} GB"
        raise typer.BadParameter(f"{memory}: {needed}", param_hint="'--memory'")
    return int(min(most, sys.maxsize // 2))


def written(marks: Sequence[Mark], task: Task, faces: Faces) -> None:
    """The same for Gradescope, for a browser, for a program."""
    from trivium.grade import exchange
    from trivium.grade.gradescope import path, results
    from trivium.grade.mark import asked
    from trivium.grade.page import page

    gradescope, html = faces.gradescope, faces.html
    if faces.as_json:
        say(json.dumps(exchange.document(marks, task.spec), indent=2, allow_nan=False))
    if gradescope is not None:
        for m in marks:
            file = path(gradescope, m, len(marks))
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"cannot write {file}: {error.strerror}") from error
            write(file, json.dumps(results(m, asked(task.spec), task.level), indent=2, allow_nan=False) + "\n")
        mention(
            f"wrote {path(gradescope, marks[0], len(marks)) if len(marks) == 1 else f'{gradescope}/*/results.json'}"
        )
    if html is not None:
        write(html, page(marks, task.spec, shlex.join(["trivium", *sys.argv[1:]])))
        mention(f"wrote {html}")


@contextmanager
def ticking(total: int) -> Iterator[Callable[[int], None]]:
    """A line on stderr, on a terminal, that says how many are done and is gone when something else is said (-1)."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda done: None
        return
    start = time.perf_counter()

    def tick(done: int) -> None:
        line = f"grading: {done} of {total} done, {time.perf_counter() - start:.0f} s" if done >= 0 else ""
        with suppress(OSError):  # nowhere is left to show how far it is
            _ = sys.stderr.write(f"\r\x1b[2K{line}")
            _ = sys.stderr.flush()

    try:
        yield tick
    finally:
        tick(-1)
