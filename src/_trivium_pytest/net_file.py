"""Network files as tests: a file is one test, that all backends derive the same gradient of its network.

Knows nothing of which files are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from _trivium_pytest.fixture import Trivium


class NetFile(pytest.File):
    """A file that holds a network: one test."""

    def collect(self) -> Iterator[NetItem]:
        yield NetItem.from_parent(self, name="gradient")


class NetItem(pytest.Item):
    """The test that all backends derive the same gradient of the network in a file."""

    def runtest(self) -> None:
        Trivium(self.config).assert_gradient(self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report, or what is wrong with the file, in its own words; a traceback only for what nobody foresaw."""
        from trivium.errors import GradientMismatch, TriviumError

        if isinstance(excinfo.value, GradientMismatch):
            return str(excinfo.value)
        if isinstance(excinfo.value, TriviumError):
            return f"{excinfo.typename}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"
