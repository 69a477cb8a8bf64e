"""What trivium raises. Each error says which thing, which name, which numbers, where in the user's file, what to do.

    TriviumError
    ├── SpecError         a network, as written, is not one: names, shapes, attributes, the file that holds it
    ├── ValuesError       the numbers fed in do not fit the spec
    ├── BackendError      a backend is unknown, not installed, or lacks an op
    ├── OracleError       an oracle refuses a question that it could only answer wrongly
    ├── BudgetError       the work asked for would not fit; refused before memory is taken
    └── InternalError     trivium contradicts itself: a bug in trivium, never in what it checks
    AssertionError
    └── GradientMismatch  an asserted gradient is not the gradient

Knows nothing of specs, arrays or backends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in what a person wrote.

    `where` is a place ("mynet.net.toml:18, node h1 = affine(w1, x, c1)"), `hint` a line that helps (a signature).
    """

    message: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        lines = [self.message]
        if self.where:
            lines.append(f"  in {self.where}")
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


class TriviumError(Exception):
    """The root of all errors that trivium raises on purpose; carries every problem found, not only the first."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class SpecError(TriviumError):
    """A network, as written, is not one."""


class ValuesError(TriviumError):
    """The numbers fed in do not fit the spec."""


class BackendError(TriviumError):
    """A backend is unknown, not installed, or lacks an op."""


class OracleError(TriviumError):
    """An oracle refuses a question that it could only answer wrongly."""


class BudgetError(TriviumError):
    """The work asked for would not fit; refused before memory is taken."""


class InternalError(TriviumError):
    """trivium contradicts itself: a bug in trivium, never in what it checks."""


class GradientMismatch(AssertionError):
    """An asserted gradient is not the gradient; the text is the whole report."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'tanh'?` for the known word nearest to a mistyped one, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def counted(number: int, noun: str) -> str:
    """`1 output`, `2 outputs`, `1,000 entries`."""
    many = f"{noun.removesuffix('y')}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def first_line(said: object) -> str:
    """Of an error, or of its text: what stands in front; the rest is for those who look into it."""
    return str(said).strip().partition("\n")[0]


def share(count: int, whole: int, noun: str) -> str:
    """`3 of 12 entries are`, `1 of 12 entries is`, `1 of 1 entry is`."""
    return f"{count:,} of {counted(whole, noun)} {'is' if 1 in (count, whole) else 'are'}"
