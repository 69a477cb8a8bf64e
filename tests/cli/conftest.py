"""A folder to work in, a network that works, and a mistake planted in every check of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trivium.cli import main
from trivium.verbs import check


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def net(here: Path) -> str:
    """A network that works, as `trivium new` writes it."""
    assert main(["new", "mine"]) == 0
    return "mine.net.toml"


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake planted in every check of the network `mine`."""

    def planted(target: str, **asked: Any) -> Any:
        slip = {"numpy": {"hidden": lambda inputs, outputs, y_bars, x_bars: (y_bars[0] * 1.0,)}}
        return check(target, **asked, tamper=slip if "mine" in target else None)

    monkeypatch.setattr("trivium.verbs.check", planted)
