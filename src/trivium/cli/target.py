"""What the words of a command line mean: networks with numbers, sizes, amounts of memory, lists of names.

Knows nothing of the command that they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.errors import did_you_mean

if TYPE_CHECKING:
    from trivium.backend import Array
    from trivium.target import Source

PRECISIONS = ("float64", "float32")
"""What a check runs in; the complex step's own precision is no choice."""

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def parse_sizes(texts: Sequence[str]) -> dict[str, int] | None:
    """`N=7` as {"N": 7}; None where no size is given."""
    found: dict[str, int] = {}
    for text in texts:
        match = re.fullmatch(r"\s*([^\W\d]\w*)\s*=\s*(-?\d{1,18})\s*", text)
        if match is None:
            raise _wrong("--size", f"{text!r}: write a name, = and an integer, such as --size N=7")
        word, size = match[1], int(match[2])
        if found.setdefault(word, size) != size:
            raise _wrong("--size", f"{word} is given twice: {found[word]} and {size}")
    return found or None


def named(target: str, command: str, sizes: Mapping[str, int] | None = None) -> Source:
    """The network that a target names; `command` is that of the example that helps where it names none."""
    from trivium.target import find

    with advised(size_or_network(target, command)):
        return find(target, sizes=sizes)


def numbers(source: Source) -> Mapping[str, Array]:
    """Numbers for a network: its own, checked, or drawn."""
    from trivium.given import check_values
    from trivium.probe import draw

    if source.values is None:
        return draw(source.spec)
    return check_values(source.spec, source.values, where=source.target)


def parse_bytes(text: str | None) -> float | None:
    """`500MB` or `2GiB` as a number of bytes."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*([kmgt]?i?)b?\s*", text, re.IGNORECASE)
    if match is None or match[2].lower() not in UNITS:
        raise _wrong("--budget", f"{text!r}: write a number of bytes, such as 500MB or 2GiB")
    return float(match[1]) * UNITS[match[2].lower()]


def parse_dtypes(text: str) -> tuple[str, ...]:
    """`float64,float32` as a tuple of precisions, each once."""
    names = tuple(dict.fromkeys(parse_names(text) or ()))
    unknown = [name for name in names if name not in PRECISIONS]
    if unknown or not names:
        what = f"{unknown[0]!r} is no precision" if unknown else f"{text!r} names no precision"
        near = did_you_mean(unknown[0], PRECISIONS) if unknown else ""
        raise _wrong("--dtypes", f"{what}{near}; there are: {', '.join(PRECISIONS)}")
    return names


def parse_names(text: str | None) -> tuple[str, ...] | None:
    """`numpy,torch` as a tuple of names."""
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def _wrong(option: str, message: str) -> typer.BadParameter:
    """A slip in the words of an option, as Typer tells those that it finds itself."""
    return typer.BadParameter(message, param_hint=f"'{option}'")


def parse_shapes(texts: Sequence[str]) -> dict[str, str]:
    """`x=N 3` as a shape for the argument x."""
    found = {}
    for text in texts:
        name, equals, shape = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise typer.BadParameter(f"{text!r} is no shape: write x='N 3'", param_hint="'--shape'")
        found[name.strip()] = shape.strip()
    return found
