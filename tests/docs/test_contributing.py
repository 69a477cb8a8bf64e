"""What CONTRIBUTING shows of the code stands in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SHOWN = PAGE.split("```python\n", 1)[1].split("```", 1)[0]
PARTS = [part.split("\n", 1) for part in re.split(r"^# (?=\S+\.py$)", SHOWN, flags=re.MULTILINE)[1:]]


def test_the_core_three_roads_and_the_referee_are_shown() -> None:
    assert len({path for path, _ in PARTS}) == 5


@pytest.mark.parametrize(("path", "code"), PARTS, ids=[path for path, _ in PARTS])
def test_what_is_shown_of_a_file_stands_in_it(path: str, code: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert [piece for piece in re.split(r"\n\n+(?=\S| {4}\")", code.strip("\n")) if piece not in source] == []
