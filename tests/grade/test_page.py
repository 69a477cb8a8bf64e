"""The class as a page and as text: it stands alone, everything is escaped, and nothing is wider than a terminal."""

from __future__ import annotations

import re
from pathlib import Path

from tests.grade.handed import NET
from trivium.grade.ledger import column, entry, summary
from trivium.grade.mark import Mark
from trivium.grade.page import page
from trivium.grade.submission import Submission
from trivium.target import find

SPEC = find(NET).spec
EVIL = "<script>x()</script>\x1b[2J"


def mark(name: str, outcome: str, *mistakes: str, remark: str = "", states: str = "") -> Mark:
    told = dict(zip(("w1", "b1"), states.split(), strict=False))
    sub = Submission(name, Path(name))
    return Mark(sub, outcome, 6, 1.0, told, remark, ("A hint.",), mistakes, "none", (EVIL,), EVIL, EVIL)


MARKS = [
    mark("anna.py", "right", states="right right"),
    mark("bob.py", "wrong", "sign", remark="sign at g9", states="right wrong"),
    mark(f"{EVIL}.py", "wrong", "sign", remark=f"it is {EVIL}", states="wrong wrong"),
    mark("a_file_with_a_name_that_is_much_longer_than_a_column.py", "not run", remark="it is no file " * 12),
]


def test_the_page_stands_alone() -> None:
    found = page(MARKS, SPEC, "trivium grade .")
    assert re.findall(r"<script|<link|src=|https?:|@import|url\(", found) == []
    assert found.count('<details class="submission">') == len(MARKS)


def test_what_a_submission_says_is_escaped_on_the_page() -> None:
    found = page(MARKS, SPEC, "trivium grade .")
    assert "&lt;script&gt;x()&lt;/script&gt;" in found
    assert "x()</script>" not in found


def test_mistakes_are_counted_on_the_page() -> None:
    found = " ".join(page(MARKS, SPEC, "trivium grade .").split())
    assert '<span class="share" style="width:100%"></span></span><b>2</b>' in found
    assert "<code>sign</code>: a sign is wrong" in found
    assert '<li class="not-run">1 not run</li>' in found


def test_a_class_without_mistakes_has_no_list_of_them() -> None:
    assert "Mistakes" not in page(MARKS[:1], SPEC, "trivium grade .")


def test_no_line_is_wider_than_the_terminal_and_no_character_is_obeyed() -> None:
    names = column([m.submission for m in MARKS])
    shown = [line for m in MARKS for line in entry(m, names, 80)] + list(summary(MARKS, 80))
    assert max(map(len, shown)) <= 80
    assert "\x1b" not in "".join(shown)


def test_a_class_in_lines() -> None:
    bob = mark("bob.py", "wrong", "sign", remark="sign at g9", states="right wrong")
    assert list(entry(bob, 10, 80))[:2] == ["bob.py      wrong      1 of 6 right  sign at g9", "    hint: A hint."]
    assert list(summary([MARKS[0], bob], 80)) == [
        "2 submissions: 1 right, 1 wrong.",
        "",
        "mistakes, and how many made them:",
        "   1  sign: a sign is wrong",
        "      bob.py",
    ]
