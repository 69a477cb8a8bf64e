"""What is said at the end of a run: one line when all is well, else what failed and how to see it again.

Knows nothing of checks, but as plain data that the tests have left.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from _trivium_pytest import options
from _trivium_pytest.annotation import annotation
from _trivium_pytest.case import ORDER

if TYPE_CHECKING:
    import pytest

Test = Mapping[str, Any]
WIDTH = 80
WORDS = {"agree": "agree", "convention": "agree but for a convention"}
"""How a count of a verdict is said, where the verdict alone is no verb."""


def conclude(
    reporter: pytest.TerminalReporter, config: pytest.Config, tests: Sequence[Test], troubles: Sequence[str]
) -> None:
    """Write it."""
    failed = [test for test in tests if test["failure"]]
    if options.explain(config):
        for title, text in explanations(failed):
            reporter.section(title)
            for line in text:
                reporter.write_line(line)
    if tests:
        reporter.ensure_newline()
        reporter.write_line(f"trivium: {totals(tests)}", **({"red": True} if failed else {"green": True}))
    for line in again(failed):
        reporter.write_line(line)
    target = options.report(config)
    if target is not None and not troubles:
        reporter.write_line(f"  all reports: {target}")
    for trouble in troubles:
        reporter.write_line(f"trivium: {trouble}", red=True)
    if options.annotate(config):
        for test in failed:
            reporter.write_line(annotation(config, test))


def explanations(failed: Sequence[Test]) -> Iterator[tuple[str, Iterator[str]]]:
    """What there is to explain of the tests that failed, each under its title."""
    codes = list(dict.fromkeys(code for test in failed for code in test["failure"]["grave"]))
    mistakes = list(dict.fromkeys(name for test in failed for name in test["failure"]["mistakes"]))
    if codes:
        yield "trivium: what the codes mean", explained(codes)
    if mistakes:
        yield "trivium: what the mistakes are", catalogued(mistakes)


def totals(tests: Sequence[Test]) -> str:
    """`12 checks, 84 gradients agree (numpy, torch, jax), largest residual 4.1 of 256`; else a count per verdict."""
    checks = [check for test in tests for check in test["checks"]]
    number = sum(c["count"] for c in checks)
    gradients = sum(c["count"] * c["gradients"] for c in checks)
    backends = list(dict.fromkeys(name for c in checks for name in c["backends"]))
    on = f" ({', '.join(backends)})" if backends else ""
    by = {v: sum(c["count"] for c in checks if c["verdict"] == v) for v in dict.fromkeys(c["verdict"] for c in checks)}
    head = f"{counted(number, 'check')}, {counted(gradients, 'gradient')}"
    if set(by) == {"agree"}:
        return f"{head} agree{on}{largest(checks)}"
    order = sorted(by, key=lambda v: ORDER.index(v) if v in ORDER else len(ORDER))
    return f"{head} in {counted(len(tests), 'test')}{on}: {', '.join(f'{by[v]:,} {WORDS.get(v, v)}' for v in order)}"


def largest(checks: Sequence[Mapping[str, Any]]) -> str:
    """The largest residual, beside the line."""
    from trivium.compare.bound import LINE

    found = [c["worst"] for c in checks if c["worst"] is not None]
    return f", largest residual {max(found):.2g} of {LINE:g}" if found else ""


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def again(failed: Sequence[Test]) -> Iterator[str]:
    """For each failed test the line that does it again, without pytest."""
    for test in failed:
        repro = test["failure"]["repro"]
        yield f"  {test['test']}"
        yield f"    {repro}"


def explained(codes: Sequence[str]) -> Iterator[str]:
    """What the codes of findings mean, and what to do."""
    from trivium.report.codes import CODES

    for name in codes:
        for paragraph in str(CODES[name]).split("\n\n") if name in CODES else [name]:
            yield from textwrap.wrap(paragraph, WIDTH)
        yield ""


def catalogued(mistakes: Sequence[str]) -> Iterator[str]:
    """What the catalogue says of mistakes, as `trivium mistakes` does; of two that were made together, of each."""
    from trivium.cli.mistakes import entry
    from trivium.mistakes import AND, MISTAKES

    for name in dict.fromkeys(part for known in mistakes for part in known.split(AND)):
        yield from entry(MISTAKES[name], None) if name in MISTAKES else [name]
        yield ""
