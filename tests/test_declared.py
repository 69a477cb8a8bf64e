"""What is installed is looked up once, and again where something has come.

Knows nothing of backends.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import pytest

from trivium.declared import declared


def installed(folder: Path, name: str) -> None:
    """A distribution that declares a backend of its own name."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    _ = (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    _ = (info / "entry_points.txt").write_text(f"[trivium.backends]\n{name} = {name}:BACKEND\n")


def test_what_is_installed_into_a_folder_that_was_read_already_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = {point.name for point in declared("trivium.backends")}
    installed(tmp_path, "somebodys")
    assert {point.name for point in declared("trivium.backends")} - before == {"somebodys"}


def test_folders_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: Any) -> Any:
        raise AssertionError("read again")

    found = declared("trivium.backends")
    monkeypatch.setattr(importlib.metadata, "entry_points", refused)
    assert declared("trivium.backends") is found
