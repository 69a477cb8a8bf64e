"""Annotations of failures for GitHub, which reads them from the log: `::error file=...,line=...::message`.

Knows nothing of checks.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest


def annotation(config: pytest.Config, test: Mapping[str, Any]) -> str:
    """The line for one failed test: at the test's own line, the gradients by name, the verdict, how to see it again."""
    failure = test["failure"]
    wrong = list(test["gradients"])
    title = f"trivium: {', '.join(wrong[:6])}{' ...' if wrong[6:] else ''} wrong" if wrong else "trivium"
    where = {"file": in_repository(config, test["test"].partition("::")[0])}
    more = {} if failure["line"] is None else {"line": str(failure["line"])}
    properties = ",".join(f"{n}={escaped_property(v)}" for n, v in {**where, **more, "title": title}.items())
    return f"::error {properties}::{escaped(chr(10).join([test['test'], failure['summary'], failure['command']]))}"


def in_repository(config: pytest.Config, name: str) -> str:
    """A test's file, from the root of the repository; pytest names it from its own root directory."""
    path = config.rootpath / name
    root = Path(os.environ.get("GITHUB_WORKSPACE") or config.rootpath)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def escaped(text: str) -> str:
    """A message, with line breaks as GitHub wants them."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    """The value of a property, where commas and colons mean something too."""
    return escaped(text).replace(":", "%3A").replace(",", "%2C")
