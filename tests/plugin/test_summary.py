"""What a run says at its end: one line when all is well, verdicts and scripts where it is not, codes, annotations."""

from __future__ import annotations

from pathlib import Path

import pytest

from _trivium_pytest.annotation import escaped, escaped_property
from _trivium_pytest.summary import catalogued
from tests.plugin.conftest import Project
from tests.plugin.own import NAMED, RIGHT, WRONG

SMALL = "nets/small.net.toml"


def said(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("trivium:")]


def test_one_line_says_that_all_is_well(project: Project) -> None:
    folder = project("numpy", "twin")
    folder.makepyfile(test_right=RIGHT)
    result = folder.runpytest(SMALL, "test_right.py")
    result.assert_outcomes(passed=2)
    (line,) = said(result)
    assert line.startswith("trivium: 2 checks, 5 gradients agree (numpy, twin), largest residual ")
    assert line.endswith(" of 256")


def test_nothing_is_said_where_nothing_was_checked(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("def test_it():\n    assert True")
    result = folder.runpytest()
    result.assert_outcomes(passed=1)
    assert said(result) == []


def test_what_failed_is_counted_by_verdict_and_can_be_seen_again(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG, test_right=RIGHT)
    result = folder.runpytest("--trivium-save=wrong")
    (script,) = Path("wrong").glob("*/repro.py")
    result.stdout.fnmatch_lines(
        [
            "trivium: 2 checks, 6 gradients in 2 tests: 1 agree, 1 disagree",
            "  test_own.py::test_wrong",
            f"    python {script}",
        ],
        consecutive=True,
    )


def test_codes_of_what_failed_are_explained_when_that_is_asked_for(project: Project) -> None:
    result = project("numpy", "impostor").runpytest(SMALL, "--trivium-explain")
    result.stdout.fnmatch_lines(
        ["=* trivium: what the codes mean =*", "TV102: the gradient that a step passes back is wrong", "What to do: *"]
    )


def test_the_ini_file_asks_for_it_too(project: Project) -> None:
    result = project("numpy", "impostor", ini="trivium_explain = true").runpytest(SMALL)
    result.stdout.fnmatch_lines(["TV102: the gradient that a step passes back is wrong"])


CATALOGUE = [
    "=* trivium: what the mistakes are =*",
    "{name}: *",
    "family: *",
    "hints, from vague to exact:",
    "  1  *",
]


def told(name: str) -> list[str]:
    return [line.format(name=name) for line in CATALOGUE]


@pytest.mark.parametrize("ini", ["trivium_explain = true", "trivium_explain = yes"])
def test_a_mistake_of_ones_own_is_told_as_the_catalogue_tells_it(project: Project, ini: str) -> None:
    folder = project("numpy", ini=ini)
    folder.makepyfile(test_own=NAMED)
    folder.runpytest().stdout.fnmatch_lines(told("tanh-not-squared"))


def test_a_mistake_in_a_step_of_a_network_is_told_too(project: Project) -> None:
    project("numpy", "impostor").runpytest(SMALL, "--trivium-explain").stdout.fnmatch_lines(told("sign"))


def test_of_two_mistakes_made_together_each_is_told() -> None:
    lines = list(catalogued(["sign + two-forgotten", "sign"]))
    heads = [line.partition(":")[0] for line in lines if line.startswith(("sign:", "two-forgotten:"))]
    assert heads == ["sign", "two-forgotten"]


def test_mistakes_are_not_told_unasked(project: Project) -> None:
    assert "what the mistakes are" not in project("numpy", "impostor").runpytest(SMALL).stdout.str()


def test_codes_are_not_explained_unasked(project: Project) -> None:
    assert "what the codes mean" not in project("numpy", "impostor").runpytest(SMALL).stdout.str()


def test_where_no_code_failed_there_is_nothing_to_explain(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    result = folder.runpytest("--trivium-explain")
    result.assert_outcomes(failed=3)
    assert "what the codes mean" not in result.stdout.str()
    assert "what the mistakes are" not in result.stdout.str()


def annotations(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("::")]


def test_github_is_told_at_the_line_of_the_test(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project("numpy")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder.path.parent))
    folder.makepyfile(test_own=WRONG, test_right=RIGHT)
    line = 1 + (folder.path / "test_own.py").read_text().splitlines().index(
        "    trivium.assert_gradient(f, slips, at=(W, X, C))"
    )
    assert annotations(folder.runpytest()) == [
        f"::error file={folder.path.name}/test_own.py,line={line},title=trivium%3A w%2C x wrong::"
        "test_own.py::test_wrong%0A2 of 3 gradients are wrong: w and x. c is right.%0A"
        "python: trivium.check_gradient(f, grad, at=at)"
    ]


@pytest.mark.parametrize(("where", "asked", "told"), [("", "always", 1), ("true", "never", 0), ("", "auto", 0)])
def test_annotations_can_be_asked_for_and_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, where: str, asked: str, told: int
) -> None:
    folder = project("numpy", "impostor")
    monkeypatch.setenv("GITHUB_ACTIONS", where)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert len(annotations(folder.runpytest(SMALL, f"--trivium-annotate={asked}"))) == told


@pytest.mark.slow
def test_workers_leave_annotations_to_who_speaks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project("numpy")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    folder.makepyfile(test_own=WRONG)
    assert len(annotations(folder.runpytest_subprocess("-n1"))) == 1


def test_what_github_would_misread_is_escaped() -> None:
    assert escaped("100 %\r\nof a, b: c") == "100 %25%0D%0Aof a, b: c"
    assert escaped_property("100 %\nof a, b: c") == "100 %25%0Aof a%2C b%3A c"
