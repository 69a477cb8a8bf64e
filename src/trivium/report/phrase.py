"""The words of a report: lists, counts, and what a tensor, a step and a point are called in plain speech.

Knows the data of a comparison and nothing of the page they stand on.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable

from trivium.compare.bound import UNIT
from trivium.compare.comparison import FORWARD, Comparison, Finding, Wrong
from trivium.errors import counted as in_digits
from trivium.spec.node import Node

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MOST_SIZES = 8
"""Size letters that are shown with a point."""
COUNTED = ("scattered", "entry", "row", "column", "not finite")
"""Patterns whose own words say how many entries are wrong."""


def visible(text: str) -> str:
    """The text with every character that a terminal would obey, or not show, as Python writes it: `\\x1b` for ESC."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def listed(words: Iterable[str], *, most: int = 12) -> str:
    """`a`, `a and b`, `a, b and c`; past `most` words, how many more there are."""
    all_ = list(words)
    shown = all_[:most]
    if len(all_) > most:
        return f"{', '.join(shown)} and {len(all_) - most} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def counted(count: int, noun: str) -> str:
    """`one step`, `two steps`, `312 steps`."""
    number, _, words = in_digits(count, noun).partition(" ")
    return f"{COUNTS[count] if count < len(COUNTS) else number} {words}"


def wrapped(text: str, *, width: int, label: str = "", indent: int = 11) -> list[str]:
    """A paragraph in lines; with a label, the label stands in a margin of its own."""
    margin = " " * indent if label else ""
    start = f"{label:<{indent}}" if label else ""
    return textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )


def clipped(text: str, width: int) -> str:
    """The text, its middle left out where it is longer than `width`."""
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def what(direction: str, *tensors: str) -> str:
    """What a step makes: `the value of g3`, `the gradients with respect to w and x`."""
    noun = "value" if direction == FORWARD else "gradient"
    of_ = "of" if direction == FORWARD else "with respect to"
    return f"the {noun}{'s' if len(tensors) > 1 else ''} {of_} {listed(tensors, most=4)}"


def node_of(comparison: Comparison, name: str) -> Node | None:
    """The node that a finding or a step names."""
    return comparison.spec.producer.get(name)


def node_text(comparison: Comparison, name: str) -> str:
    """A node as the spec writes it, or just the name of what is no node."""
    node = node_of(comparison, name)
    return str(node) if node else name


def pattern(wrong: Wrong) -> str:
    """How one tensor is wrong, in words; where only part of it is and the pattern does not say so, how many entries."""
    if wrong.wrong == wrong.entries or wrong.pattern.name in COUNTED:
        return wrong.pattern.text
    return f"{wrong.pattern.text}, in {wrong.wrong:,} of {wrong.entries:,} entries"


def seen(comparison: Comparison, finding: Finding) -> str:
    """Where a finding shows: at every point and in every precision, or at which."""
    points = list(dict.fromkeys(point for point, _ in finding.seen))
    dtypes = list(dict.fromkeys(dtype for _, dtype in finding.seen if dtype))
    if len(finding.seen) != len(points) * max(len(dtypes), 1):
        return listed((f"{point} in {dtype}" for point, dtype in finding.seen), most=4)
    everywhere = len(points) == len(comparison.points) > 1
    every = "both points" if len(points) == 2 else f"all {counted(len(points), 'point')}"
    where = f"at {every}" if everywhere else listed(points)
    return f"{where}, in {listed(dtypes)}" if dtypes else where


def point_text(label: str, sizes: Iterable[tuple[str, int]]) -> str:
    """A point that was checked: `own values (N = 2)`."""
    all_ = [f"{word} = {size}" for word, size in sizes]
    more = [f"{len(all_) - MOST_SIZES} sizes more"] if len(all_) > MOST_SIZES else []
    bound = ", ".join([*all_[:MOST_SIZES], *more])
    return f"{label} ({bound})" if bound else label


def precision(dtype: str) -> str:
    """A dtype with its rounding unit: `u = 2^-53 in float64`."""
    return f"u = 2^{math.log2(UNIT[dtype]):.0f} in {dtype}"
