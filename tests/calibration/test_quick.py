"""A quick calibration: no false alarm on right code, known faults caught, and a line where it must fail, failing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("calibration") / "tables.md"
    command = [sys.executable, "-m", "calibration", "--quick", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def test_right_code_raises_no_alarm(measured: dict[str, Any]) -> None:
    assert {row["kind"]: row["complaints"] for row in measured["right"] if row["false_alarms"]} == {}


def test_every_kind_of_right_net_gets_a_verdict_that_is_right_for_it(measured: dict[str, Any]) -> None:
    assert {row["kind"]: row["verdicts"] for row in measured["right"] if row["unexpected"]} == {}


def test_right_code_stays_far_below_the_line(measured: dict[str, Any]) -> None:
    assert max(max(row["worst"].values()) for row in measured["right"]) < 2.0**6


def test_known_faults_are_caught(measured: dict[str, Any]) -> None:
    assert [t for t in measured["trials"] if not t["seen"]["caught"]] == []


def test_known_faults_are_put_down_to_their_road_and_step(measured: dict[str, Any]) -> None:
    assert [t for t in measured["trials"] if not t["seen"]["blamed"]] == []


def test_two_mistakes_at_once_are_both_named_and_nothing_else(measured: dict[str, Any]) -> None:
    assert [p for p in measured["pairs"] if not p["seen"]["blamed"] or p["seen"]["accused"]] == []


def test_a_wrong_replayer_is_caught_though_it_measures_its_own_noise(measured: dict[str, Any]) -> None:
    wrong = [t for t in measured["rules"] if t["scaler"] == "own" and "convention" not in t["name"]]
    assert [t["seen"]["caught"] for t in wrong] == [True] * len(wrong) != []


def test_the_line_as_it_stands_separates_right_from_wrong(measured: dict[str, Any]) -> None:
    assert (measured["controls"][1]["false_alarms"], measured["controls"][1]["missed"]) == (0, 0)


def test_a_line_of_1_calls_right_code_wrong(measured: dict[str, Any]) -> None:
    assert measured["controls"][0]["false_alarms"] > 0


def test_a_line_of_2_to_the_40_misses_faults(measured: dict[str, Any]) -> None:
    assert measured["controls"][2]["missed"] > 0
