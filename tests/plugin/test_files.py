"""Network files as tests: which are picked up, what a failure prints, what a machine reads of it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.plugin.conftest import Project

SMALL = "nets/small.net.toml"


def details(report: pytest.TestReport) -> str:
    return "\n".join(text for name, text in report.sections if "trivium" in name)


def test_a_file_named_on_the_command_line_is_a_test(project: Project) -> None:
    result = project("numpy", "twin").runpytest("-v", SMALL)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{SMALL}::gradient PASSED*"])


@pytest.mark.parametrize("where", [".", "nets"])
def test_no_file_is_picked_up_unasked(project: Project, where: str) -> None:
    assert project("numpy").runpytest(where).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_file_that_the_ini_option_matches_is_a_test(project: Project) -> None:
    project(
        "numpy", ini="trivium_files =\n    elsewhere/*.net.toml\n    nets/sm*.net.toml"
    ).runpytest().assert_outcomes(passed=1)


def test_a_pattern_reaches_below_only_where_it_says_so(project: Project) -> None:
    assert project("numpy", ini="trivium_files = *.net.toml").runpytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_pattern_that_reaches_below_finds_every_file(project: Project) -> None:
    project("numpy", ini="trivium_files = **/*.net.toml").runpytest().assert_outcomes(passed=1, failed=1)


def test_a_pattern_that_leaves_the_root_directory_is_refused(project: Project) -> None:
    result = project("numpy", ini="trivium_files = /elsewhere/*.net.toml").runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    expected = "ERROR: trivium_files: '/elsewhere/*.net.toml' is absolute; paths begin at the root directory"
    result.stderr.fnmatch_lines([expected.replace("*", "[*]")])


def test_a_failure_prints_the_report_and_no_traceback(project: Project) -> None:
    result = project("numpy", "impostor").runpytest(SMALL)
    result.assert_outcomes(failed=1 + 1)
    result.stdout.fnmatch_lines(
        ["*_ small.net.toml: gradient _*", "One mistake: impostor is wrong in the backward step of*"]
    )
    result.stdout.fnmatch_lines(["again * trivium check *nets/small.net.toml --seed 0"])
    for word in ("Traceback", "plugin.py", "runtest", "GradientMismatch"):
        result.stdout.no_fnmatch_line(f"*{word}*")


def test_what_is_undecided_does_not_pass(project: Project) -> None:
    folder = project("numpy", "twin")
    path = folder.path / SMALL
    _ = path.write_text(path.read_text().replace("tanh(z)", "log(neg(exp(z)))"))
    result = folder.runpytest(SMALL)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Undecided: *leaves the domain of log*"])


def test_a_report_of_a_failure_carries_data_and_detail(project: Project) -> None:
    reports = [r for r in project("numpy", "impostor").inline_run(SMALL).getreports() if r.when == "call"]
    (report,) = [r for r in reports if not isinstance(r, pytest.SubtestReport)]
    data = dict(report.user_properties)
    assert data["trivium_verdict"] == "disagree"
    assert data["trivium_backends"] == "numpy,impostor"
    assert data["trivium_worst_residual"] > 1e10
    assert 0 < data["trivium_floor"] < 1
    assert "TV102" in data["trivium_findings"]
    assert "TV102 disagree: impostor is wrong in the backward step of h = tanh(z)" in details(report)
    assert "prime sizes, float64, impostor backward z: residual " in details(report)


def test_a_report_of_a_success_carries_data_too(project: Project) -> None:
    (report,) = [r for r in project("numpy", "twin").inline_run(SMALL).getreports() if r.when == "call"]
    data = dict(report.user_properties)
    assert data["trivium_verdict"] == "agree"
    assert data["trivium_worst_residual"] < 256
    assert "residual" not in details(report)


def test_a_bad_file_gives_its_error_and_no_traceback(project: Project) -> None:
    result = project("numpy").runpytest("nets/broken.net.toml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["SpecError: *'tanhh'*; did you mean 'tanh'?", "  in *nets/broken.net.toml:13*"])
    for word in ("Traceback", "plugin.py", "runtest"):
        result.stdout.no_fnmatch_line(f"*{word}*")


def test_an_error_inside_a_backend_says_what_and_where(project: Project) -> None:
    result = project("numpy", "crashing").runpytest(SMALL)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*somebodys.py:*"])


def test_a_file_is_checked_by_what_is_installed(project: Project) -> None:
    project("numpy", "ghost").runpytest(SMALL).assert_outcomes(passed=1)


def test_a_backend_that_is_required_and_absent_fails_a_file(project: Project) -> None:
    result = project("numpy", "ghost").runpytest(SMALL, "--trivium-require=ghost")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["BackendError: backend 'ghost' is not installed: * (--trivium-require names it)"])
    result.stdout.no_fnmatch_line("*plugin.py*")


def junit(folder: pytest.Pytester) -> dict[str, ElementTree.Element]:
    tree = ElementTree.parse(folder.path / "junit.xml")  # a file that this test's own run has written
    return {case.attrib["name"]: case for case in tree.iter("testcase")}


def data_of(case: ElementTree.Element) -> dict[str, str]:
    return {p.attrib["name"]: p.attrib["value"] for p in case.iter("property")}


def test_all_of_it_survives_workers_and_reaches_junit(project: Project) -> None:
    folder = project("numpy", "impostor", ini="junit_logging = system-out\njunit_family = xunit1")
    folder.makepyfile("def test_beside():\n    assert True")
    result = folder.runpytest_subprocess(
        "-n", "2", "--junit-xml=junit.xml", SMALL, "test_all_of_it_survives_workers_and_reaches_junit.py"
    )
    result.assert_outcomes(passed=1, failed=1 + 1)
    result.stdout.fnmatch_lines(
        ["One mistake: impostor is wrong*", "*Captured stdout of trivium call*", "TV102 disagree: *"]
    )
    case = junit(folder)["gradient"]
    assert data_of(case)["trivium_verdict"] == "disagree"
    assert float(data_of(case)["trivium_worst_residual"]) > 1e10
    subtest, failure = case.findall("failure")
    assert subtest.attrib["message"] == "w inherits what impostor gets wrong at h = tanh(z)"
    assert "impostor is wrong in the backward step of" in "".join(failure.itertext())
    assert "residual " in case.find("system-out").text
    assert data_of(junit(folder)["test_beside"]) == {}
