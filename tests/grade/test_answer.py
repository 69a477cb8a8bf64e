"""A report as it travels: how each gradient is off, and a sentence with one mark at its end."""

from __future__ import annotations

import pytest

from trivium.compare.comparison import Pattern
from trivium.grade.answer import Answer, answered, read
from trivium.own.found import Found, Part
from trivium.probe import PRIME
from trivium.report import OwnReport

DRAWN = ", at the sizes that were drawn"


def part(pattern: Pattern | None, *, state: str = "wrong", why: str = "") -> Part:
    return Part("w", "dw", "gradient", (2,), state, 2, 2, 0, "", 1.0, 1.0, 1.0, pattern=pattern, why=why)


def sent(part: Part, *points: str, assumption: str = "") -> Answer:
    found = Found("the network", (part,), points=points, assumption=assumption)
    answer = read(answered(OwnReport(found, ""), "grads", None, ""))
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("pattern", "points", "how"),
    [
        (Pattern("ratio", "22 times too small", 1 / 22), [PRIME], f"22 times too small{DRAWN}"),
        (Pattern("ratio", "1.85714 times too large", 13 / 7), [PRIME], f"1.85714 times too large{DRAWN}"),
        (Pattern("ratio", "22 times too small", 1 / 22), [], "22 times too small"),
        (Pattern("ratio", "5 times too large, and 5 is N", 5.0), [PRIME], "5 times too large, and 5 is N"),
        (Pattern("ratio", "2 times too small", 0.5), [PRIME], "2 times too small"),
        (Pattern("ratio", "the sign is flipped", -1.0), [PRIME], "the sign is flipped"),
        (Pattern("transposed", "it is the right one, transposed"), [PRIME], "it is the right one, transposed"),
    ],
)
def test_a_factor_that_no_size_explains_is_told_with_where_it_was_seen(
    pattern: Pattern, points: list[str], how: str
) -> None:
    (gradient,) = sent(part(pattern), *points).gradients
    assert (gradient.how, gradient.pattern) == (how, pattern.name)


def test_without_a_pattern_it_is_told_why() -> None:
    (gradient,) = sent(part(None, why="it has another shape")).gradients
    assert (gradient.how, gradient.pattern) == ("it has another shape", "")


@pytest.mark.parametrize(("why", "end"), [("are these special?", "special?"), ("it is noise", "noise.")])
def test_a_sentence_has_one_mark_at_its_end(why: str, end: str) -> None:
    assert sent(part(None, state="undecided", why=why)).summary.endswith(f" {end}")
    assert sent(part(None), assumption=why).summary.endswith(f" {end}")
