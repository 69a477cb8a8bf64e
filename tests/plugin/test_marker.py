"""The marker `trivium`: what it says of a test's checks, and what it cannot say."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project


def test_points_are_seeds_and_all_of_them_count(project: Project) -> None:
    folder = project("numpy", "twin")
    folder.makepyfile("""
        import pytest

        @pytest.mark.trivium(points=3)
        def test_it(trivium):
            assert trivium.check("zoo:mlp", dtypes=["float64"]).command.endswith("--seed 0")
    """)
    result = folder.runpytest("-o", "trivium_seed=0", "--strict-markers")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["trivium: 3 checks, 24 gradients agree (numpy, twin), *"])


def test_the_gravest_of_several_points_is_what_a_test_gets(project: Project) -> None:
    folder = project("numpy", "twin")
    folder.makepyfile("""
        import pytest
        from trivium import verbs

        def flipped(inputs, output, y_bar, x_bars):
            return tuple(-x for x in x_bars)

        @pytest.mark.trivium(points=3)
        def test_it(trivium, monkeypatch):
            honest = verbs.check

            def check(spec, *, seed, backends=None, oracle=None):
                return honest(spec, seed=seed, tamper={"twin": {"h1": flipped}} if seed == 1 else None)

            monkeypatch.setattr(verbs, "check", check)
            report = trivium.check("zoo:mlp")
            assert (report.verdict, report.comparison.seed) == ("disagree", 1)
    """)
    result = folder.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["trivium: 3 checks, 24 gradients in 1 test (numpy, twin): 2 agree, 1 disagree"])


def test_points_draw_numbers_for_a_gradient_beside_a_network(project: Project) -> None:
    folder = project("numpy")
    folder.makepyfile("""
        import numpy as np
        import pytest

        seen = []

        def grad(x, w):
            seen.append(float(x.flat[0]))
            h = np.tanh(x @ w)
            g = (1 - h * h) / h.size
            return {"x": g @ w.T, "w": x.T @ g}

        @pytest.mark.trivium(points=2)
        def test_it(trivium):
            trivium.assert_gradient(None, grad, against="nets/small.net.toml")
            from trivium.probe import draw
            import trivium as tv
            spec = tv.load("nets/small.net.toml")
            drawn = {float(draw(spec, seed=seed)["x"].flat[0]) for seed in (0, 1)}
            assert drawn <= set(seen)
    """)
    result = folder.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["trivium: 2 checks, 4 gradients agree*"])


def test_the_nearest_marker_holds_argument_by_argument(project: Project) -> None:
    folder = project("numpy", "twin", "impostor")
    folder.makepyfile("""
        import pytest

        pytestmark = pytest.mark.trivium(backends=["impostor"], oracle="roads")

        class TestNear:
            pytestmark = pytest.mark.trivium(backends=["numpy", "twin"])

            def test_it(self, trivium):
                command = trivium.check("zoo:mlp", dtypes=["float64"]).command
                assert command == "trivium check zoo:mlp --backends numpy,twin --dtypes float64 --seed 0 --oracle roads"
    """)
    folder.runpytest().assert_outcomes(passed=1)


BAD = """
    import pytest

    @pytest.mark.trivium("numpy", backend=["numpy"], points=0)
    def test_a(trivium):
        pass

    @pytest.mark.trivium(oracle="exakt", backends=())
    @pytest.mark.parametrize("i", [1, 2])
    def test_b(trivium, i):
        pass
"""
PROBLEMS = [
    "bad.py::test_a: @pytest.mark.trivium: 'numpy': its arguments are named: backends=, oracle=, points=",
    "bad.py::test_a: @pytest.mark.trivium: no argument 'backend' (backends, oracle, points); did you mean 'backends'?",
    "bad.py::test_a: @pytest.mark.trivium: points=0: a number of seeds, from 1 up",
    "bad.py::test_b: @pytest.mark.trivium: backends=(): a list of names, or of backends",
    "bad.py::test_b: @pytest.mark.trivium: oracle='exakt': none of exact, roads",
]


@pytest.mark.parametrize("more", [(), pytest.param(("-n1",), marks=pytest.mark.slow)], ids=["here", "on a worker"])
def test_what_no_marker_can_say_is_one_error_of_the_collection(project: Project, more: tuple[str, ...]) -> None:
    folder = project("numpy")
    folder.makepyfile(bad=BAD)
    result = folder.runpytest_subprocess("bad.py", *more)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in PROBLEMS], consecutive=True)
