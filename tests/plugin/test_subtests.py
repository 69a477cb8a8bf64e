"""One subtest for each gradient that is not right: in the summary, on workers, in JUnit XML; nothing for what is."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from _trivium_pytest.subtest import MOST
from tests.plugin.conftest import Project
from tests.plugin.own import OWN, RIGHT, WRONG

NAMED = [
    "SUBFAILED[[]w[]] test_own.py::test_wrong - w is wrong: 3 times too large, and 3 is*",
    "SUBFAILED[[]x[]] test_own.py::test_wrong - x is wrong: the sign is flipped",
    "FAILED test_own.py::test_wrong - trivium.errors.GradientMismatch: 2 of 3 gra*",
]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_all_wrong_gradients_stand_in_the_summary_by_name(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    result = folder.runpytest()
    result.assert_outcomes(failed=1 + 2)
    result.stdout.fnmatch_lines(NAMED, consecutive=True)


def test_what_is_right_is_quiet(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=RIGHT)
    result = folder.runpytest("-v")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*SUB*")


@pytest.mark.slow
def test_workers_tell_the_same(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG, test_right=RIGHT)
    result = folder.runpytest_subprocess("-n1")
    result.assert_outcomes(passed=1, failed=1 + 2)
    result.stdout.fnmatch_lines(NAMED, consecutive=True)
    result.stdout.fnmatch_lines(["trivium: 2 checks, 6 gradients in 2 tests: 1 agree, 1 disagree"])


@pytest.mark.parametrize("more", [(), pytest.param(("-n1",), marks=pytest.mark.slow)], ids=["here", "on a worker"])
def test_junit_has_each_of_them_in_the_case_of_its_test(project: Project, more: tuple[str, ...]) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    _ = folder.runpytest_subprocess("--junit-xml=junit.xml", *more)
    (suite,) = ElementTree.parse(folder.path / "junit.xml").getroot()  # a file that this test's own run has written
    (case,) = suite
    messages = [failure.attrib["message"].splitlines()[0] for failure in case.findall("failure")]
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("3", "0")
    assert [message.split(":")[0] for message in messages] == [
        "w is wrong",
        "x is wrong",
        "trivium.errors.GradientMismatch",
    ]
    assert [p.attrib["value"] for p in case.iter("property") if p.attrib["name"] == "trivium_verdict"] == ["disagree"]


def test_an_expected_failure_has_none(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG.replace("def test_wrong", "@pytest.mark.xfail(strict=True)\n    def test_wrong"))
    folder.runpytest().assert_outcomes(xfailed=1)


def test_a_mismatch_that_a_test_expects_has_none(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        test_own=f"""{OWN}
    def test_wrong(trivium):
        with pytest.raises(AssertionError, match="2 of 3 gradients are wrong"):
            trivium.assert_gradient(f, slips, at=(W, X, C))
    """
    )
    folder.runpytest().assert_outcomes(passed=1)


def test_a_failure_that_is_about_something_else_has_none(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        test_own=f"""{OWN}
    def test_wrong(trivium):
        assert trivium.check_gradient(f, slips, at=(W, X, C)).verdict == "disagree"
        raise OSError("the disk is full")
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*repro.py*")


def test_several_failures_at_once_are_told_by_the_last(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        test_own=f"""{OWN}
    def test_wrong(trivium):
        raised = []
        for slip in (lambda w, x, c: grad(w, x, c) | {{"c": C}}, slips):
            with pytest.raises(AssertionError) as caught:
                trivium.assert_gradient(f, slip, at=(W, X, C))
            raised.append(caught.value)
        raise ExceptionGroup("two slips", raised)
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(failed=1 + 2)
    result.stdout.fnmatch_lines(["SUBFAILED[[]w[]] *", "SUBFAILED[[]x[]] *"])


def test_a_test_that_is_run_again_has_them_once(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    _ = (folder.path / "again.py").write_text("""
import pytest
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.failed:
            report.outcome = "rerun"
        item.ihook.pytest_runtest_logreport(report=report)
    item._initrequest()
    runtestprotocol(item, nextitem=nextitem)
    return True
""")
    result = folder.runpytest("-p", "again")
    assert result.parseoutcomes()["failed"] == 1 + 2


def test_of_hundreds_the_first_are_told_and_the_rest_is_counted(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        test_many="""
        import numpy as np

        NAMES = [f"w{i}" for i in range(25)]
        exec(f"def f({', '.join(NAMES)}): return {' + '.join(f'{n} * {n}' for n in NAMES)}")
        exec(f"def grad({', '.join(NAMES)}): return dict({', '.join(f'{n}=-2 * {n}' for n in NAMES)})")

        def test_many(trivium):
            trivium.assert_gradient(f, grad, at={name: np.float64(i + 1) for i, name in enumerate(NAMES)})
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(failed=1 + MOST + 1)
    result.stdout.fnmatch_lines(["SUBFAILED[[]w19[]] *", "SUBFAILED[[]5 more[]] * - 5 more gradients are not right"])
