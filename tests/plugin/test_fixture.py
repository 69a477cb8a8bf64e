"""The fixture `trivium` in somebody's tests: what passes, what fails and how, what is skipped."""

from __future__ import annotations

import re

import pytest

from tests.plugin.conftest import Project
from tests.plugin.own import OWN

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
    folder.runpytest().assert_outcomes(failed=1 + 4)  # the test, and w1, c1, w2, c2


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
    folder.runpytest().assert_outcomes(passed=1, failed=1 + 4)


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
                trivium.config = None
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


def test_a_backend_that_nobody_knows_fails_and_is_not_skipped(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(ASSERTS.format(more=', backends=["numpi"]'))
    result = folder.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*BackendError: no backend 'numpi'*did you mean 'numpy'?"])


def test_a_gradient_of_ones_own_passes_and_fails(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    def test_right(trivium):
        trivium.assert_gradient(f, grad, at=(W, X, C))
        assert trivium.check_gradient(f, grad, at=(W, X, C)).verdict == "agree"

    def test_wrong(trivium):
        trivium.assert_gradient(f, slips, at=(W, X, C))
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(passed=1, failed=1 + 2)
    result.stdout.fnmatch_lines(["E *GradientMismatch: 2 of 3 gradients are wrong: w and x. c is right."])


def test_a_gradient_that_was_forgotten_is_said_to_be_missing(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    def test_it(trivium):
        trivium.assert_gradient(f, at=(W, X, C))
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *OracleError: f alone cannot be judged*"])


def test_a_module_passes_and_fails(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        import torch

        class Square(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            def backward(ctx, g):
                return g * ctx.saved_tensors[0]

        X = torch.linspace(0.1, 1.0, 5, dtype=torch.float64)

        def test_right(trivium):
            assert trivium.check_module(torch.tanh, at=[X]).verdict == "agree"

        def test_wrong(trivium):
            assert trivium.check_module(Square.apply, at=[X]).verdict == "agree"
    """)
    result = folder.runpytest()
    result.assert_outcomes(passed=1, failed=1 + 1)
    result.stdout.fnmatch_lines(["*_ test_wrong [[]argument 0[]] _*", "argument 0 is wrong: 2 times too small"])


def test_implementations_are_compared(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    def test_right(trivium):
        assert trivium.compare_gradients((f, grad), (f, grad), at=[W, X, C]).verdict == "agree"

    def test_wrong(trivium):
        trivium.compare_gradients((f, grad), (f, slips), at=[W, X, C]).raise_for_verdict()
    """
    )
    result = folder.runpytest("--trivium-save=wrong")
    result.assert_outcomes(passed=1, failed=1 + 2)
    result.stdout.fnmatch_lines(["*_ test_wrong [[]w of f 2[]] _*", "w of f 2 is wrong: 3 times too large, and 3 is*"])


def test_a_report_that_is_raised_by_hand_is_told_at_the_line_of_the_test(project: Project) -> None:
    folder = project("numpy", "impostor")
    folder.makepyfile(
        OWN
        + """
    def test_own(trivium):
        trivium.check_gradient(f, slips, at=(W, X, C)).raise_for_verdict()

    def test_network(trivium):
        trivium.check("nets/small.net.toml").raise_for_verdict()
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(failed=2 + 3)
    for name in ("own.py:", "found.py", "comparison.py", "report.py"):
        result.stdout.no_fnmatch_line(f"*trivium*{name}*")


def test_a_report_that_nobody_raised_is_shown_with_the_failure(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    def test_it(trivium):
        assert trivium.check_gradient(f, slips, at=(W, X, C)).verdict == "agree"
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(failed=1 + 2)
    result.stdout.fnmatch_lines(
        ["E *AssertionError*", "*Captured stdout of trivium call*", "2 of 3 gradients are wrong: w and x. c is right."]
    )


def test_it_can_be_used_under_given_and_a_failure_is_reported_once(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    from hypothesis import given, settings, strategies as st

    @settings(max_examples=5, derandomize=True, database=None, deadline=None)
    @given(st.sampled_from([0.5, 1.0]))
    def test_right(trivium, scale):
        trivium.assert_gradient(f, grad, at=(W, X, scale * C))

    @settings(max_examples=5, derandomize=True, database=None, deadline=None)
    @given(st.sampled_from([0.5, 1.0]))
    def test_wrong(trivium, scale):
        trivium.assert_gradient(f, slips, at=(W, X, scale * C))
    """
    )
    folder.runpytest().assert_outcomes(passed=1, failed=1 + 2)


def test_it_can_be_used_where_a_session_is_set_up(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    @pytest.fixture(scope="session")
    def weights(trivium):
        trivium.assert_gradient(f, grad, at=(W, X, C))
        return W

    def test_it(weights):
        assert weights is W
    """
    )
    result = folder.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["trivium: 1 check, 3 gradients agree, largest residual * of 256"])


def test_what_fails_in_a_set_up_is_an_error_without_subtests(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        OWN
        + """
    @pytest.fixture
    def weights(trivium):
        trivium.assert_gradient(f, slips, at=(W, X, C))

    def test_it(weights):
        assert False
    """
    )
    folder.runpytest().assert_outcomes(errors=1)


def test_it_can_be_used_where_no_test_runs(project: Project) -> None:
    folder = project("numpy")
    _ = (folder.path / "late.py").write_text("""
import pytest
held = []

@pytest.fixture(scope="session", autouse=True)
def hold(trivium):
    held.append(trivium)

def pytest_sessionfinish():
    print(held[0].check("zoo:mlp").verdict, "at last")
""")
    folder.makepyfile("def test_it():\n    assert True")
    result = folder.runpytest("-p", "late", "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*at last"])


def test_bad_input_is_told_at_the_line_of_the_test_without_the_frames_between(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        def test_it(trivium):
            trivium.check("nets/smal.net.toml")
    """)
    result = folder.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ['> *trivium.check("nets/smal.net.toml")', "E *SpecError: no file 'nets/smal.net.toml'; did you mean *"]
    )
    result.stdout.no_fnmatch_line("*target.py*")


def test_what_crashed_in_somebodys_code_is_still_shown(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        def crashing(x):
            return 1 / (0 * x)[5]

        def test_it(trivium):
            trivium.assert_gradient(crashing, crashing, at=([1.0, 2.0],))
    """)
    result = folder.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *OracleError: *"])
