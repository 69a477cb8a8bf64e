"""A call is timed warm, in batches, without the garbage collector; one that returns before it is done is caught."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from trivium.bench import memory
from trivium.bench.clock import UnblockedError, refuse_unless_waited, spell, warmed

WORK = 0.02


class Later:
    """A result that somebody else is still working on."""

    def __init__(self) -> None:
        self.worker = threading.Thread(target=time.sleep, args=(WORK,))
        self.worker.start()


def waited(result: Later) -> None:
    result.worker.join()


def blocking() -> Later:
    result = Later()
    result.worker.join()
    return result


def test_a_call_that_returns_before_it_is_done_is_caught() -> None:
    with pytest.raises(UnblockedError, match="the gradient returns before it is done"):
        refuse_unless_waited(Later, waited, "the gradient")


def test_a_call_that_waits_is_not() -> None:
    assert refuse_unless_waited(blocking, waited, "the gradient") is None


def test_a_result_that_takes_long_to_copy_is_no_sign() -> None:
    assert refuse_unless_waited(blocking, lambda _: time.sleep(WORK), "the gradient") is None


def test_the_collector_rests_while_a_call_is_timed_and_is_as_it_was_afterwards() -> None:
    seen: list[bool] = []
    _ = spell(lambda: seen.append(gc.isenabled()), 1, 0.001)
    assert (set(seen), gc.isenabled()) == ({False}, True)


def test_a_spell_has_two_batches_at_least_of_as_many_calls_as_asked() -> None:
    calls: list[int] = []
    times = spell(lambda: calls.append(1), 3, 0.0)
    assert (len(times), len(calls)) == (2, 6)


def slow_at_first(calls: list[int]) -> Callable[[], Any]:
    def call() -> None:
        calls.append(1)
        time.sleep(0.02 if len(calls) <= 5 else 0.002)

    return call


def test_warming_up_goes_on_until_the_times_stand_still() -> None:
    calls: list[int] = []
    assert warmed(slow_at_first(calls)) == 1
    assert len(calls) > 10


def test_a_short_call_is_timed_in_batches() -> None:
    assert warmed(lambda: None) > 100


def test_memory_at_its_peak_is_what_the_call_took() -> None:
    taken = memory.peak(lambda: bytearray(50_000_000))
    assert 45_000_000 < (taken or 0) < 80_000_000
    assert (memory.peak(lambda: None) or 0) < 5_000_000
