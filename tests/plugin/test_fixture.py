"""The fixture `trivium` in somebody's tests: what passes, what fails and how, what is skipped."""

from __future__ import annotations

import re

import pytest

from tests.plugin.conftest import Project

ASSERTS = """
    def test_my_network(trivium):
        trivium.assert_gradient("zoo:mlp"{more})
"""
REPORT = re.compile(r"^E +(.*)$", re.MULTILINE)


def test_a_right_gradient_passes(project: Project) -> None:
    folder = project("numpy", "twin")
    folder.makepyfile(ASSERTS.format(more=""))
    folder.runpytest().assert_outcomes(passed=1)


def test_a_wrong_gradient_fails(project: Project) -> None:
    folder = project("numpy", "impostor")
    folder.makepyfile(ASSERTS.format(more=""))
    folder.runpytest().assert_outcomes(failed=1)


def test_a_failure_is_the_whole_report_at_the_line_of_the_test(project: Project) -> None:
    folder = project("numpy", "impostor")
    folder.makepyfile(ASSERTS.format(more=""))
    result = folder.runpytest()
    report = REPORT.findall(result.stdout.str())
    assert report[0].startswith("trivium.errors.GradientMismatch: ")
    assert "mistakes of their own, in impostor." in report[0]
    assert report[-1] == "again      trivium check zoo:mlp --seed 0"
    result.stdout.no_fnmatch_line("*plugin.py*")
    result.stdout.no_fnmatch_line("*comparison.py*")
    result.stdout.fnmatch_lines(['>*trivium.assert_gradient("zoo:mlp")'])


def test_a_report_can_be_looked_at(project: Project) -> None:
    folder = project("numpy", "twin", "impostor")
    folder.makepyfile("""
        def test_right(trivium):
            assert trivium.check("zoo:mlp", backends=["numpy", "twin"]).verdict == "agree"

        def test_wrong(trivium):
            assert trivium.check("zoo:mlp", backends=["numpy", "impostor"]).verdict == "disagree"
    """)
    folder.runpytest().assert_outcomes(passed=2)


def test_backends_may_be_values(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        import somebodys, trivium_numpy

        def test_right(trivium):
            trivium.assert_gradient("zoo:mlp", backends=[trivium_numpy.BACKEND, somebodys.TWIN])

        def test_wrong(trivium):
            trivium.assert_gradient("zoo:mlp", backends=[trivium_numpy.BACKEND, somebodys.IMPOSTOR])
    """)
    folder.runpytest().assert_outcomes(passed=1, failed=1)


def test_what_else_a_check_takes_is_passed_on(project: Project) -> None:
    folder = project("numpy", "twin")
    folder.makepyfile("""
        def test_it(trivium):
            report = trivium.check("zoo:mlp", seed=3, sizes={"b": 4}, dtypes=["float32"])
            assert report.command == "trivium check zoo:mlp --size b=4 --dtypes float32 --seed 3"
    """)
    folder.runpytest().assert_outcomes(passed=1)


def test_it_is_one_for_the_session_and_keeps_nothing(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        import dataclasses, pytest

        seen = []

        @pytest.mark.parametrize("i", [0, 1])
        def test_same(trivium, i):
            seen.append(trivium)
            assert seen[0] is trivium
            with pytest.raises(dataclasses.FrozenInstanceError):
                trivium.required = ("torch",)
    """)
    folder.runpytest().assert_outcomes(passed=2)


def test_a_missing_backend_skips_with_its_reason(project: Project) -> None:
    folder = project("numpy", "ghost")
    folder.makepyfile(ASSERTS.format(more=', backends=["numpy", "ghost"]'))
    result = folder.runpytest("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["SKIPPED*backend 'ghost' is not installed: it needs the module 'a_module_that_nobody_has'*"]
    )


def test_a_backend_that_is_there_does_not_skip(project: Project) -> None:
    folder = project("numpy", "twin", "ghost")
    folder.makepyfile(ASSERTS.format(more=', backends=["numpy", "twin"]'))
    folder.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize("more", ["", ', backends=["numpy", "ghost"]'], ids=["none is named", "it is named"])
def test_a_missing_backend_that_is_required_fails(project: Project, more: str) -> None:
    folder = project("numpy", "ghost")
    folder.makepyfile(ASSERTS.format(more=more))
    result = folder.runpytest("--trivium-require=numpy,ghost")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*BackendError: backend 'ghost' is not installed: *(--trivium-require names it)"])


def test_what_is_required_and_there_changes_nothing(project: Project) -> None:
    folder = project("numpy", "twin", "ghost")
    folder.makepyfile(ASSERTS.format(more=""))
    folder.runpytest("--trivium-require=numpy, twin").assert_outcomes(passed=1)


def test_a_required_name_that_nobody_knows_fails(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(ASSERTS.format(more=""))
    result = folder.runpytest("--trivium-require=nunpy")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*BackendError: no backend 'nunpy'*did you mean 'numpy'?*"])


def test_a_backend_that_nobody_knows_fails_and_is_not_skipped(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(ASSERTS.format(more=', backends=["numpi"]'))
    result = folder.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*BackendError: no backend 'numpi'*did you mean 'numpy'?"])
