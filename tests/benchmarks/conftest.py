"""A folder of benchmarks that tests may fill."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The project's benchmarks without what they time, in a process that is no worker: workers do not time."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    there = pytester.mkdir("benchmarks")
    _ = shutil.copy(ROOT / "benchmarks/conftest.py", there)
    _ = pytester.makeini("[pytest]\naddopts = --import-mode=importlib")
    return pytester
