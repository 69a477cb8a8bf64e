"""What a run is told: on the command line, by the ini file, by a marker, by the call itself; the nearest holds."""

from __future__ import annotations

import pytest

from _trivium_pytest import options
from tests.plugin.conftest import Project
from trivium.wanted import ORACLES

SHOWS = """
    import pytest

    {mark}
    def test_it(trivium):
        report = trivium.check("zoo:mlp", dtypes=["float64"]{call})
        print("asked:", report.command)
        print("oracle:", report.comparison.oracle)
"""
NAMES = [name for name, _, _ in options.OPTIONS]


def shown(folder: pytest.Pytester, *arguments: str, mark: str = "", call: str = "") -> str:
    folder.makepyfile(SHOWS.format(mark=mark, call=call))
    result = folder.runpytest("-s", *arguments)
    result.assert_outcomes(passed=1)
    return result.stdout.str()


def test_the_oracles_are_those_that_trivium_knows() -> None:
    assert options.ORACLES == ORACLES


def test_every_option_stands_in_the_help_with_its_twin(project: Project) -> None:
    text = project("numpy").runpytest("--help").stdout.str()
    expected = [form for name in (*NAMES, "explain") for form in (f"--trivium-{name}", f"\n  trivium_{name} (")]
    assert [form for form in expected if form not in text] == []


def test_the_command_line_chooses_backends_and_seed(project: Project) -> None:
    text = shown(project("numpy", "twin", "impostor"), "--trivium-backends=numpy, twin", "--trivium-seed=4")
    assert "asked: trivium check zoo:mlp --backends numpy,twin --dtypes float64 --seed 4" in text


def test_the_ini_file_chooses_them_too(project: Project) -> None:
    ini = "trivium_backends = numpy twin\ntrivium_seed = 4\ntrivium_oracle = roads"
    text = shown(project("numpy", "twin", "impostor", ini=ini))
    assert "asked: trivium check zoo:mlp --backends numpy,twin --dtypes float64 --seed 4 --oracle roads" in text


def test_the_command_line_comes_before_the_ini_file(project: Project) -> None:
    text = shown(project("numpy", "twin", ini="trivium_seed = 4"), "--trivium-seed=5")
    assert "--seed 5" in text


def test_a_marker_comes_before_the_command_line(project: Project) -> None:
    mark = '@pytest.mark.trivium(backends=["numpy", "twin"], oracle="roads")'
    text = shown(project("numpy", "twin", "impostor"), "--trivium-backends=impostor", mark=mark)
    assert "asked: trivium check zoo:mlp --backends numpy,twin --dtypes float64 --seed 0 --oracle roads" in text


def test_a_call_comes_before_its_marker(project: Project) -> None:
    mark = '@pytest.mark.trivium(backends="impostor,twin")'
    text = shown(project("numpy", "twin", "impostor"), mark=mark, call=', backends=["numpy", "twin"], seed=7')
    assert "asked: trivium check zoo:mlp --backends numpy,twin --dtypes float64 --seed 7" in text


def test_an_oracle_reaches_the_gradient_of_ones_own_too(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        import numpy as np

        def test_it(trivium):
            report = trivium.check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, at=(np.arange(1.0, 4.0),))
            print("held against:", report.found.parts[0].how)
    """)
    result = folder.runpytest("-s", "--trivium-oracle=roads", "--trivium-backends=numpy")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*held against: the exact derivative*")


def test_a_backend_that_the_run_names_and_nobody_has_skips(project: Project) -> None:
    folder = project("numpy", "ghost")
    folder.makepyfile(SHOWS.format(mark="", call=""))
    folder.runpytest("--trivium-backends=numpy,ghost").assert_outcomes(skipped=1)


def test_the_ini_file_requires_too(project: Project) -> None:
    folder = project("numpy", "ghost", ini="trivium_require = ghost")
    folder.makepyfile(SHOWS.format(mark="", call=', backends=["numpy"]'))
    folder.runpytest().assert_outcomes(failed=1)


def test_a_folder_that_could_be_made_is_not_made_before_there_is_a_script(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("def test_it():\n    assert True")
    folder.runpytest("--trivium-save=deep/er").assert_outcomes(passed=1)
    assert not (folder.path / "deep").exists()


REFUSED = {
    "--trivium-seed=x": "--trivium-seed: 'x' is no seed: a seed is a whole number from 0 up",
    "--trivium-seed=-1": "--trivium-seed: '-1' is no seed: a seed is a whole number from 0 up",
    "--trivium-oracle=exakt": "--trivium-oracle: 'exakt' is none of exact, roads",
    "--trivium-annotate=yes": "--trivium-annotate: 'yes' is none of auto, always, never",
    "--trivium-report=all.txt": (
        "--trivium-report: 'all.txt' ends neither in .html nor in .json, so that its form is unknown"
    ),
    "--trivium-report=a.html": "--trivium-report: 'a.html' is a folder; name a file",
    "--trivium-report=tox.ini/b.html": (
        "--trivium-report: 'tox.ini/b.html' cannot be written: tox.ini is a file, and no folder"
    ),
    "--trivium-save=tox.ini": "--trivium-save: 'tox.ini' is a file; name a folder",
    "--trivium-save=/proc/x": "--trivium-save: '/proc/x' cannot be written: No such file or directory",
    "--trivium-backends=": "--trivium-backends: '' says nothing: say what, or leave it out",
    "--trivium-require=,": "--trivium-require: ',' says nothing: say what, or leave it out",
    "--trivium-backends=numpyy": (
        "--trivium-backends: 'numpyy' names no backend 'numpyy' (known are: numpy); did you mean 'numpy'?"
    ),
    "--trivium-require=numpy,foo": ("--trivium-require: 'numpy,foo' names no backend 'foo' (known are: numpy)"),
    "--override-ini=trivium_backends=nonesuch": (
        "trivium_backends in the ini file: 'nonesuch' names no backend 'nonesuch' (known are: numpy)"
    ),
    "--override-ini=trivium_explain=perhaps": (
        "trivium_explain in the ini file: invalid truth value 'perhaps': write true or false"
    ),
    "--override-ini=trivium_seed=x": (
        "trivium_seed in the ini file: 'x' is no seed: a seed is a whole number from 0 up"
    ),
}


@pytest.mark.parametrize(("argument", "message"), REFUSED.items(), ids=list(REFUSED))
def test_what_no_run_can_do_is_one_error_before_it_starts(project: Project, argument: str, message: str) -> None:
    folder = project("numpy")
    _ = folder.mkdir("a.html")
    result = folder.runpytest(argument)
    assert (result.ret, result.stderr.lines[0]) == (pytest.ExitCode.USAGE_ERROR, f"ERROR: {message}")
