"""The pytest plugin: a fixture that checks specs, and `*.net.toml` files that are tests when they are asked for.

Knows nothing of how a check is done; trivium is imported where it is first used, so that other test runs pay nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trivium.backend import Backend
    from trivium.compare.comparison import Comparison
    from trivium.report import Report
    from trivium.spec.graph import Spec

SUFFIX = ".net.toml"
MATCHED = pytest.StashKey[frozenset[Path]]()
MOST_STEPS = 200
"""Failing steps that a report's section lists; the rest is counted."""


@dataclass(frozen=True)
class Trivium:
    """What the fixture `trivium` offers: checks whose failures pytest shows as reports. It keeps no state."""

    required: tuple[str, ...] = ()

    def check(
        self,
        spec: Spec | str | os.PathLike[str],
        *,
        backends: Iterable[str | Backend] | None = None,
        **options: Any,
    ) -> Report:
        """The report of `trivium.check` with the same arguments; skips where a backend that is named is not installed.

        With `--trivium-require=torch` an absent torch is BackendError, also where no backend is named.
        """
        __tracebackhide__ = True
        from trivium.verbs import check

        named = None if backends is None else tuple(backends)
        skip_or_raise(absent(self.required if named is None else named, self.required), self.required)
        return check(spec, backends=named, **options)

    def assert_gradient(
        self,
        spec: Spec | str | os.PathLike[str],
        *,
        backends: Iterable[str | Backend] | None = None,
        **options: Any,
    ) -> None:
        """Raise GradientMismatch, an AssertionError whose text is the whole report, unless the backends agree."""
        __tracebackhide__ = True
        from trivium.errors import GradientMismatch

        report = self.check(spec, backends=backends, **options)
        try:
            report.raise_for_verdict()
        except GradientMismatch as mismatch:
            raise mismatch.with_traceback(None) from None  # so that pytest shows the test's own line, and the report


def absent(names: Iterable[str | Backend], required: Iterable[str]) -> dict[str, str]:
    """The backends among these that cannot be used here, each with the reason and the cure."""
    from trivium.backend import load_backend, registered
    from trivium.errors import BackendError

    reasons = {}
    for name in dict.fromkeys(n for n in names if isinstance(n, str)):
        if name in registered() or name in required:  # any other name is a slip, of which the check itself will tell
            try:
                _ = load_backend(name)
            except BackendError as error:
                reasons[name] = str(error)
    return reasons


def skip_or_raise(reasons: dict[str, str], required: tuple[str, ...]) -> None:
    """An absent backend skips the test, with its reason; one that `--trivium-require` names is an error."""
    __tracebackhide__ = True
    from trivium.errors import BackendError

    needed = [f"{reason} (--trivium-require names it)" for name, reason in reasons.items() if name in required]
    if needed:
        raise BackendError(*needed)
    if reasons:
        pytest.skip("; ".join(reasons.values()))


@pytest.fixture(scope="session")
def trivium(request: pytest.FixtureRequest) -> Trivium:
    """Check gradients in a test: `trivium.check(spec)` returns a report, `trivium.assert_gradient(spec)` raises it."""
    return Trivium(required_by(request.config))


def required_by(config: pytest.Config) -> tuple[str, ...]:
    """The backends that `--trivium-require` names."""
    return tuple(name.strip() for name in config.getoption("trivium_require").split(",") if name.strip())


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trivium", "one network, three derivations, one gradient")
    group.addoption(
        "--trivium-require",
        default="",
        metavar="NAMES",
        help="backends whose absence is an error where it would skip a test: numpy,torch,jax",
    )
    parser.addini(
        "trivium_files",
        f"{SUFFIX} files that are tests: paths with wildcards, from the root directory, one a line (none by default)",
        type="linelist",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    for pattern in config.getini("trivium_files"):
        if Path(pattern).is_absolute():
            raise pytest.UsageError(f"trivium_files: {pattern!r} is absolute; paths begin at the root directory")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NetFile | None:
    if file_path.name.endswith(SUFFIX) and asked_for(file_path, parent.session):
        return NetFile.from_parent(parent, path=file_path)
    return None


def asked_for(path: Path, session: pytest.Session) -> bool:
    """Whether the command line names this very file, or `trivium_files` matches it: no other file is touched."""
    return session.isinitpath(path) or path in matched(session.config)


def matched(config: pytest.Config) -> frozenset[Path]:
    """The files that `trivium_files` matches, looked for once."""
    if MATCHED not in config.stash:
        patterns = config.getini("trivium_files")
        config.stash[MATCHED] = frozenset(path for pattern in patterns for path in config.rootpath.glob(pattern))
    return config.stash[MATCHED]


class NetFile(pytest.File):
    """A file that holds a network: one test."""

    def collect(self) -> Iterator[NetItem]:
        yield NetItem.from_parent(self, name="gradient")


class NetItem(pytest.Item):
    """The test that all backends derive the same gradient of the network in a file."""

    def runtest(self) -> None:
        """Check, attach what was found to pytest's own report, and raise it where the backends do not agree."""
        report = Trivium(required_by(self.config)).check(self.path)
        self.user_properties += properties(report.comparison)
        self.add_report_section("call", "stdout of trivium", detail(report.comparison))
        report.raise_for_verdict()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report, or what is wrong with the file, in its own words; a traceback only for what nobody foresaw."""
        from trivium.errors import GradientMismatch, TriviumError

        if isinstance(excinfo.value, GradientMismatch):
            return str(excinfo.value)
        if isinstance(excinfo.value, TriviumError):
            return f"{excinfo.typename}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"


def properties(comparison: Comparison) -> list[tuple[str, object]]:
    """What a machine reads: the verdict, the largest residual, and the largest error that could hide."""
    worst, floor = comparison.worst, comparison.floor
    return [
        ("trivium_verdict", comparison.verdict),
        ("trivium_worst_residual", worst.residual if worst else None),
        ("trivium_floor", floor.floor if floor else None),
        ("trivium_backends", ",".join(comparison.backends)),
        ("trivium_findings", ",".join(finding.code for finding in comparison.findings)),
    ]


def detail(comparison: Comparison) -> str:
    """What the report, which is short, leaves out: every finding in full, and every step that failed."""
    failed = [step for step in comparison.steps if step.failed]
    lines = [f"{f.code} {f.verdict}: {f.message}" for f in comparison.findings]
    lines += [
        f"{s.point}, {s.dtype}, {s.backend} {s.direction} {s.tensor}: residual {s.residual:.3g}, "
        f"{s.failed} of {s.entries} entries, replayed by {s.replayer}"
        for s in failed[:MOST_STEPS]
    ]
    more = len(failed) - MOST_STEPS
    return "\n".join([*lines, *([f"and {more} more steps"] if more > 0 else [])])
