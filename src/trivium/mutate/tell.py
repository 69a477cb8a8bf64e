"""How the course of mutation is told: a line for each mistake, what was let through, and what that says of the tests.

Knows nothing of how anything was planted or run.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from trivium.compare.bound import UNIT
from trivium.errors import counted
from trivium.mutate.body import Body
from trivium.mutate.course import CAUGHT, HANGS, RAISES, THROUGH, UNCHANGED, Outcome, Untouched
from trivium.mutate.own import Own, functions
from trivium.mutate.plant import Plant
from trivium.report.phrase import visible

WIDTH, STATE, NAME = 80, 17, 26
SMALL, LARGE = 1 / 128, 100.0
"""Smaller changes are told by their power of ten; larger ones are of what is 0 but for rounding."""
FINEST = UNIT["float64"] ** (1 / 3)
"""The share of a result that tests by central differences in float64 have to allow: about their step, which is the cube
root of u, where their rounding and their curvature are as large as each other."""
UNKNOWN, MARK = "?", "*"
MORE = " …"
TOKEN = re.compile(r"\w+|\s+|[-+*/@<>=!]+|[^\w\s]")
BESIDE = (4, 2, 1)
"""Tokens shown on either side of what differs, as there is room."""


def brief(plant: Plant, room: int) -> str:
    """`x.T @ d / n -> x.T @ d` on one line; where there is no room for it, what differs."""
    before, after = " ".join(plant.before.split()), " ".join(plant.after.split())
    if not before:
        return cut(visible(after), room)
    texts = (f"{before} -> {after}", *(apart(before, after, beside) for beside in BESIDE))
    return cut(visible(next((text for text in texts if len(text) <= room), texts[-1])), room)


def apart(before: str, after: str, beside: int) -> str:
    """What differs in two texts: `without - y.mean(axis=0)`, or the pieces with a few tokens beside them."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    changed = [p for p in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if p[0] != "equal"]
    if {kind for kind, *_ in changed} == {"delete"}:
        return f"without  {'   '.join(''.join(old[a:b]).strip() for _, a, b, _, _ in changed)}"
    if {kind for kind, *_ in changed} == {"insert"}:
        return f"with  {'   '.join(''.join(new[a:b]).strip() for *_, a, b in changed)}"
    (_, a, _, c, _), (_, _, b, _, d) = changed[0], changed[-1]
    return f"{around(old, a, b, beside)} -> {around(new, c, d, beside)}"


def around(tokens: list[str], start: int, end: int, beside: int) -> str:
    """A few tokens with a little of what stands before and after them."""
    left, right = max(start - beside, 0), min(end + beside, len(tokens))
    return f"{'…' * (left > 0)}{''.join(tokens[left:right]).strip()}{'…' * (right < len(tokens))}"


def cut(text: str, width: int = WIDTH) -> str:
    """The beginning of a text that is longer than it may be."""
    return text if len(text) <= width else text[: width - len(MORE)] + MORE


def planned(own: Own, plants: Sequence[Plant]) -> Iterator[str]:
    """What would be planted, each on a line."""
    yield f"{counted(len(plants), 'mistake')} can be planted in {own.path.name}::{own.name}:"
    for plant in plants:
        start = f"line {plant.line:<5}{plant.mistake:<{NAME}}  "
        yield f"{start}{brief(plant, WIDTH - len(start))}"


def opening(plants: Sequence[Plant], before: Untouched, jobs: int) -> Iterator[str]:
    """What is about to happen, and how long it takes."""
    minutes = len(plants) * before.seconds / jobs / 60
    time = f"{minutes:.0f} minutes" if minutes > 2 else f"{60 * minutes:.0f} s"
    yield f"The tests pass untouched, in {before.seconds:.1f} s."
    yield f"Now with {counted(len(plants), 'mistake')}, each in a run of its own: about {time}."
    if not before.watched:
        yield from wrapped(
            "The tests fail where the function is watched, so it is not: what changes no number is unknown."
        )
    elif not before.steady:
        yield from wrapped("The function gives other numbers when it is called again: what changes none is unknown.")
    yield ""


def line(outcome: Outcome) -> str:
    """One mistake's outcome, as it comes."""
    start = f"{outcome.state:<{STATE}} line {outcome.plant.line:<4} {outcome.plant.mistake}: "
    return f"{start}{brief(outcome.plant, WIDTH - len(start))}"


def closing(own: Own, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What was let through, what these tests' numbers cannot show, the score, and what to do."""
    through = of(outcomes, THROUGH)
    if through:
        yield ""
        yield f"LET THROUGH: {counted(len(through), 'wrong gradient')} that these tests do not notice."
        unknown = " (? unknown)" if any(share(o.change) == UNKNOWN for o in through) else ""
        yield f"How much the result changes, as a share of its largest entry{unknown}:"
        yield from listed(own, through, sized=True)
        fine = [o for o in through if too_fine(o.change)]
        if fine:
            yield ""
            yield from wrapped(
                f"{MARK} smaller than {FINEST:.0e}: no test by finite differences can be trusted to see it, but an "
                "exact one, such as the one below."
            )
    hidden = of(outcomes, UNCHANGED)
    if hidden:
        yield ""
        yield f"NO NUMBER CHANGED: {counted(len(hidden), 'mistake')} that these tests' numbers cannot show."
        yield from wrapped(
            "Ones from above, a gain of ones, a batch of one, equal sizes, a case that never comes hide a mistake; or "
            "it is none in this function."
        )
        yield from listed(own, hidden, sized=False)
    yield ""
    yield from score(own, outcomes)


def listed(own: Own, outcomes: Sequence[Outcome], *, sized: bool) -> Iterator[str]:
    """Outcomes under the line of the file that each is in."""
    for number, group in groupby(outcomes, key=lambda o: o.plant.line):
        yield ""
        yield cut(visible(f"{own.path.name}:{number}  {own.lines[number - 1].strip()}"))
        for outcome in group:
            mark = MARK if too_fine(outcome.change) else " "
            size = f"{share(outcome.change):>9}{mark} " if sized else "  "
            start = f"{size}{outcome.plant.mistake:<{NAME}}  "
            if len(" ".join(f"{outcome.plant.before} -> {outcome.plant.after}".split())) <= WIDTH - len(start):
                yield f"{start}{brief(outcome.plant, WIDTH)}"
            else:
                yield f"{size}{outcome.plant.mistake}: {outcome.plant.words}"
                start = " " * (len(size) + 2)
                yield f"{start}{brief(outcome.plant, WIDTH - len(start))}"


def share(change: float | None) -> str:
    """0.44, 3e-08; `shape` where the result has another shape or kind, ? where it is not known."""
    if change is None or change == 0:
        return UNKNOWN
    if change == float("inf"):
        return "shape"
    if change > LARGE:
        return f"> {LARGE:.0f}"
    return f"{change:.2f}" if change > SMALL else f"{change:.0e}"


def too_fine(change: float | None) -> bool:
    """Whether a change that is known is smaller than what central differences can see."""
    return change is not None and 0 < change < FINEST


def score(own: Own, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How many of how many, and one thing to do."""
    caught, through = of(outcomes, CAUGHT), of(outcomes, THROUGH)
    number = len(caught) + len(through)
    mistakes = "1 mistake that changes" if number == 1 else f"{number} mistakes that change"
    if number:
        yield f"The tests caught {len(caught)} of {mistakes} a number."
    else:
        yield "No mistake changed a number: of these tests nothing is known."
    crash, hang = of(outcomes, RAISES), of(outcomes, HANGS)
    if crash:
        yield f"{counted(len(crash), 'other')} raised an error: no achievement, whoever calls the function sees it."
    if hang:
        yield f"{counted(len(hang), 'other')} did not end in time: whoever calls the function sees it."
    if through or of(outcomes, UNCHANGED):
        first = [*through, *of(outcomes, UNCHANGED)][0].plant.mistake
        yield "A test that compares every number, at random ones of different sizes:"
        yield f"  {advice(own)}"
        yield "What a mistake is, with hints:"
        yield f"  trivium mistakes {first}"


def advice(own: Own) -> str:
    """The line of a test that would catch them, at the names of the file."""
    there, libraries = dict(functions(own.tree, "")), set(Body(own).modules.values())
    stem = re.sub("_(backward|back|bwd)$", "", own.name)
    if "torch" in libraries and own.name.endswith(".backward"):
        return f"trivium.check_module({own.name.removesuffix('backward')}apply, at=[x]).raise_for_verdict()"
    if "jax.numpy" in libraries and own.name.endswith("_bwd"):
        return f"trivium.check_module({stem}, at=[x]).raise_for_verdict()"
    known = [name for name in (f"{stem}_forward", stem, "cost", "loss") if name in there and name != own.name]
    backward = "backward" if "." in own.name else own.name
    return f"trivium.assert_gradient({known[0] if known else 'forward'}, {backward}, at=...)"


def of(outcomes: Sequence[Outcome], state: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.state == state]


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
