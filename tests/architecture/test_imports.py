"""Who may import whom: import-linter's contracts hold, and each of them can be broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
VIOLATIONS = {
    "a lower layer imports a higher one": ("src/trivium/ops/linear.py", "import trivium.probe"),
    "a module that has no place": ("src/trivium/stray.py", "import json"),
    "the core imports a framework": ("src/trivium/given/kind.py", "import torch"),
    "the core imports a backend": ("src/trivium/backend.py", "import trivium_numpy"),
    "the spec imports an array library": ("src/trivium/spec/graph.py", "import numpy"),
    "the core imports its tester": ("src/trivium/probe.py", "import pytest"),
    "a backend imports what is not its business": ("backends/trivium_numpy/linear.py", "import trivium.given"),
    "a backend imports another": ("backends/trivium_torch/linear.py", "import trivium_numpy.linear"),
    "the handwritten road imports a framework": ("backends/trivium_numpy/linear.py", "import jax"),
    "the tape imports the transformation's framework": ("backends/trivium_torch/linear.py", "import jax"),
    "the transformation imports the tape's framework": ("backends/trivium_jax/linear.py", "import torch"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(folder / root) for root in ("src", "backends"))
    return subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's source in a folder where a test may spoil it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for root in ("src", "backends"):
        shutil.copytree(ROOT / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_everybody_imports_only_whom_they_may() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("what", VIOLATIONS)
def test_a_violation_is_seen(copy: Path, what: str) -> None:
    name, line = VIOLATIONS[what]
    with (copy / name).open("a", encoding="utf-8") as file:
        _ = file.write(f"\n{line}\n")
    result = lint(copy)
    assert "BROKEN" in result.stdout, result.stdout + result.stderr
