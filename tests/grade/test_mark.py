"""A mark from how a process went, where no file makes it go so: an end from outside, a system without a limit."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from tests.grade.handed import NET
from trivium.grade.child import limited
from trivium.grade.mark import Mark, mark
from trivium.grade.sandbox import Limits, Ran
from trivium.grade.submission import Submission
from trivium.target import find

SPEC = find(NET).spec


def marked(*messages: tuple[str, Any], code: int | None = None, late: bool = False, shown: str = "") -> Mark:
    run = Ran(messages, 0, shown, code, 1.0, late=late, forged=False)
    return mark(Submission("a.py", Path("a.py")), run, SPEC, Limits(3, 10**9), 4)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (marked(late=True), "stopped after 3 s, before its file was loaded"),
        (marked(("stage", "x was y"), late=True), "stopped after 3 s while x was y"),
        (marked(("answer", {"gradient": 1})), "what its process sent is no result"),
        (marked(), "interrupted"),
        (marked(("stage", "x was y"), code=-9), "ended by SIGKILL, perhaps for want of memory, while x was y"),
        (marked(("stage", "x was y"), code=-63), "its process was ended by signal 63, while x was y"),
        (marked(code=1, shown="a\nNo module named trivium\n"), "its process did not start: No module named trivium"),
        (marked(code=1), "its process did not start: it said nothing"),
    ],
)
def test_an_end_without_an_answer_says_why(found: Mark, says: str) -> None:
    assert found.outcome == "not run"
    assert says in found.remark


def test_a_reason_that_asks_has_one_mark_at_its_end() -> None:
    assert marked(("stopped", "did you mean 'grads'?")).hints == ("It could not be graded: did you mean 'grads'?",)
    assert marked(("stopped", "it is empty")).hints == ("It could not be graded: it is empty.",)


def test_a_limit_that_this_system_does_not_know_is_told() -> None:
    found = marked(("unlimited", "memory"), code=1)
    assert found.notes == ("memory could not be limited on this system",)


def test_a_limit_that_is_refused_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(what: int, limits: tuple[int, int]) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr("resource.setrlimit", lambda what, limits: None)
    assert limited(resource.RLIMIT_AS, 10**12)
    monkeypatch.setattr("resource.setrlimit", refuse)
    assert not limited(resource.RLIMIT_AS, 10**12)
