"""One subtest for each gradient that is not right, so that all of them stand in pytest's summary at once.

Made in the process that prints, of plain data, just before the report of the test itself. Knows nothing of checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

MOST = 20
"""Gradients that get a subtest each; of a network of hundreds, one step can spoil nearly all."""
FIRST_WITH_SUBTESTS = (9, 0)


@dataclass(frozen=True)
class Crash:
    """What pytest's short summary says of a failure."""

    message: str


@dataclass(frozen=True)
class Words:
    """A failure that is told in a sentence."""

    text: str
    reprcrash: Crash = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reprcrash", Crash(self.text))

    def toterminal(self, tw: Any) -> None:
        tw.line(self.text)

    def __str__(self) -> str:
        return self.text


def log(config: pytest.Config, test: pytest.TestReport, wrong: Mapping[str, str]) -> None:
    """Report a failed subtest for each gradient, where the test itself has failed, and not its set-up."""
    if not wrong or not test.failed or test.when != "call" or pytest.version_tuple[:2] < FIRST_WITH_SUBTESTS:
        return
    names = list(wrong)
    for name in names[:MOST]:
        config.hook.pytest_runtest_logreport(report=made(test, name, wrong[name]))
    if names[MOST:]:
        more = f"{len(names) - MOST} more"
        config.hook.pytest_runtest_logreport(report=made(test, more, f"{more} gradients are not right"))


def made(test: pytest.TestReport, name: str, text: str) -> pytest.TestReport:
    """The report of one gradient: where and when the test's is, without its sections, its data and its time."""
    from _pytest.subtests import SubtestContext  # pytest's own form of a subtest; there is no public way to make one

    words: Any = Words(text)
    report = pytest.SubtestReport(
        nodeid=getattr(test, "id", test.nodeid),
        location=test.location,
        keywords=test.keywords,
        outcome="failed",
        longrepr=words,
        when=test.when,
        start=test.start,
        stop=test.stop,
        context=SubtestContext(msg=name, kwargs={}),
    )
    for attribute, value in vars(test).items():
        vars(report).setdefault(attribute, value)  # the worker that it came from
    return report
