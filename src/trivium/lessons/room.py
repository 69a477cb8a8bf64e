"""What a lesson has room for: a network that a person can go through, with numbers that a page can hold.

Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trivium.errors import SpecError, counted
from trivium.spec.graph import Spec

MOST_ENTRIES, MOST_STEPS = 100_000, 120
"""Of a network that a lesson goes through: numbers in all its arrays together, and steps."""


def refuse_large(spec: Spec) -> None:
    """SpecError for a network that is too large to be gone through, with sizes that would do where there are any."""
    if len(spec.nodes) > MOST_STEPS:
        raise SpecError(f"{spec.name} has {len(spec.nodes):,} steps, and a lesson goes through {MOST_STEPS} at most")
    if spec.entries() > MOST_ENTRIES:
        at = f" at {', '.join(f'{word} = {size:,}' for word, size in spec.sizes)}" if spec.sizes else ""
        sizes = fitting(spec)
        cure = f"; {' '.join(f'--size {word}={size}' for word, size in sizes.items())} would do" if sizes else ""
        raise SpecError(
            f"a lesson shows numbers, at most {MOST_ENTRIES:,} of them: "
            f"{spec.name} has {counted(spec.entries(), 'entry')}{at}{cure}"
        )


def fitting(spec: Spec) -> Mapping[str, int]:
    """Sizes at which the network is small enough: no letter's past the largest one's half, or its half; maybe none."""
    tries = ({word: most for word, size in spec.sizes if size > most} for most in _halves(spec))
    return next((sizes for sizes in tries if _fits(spec, sizes)), {})


def _halves(spec: Spec) -> Iterator[int]:
    size = max(spec.binding.values(), default=1)
    while size > 1:
        size //= 2
        yield size


def _fits(spec: Spec, sizes: Mapping[str, int]) -> bool:
    try:
        return spec.resized(**sizes).entries() <= MOST_ENTRIES
    except SpecError:  # there is no such network
        return False
