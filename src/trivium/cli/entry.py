"""The door: every error becomes a message and an exit code, and no traceback meets a person who mistyped something.

Knows nothing of what the verbs do.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import typer

from trivium.cli.bench import app as bench
from trivium.cli.check import check
from trivium.cli.cure import NETWORK
from trivium.cli.demo import demo
from trivium.cli.doctor import doctor
from trivium.cli.explain import explain
from trivium.cli.export import export
from trivium.cli.grade import grade
from trivium.cli.lesson import lesson
from trivium.cli.mistakes import mistakes
from trivium.cli.mutate import mutate
from trivium.cli.new import new
from trivium.cli.ops import ops
from trivium.cli.selftest import selftest
from trivium.cli.stream import OutputError, complain as grumble, discard, forgiving, is_open, mention, say, stuck
from trivium.cli.write import exercise, quiz, write
from trivium.errors import (
    BackendError,
    BudgetError,
    InternalError,
    OracleError,
    SpecError,
    TriviumError,
    ValuesError,
    first_line,
)

AGREE, DISAGREE, BAD_INPUT, UNDECIDED = 0, 1, 2, 3
CRASHED, UNWRITTEN, INTERRUPTED, NO_READER = 70, 74, 130, 141
"""As shells and sysexits have them; none may be 1, which means that a gradient is wrong."""
UsageError: Any = typer.BadParameter.__bases__[0]
"""Typer exports only the subclass, and where it keeps the class has changed between its versions."""
NEXT: Mapping[type[TriviumError], str] = MappingProxyType(
    {
        SpecError: NETWORK,
        ValuesError: "trivium check --help   # how values are given",
        BackendError: "trivium doctor         # which backends work here, and what to install",
        BudgetError: "trivium check --help   # --size and --budget",
        OracleError: "trivium doctor         # what works here",
        InternalError: "trivium doctor         # a bug in trivium: please report it with what this prints",
    }
)
"""The one runnable line that ends each failure."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code: 0 agree, 1 disagree, 2 bad input, 3 undecided.

    74 where the output cannot be written, 70 for a bug in trivium.
    """
    if not is_open():
        return unwritten("stdout is closed: nothing was done")
    forgiving()
    try:
        return guarded(sys.argv[1:] if arguments is None else arguments)
    except OutputError as error:
        return unwritten(str(error))
    except OSError as error:
        discard()
        gone = isinstance(error, BrokenPipeError)
        return NO_READER if gone else unwritten(f"cannot write to stdout: {error.strerror}")


def guarded(arguments: Sequence[str]) -> int:
    """One command line to its end, a bug told as one; what remains to be raised is that nothing can be written."""
    try:
        code = run(arguments)
        _ = sys.stdout.flush()
    except KeyboardInterrupt:
        mention("interrupted: nothing was decided")
        return INTERRUPTED
    except OutputError:
        raise
    except MemoryError as error:  # the machine's limit: nothing is wrong with anything
        mention(f"this machine's memory does not suffice: {first_line(error) or 'no more is to be had'}")
        mention("choose smaller sizes: --size LETTER=NUMBER")
        return BAD_INPUT
    except Exception as error:  # a crash must not exit with 1, which would mean that a gradient is wrong
        if isinstance(error, OSError) and stuck(error):
            raise
        mention(f"{traceback.format_exc()}\nthis is a bug in trivium, not in what it was given; please report it with:")
        mention(NEXT[InternalError])
        return CRASHED
    return code


def run(arguments: Sequence[str]) -> int:
    """One command line, its errors turned into messages."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("trivium", list(arguments)) as context:
            code = command.invoke(context)
        return code if isinstance(code, int) else AGREE
    except typer.Exit as stop:
        return stop.exit_code
    except UsageError as error:
        mention(f"error: {error.format_message()}")
        mention(f"{error.ctx.command_path if error.ctx else 'trivium'} --help")
        return BAD_INPUT
    except TriviumError as error:
        return complain(error)


def complain(error: TriviumError) -> int:
    """Every problem of an error, what to run next, and the exit code; the cure nearest to the mistake is its note."""
    for problem in error.problems:
        mention(f"{type(error).__name__}: {problem}")
    cures = getattr(error, "__notes__", ())
    mention(cures[-1] if cures else NEXT.get(type(error), "trivium --help"))
    return CRASHED if isinstance(error, InternalError) else BAD_INPUT


def unwritten(what: str) -> int:
    """Say, where that is possible, why the output could not be written."""
    grumble(what)
    return UNWRITTEN


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (check, new, export, write, exercise, quiz, lesson, demo, explain, ops, mistakes, grade, mutate):
    _ = app.command()(verb)
_ = app.command("self-test")(selftest)
_ = app.command()(doctor)
app.add_typer(bench, name="bench")


@app.callback(invoke_without_command=True)
def trivium(
    context: typer.Context,
    *,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> int:
    """One network, three derivations, one gradient: NumPy by hand, torch autograd and JAX grad, held step by step
    against each other.

    Exit codes: 0 they agree, 1 they disagree, 2 bad input, 3 undecided.
    """
    if version:
        from importlib.metadata import version as installed

        say(f"trivium {installed('trivium')}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        say(context.get_help())
    return AGREE
