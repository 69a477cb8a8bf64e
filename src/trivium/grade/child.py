"""What runs in a submission's own process: limits first, then its file, its functions, and one answer.

Knows nothing of other submissions. Its answers go to a pipe of their own, each with a word that only the grader knows:
nothing that a submission prints is taken for one.
"""

from __future__ import annotations

import json
import math
import os
import resource
import shlex
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from trivium.errors import InternalError, TriviumError
from trivium.grade import accepted, answer, choice, guard
from trivium.grade.answer import ANSWER, LAST, LONGEST, REFUSED, STAGE, STOPPED, UNHEARD, UNLIMITED

LOADING, CALLING = "its file was loaded", "its functions were called"
LARGEST_FILE = 64 * 2**20
SPARE = 2
"""Seconds of the processor beyond its time, should nobody be there to end it."""

Tell = Callable[[str, Any], None]


def main(job: Mapping[str, Any]) -> NoReturn:
    """Grade one submission, tell what was found, and end at once, whatever it has left running."""
    tell, leave = teller(job["channel"], job["token"]), os._exit
    stages: list[str] = []

    def stage(name: str) -> None:
        stages.append(name)
        tell(STAGE, name)

    try:
        for what in confined(job["seconds"], job["bytes"]):
            tell(UNLIMITED, what)
        timed(job["seconds"], lambda line: tell(STOPPED, late(job["seconds"], stages, line)), job["file"])
        graded(job, stage, tell)
        leave(0)
    except BaseException as error:  # noqa: BLE001  a submission may raise whatever it likes, and it is told
        try:
            tell(STOPPED, why(error, stages[-1] if stages else "", job))
            leave(0)
        finally:
            leave(UNHEARD)


def teller(channel: int, token: str) -> Tell:
    """What writes a message to the grader; the last one comes after all that was printed."""
    write, dumps = os.write, json.dumps

    def tell(kind: str, what: Any) -> None:
        if kind in LAST:
            flushed()
        line = f"\n{dumps({'token': token, 'kind': kind, 'what': what})}\n".encode()
        while line:
            line = line[write(channel, line) :]

    return tell


def confined(seconds: float, most: int) -> list[str]:
    """Limits that hold for everything that this process does from now on; those that this system does not know."""
    _ = os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # no terminal answers it
    cores = os.cpu_count() or 1
    limits = {
        "memory": (resource.RLIMIT_AS, most),
        "processor time": (resource.RLIMIT_CPU, math.ceil(seconds * cores) + SPARE),
        "the size of a file": (resource.RLIMIT_FSIZE, LARGEST_FILE),
        "core dumps": (resource.RLIMIT_CORE, 0),
    }
    return [name for name, (what, limit) in limits.items() if not limited(what, limit)]


def limited(what: int, limit: int) -> bool:
    """Whether a limit could be set; where there is a lower one, that one stays."""
    _, hard = resource.getrlimit(what)
    capped = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    try:
        resource.setrlimit(what, (capped, capped))
    except (ValueError, OSError):
        return False
    return True


def timed(seconds: float, tell: Callable[[int], None], file: str) -> None:
    """End this process when its time is up, and tell at which line; within NumPy it is the grader who ends it."""

    def up(_: int, frame: FrameType | None) -> NoReturn:
        while frame is not None and frame.f_code.co_filename != file:
            frame = frame.f_back
        tell(0 if frame is None else frame.f_lineno)
        os._exit(0)

    _ = signal.signal(signal.SIGALRM, up)
    _ = signal.setitimer(signal.ITIMER_REAL, seconds, SPARE)


def late(seconds: float, stages: Sequence[str], line: int) -> str:
    """What is said of a submission that took too long."""
    while_ = f" while {stages[-1]}" if stages else ""
    return f"stopped after {seconds:g} s{while_}{f' (line {line})' if line else ''}"


def graded(job: Mapping[str, Any], stage: Callable[[str], None], tell: Tell) -> None:
    """Load the submission, find its functions, and judge them."""
    from trivium.given import read_values
    from trivium.own import check as _check  # noqa: F401  all that is needed later, before anything is refused
    from trivium.own.source import loaded
    from trivium.referee import load_referee
    from trivium.target import find, handwritten
    from trivium.verbs import check_gradient

    _ = handwritten(), load_referee()
    values = None if job["values"] is None else read_values(Path(job["values"]))
    source, file = find(job["against"], values=values), job["file"]
    guard.stand(os.getcwd(), file, lambda what: tell(REFUSED, what))
    sys.path.append(job["beside"])
    sys.dont_write_bytecode = True
    stage(LOADING)
    module = loaded(Path(file))
    found = choice.chosen(module, gradient=job["gradient"], cost=job["cost"])
    cost, grad = choice.functions(module, found)
    stage(CALLING)
    try:
        report = check_gradient(cost, grad, at=values, against=job["against"])
    except TriviumError as error:
        taken = accepted.signatures(cost, source.spec)
        handed = "" if taken else accepted.shapes(error, source.spec, source.values)
        for note in (found.note, taken, handed):
            if note and not isinstance(error, InternalError):
                error.add_note(note)
        raise
    words = [f"{job['shown']}::{found.gradient}", *(["--cost", found.cost] if found.cost else []), *job["again"]]
    report = replace(report, command=shlex.join(["trivium", "check", *words]))
    tell(ANSWER, answer.answered(report, found.gradient, found.cost, found.note))


def why(error: BaseException, stage: str, job: Mapping[str, Any]) -> str:
    """Why there is no answer, in a sentence, with the submission's own line where there is one."""
    chain = list(_chain(error))
    while_ = f" while {stage}" if stage else ""
    line = next((f" (line {n})" for e in reversed(chain) if (n := _line(e, job["file"]))), "")
    for e in chain:
        if isinstance(e, MemoryError):
            return f"it needs more than {job['bytes'] / 1e9:.3g} GB of memory{while_}{line}"
        if isinstance(e, RecursionError):
            return f"a function of it calls itself without end{line}"
        if isinstance(e, UnicodeDecodeError) and stage == LOADING and isinstance(e.object, bytes) and not line:
            return f"it is not UTF-8: byte 0x{e.object[e.start]:02x} at position {e.start}; save it as UTF-8"
        if isinstance(e, EOFError):
            return f"it asks for input, and nobody answers{line}"
        if isinstance(e, SystemExit):
            return f"it calls sys.exit({_short(e.code) if e.code is not None else ''}){while_}{line}"
    if isinstance(error, TriviumError) and not isinstance(error, InternalError):
        notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
        return _cut(f"{accepted.plain(error.problems[0].message)}{line}{notes}")
    if isinstance(error, Exception):
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return _cut(f"trivium itself failed, at {place}: {type(error).__name__}: {error}; please report it")
    return _cut(f"it raises {type(error).__name__}: {_text(error)}{while_}{line}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and what it was raised from."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        current = current.__cause__
    return iter(seen)


def _line(error: BaseException, file: str) -> int:
    """The last line of the submission that an error passed."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__, limit=-200) if frame.filename == file]
    return (lines[-1] or 0) if lines else 0


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001  a submission's own error may fail at anything
        return f"(its own text cannot be had: {type(other).__name__})"


def _short(code: Any) -> str:
    return _cut(repr(code)) if isinstance(code, int | str) else type(code).__name__


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def flushed() -> None:
    """What was printed and not yet written, so that it is counted."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError, MemoryError, RuntimeError):
            continue  # it closed its stdout, has no memory left, or is printing just now: what is there was counted
