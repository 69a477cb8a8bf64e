"""What there is room for: a network that a person can go through, with numbers that a page or a script can hold.

Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trivium.errors import SpecError, counted
from trivium.spec.graph import Spec

MOST_STEPS = 120
"""That a lesson goes through."""


@dataclass(frozen=True)
class Room:
    """How many numbers all of a network's arrays may have together, and what they are there for."""

    most: int
    why: str


LESSON = Room(100_000, "a lesson shows numbers")
SCRIPTS = {
    "write": Room(20_000_000, "a script is run once while it is written, on numbers"),
    "exercise": Room(20_000_000, "a script is run once while it is written, on numbers"),
    "quiz": Room(100_000, "a quiz checks many scripts, on numbers"),
}


def refuse_long(spec: Spec) -> None:
    """SpecError for a network of more steps than a person goes through."""
    if len(spec.nodes) > MOST_STEPS:
        raise SpecError(f"{spec.name} has {len(spec.nodes):,} steps, and a lesson goes through {MOST_STEPS} at most")


def refuse_large(spec: Spec, room: Room) -> None:
    """SpecError for a network of too many numbers, with sizes that would do where there are any."""
    if spec.entries() > room.most:
        at = f" at {', '.join(f'{word} = {size:,}' for word, size in spec.sizes)}" if spec.sizes else ""
        sizes = fitting(spec, room.most)
        cure = f"; {' '.join(f'--size {word}={size}' for word, size in sizes.items())} would do" if sizes else ""
        raise SpecError(
            f"{room.why}, at most {room.most:,} of them: {spec.name} has {counted(spec.entries(), 'entry')}{at}{cure}"
        )


def fitting(spec: Spec, entries: int) -> Mapping[str, int]:
    """Sizes at which the network is small enough: no letter's past the largest one's half, or its half; maybe none."""
    tries = ({word: most for word, size in spec.sizes if size > most} for most in _halves(spec))
    return next((sizes for sizes in tries if _fits(spec, sizes, entries)), {})


def _halves(spec: Spec) -> Iterator[int]:
    size = max(spec.binding.values(), default=1)
    while size > 1:
        size //= 2
        yield size


def _fits(spec: Spec, sizes: Mapping[str, int], entries: int) -> bool:
    try:
        return spec.resized(**sizes).entries() <= entries
    except SpecError:  # there is no such network
        return False
