"""The script that a failing check leaves: it makes that check again, without pytest, with the arrays beside it.

Knows nothing of why the check failed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from _trivium_pytest import options
from _trivium_pytest.case import Case
from _trivium_pytest.file import put
from _trivium_pytest.rebuild import Draft, written

SCRIPT, ARRAYS, NETWORK = "repro.py", "arrays.npz", "network"
LINE = 100
"""Characters of a call that stands on one line."""
LONGEST = 80
"""Characters of a test's name that its folder keeps."""
MOST_BYTES = 2**26
"""Bytes of arrays that are left in pytest's cache unasked."""
UNSAVED = "--trivium-save=DIR leaves a script that fails the same way without pytest"


def write(item: pytest.Item, case: Case) -> str:
    """Write the script of a failing check; the command that runs it, or why there is none."""
    parent = folder(item.config)
    if parent is None:
        return UNSAVED
    home = parent / safe(item.nodeid)
    from trivium.errors import TriviumError

    try:
        home.mkdir(parents=True, exist_ok=True)
        for old in (SCRIPT, ARRAYS, f"{NETWORK}.net.toml", f"{NETWORK}.json"):
            (home / old).unlink(missing_ok=True)
        draft = Draft()
        call = called(draft, case, home)
        size = sum(a.nbytes for a in draft.arrays.values())
        if size > MOST_BYTES and options.save(item.config) is None:
            return f"its arrays take {size:,} bytes: {UNSAVED}"
        if draft.arrays:
            with (home / ARRAYS).open("wb") as file:
                np.savez(file, **draft.arrays)  # type: ignore[arg-type]
        put(home / SCRIPT, script(item.nodeid, case, draft, call))
    except (OSError, TriviumError) as error:  # a network's file that is gone by now is one of the latter
        return f"no script was written to {home}: {getattr(error, 'strerror', None) or error}"
    return shlex.join(["python", shortest(home / SCRIPT, item.config)])


def folder(config: pytest.Config) -> Path | None:
    """Where scripts go: where the run says, else to pytest's own cache, if it has one."""
    asked = options.save(config)
    if asked is not None or not config.pluginmanager.has_plugin("cacheprovider"):
        return asked
    cache: pytest.Cache | None = getattr(config, "cache", None)
    return None if cache is None else cache.mkdir("trivium")


def safe(test: str) -> str:
    """A folder's name for a test: readable, and another one for every test."""
    words = re.sub(r"[^\w-]+", "-", test.rpartition("/")[2]).strip("-")
    return f"{words[:LONGEST]}-{hashlib.sha256(test.encode(errors='backslashreplace')).hexdigest()[:6]}"


def shortest(path: Path, config: pytest.Config) -> str:
    """A path as it is typed where pytest was started."""
    start = config.invocation_params.dir
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)


def called(draft: Draft, case: Case, home: Path) -> str:
    """The call, with everything it needs written to the draft or beside it."""
    names = {"check": ("spec",), "check_gradient": ("f", "grad"), "check_module": ("module", "loss")}.get(case.verb)
    arguments = list(zip(names or [f"x{i}" for i in range(len(case.arguments))], case.arguments, strict=False))
    named = dict(case.options)
    if case.verb == "check":
        arguments, named = with_network(draft, arguments[0][1], named, home)
        report = case.report.comparison
        named = {"backends": list(report.backends)} | named  # what is installed may be another thing tomorrow
    while arguments and arguments[-1][1] is None:
        _ = arguments.pop()
    words = [expression(draft, n, v, home) for n, v in arguments]
    words += [f"{n}={expression(draft, n, v, home)}" for n, v in named.items()]
    line = f"trivium.{case.verb}({', '.join(words)})"
    return line if len(line) <= LINE else "\n".join([f"trivium.{case.verb}(", *(f"    {w}," for w in words), ")"])


def with_network(
    draft: Draft, spec: Any, named: Mapping[str, Any], home: Path
) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """The network, copied beside the script, and its numbers as arrays."""
    from trivium.target import find

    source = find(spec, values=named.get("values"), sizes=named.get("sizes"))
    more = {n: v for n, v in named.items() if n != "values"}
    if source.values is not None:
        more["values"] = {n: np.asarray(v) for n, v in source.values.items()}
    return [("spec", spec)], more


def expression(draft: Draft, name: str, value: Any, home: Path) -> str:
    """A value as the script has it: a network is a file beside it, anything else as it can be written."""
    from trivium.spec.exchange import to_json
    from trivium.spec.graph import Spec

    if isinstance(value, Spec):
        put(home / f"{NETWORK}.json", json.dumps(to_json(value), indent=2))
        return f'trivium.load(HERE / "{NETWORK}.json")'
    if isinstance(value, str | os.PathLike) and name in ("spec", "against") and not str(value).startswith("zoo:"):
        suffix = ".json" if str(value).endswith(".json") else ".net.toml"
        put(home / f"{NETWORK}{suffix}", Path(value).read_text(encoding="utf-8"))
        return f'HERE / "{NETWORK}{suffix}"'
    return written(draft, name, value)


def script(test: str, case: Case, draft: Draft, call: str) -> str:
    """The whole text."""
    lines = [*head(test, draft), *body(draft, call), *pasted(draft), f"report = {call}", "print(report)", LAST, ""]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))


LAST = 'raise SystemExit(report.verdict not in ("agree", "convention"))'


def head(test: str, draft: Draft) -> Iterator[str]:
    """What the script is, in words."""
    yield comment(f"The check in which {test} failed, without pytest: python {SCRIPT}")
    if draft.missing:
        yield "#"
        yield "# Before it runs, write in it what only the test could make:"
        yield from (comment(f"    {name}    {what}") for name, what in draft.missing.items())
    yield ""


def comment(text: str) -> str:
    """A line that says something, whatever characters are in it."""
    return f"# {' '.join(text.splitlines())}" if text.strip() else "#"


def body(draft: Draft, call: str) -> Iterator[str]:
    """Imports, folders, arrays, functions."""
    beside = bool(draft.arrays) or "HERE /" in call
    yield from (["import sys"] if draft.folders else [])
    yield from (["from pathlib import Path", ""] if beside else [])
    yield from (["import numpy as np"] if draft.arrays else [])
    yield from ["import trivium", ""]
    yield from (["HERE = Path(__file__).parent"] if beside else [])
    yield from ([f"sys.path[:0] = {list(draft.folders)!r}"] if draft.folders else [])
    yield from ([f'arrays = np.load(HERE / "{ARRAYS}", allow_pickle=False)'] if draft.arrays else [])
    yield ""
    more = [line for line in draft.lines.values() if not (draft.arrays and line == "import numpy as np")]
    ordered = sorted(more, key=lambda line: not line.startswith(("import ", "from ")))
    for line in ordered:
        yield from ["", line, "", ""] if "\n" in line else [line]
    yield ""


def pasted(draft: Draft) -> Iterator[str]:
    """What a person has to write, and the error where that is not done."""
    if draft.missing:
        yield from (f"{name} = ..." for name in draft.missing)
        names = ", ".join(draft.missing)
        yield f"if any(thing is ... for thing in [{names}]):"
        yield f'    raise SystemExit("{SCRIPT}: write {names} first: the comment at the top says what each is")'
        yield ""
