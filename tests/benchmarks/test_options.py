"""The protocol's options hold where the command line chooses no other."""

from __future__ import annotations

import json

import pytest

BENCH = """
def bench_nothing(benchmark):
    benchmark(sum, (1, 2))
"""


def options(folder: pytest.Pytester, *chosen: str) -> dict[str, object]:
    _ = (folder.path / "benchmarks" / "bench_it.py").write_text(BENCH, encoding="utf-8")
    result = folder.runpytest_subprocess("benchmarks", "--benchmark-json=times.json", *chosen)
    result.assert_outcomes(passed=1)
    (times,) = json.loads((folder.path / "times.json").read_text(encoding="utf-8"))["benchmarks"]
    return times["options"]


def test_the_protocol_holds_by_itself(folder: pytest.Pytester) -> None:
    found = options(folder)
    assert (found["disable_gc"], found["warmup"]) == (True, 5)


def test_the_command_line_chooses(folder: pytest.Pytester) -> None:
    assert options(folder, "--benchmark-warmup=off")["warmup"] is False
    assert options(folder, "--benchmark-warmup-iterations=9")["warmup"] == 9
