"""What the plugin costs a run that has nothing to do with it: three small files of its own, and nothing of trivium."""

from __future__ import annotations

import pytest

LOADS = """
    import sys

    def test_it({fixture}):
        mine = sorted(name for name in sys.modules if name.split(".")[0] in ("trivium", "_trivium_pytest", "numpy"))
        print("loaded:", *mine)
"""
OWN = ["_trivium_pytest", "_trivium_pytest.options", "_trivium_pytest.plugin", "_trivium_pytest.stash"]


def loaded(pytester: pytest.Pytester, fixture: str) -> list[str]:
    """The modules that a run in a fresh process has loaded by the time its test runs."""
    pytester.makepyfile(LOADS.format(fixture=fixture))
    others = ("hypothesispytest", "jaxtyping", "benchmark", "xdist")
    result = pytester.runpytest_subprocess("-s", *(f"-pno:{name}" for name in others))
    result.assert_outcomes(passed=1)
    (line,) = [line for line in result.outlines if "loaded:" in line]
    return line.partition("loaded:")[2].removesuffix(".").split()


def test_a_run_that_does_not_use_the_fixture_loads_nothing_of_trivium(pytester: pytest.Pytester) -> None:
    assert loaded(pytester, "") == OWN


def test_what_the_fixture_loads_would_be_seen(pytester: pytest.Pytester) -> None:
    assert set(loaded(pytester, "trivium")) > {*OWN, "_trivium_pytest.fixture"}
