"""`trivium mutate mine.py::backward --tests "pytest -q"`: which wrong gradients a person's own tests would let through.

Knows nothing of how a mistake is planted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.mistakes import find
from trivium.cli.stream import counted, mention, say, waiting
from trivium.errors import OracleError

if TYPE_CHECKING:
    from trivium.mutate.course import Outcome, Untouched
    from trivium.mutate.own import Own
    from trivium.mutate.plant import Plant

NOTHING, LET_THROUGH, INTERRUPTED = 3, 1, 130
HELP = "trivium mutate --help"


def mutate(
    target: Annotated[
        str,
        typer.Argument(metavar="FILE.py::NAME", help="A function; CLASS.NAME for one in a class.", show_default=False),
    ],
    *,
    tests: Annotated[str | None, typer.Option(metavar="CMD", help="The command that runs your tests.")] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="MISTAKE", help="Plant this one alone; repeatable.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show what would be planted, and run nothing.")] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds for one run; by default 10 times the untouched one, or 20.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many runs at a time.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """Plant the mistakes that people make in your own backward function, one by one, and say which your tests miss.

    Your files stay as they are: while the tests run, the one file is read as another text. Exit codes: 0 every mistake
    that changes a number is caught, 1 some are let through, 2 bad input, 3 nothing could be planted, or
    no number changed.
    """
    from trivium.mutate.own import read
    from trivium.mutate.plant import plants

    names = [find(name).name for name in only or ()]
    try:
        own = read(target)
        with waiting(f"reading {target}"):
            chosen = [plant for plant in plants(own) if not names or plant.mistake in names]
    except OracleError as error:
        error.add_note(f"{HELP}   # a function is FILE.py::NAME")
        raise
    if not chosen:
        mention(f"nothing can be planted in {target}: no form of {', '.join(names) or 'any known mistake'} fits there")
        mention(f"trivium mutate {target} --list   # what can be" if names else HELP)
        return NOTHING
    if listed:
        return show(own, chosen, as_json=as_json)
    if not (tests or "").strip():
        raise typer.BadParameter('missing; for instance --tests "python -m pytest -q -x"', param_hint="'--tests'")
    return run(own, chosen, str(tests), target, timeout=timeout, jobs=jobs, as_json=as_json)


def show(own: Own, chosen: Sequence[Plant], *, as_json: bool) -> int:
    """What would be planted."""
    from trivium.mutate import tell

    say(json.dumps([tell.plain(p) for p in chosen], indent=2) if as_json else "\n".join(tell.planned(own, chosen)))
    return 0


def run(
    own: Own, chosen: Sequence[Plant], tests: str, target: str, *, timeout: float | None, jobs: int, as_json: bool
) -> int:
    """The tests untouched, then with each mistake."""
    from trivium.mutate import tell
    from trivium.mutate.course import CAUGHT, THROUGH, course, untouched

    try:
        with waiting("running the tests untouched"):
            before = untouched(tests, own)
    except OracleError as error:
        error.add_note(tests)
        raise
    missed = unreached(own, target, before, len(chosen))
    if missed is not None:
        return missed
    if not as_json:
        say("\n".join(tell.opening(chosen, before, jobs)))
        _ = sys.stdout.flush()
    found: list[Outcome] = []
    outcomes = course(tests, own, chosen, before, seconds=timeout or before.limit, jobs=jobs)
    whole = collect(outcomes, found, len(chosen), as_json=as_json)
    if as_json:
        say(json.dumps(document(target, tests, before, found, whole=whole), indent=2, allow_nan=False))
    else:
        say("\n".join(tell.closing(own, found)))
    if not whole:
        mention(f"interrupted after {len(found)} of {len(chosen)}: the rest was not planted")
        return INTERRUPTED
    if tell.of(found, THROUGH):
        return LET_THROUGH
    return 0 if tell.of(found, CAUGHT) else NOTHING


def unreached(own: Own, target: str, before: Untouched, number: int) -> int | None:
    """Where the tests have nothing to do with the function, say so; None where they call it."""
    if not before.loaded:
        mention(f"the tests pass, and never read {own.path}")
        mention("they import another copy, or nothing of it, or run where PYTHONPATH does not reach (tox, python -I)")
        mention(HELP)
        return NOTHING
    if not before.called:
        those = "the one mistake" if number == 1 else f"all of the {number} mistakes"
        mention(f"the tests pass, and never call {own.name}: {those} would be let through")
        mention(f"trivium mutate {target} --list   # which mistakes")
        return LET_THROUGH
    return None


def collect(outcomes: Iterable[Outcome], found: list[Outcome], number: int, *, as_json: bool) -> bool:
    """Take each outcome as it comes and show it; whether it came to the end.

    A bar on stderr would draw over lines on the same terminal, which are progress enough.
    """
    from trivium.mutate import tell

    shown = not as_json and sys.stdout.isatty()
    steps: Iterable[int] = range(number) if shown else counted(range(number), "mistakes planted")
    try:
        for _step, outcome in zip(steps, outcomes, strict=True):
            found.append(outcome)
            if shown:
                say(tell.line(outcome))
                _ = sys.stdout.flush()
    except KeyboardInterrupt:
        return False
    finally:
        if not as_json and not shown:
            say("\n".join(tell.line(outcome) for outcome in found))
    return True


def document(target: str, tests: str, before: Untouched, found: Sequence[Outcome], *, whole: bool) -> dict[str, object]:
    """All of it as JSON."""
    from trivium.mutate import tell
    from trivium.mutate.course import CAUGHT, HANGS, RAISES, THROUGH, UNCHANGED

    return {
        "target": target,
        "tests": tests,
        "untouched": {"seconds": round(before.seconds, 2), "watched": before.watched, "steady": before.steady},
        "complete": whole,
        "counts": {state: len(tell.of(found, state)) for state in (CAUGHT, THROUGH, UNCHANGED, RAISES, HANGS)},
        "mistakes": [tell.plain(outcome.plant, outcome) for outcome in found],
    }
