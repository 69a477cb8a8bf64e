"""GradBench's JSON lines: what is written is read back, a wrong answer has no time, a line that is none is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from trivium.bench.gradbench import taken, written
from trivium.bench.page import markdown
from trivium.bench.record import Record, Row
from trivium.errors import ValuesError

ROWS = (
    Row("zoo:mlp", {"b": 16}, "numpy", "float32", "forward", ((0.001, 0.002),)),
    Row("zoo:mlp", {"b": 16}, "numpy", "float32", "gradient", ((0.003, 0.004), (0.005,))),
    Row("zoo:mlp", {"b": 64}, "numpy", "float64", "gradient", error="not verified"),
    Row("zoo:mlp", {"b": 16}, "torch", "float32", "gradient", ((0.1,),)),
)
FOREIGN = (
    {"message": {"id": 0, "kind": "start", "eval": "gmm"}},
    {"response": {"id": 0, "tool": "manual"}},
    {"message": {"id": 1, "kind": "define", "module": "gmm"}},
    {"response": {"id": 1, "success": True, "timings": []}},
    {"message": {"id": 2, "kind": "evaluate", "module": "gmm", "function": "jacobian", "input": {"d": 2, "k": 5}}},
    {
        "response": {
            "id": 2,
            "success": True,
            "output": [1.0],
            "timings": [{"name": "prepare", "nanoseconds": 9}, {"name": "evaluate", "nanoseconds": 1500}],
        }
    },
    {"message": {"id": 3, "kind": "analysis", "of": 2, "valid": False, "error": "0.1 off"}},
    {"response": {"id": 3}},
    {"message": {"id": 4, "kind": "evaluate", "module": "gmm", "function": "objective", "input": {"d": 2, "k": 5}}},
    {"response": {"id": 4, "success": True, "timings": [{"name": "evaluate", "nanoseconds": 2500}]}},
    {"message": {"id": 5, "kind": "analysis", "of": 4, "valid": True}},
)
ZERO = {"response": {"id": 4, "success": True, "timings": [{"name": "evaluate", "nanoseconds": 0}]}}


def log(tmp_path: Path, lines: list[str]) -> Path:
    file = tmp_path / "log.jsonl"
    _ = file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    back = taken(log(tmp_path, list(written(Record(ROWS, {}, {}), "numpy")))).rows
    assert [(r.key, sorted(r.times), r.error) for r in back] == [(r.key, sorted(r.times), r.error) for r in ROWS[:3]]


def test_every_message_has_its_answer_and_its_number() -> None:
    lines = [json.loads(line) for line in written(Record(ROWS, {}, {}), "numpy")]
    asked = [line["message"] for line in lines if "message" in line]
    assert [line["response"]["id"] for line in lines if "response" in line] == [m["id"] for m in asked]
    assert [m["kind"] for m in asked] == ["start", "define", *["evaluate", "analysis"] * 3]


def test_a_small_network_stays_another_than_the_real_one(tmp_path: Path) -> None:
    small = [replace(row, real=False) for row in ROWS]
    here = taken(log(tmp_path, list(written(Record((*ROWS, *small), {}, {}), "numpy"))))
    assert [row.network for row in here.rows] == [*("zoo:mlp",) * 3, *("zoo:mlp small",) * 3]


def test_a_foreign_log_gives_its_valid_times_alone(tmp_path: Path) -> None:
    gradient, forward = taken(log(tmp_path, [json.dumps(entry) for entry in FOREIGN])).rows
    assert (gradient.backend, gradient.sizes, gradient.times, gradient.error) == (
        "manual",
        {"d": 2, "k": 5},
        [],
        "0.1 off",
    )
    assert (forward.what, forward.times) == ("forward", [2.5e-6])


def test_what_nobody_judged_has_no_time(tmp_path: Path) -> None:
    _, forward = taken(log(tmp_path, [json.dumps(entry) for entry in FOREIGN[:-1]])).rows
    assert (forward.times, forward.error) == ([], "not verified: the eval did not judge it")


def test_a_report_says_whose_judgement_it_is(tmp_path: Path) -> None:
    text = markdown(taken(log(tmp_path, [json.dumps(entry) for entry in FOREIGN])))
    assert "judged by the eval that took it" in text
    assert "verified in its process" not in text


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["{}", "no json"], "line 2"),
        ([json.dumps({"response": {"id": 7}})], "line 1"),
        ([json.dumps(entry) for entry in FOREIGN[:4]], "nothing to take over"),
        ([json.dumps(entry) for entry in (*FOREIGN[:9], ZERO)], "line 10: .* a timing is no positive number"),
    ],
)
def test_what_is_no_log_is_said(tmp_path: Path, lines: list[str], says: str) -> None:
    with pytest.raises(ValuesError, match=says):
        _ = taken(log(tmp_path, lines))
