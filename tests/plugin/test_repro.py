"""The script that a failing check leaves: it fails the same way without pytest, or says what is to be written in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from _trivium_pytest import repro
from tests.plugin.conftest import Project
from tests.plugin.own import OWN, RIGHT, WRONG


def scripts() -> list[Path]:
    return sorted(Path("wrong").glob("*/repro.py"))


def run(script: Path, where: Path) -> tuple[int, str]:
    """The exit code, and the first line of what the script says."""
    done = subprocess.run([sys.executable, script.absolute()], capture_output=True, text=True, cwd=where, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()[0]


def left(folder: pytest.Pytester, source: str) -> Path:
    """The one script that a test file's one failure leaves."""
    folder.makepyfile(test_own=source)
    _ = folder.runpytest("--trivium-save=wrong")
    (script,) = scripts()
    return script


def test_functions_of_the_test_file_are_imported_and_arrays_stand_beside(project: Project, tmp_path: Path) -> None:
    script = left(project("numpy"), WRONG)
    text = script.read_text()
    assert run(script, tmp_path) == (1, "2 of 3 gradients are wrong: w and x. c is right.")
    assert "from test_own import f\nfrom test_own import slips\n" in text
    assert sorted(p.name for p in script.parent.iterdir()) == ["arrays.npz", "repro.py"]


def test_a_script_of_a_gradient_that_was_mended_succeeds(project: Project, tmp_path: Path) -> None:
    folder = project("numpy")
    script = left(folder, WRONG)
    path = folder.path / "test_own.py"
    _ = path.write_text(path.read_text().replace("3 * right", "right").replace("-right", "right"))
    code, line = run(script, tmp_path)
    assert (code, line[:41]) == (0, "The gradient of your own function is righ")


def test_functions_of_a_test_are_written_out_with_what_they_read(project: Project, tmp_path: Path) -> None:
    script = left(
        project("numpy"),
        """
        import numpy as np
        from math import pi

        def helper(x):
            return np.tanh(x)

        def test_it(trivium):
            scale, shift = 3.0, np.array([0.1, 0.2])

            def f(w):
                return np.sum(helper(w + shift)) * scale * pi

            trivium.assert_gradient(f, lambda w: -scale * pi * (1 - helper(w + shift) ** 2), at=(np.ones(2),))
        """,
    )
    text = script.read_text()
    assert run(script, tmp_path) == (1, "The gradient is wrong: w.")
    for line in ("from test_own import helper", "scale = 3.0", "shift = arrays['shift']", "def f(w):"):
        assert f"\n{line}\n" in text
    assert "grad = lambda w: -scale * pi * (1 - helper(w + shift) ** 2)" in text


def test_two_lambdas_of_one_line_are_told_apart(project: Project, tmp_path: Path) -> None:
    script = left(
        project("numpy"),
        """
        import numpy as np

        def test_it(trivium):
            trivium.assert_gradient(lambda x: np.sum(x**2), lambda x: 3 * x, at=(np.ones(2),))
        """,
    )
    assert "f = lambda x: np.sum(x ** 2)\ngrad = lambda x: 3 * x\n" in script.read_text()
    assert run(script, tmp_path) == (1, "The gradient is wrong: x.")


def test_a_module_of_tensors_is_written_out(project: Project, tmp_path: Path) -> None:
    script = left(
        project("numpy"),
        """
        import torch

        def test_it(trivium):
            class Square(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    ctx.save_for_backward(x)
                    return x * x

                @staticmethod
                def backward(ctx, g):
                    return g * ctx.saved_tensors[0]

            report = trivium.check_module(Square.apply, at=[torch.linspace(0.1, 1.0, 5, dtype=torch.float64)])
            assert report.verdict == "agree"
        """,
    )
    assert run(script, tmp_path) == (1, "The gradient is wrong: argument 0.")
    assert "trivium.check_module(Square.apply, at=[torch.from_numpy(arrays['at.0'])])" in script.read_text()


def test_a_network_file_is_copied_with_the_numbers_that_stand_beside_it(project: Project, tmp_path: Path) -> None:
    folder = project("numpy")
    net = folder.path / "nets/small.net.toml"
    _ = net.write_text(net.read_text().replace('loss = "loss"', 'loss = "loss"\nvalues = "own.npz"'))
    script = left(
        folder,
        """
        import numpy as np
        import somebodys

        def test_it(trivium):
            np.savez("nets/own.npz", x=np.ones((5, 3)), w=np.arange(6.0).reshape(3, 2))
            trivium.assert_gradient("nets/small.net.toml", backends=["numpy", somebodys.IMPOSTOR])
        """,
    )
    net.unlink()
    code, line = run(script, tmp_path)
    assert (code, line[:62]) == (1, "One mistake: impostor is wrong in the backward step of h = tan")
    assert sorted(p.name for p in script.parent.iterdir()) == ["arrays.npz", "network.net.toml", "repro.py"]
    assert "from somebodys import IMPOSTOR" in script.read_text()


def test_a_network_that_was_traced_is_written_beside_it(project: Project, tmp_path: Path) -> None:
    script = left(
        project("numpy"),
        """
        import trivium as tv

        def flipped(inputs, output, y_bar, x_bars):
            return tuple(-x for x in x_bars)

        def test_it(trivium):
            trivium.assert_gradient(
                tv.network("mlp"), backends=["numpy"], tamper={"numpy": {"h1": flipped}}, sizes={"b": 4}, seed=3
            )
        """,
    )
    assert run(script, tmp_path)[0] == 1
    text = script.read_text()
    assert 'trivium.load(HERE / "network.json")' in text
    assert "tamper={'numpy': {'h1': flipped}}" in text
    assert "sizes={'b': 4}" in text


def test_a_network_file_as_a_test_leaves_one_too(project: Project) -> None:
    result = project("numpy", "impostor").runpytest("nets/small.net.toml", "--trivium-save=wrong")
    (script,) = scripts()
    assert "backends=['numpy', 'impostor']" in script.read_text()
    result.stdout.fnmatch_lines([f"without pytest: python {script}"])


def test_what_only_the_test_can_make_is_named_and_asked_for(project: Project, tmp_path: Path) -> None:
    folder = project("numpy")
    script = left(
        folder,
        """
        import numpy as np

        class Layer:
            def forward(self, x):
                return np.sum(x**2)

            def backward(self, x):
                return 3 * x

        def test_it(trivium):
            layer = Layer()
            trivium.assert_gradient(layer.forward, layer.backward, at=(np.ones(3),))
        """,
    )
    assert run(script, tmp_path) == (1, "repro.py: write layer first: the comment at the top says what each is")
    assert "#     layer    test_own.Layer: <test_own.Layer object at" in script.read_text()
    _ = script.write_text(script.read_text().replace("\nlayer = ...", "\nfrom test_own import Layer; layer = Layer()"))
    _ = script.write_text(
        script.read_text().replace("HERE = ", f"import sys; sys.path[:0] = [{str(folder.path)!r}]\nHERE = ")
    )
    assert run(script, tmp_path) == (1, "The gradient is wrong: x.")


def test_without_a_folder_it_goes_to_the_cache_of_pytest(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    result = folder.runpytest("-o", "cache_dir=cached")
    (script,) = Path("cached/d/trivium").glob("*/repro.py")
    result.stdout.fnmatch_lines([f"    python {script}"])


def test_where_there_is_no_cache_the_option_is_named_and_nothing_written(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    result = folder.runpytest("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*--trivium-save=DIR leaves a script that fails the same way without pytest"])
    assert list(folder.path.rglob("repro.py")) == []


def test_the_ini_file_names_the_folder_from_the_root_directory(project: Project) -> None:
    folder = project("numpy", ini="trivium_save = wrong")
    folder.makepyfile(test_own=WRONG)
    _ = folder.runpytest()
    assert len(scripts()) == 1


def test_what_is_right_leaves_nothing(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=RIGHT)
    folder.runpytest("--trivium-save=wrong").assert_outcomes(passed=1)
    assert scripts() == []


def test_every_test_has_a_folder_of_its_own_whatever_its_name(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(
        test_own=f"""{OWN}
    @pytest.mark.parametrize("name", ["a/b", "a-b", "x" * 300, "é 100 %"])
    def test_wrong(trivium, name):
        trivium.assert_gradient(f, slips, at=(W, X, C))
    """
    )
    _ = folder.runpytest("--trivium-save=wrong")
    assert len(scripts()) == 4


def test_a_folder_that_cannot_be_written_is_said(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile(test_own=f"{WRONG}\n    import pathlib\n    _ = pathlib.Path('wrong').write_text('a file')\n")
    result = folder.runpytest("--trivium-save=wrong/deep")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["without pytest: no script was written to *: Not a directory"])


def test_a_network_that_is_gone_by_the_end_of_its_test_leaves_none_and_says_so(project: Project) -> None:
    folder = project("numpy", "impostor")
    folder.makepyfile("""
        import pathlib

        def test_it(trivium):
            try:
                trivium.assert_gradient("nets/small.net.toml")
            finally:
                pathlib.Path("nets/small.net.toml").unlink()
    """)
    result = folder.runpytest()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["without pytest: no script was written to *: no file 'nets/small.net.toml'*"])


def test_large_arrays_are_left_nowhere_unasked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repro, "MOST_BYTES", 87)  # theirs are (2 x 3 + 3 + 2) x 8
    folder = project("numpy")
    folder.makepyfile(test_own=WRONG)
    result = folder.runpytest()
    result.stdout.fnmatch_lines(["without pytest: its arrays take 88 bytes: --trivium-save=DIR leaves *"])
    assert list(folder.path.rglob("arrays.npz")) == []


def test_large_arrays_are_left_where_that_is_asked_for(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repro, "MOST_BYTES", 87)
    assert left(project("numpy"), WRONG).with_name("arrays.npz").is_file()


def test_a_test_file_below_a_folder_is_found_again(project: Project, tmp_path: Path) -> None:
    folder = project("numpy")
    deep = folder.mkpydir("suite") / "deep"
    deep.mkdir()
    _ = (deep / "test_deep.py").write_text(dedent(WRONG))
    _ = folder.runpytest("--import-mode=importlib", "--trivium-save=wrong", "suite")
    (script,) = scripts()
    assert run(script, tmp_path) == (1, "2 of 3 gradients are wrong: w and x. c is right.")


def test_an_object_that_cannot_show_itself_is_missing_like_any_other(project: Project) -> None:
    script = left(
        project("numpy"),
        """
        import numpy as np

        class Shy:
            def __repr__(self):
                raise ValueError("no")

            def forward(self, x):
                return np.sum(x**2)

            def backward(self, x):
                return 3 * x

        def test_it(trivium):
            shy = Shy()
            trivium.assert_gradient(shy.forward, shy.backward, at=(np.ones(3),))
        """,
    )
    assert "#     shy    test_own.Shy: <Shy instance at " in script.read_text()
