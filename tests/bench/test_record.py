"""What was measured goes to a file and comes back; pytest-benchmark's own tools read it; another file is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.made import made
from trivium.bench.record import Record, Row, merged, quartiles, read
from trivium.errors import ValuesError


def written(record: Record, folder: Path, name: str = "bench.json") -> Path:
    path = folder / name
    _ = path.write_text(json.dumps(record.to_json()), encoding="utf-8")
    return path


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    record = made(["zoo:mlp", "zoo:lenet"])
    back = read(written(record, tmp_path))
    assert [r.key for r in back.rows if r.times] == [r.key for r in record.rows if r.times]
    assert [r.error for r in back.rows if r.error] == [r.error for r in record.rows if r.error] != []
    assert [r.median for r in back.rows if r.times] == pytest.approx(
        [r.median for r in record.rows if r.times], rel=1e-5
    )
    assert (back.machine, back.when) == (record.machine, record.when)


def test_pytest_benchmark_reads_it(tmp_path: Path) -> None:
    path = written(made(["zoo:mlp"]), tmp_path)
    command = [str(Path(sys.executable).with_name("pytest-benchmark")), "compare", str(path), "--columns=median,rounds"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "zoo:mlp[numpy-float64-gradient]" in found.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no JSON: Expecting property name"),
        ("[]", "is no result of `trivium bench`"),
        ('{"benchmarks": []}', "is no result of `trivium bench`"),
        ('{"benchmarks": [], "machine_info": {}}', "holds no time of any backend"),
    ],
)
def test_what_is_no_record_is_refused(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    _ = path.write_text(text)
    with pytest.raises(ValuesError) as error:
        _ = read(path)
    assert says in str(error.value)


@pytest.mark.parametrize("time", [0.0, -1.0])
def test_a_time_that_is_none_is_refused(time: float, tmp_path: Path) -> None:
    record = made(["zoo:mlp"]).to_json()
    record["benchmarks"][0]["extra_info"]["rounds"] = [[time]]
    path = tmp_path / "b.json"
    _ = path.write_text(json.dumps(record))
    with pytest.raises(ValuesError, match="is no positive number of seconds"):
        _ = read(path)


def test_of_two_files_the_last_time_is_taken() -> None:
    first, second = (
        Record((Row("zoo:mlp", {}, "numpy", "float64", "gradient", ((t,),)),), {}, {}, when)
        for t, when in ((1, "a"), (2, "b"))
    )
    found = merged([first, second])
    assert ([r.median for r in found.rows], found.when) == ([2], "b")


@pytest.mark.parametrize(
    ("times", "found"), [([1, 2, 3, 4, 5], (2, 3, 4)), ([7], (7, 7, 7)), ([0, 1], (0.25, 0.5, 0.75))]
)
def test_quartiles_are_those_of_linear_interpolation(times: list[float], found: tuple[float, ...]) -> None:
    assert quartiles(times) == found
