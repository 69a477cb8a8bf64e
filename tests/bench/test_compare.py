"""Two runs differ where their intervals say so, and only there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trivium.bench.compare import ALONE, FASTER, SAME, SLOWER, change, changes, lost
from trivium.bench.record import Record, Row
from trivium.cli import main

STREAM = np.random.default_rng(0)


def row(scale: float, *, noise: float = 0.02, what: str = "gradient") -> Row:
    rounds = tuple(tuple(scale * np.exp(noise * STREAM.standard_normal(5))) for _ in range(3))
    return Row("zoo:mlp", {}, "numpy", "float64", what, rounds)


@pytest.mark.parametrize(("scale", "verdict"), [(1.0, SAME), (1.3, SLOWER), (0.7, FASTER), (1.005, SAME)])
def test_a_change_is_told_from_noise(scale: float, verdict: str) -> None:
    found = change(row(1.0), row(scale))
    assert found.verdict == verdict
    assert found.low <= found.ratio <= found.high


def test_noise_widens_the_interval() -> None:
    quiet, loud = (change(row(1.0, noise=x), row(1.1, noise=x)) for x in (0.01, 0.3))
    assert (quiet.verdict, loud.verdict) == (SLOWER, SAME)
    assert loud.high - loud.low > 3 * (quiet.high - quiet.low)


@pytest.mark.parametrize("processes", [2, 3, 6])
def test_an_interval_holds_what_it_promises_where_processes_differ(processes: int) -> None:
    """95 in 100 of runs of the same thing, though processes differ by 5 %, and rounds by 1 %."""
    stream = np.random.default_rng(1)

    def again() -> Row:
        places = np.exp(0.05 * stream.standard_normal(processes))
        rounds = tuple(tuple(place * np.exp(0.01 * stream.standard_normal(5))) for place in places)
        return Row("zoo:mlp", {}, "numpy", "float64", "gradient", rounds)

    missed = sum(change(again(), again()).verdict != SAME for _ in range(400))
    assert 8 <= missed <= 34


def test_one_process_on_each_side_tells_nothing() -> None:
    before, after = (replace(row(x), rounds=((x, x, 1.01 * x),)) for x in (1.0, 2.0))
    assert (change(before, after).verdict, change(before, after).ratio) == (ALONE, 2.0)


def test_a_network_is_known_by_what_it_is() -> None:
    """A file that was changed is another network; one that was moved is the same."""
    here = replace(row(1.0), network="a.net.toml", facts={"spec": "1"})
    changed, moved = replace(here, facts={"spec": "2"}), replace(here, network="b/a.net.toml")
    record, edited, elsewhere = (Record((r,), {}, {}) for r in (here, changed, moved))
    assert (changes(record, edited), lost(record, edited)) == ([], [(here, "it is another network now")])
    assert ([c.after for c in changes(record, elsewhere)], lost(record, elsewhere)) == ([moved], [])


@pytest.mark.slow
def test_no_change_is_seen_in_most_runs_of_the_same_thing() -> None:
    assert sum(change(row(1.0), row(1.0)).verdict == SAME for _ in range(40)) >= 32


def test_only_what_both_have_measured_is_compared() -> None:
    before = Record((row(1.0), Row("zoo:mlp", {}, "jax", "float64", "gradient", error="died")), {}, {})
    after = Record((row(1.0), row(1.0, what="forward")), {}, {})
    assert [c.after.what for c in changes(before, after)] == ["gradient"]


def test_what_is_lost_is_said_and_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = Row("zoo:mlp", {}, "numpy", "float64", "forward", error="it died\nof something")
    runs = {
        "a": Record((row(1.0), row(1.0, what="forward")), {}, {"cores": 1}),
        "b": Record((row(1.0), gone), {}, {"cores": 2}),
        "c": Record((row(1.0),), {}, {"cores": 2}),
    }
    for name, record in runs.items():
        _ = (tmp_path / name).write_text(json.dumps(record.to_json()))
    codes = [main(["bench", "compare", str(tmp_path / "a"), str(tmp_path / name)]) for name in "bca"]
    assert codes == [1, 0, 0]
    lines = capsys.readouterr().out.splitlines()
    name = "zoo:mlp[numpy-float64-forward]: measured before, and now"
    assert lines[0] == "the runs differ, in cores: 1 and 2"
    assert [line for line in lines if line.startswith(name)] == [f"{name} failed: it died", f"{name} not"]
