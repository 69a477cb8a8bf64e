"""How the course of mutation is told: a line for each mistake, what was let through, and what that says of the tests.

Knows nothing of how anything was planted or run.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from trivium.mutate.course import CAUGHT, HANGS, RAISES, THROUGH, UNCHANGED, Outcome, Untouched
from trivium.mutate.own import Own
from trivium.mutate.plant import Plant
from trivium.report.phrase import visible

WIDTH, STATE, NAME = 80, 17, 26
SMALL, LARGE = 1 / 1024, 100.0
"""Changes past these are told by their power of ten."""
MORE = " …"


def brief(plant: Plant) -> str:
    """`x.T @ d / n -> x.T @ d`, on one line."""
    piece = f"{plant.before} -> {plant.after}" if plant.before else plant.after
    return visible(" ".join(piece.split()))


def cut(text: str, width: int = WIDTH) -> str:
    return text if len(text) <= width else text[: width - len(MORE)] + MORE


def planned(own: Own, plants: Sequence[Plant]) -> Iterator[str]:
    """What would be planted, each on a line."""
    yield f"{counted(len(plants), 'mistake')} can be planted in {own.path.name}::{own.name}:"
    yield from (cut(f"line {p.line:<5}{p.mistake:<{NAME}}  {brief(p)}") for p in plants)


def opening(plants: Sequence[Plant], before: Untouched, jobs: int) -> Iterator[str]:
    """What is about to happen, and how long it takes."""
    minutes = len(plants) * before.seconds / jobs / 60
    time = f"{minutes:.0f} minutes" if minutes > 2 else f"{60 * minutes:.0f} s"
    yield f"The tests pass untouched, in {before.seconds:.1f} s."
    yield f"Now once with each of {counted(len(plants), 'mistake')}: about {time}."
    if not before.watched:
        yield "The tests fail where the function is watched, so it is not: what changes no number cannot be told."
    elif not before.steady:
        yield "The function gives other numbers when it is called again: what changes none cannot be told."
    yield ""


def line(outcome: Outcome) -> str:
    """One mistake's outcome, as it comes."""
    plant = outcome.plant
    return cut(f"{outcome.state:<{STATE}} line {plant.line:<4} {plant.mistake}: {brief(plant)}")


def closing(own: Own, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What was let through, what these tests' numbers cannot show, the score, and what to do."""
    through = of(outcomes, THROUGH)
    if through:
        yield ""
        yield f"LET THROUGH: {counted(len(through), 'wrong gradient')} that these tests do not notice."
        yield "By how much the result changes, as a share of its largest entry:"
        yield from listed(own, through, sized=True)
    hidden = of(outcomes, UNCHANGED)
    if hidden:
        yield ""
        yield f"NOT SHOWN: {len(hidden)} that change no number that these tests compute."
        yield from wrapped(
            "Ones from above, a gain of ones, a batch of one, equal sizes, or a case that never comes hide such a "
            "mistake; or it is none in this function."
        )
        yield from listed(own, hidden, sized=False)
    yield ""
    yield from score(own, outcomes)


def listed(own: Own, outcomes: Sequence[Outcome], *, sized: bool) -> Iterator[str]:
    """Outcomes under the line of the file that each is in."""
    for number, group in groupby(outcomes, key=lambda o: o.plant.line):
        yield ""
        yield cut(f"{own.path.name}:{number}  {own.lines[number - 1].strip()}")
        for outcome in group:
            size = f"{share(outcome.change):>9}  " if sized else "  "
            text = f"{size}{outcome.plant.mistake:<{NAME}}  {brief(outcome.plant)}"
            if len(text) <= WIDTH:
                yield text
            else:
                yield f"{size}{outcome.plant.mistake}: {outcome.plant.words}"
                yield cut(f"{' ' * len(size)}  {brief(outcome.plant)}")


def share(change: float | None) -> str:
    """0.44, 3e-08; `shape` where the result has another shape or kind, ? where it is not known."""
    if change is None or change == 0:
        return "?"
    if change == float("inf"):
        return "shape"
    return f"{change:.2f}" if SMALL < change < LARGE else f"{change:.0e}"


def score(own: Own, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How many of how many, and one thing to do."""
    caught, through = of(outcomes, CAUGHT), of(outcomes, THROUGH)
    yield f"The tests caught {len(caught)} of {counted(len(caught) + len(through), 'mistake')} that change a number."
    crash, hang = of(outcomes, RAISES), of(outcomes, HANGS)
    if crash:
        yield f"{counted(len(crash), 'other')} raised an error: no achievement, whoever calls the function sees it."
    if hang:
        yield f"{counted(len(hang), 'other')} did not end in time: whoever calls the function sees it."
    if through or of(outcomes, UNCHANGED):
        first = [*through, *of(outcomes, UNCHANGED)][0].plant.mistake
        name = own.name.rpartition(".")[2]
        yield f"trivium mistakes {first}   # what it is, with hints"
        yield "To catch them, compare numbers, at random ones of different sizes; in a test, for instance:"
        yield f"trivium.assert_gradient(forward, {name}, at=(x, w))"


def of(outcomes: Sequence[Outcome], state: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.state == state]


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def plain(plant: Plant, outcome: Outcome | None = None) -> dict[str, object]:
    """A mistake as JSON, with what became of it."""
    found: dict[str, object] = {
        "mistake": plant.mistake,
        "words": plant.words,
        "line": plant.line,
        "column": plant.column,
        "before": plant.before,
        "after": plant.after,
    }
    if outcome is None:
        return found
    change = "shape" if outcome.change == float("inf") else outcome.change
    return found | {"outcome": outcome.state, "seconds": round(outcome.seconds, 2), "change": change}
