"""What a run can be told: a table of options, each with its twin in the ini file; the command line comes first.

Knows nothing of checks, and imports nothing of trivium: it is loaded in every run of pytest.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

ORACLES = ("exact", "roads")
ANNOTATE = ("auto", "always", "never")
WRITTEN = (".html", ".json")
OPTIONS = (
    ("backends", "NAMES", "backends to check, where neither a test nor its marker says: numpy,torch,jax"),
    ("require", "NAMES", "backends whose absence is an error, whatever a test says, where it would skip: numpy,torch"),
    ("oracle", "exact|roads", "what steps are held against, where neither a test nor its marker says"),
    ("seed", "N", "seed of the numbers that are drawn, where a test does not say (0)"),
    ("report", "FILE", "write all reports of the run to one page or document: FILE.html or FILE.json"),
    ("save", "DIR", "where a failing check leaves a script that fails the same way without pytest (pytest's cache)"),
    ("annotate", "auto|always|never", "annotations of failures for GitHub: where GITHUB_ACTIONS=true (auto), or not"),
)
EXPLAIN = "explain the codes and the known mistakes of what failed, at the end"
NAMED = ("backends", "require")
"""Options that list backends."""
FILES = "*.net.toml files that are tests: paths with wildcards, from the root directory, one a line (none by default)"


def add(parser: pytest.Parser) -> None:
    """Every option, with a twin of its name in the ini file."""
    group = parser.getgroup("trivium", "one network, three derivations, one gradient")
    for name, metavar, text in OPTIONS:
        group.addoption(f"--trivium-{name}", default=None, metavar=metavar, help=f"{text}; ini: trivium_{name}")
        parser.addini(f"trivium_{name}", f"as --trivium-{name}: {text}", default="")
    group.addoption("--trivium-explain", action="store_true", default=None, help=f"{EXPLAIN}; ini: trivium_explain")
    parser.addini("trivium_explain", f"as --trivium-explain: {EXPLAIN}", type="bool", default=False)
    parser.addini("trivium_files", FILES, type="linelist", default=[])


def check(config: pytest.Config) -> None:
    """UsageError for what no run could do, before it starts."""
    for name, _metavar, _text in OPTIONS:
        if config.getoption(f"trivium_{name}") is not None and not names(config, name):
            raise refused(config, name, "says nothing: say what, or leave it out")
    _ = seed(config), annotate(config), explain(config)
    for name, known in (("oracle", ORACLES), ("annotate", ANNOTATE)):
        value = said(config, name)
        if value and value not in known:
            raise refused(config, name, f"is none of {', '.join(known)}")
    for name in NAMED:
        refuse_unknown(config, name)
    check_report(config)
    check_save(config)
    for pattern in config.getini("trivium_files"):
        if Path(pattern).is_absolute():
            raise pytest.UsageError(f"trivium_files: {pattern!r} is absolute; paths begin at the root directory")


def check_report(config: pytest.Config) -> None:
    """UsageError for a file that could not be written, or of no known form."""
    target = report(config)
    if target is None:
        return
    if target.suffix not in WRITTEN:
        raise refused(config, "report", f"ends neither in {' nor in '.join(WRITTEN)}, so that its form is unknown")
    if target.is_dir():
        raise refused(config, "report", "is a folder; name a file")
    reserve(config, target.parent)


def check_save(config: pytest.Config) -> None:
    """UsageError for a folder that could not be made; nothing is made yet, for there may be no script to put there."""
    folder = save(config)
    if folder is None:
        return
    if folder.exists() and not folder.is_dir():
        raise refused(config, "save", "is a file; name a folder")
    try:
        with tempfile.TemporaryDirectory(dir=next(p for p in (folder, *folder.parents) if p.exists())):
            pass
    except OSError as error:
        raise refused(config, "save", f"cannot be written: {error.strerror or error}") from error


def reserve(config: pytest.Config, folder: Path) -> None:
    """Make the folder of a file, so that what cannot be written is known before there is anything to write."""
    if folder.exists() and not folder.is_dir():
        raise refused(config, "report", f"cannot be written: {folder.name} is a file, and no folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(config, "report", f"cannot be written: {error.strerror or error}") from error
    if not os.access(folder, os.W_OK):
        raise refused(config, "report", f"cannot be written: no permission for {folder}")


def refuse_unknown(config: pytest.Config, name: str) -> None:
    """UsageError for a name that no backend has; trivium is looked at where there is a name, and no backend is."""
    if not names(config, name):
        return
    from trivium.backend import registered
    from trivium.errors import did_you_mean

    known = registered()
    for backend in names(config, name):
        if backend not in known:
            near = did_you_mean(backend, known)
            raise refused(config, name, f"names no backend {backend!r} (known are: {', '.join(known) or 'none'}){near}")


def said(config: pytest.Config, name: str) -> str:
    """What the command line says, else the ini file; empty where neither does."""
    value = config.getoption(f"trivium_{name}")
    return str(config.getini(f"trivium_{name}") if value is None else value).strip()


def refused(config: pytest.Config, name: str, why: str) -> pytest.UsageError:
    """The error for a value, at the place where it was given."""
    where = f"trivium_{name} in the ini file" if config.getoption(f"trivium_{name}") is None else f"--trivium-{name}"
    return pytest.UsageError(f"{where}: {said(config, name)!r} {why}")


def names(config: pytest.Config, name: str) -> tuple[str, ...]:
    """The names that an option lists, with commas or blanks between them."""
    return tuple(said(config, name).replace(",", " ").split())


def seed(config: pytest.Config) -> int:
    """The seed that the run was given."""
    text = said(config, "seed") or "0"
    if not text.isdecimal():
        raise refused(config, "seed", "is no seed: a seed is a whole number from 0 up")
    return int(text)


def explain(config: pytest.Config) -> bool:
    """Whether codes and mistakes are explained."""
    try:
        return bool(config.getini("trivium_explain") or config.getoption("trivium_explain"))
    except (ValueError, pytest.UsageError) as error:  # which, depends on the version of pytest
        raise pytest.UsageError(f"trivium_explain in the ini file: {error}: write true or false") from error


def annotate(config: pytest.Config) -> bool:
    """Whether failures are annotated for GitHub."""
    asked = said(config, "annotate") or "auto"
    return asked == "always" or (asked == "auto" and os.environ.get("GITHUB_ACTIONS") == "true")


def report(config: pytest.Config) -> Path | None:
    """The file that takes all reports."""
    return _path(config, "report")


def save(config: pytest.Config) -> Path | None:
    """The folder that takes the scripts."""
    return _path(config, "save")


def _path(config: pytest.Config, name: str) -> Path | None:
    """A path of the command line begins where that was typed, one of the ini file at the root directory."""
    typed = config.getoption(f"trivium_{name}") is not None
    text = said(config, name)
    return (config.invocation_params.dir if typed else config.rootpath) / text if text else None
