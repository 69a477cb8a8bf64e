"""What docs/pytest.md shows is so: its tests run, its options exist, and so do its methods and its properties."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from _trivium_pytest import options
from _trivium_pytest.book import properties
from _trivium_pytest.choice import MARKED
from _trivium_pytest.fixture import Trivium
from tests.plugin.conftest import NET

PAGE = (Path(__file__).parents[2] / "docs/pytest.md").read_text(encoding="utf-8")


def fenced(language: str) -> str:
    return PAGE.split(f"```{language}\n", 1)[1].split("```", 1)[0]


def test_its_tests_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(fenced("python"))
    _ = Path("mynet.net.toml").write_text(NET, encoding="utf-8")
    result = pytester.runpytest("--strict-markers")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["trivium: 5 checks, * gradients agree (numpy, torch, jax), largest residual *"])


def test_its_ini_file_finds_files(pytester: pytest.Pytester) -> None:
    _ = pytester.makeini(fenced("ini"))
    for folder in ("nets", "examples/deep"):
        path = Path(folder)
        path.mkdir(parents=True)
        _ = (path / "small.net.toml").write_text(NET, encoding="utf-8")
    result = pytester.runpytest("--collect-only", "-q")
    result.stdout.fnmatch_lines_random(["nets/small.net.toml::gradient", "examples/deep/small.net.toml::gradient"])


def test_every_option_stands_in_it() -> None:
    shown = set(re.findall(r"^\| `--trivium-(\w+)", PAGE, re.MULTILINE))
    assert shown == {*(name for name, _, _ in options.OPTIONS), "explain"}


def test_every_method_stands_in_it() -> None:
    shown = set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE))
    assert shown == {name for name in vars(Trivium) if not name.startswith("_")}


def test_every_property_and_argument_of_the_marker_stands_in_it() -> None:
    tally = [{"verdict": "agree", "count": 1, "gradients": 1, "worst": 1.0, "floor": 1.0, "backends": [], "codes": []}]
    named = [*(name for name, _ in properties(tally)), *(f"{name}=" for name in MARKED)]
    assert [name for name in named if f"`{name}" not in PAGE] == []
