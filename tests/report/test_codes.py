"""The codes of findings: each explained once, and every code that the engine uses is in the table."""

from __future__ import annotations

import re
from pathlib import Path

import trivium
from trivium.report import CODES

SOURCE = Path(trivium.__file__ or "").parent


def used(folder: Path) -> set[str]:
    """Every code that stands in the engine's source."""
    return {code for path in folder.rglob("*.py") for code in re.findall(r'"(TV\d{3})"', path.read_text("utf-8"))}


def test_every_code_that_the_engine_uses_is_explained() -> None:
    assert used(SOURCE / "compare") | used(SOURCE / "verbs.py") <= set(CODES)


def test_the_engine_uses_codes() -> None:
    assert "TV102" in used(SOURCE / "compare")


def test_each_code_says_what_to_do() -> None:
    assert [c.name for c in CODES.values() if "What to do: " not in str(c) or str(c).count("\n\n") != 2] == []
