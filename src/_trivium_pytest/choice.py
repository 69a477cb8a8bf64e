"""What a check is asked for: by the call, else by the test's marker, else by the command line, else by the ini file.

Knows nothing of how a check is done.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from _trivium_pytest import options

MARKED = ("backends", "oracle", "points")


@dataclass(frozen=True)
class Choice:
    """What holds for a check whose call says nothing; None leaves it to trivium.

    points  the check is made at so many seeds, from `seed` up
    """

    backends: tuple[Any, ...] | None
    oracle: Any
    seed: int
    points: int


def choice(config: pytest.Config, item: pytest.Item | None) -> Choice:
    """What holds in this test; outside of every test, what the run was told."""
    mark = {} if item is None else marked(item)
    backends = mark.get("backends") or options.names(config, "backends") or None
    return Choice(
        backends=None if backends is None else tuple(backends),
        oracle=mark.get("oracle") or options.said(config, "oracle") or None,
        seed=options.seed(config),
        points=mark.get("points", 1),
    )


def marked(item: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say, the nearest first: its own, its class's, its module's."""
    found: dict[str, Any] = {}
    for mark in item.iter_markers("trivium"):
        found = {**mark.kwargs, **found}
    if isinstance(found.get("backends"), str):
        found["backends"] = options_of(found["backends"])
    return found


def options_of(text: str) -> tuple[str, ...]:
    """The names in a text, as on the command line."""
    return tuple(text.replace(",", " ").split())


def refuse(items: Iterable[pytest.Item], report: pytest.CollectReport) -> None:
    """Turn what was collected into one error, with every marker that says what no marker can say."""
    problems = dict.fromkeys(
        f"{item.nodeid.partition('[')[0]}: @pytest.mark.trivium: {problem}"
        for item in items
        for mark in item.iter_markers("trivium")
        for problem in problems_of(mark.args, mark.kwargs)
    )
    if problems:
        report.outcome, report.longrepr, report.result = "failed", "\n".join(problems), []


def problems_of(arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a marker's arguments."""
    if arguments:
        yield f"{', '.join(map(repr, arguments))}: its arguments are named: {', '.join(f'{n}=' for n in MARKED)}"
    for name in named:
        if name not in MARKED:
            near = difflib.get_close_matches(name, MARKED, n=1)
            yield f"no argument {name!r} ({', '.join(MARKED)}){f'; did you mean {near[0]!r}?' if near else ''}"
    points = named.get("points", 1)
    if not isinstance(points, int) or isinstance(points, bool) or points < 1:
        yield f"points={points!r}: a number of seeds, from 1 up"
    backends = named.get("backends")
    if backends is not None and not (isinstance(backends, str | list | tuple) and backends):
        yield f"backends={backends!r}: a list of names, or of backends"
    oracle = named.get("oracle")
    if isinstance(oracle, str) and oracle not in options.ORACLES:
        yield f"oracle={oracle!r}: none of {', '.join(options.ORACLES)}"
