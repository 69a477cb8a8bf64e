"""The pytest plugin: its hooks, and the fixture `trivium`; what they do is imported where there is something to do.

Knows nothing of how a check is done, and imports nothing but pytest, so that other test runs pay nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from _trivium_pytest import options
from _trivium_pytest.stash import BOOK, MATCHED, RUNNING

if TYPE_CHECKING:
    from _trivium_pytest.fixture import Trivium
    from _trivium_pytest.net_file import NetFile

SUFFIX = ".net.toml"
MARKER = (
    "trivium(backends=None, oracle=None, points=1): how the checks of a test are done, where they do not say so "
    "themselves: on which backends, against which oracle, and at how many seeds"
)


@pytest.fixture(scope="session")
def trivium(request: pytest.FixtureRequest) -> Trivium:
    """Check gradients in a test: `trivium.check(spec)` returns a report, `trivium.assert_gradient(spec)` raises it."""
    from _trivium_pytest.fixture import Trivium

    return Trivium(request.config)


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    options.check(config)
    config.addinivalue_line("markers", MARKER)
    if not hasattr(config, "workerinput"):  # of several processes, one speaks
        _ = config.pluginmanager.register(Gathering(config), "trivium-gathering")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    marked = [item for item in report.result or () if isinstance(item, pytest.Item) and marks(item)]
    if marked:
        from _trivium_pytest.choice import refuse

        refuse(marked, report)
    return report


def marks(item: pytest.Item) -> bool:
    return item.get_closest_marker("trivium") is not None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NetFile | None:
    if not file_path.name.endswith(SUFFIX) or not asked_for(file_path, parent.session):
        return None
    from _trivium_pytest.net_file import NetFile

    return NetFile.from_parent(parent, path=file_path)


def asked_for(path: Path, session: pytest.Session) -> bool:
    """Whether the command line names this very file, or `trivium_files` matches it: no other file is touched."""
    return session.isinitpath(path) or path in matched(session.config)


def matched(config: pytest.Config) -> frozenset[Path]:
    """The files that `trivium_files` matches, looked for once."""
    if MATCHED not in config.stash:
        patterns = config.getini("trivium_files")
        config.stash[MATCHED] = frozenset(path for pattern in patterns for path in config.rootpath.glob(pattern))
    return config.stash[MATCHED]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.config.stash[RUNNING] = item
    try:
        return (yield)
    finally:
        item.config.stash[RUNNING] = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if BOOK in item.stash:
        from _trivium_pytest.book import close

        close(item, call, report)
    return report


@dataclass(frozen=True, eq=False)
class Gathering:
    """What all tests of a run found, in the process that speaks to the person who started it."""

    config: pytest.Config
    tests: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = getattr(report, "trivium", None)
        if found is None:
            return
        from _trivium_pytest.subtest import log

        del report.trivium  # said once, also where a report is logged again
        failure = found["failure"] if report.failed else None  # a test that is run again has not failed yet
        self.tests.append({**found, "test": report.nodeid, "outcome": report.outcome, "failure": failure})
        log(self.config, report, found["gradients"])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        target = options.report(self.config)
        if target is not None and not self.config.getoption("collectonly"):
            from _trivium_pytest.document import write

            self.troubles.extend(write(target, self.tests))
        if self.troubles and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.tests or self.troubles:
            from _trivium_pytest.summary import conclude

            conclude(terminalreporter, self.config, self.tests, self.troubles)
