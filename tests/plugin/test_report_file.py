"""The file that takes all reports of a run: a versioned document, a page that stands alone; also from workers."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.plugin.conftest import Project
from tests.plugin.own import OWN, RIGHT, WRONG

SMALL = "nets/small.net.toml"
FETCHED = re.compile(r"""(src|href)=|@import|url\(|<script""")


def document(path: str = "all.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("more", [(), pytest.param(("-n2",), marks=pytest.mark.slow)], ids=["here", "on workers"])
def test_the_document_has_every_test_with_its_reports(project: Project, more: tuple[str, ...]) -> None:
    folder = project("numpy", "twin")
    folder.makepyfile(test_own=WRONG, test_beside="def test_it():\n    assert True")
    arguments = (SMALL, "test_own.py", "test_beside.py")
    folder.runpytest_subprocess("--trivium-report=deep/all.json", *arguments, *more).assert_outcomes(passed=2, failed=3)
    found = document("deep/all.json")
    tests = {test["test"]: test for test in found["tests"]}
    wrong, right = tests["test_own.py::test_wrong"], tests[f"{SMALL}::gradient"]
    assert (found["format"], found["version"], len(tests)) == ("trivium.pytest", 1, 2)
    assert (wrong["outcome"], wrong["verdict"], list(wrong["wrong"])) == ("failed", "disagree", ["w", "x"])
    assert (right["outcome"], right["verdict"], right["wrong"], right["repro"]) == ("passed", "agree", {}, None)
    assert [check["report"]["format"] for check in wrong["checks"] + right["checks"]] == [
        "trivium.own",
        "trivium.report",
    ]


def test_a_report_in_the_document_is_what_the_report_itself_writes(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(f"""{OWN}
    def test_it(trivium):
        import json, pathlib
        report = trivium.check_gradient(f, slips, at=(W, X, C))
        pathlib.Path("direct.json").write_text(json.dumps(report.to_json()))
    """)
    folder.runpytest("--trivium-report=all.json").assert_outcomes(passed=1)
    (test,) = document()["tests"]
    assert test["outcome"] == "passed"
    assert [check["report"] for check in test["checks"]] == [json.loads(Path("direct.json").read_text())]


def test_checks_that_differ_in_their_numbers_alone_are_counted_and_the_last_is_kept(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(f"""{OWN}
    def test_it(trivium):
        for scale in (1, 2, 3):
            trivium.assert_gradient(f, grad, at=(scale * W, X, C))
    """)
    folder.runpytest("--trivium-report=all.json").assert_outcomes(passed=1)
    (test,) = document()["tests"]
    (check,) = test["checks"]
    assert check["count"] == 3


def test_the_page_stands_alone_and_names_what_is_wrong(project: Project) -> None:
    folder = project("numpy", "impostor")
    folder.makepyfile(test_right=RIGHT)
    folder.runpytest("--trivium-report=all.html", SMALL, "test_right.py").assert_outcomes(passed=1, failed=2)
    page = Path("all.html").read_text(encoding="utf-8")
    assert FETCHED.findall(page) == []
    for text in (
        "trivium: 2 tests, 1 failed",
        f'<b class="disagree">disagree</b> <code>{SMALL}::gradient</code> <i>failed: w</i>',
        '<b class="agree">agree</b> <code>test_right.py::test_right</code> <i>passed</i>',
        "w inherits what impostor gets wrong at h = tanh(z)",
        "without pytest: <code>python ",
        "impostor: the gradient that a step passes back is wrong",
        "The gradient of your own function is right: w, x and c",
    ):
        assert text in page


def test_what_would_be_fetched_is_seen() -> None:
    assert FETCHED.findall('<img src="https://elsewhere/x.png"><script>1</script>') != []


def test_the_page_shows_names_and_runs_none_of_them(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(f"""{OWN}
    @pytest.mark.parametrize("name", ["<script>alert(1)</script>"])
    def test_it(trivium, name):
        f.__name__ = grad.__name__ = name
        trivium.assert_gradient(f, slips, at=(W, X, C))
    """)
    folder.runpytest("--trivium-report=all.html").assert_outcomes(failed=3)
    page = Path("all.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


def test_the_ini_file_names_it_from_the_root_directory(project: Project) -> None:
    folder = project("numpy", ini="trivium_report = all.json")
    folder.makepyfile(RIGHT)
    inner = folder.mkdir("inner")
    os.chdir(inner)
    folder.runpytest("..").assert_outcomes(passed=1)
    assert len(document("../all.json")["tests"]) == 1


def test_a_run_without_checks_writes_that_there_were_none(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("def test_it():\n    assert True")
    folder.runpytest("--trivium-report=all.json").assert_outcomes(passed=1)
    assert document()["tests"] == []


def test_a_report_of_an_earlier_run_is_replaced_whole(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(RIGHT)
    _ = Path("all.json").write_text("{" * 100_000)
    folder.runpytest("--trivium-report=all.json").assert_outcomes(passed=1)
    assert (document()["version"], [p.name for p in Path().iterdir() if p.name.startswith(".all")]) == (1, [])


def test_what_cannot_be_written_at_the_end_is_said_and_is_no_success(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(f"""{OWN}
    def test_it(trivium):
        import shutil, pathlib
        trivium.assert_gradient(f, grad, at=(W, X, C))
        shutil.rmtree("gone")
        pathlib.Path("gone").write_text("a file now")
    """)
    result = folder.runpytest("--trivium-report=gone/all.json")
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    result.stdout.fnmatch_lines(["trivium: cannot write *gone/all.json: *"])


def test_a_run_that_only_collects_leaves_the_last_report_alone(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(RIGHT)
    folder.runpytest("--trivium-report=all.json").assert_outcomes(passed=1)
    _ = folder.runpytest("--trivium-report=all.json", "--collect-only")
    assert len(document()["tests"]) == 1
