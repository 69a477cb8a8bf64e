"""The one runnable line that ends a failure, where the error's class alone does not say which would help.

A line is attached to an error as a note where it is known what was asked for. Knows nothing of how errors are shown.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from trivium.errors import SpecError, TriviumError
from trivium.spec.graph import Spec
from trivium.zoo import ZOO

NETWORK = "trivium new example    # writes a network that works; `trivium ops` lists every operation"
OPERATIONS = "trivium ops            # lists every operation"
SIZES = "trivium {} --help   # --size"
EXPLAIN = "trivium explain --help # what can be explained; `trivium ops` lists every operation"
CODE = "trivium explain TV101  # what a code means"
MISTAKES = "trivium mistakes       # lists every mistake that is known by name"


def cured(error: SpecError, line: str) -> SpecError:
    """The error with the line that helps."""
    error.add_note(line)
    return error


@contextmanager
def advised(cure: Callable[[SpecError], str]) -> Iterator[None]:
    """Attach the line that helps to a SpecError that passes."""
    try:
        yield
    except SpecError as error:
        _ = cured(error, cure(error))
        raise


@contextmanager
def helped(command: str) -> Iterator[None]:
    """Attach the line that helps where times, or what is asked of them, are wrong."""
    try:
        yield
    except TriviumError as error:
        error.add_note(f"trivium bench {command} --help")
        raise


def size_or_network(target: str, command: str = "check") -> Callable[[SpecError], str]:
    """What helps where a target cannot be read: a zoo's networks are right, so that only the name or a size is not."""

    def cure(error: SpecError) -> str:
        name = target.removeprefix("zoo:")
        if name != target and name not in ZOO:
            return f"trivium {command} zoo:{next(iter(ZOO))}"
        sized = all(p.where.startswith("--size") for p in error.problems)
        return SIZES.format(command.partition(" ")[0]) if sized or name != target else NETWORK

    return cure


def step(name: str, spec: Spec, within: str) -> str:
    """What helps where a name is no step: explain one that reads it, or that is called nearly so, or the first."""
    readers = [node.name for node in spec.consumers.get(name, ())]
    near = get_close_matches(name, list(spec.producer), n=1)
    return f"trivium explain {[*readers, *near, spec.nodes[0].name][0]} --in {shlex.quote(within)}"
