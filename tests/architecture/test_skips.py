"""In CI a skipped test fails, so that no backend goes untested unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = (Path(__file__).parents[1] / "conftest.py").read_text(encoding="utf-8")
SKIPS = """
    import pytest

    def test_of_what_is_not_installed():
        pytest.skip("no such backend")

    def test_of_what_is():
        assert True
"""
SKIPS_WHOLE = 'import pytest\npytest.importorskip("a_module_that_nobody_has")'


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\naddopts = -p no:trivium")
    return pytester


def test_a_skip_is_a_failure_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    project.makepyfile(SKIPS)
    result = project.runpytest_subprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*skipped, and in CI nothing may be: *no such backend*"])


def test_a_skipped_module_is_an_error_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    project.makepyfile(SKIPS_WHOLE)
    project.runpytest_subprocess().assert_outcomes(errors=1)


def test_a_skip_is_a_skip_elsewhere(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    project.makepyfile(SKIPS)
    project.runpytest_subprocess().assert_outcomes(passed=1, skipped=1)
