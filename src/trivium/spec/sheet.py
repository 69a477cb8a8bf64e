"""A network file as written: its tables with a type and a line for every entry, and all that is wrong with their form.

Knows nothing of ops, shapes or what an equation means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.inference import MOST_PROBLEMS
from trivium.spec.layout import Layout, Statement, layout, without

Located = tuple[int, Problem]
"""A problem with its line, 0 where it has none."""


@dataclass(frozen=True)
class Accept:
    """A known difference, accepted: which finding, at which node, of which backend, and why."""

    finding: str
    node: str
    backend: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    """What a network file says, entry by entry.

    An entry that is no text where one is needed is left out, stands among the problems, and its name is `unreadable`.
    """

    path: str
    layout: Layout
    name: str | None
    loss: str | None
    values: str | None
    inputs: Mapping[str, str]
    parameters: Mapping[str, str]
    nodes: Mapping[str, str]
    sizes: Mapping[str, Any]
    accept: tuple[Accept, ...]
    problems: tuple[Located, ...]
    unreadable: frozenset[str]

    def place(self, line: int, thing: str = "") -> str:
        """A place in the file: "mynet.net.toml:18, node h1 = tanh(x)"."""
        return place(self.path, line, thing)


def place(path: str, line: int, thing: str = "") -> str:
    """A place in a file: its path, the line where one is known, and what stands there."""
    at = f"{path}:{line}" if line else path
    return f"{at}, {clip(thing)}" if thing else at


def clip(text: str) -> str:
    """A text on one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:117]}..."


def read_sheet(text: str, path: str) -> Sheet:
    """The sheet of a text; SpecError when it is not TOML, or when a table stands twice."""
    found = layout(text)
    if found.overgrown:
        raise SpecError(
            Problem(
                "brackets within brackets, or a line too long: this is no network file", place(path, found.overgrown)
            )
        )
    repeated = list(islice(found.repeated(), MOST_PROBLEMS))
    problems = [(second.line, _repeated(path, second, first)) for second, first in repeated]
    if any(second.header for second, _ in repeated):
        raise SpecError(*(problem for _, problem in problems))
    data = _parse(without(text, [second for second, _ in found.repeated()]), path, found)
    return _Reading(data, path, found, problems).sheet()


def _repeated(path: str, second: Statement, first: Statement) -> Problem:
    name = ".".join(second.path)
    if second.header:
        return Problem(
            f"the table [{name}] stands twice, first in line {first.line}; make it one", place(path, second.line)
        )
    table = f" in [{'.'.join(second.path[:-1])}]" if len(second.path) > 1 else ""
    return Problem(
        f"{second.path[-1]!r} is bound twice{table}, first in line {first.line}; every name is bound once",
        place(path, second.line),
    )


def _parse(text: str, path: str, found: Layout) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(_not_toml(str(error), text, path)) from None
    except ValueError:  # an integer of more digits than Python reads
        raise SpecError(Problem("a number of more than 4300 digits: this is no network file", path)) from None


def _not_toml(message: str, text: str, path: str) -> Problem:
    """tomllib's complaint, with the line that it is about, and what is most often meant there."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if match is None:
        return Problem(f"not TOML: {_lower(message.partition(' (at ')[0])} at the end of the file", path)
    what, line, column = match[1], int(match[2]), match[3]
    written = text.split("\n")[line - 1]
    return Problem(f"not TOML: {_lower(what)} at column {column}", place(path, line, written.strip()), _quotes(written))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _quotes(line: str) -> str:
    """The line with the quotes that a text needs, where they are what is missing."""
    key, equals, value = (part.strip() for part in line.partition("="))
    plain = re.fullmatch(r"""[\w-]+|"[^"]*"|'[^']*'""", key, re.ASCII)
    if not equals or (re.search(r"""["']""", value) and plain):
        return ""
    written = value if re.search(r"""["']""", value) else f'"{value}"'
    return (
        f"a text stands in quotes: {key if plain else _quoted(key)} = {written}"
        if value
        else "write a value behind the '='"
    )


def _quoted(key: str) -> str:
    return f'"{key}"'


@dataclass(frozen=True)
class _Reading:
    """One pass over the parsed tables; what is wrong with their form is added to `problems`."""

    data: Mapping[str, Any]
    path: str
    layout: Layout
    problems: list[Located]

    def fail(self, message: str, *keys: str, hint: str = "") -> None:
        line = self.layout.line(*keys)
        self.problems.append((line, Problem(message, place(self.path, line), hint)))

    def sheet(self) -> Sheet:
        self.check_tables()
        nodes, inputs, parameters = (dict(self.texts(table)) for table in ("nodes", "inputs", "parameters"))
        if "loss" not in self.data:
            last = next(reversed(nodes), "g9").rpartition(",")[2].strip()
            self.fail("the loss is missing: say which node it is, above the first table", hint=f'loss = "{last}"')
        unreadable = {name for key, table in self.data.items() if key in TEXTS for name in table}
        unreadable -= {*nodes, *inputs, *parameters}
        name, loss, values = self.text("name"), self.text("loss"), self.text("values")
        sizes, accept = self.data.get("sizes", {}), tuple(self.accepted())
        return Sheet(
            self.path, self.layout, name, loss, values, inputs, parameters, nodes, sizes, accept,
            tuple(self.problems), frozenset(unreadable),
        )  # fmt: skip

    def check_tables(self) -> None:
        """SpecError where a table is missing, unknown or no table: nothing that uses its names could be judged."""
        before = len(self.problems)
        for key, value in self.data.items():
            if key not in KEYS:
                near = did_you_mean(key, KEYS)
                self.fail(f"{_title(key, value)} means nothing in a network file{near}", key, hint=KNOWN)
            elif (key in TEXTS or key == "sizes") and not isinstance(value, dict):
                self.fail(f"{key!r} is {_kind(value)}; write a table: [{key}], and its entries below it", key)
        if len(self.problems) == before:  # a table that is misspelled is not missing
            self.check_missing()
        if len(self.problems) > before:
            raise SpecError(*(problem for _, problem in sorted(self.problems, key=lambda located: located[0])))

    def check_missing(self) -> None:
        if not self.data.get("nodes"):
            self.fail("the table [nodes] is missing or empty: the network computes nothing", "nodes", hint=NODES)
        if "inputs" not in self.data and "parameters" not in self.data:
            self.fail("the tables [inputs] and [parameters] are missing: nothing is fed in", hint=INPUTS)

    def text(self, key: str) -> str | None:
        value = self.data.get(key)
        if value is not None and not isinstance(value, str):
            self.fail(f"{key!r} is {_kind(value)}; write a text in quotes", key)
            return None
        return value

    def texts(self, key: str) -> Iterator[tuple[str, str]]:
        """The entries of a table of texts; another type is a problem, with the text that was probably meant."""
        for name, value in self.data.get(key, {}).items():
            if isinstance(value, str):
                yield name, value
            elif isinstance(value, dict):
                self.fail(f"{name!r} in [{key}] is a table; names have no dots, and {TEXTS[key]} is a text", key, name)
            else:
                meant = " ".join(map(str, value)) if isinstance(value, list) else str(value)
                self.fail(
                    f"{name!r} in [{key}] is {_kind(value)}; {TEXTS[key]} is a text",
                    key,
                    name,
                    hint=f'{name} = "{clip(meant)}"',
                )

    def accepted(self) -> Iterator[Accept]:
        """The entries of [[accept]], each complete."""
        entries = self.data.get("accept", [])
        if not isinstance(entries, list):
            self.fail(
                "[accept] stands in single brackets; there may be several, so each begins with [[accept]]", "accept"
            )
            return
        for i, entry in enumerate(entries):
            given = entry if isinstance(entry, dict) else {}
            wrong = [key for key in ACCEPT if not isinstance(given.get(key), str)]
            strange = [key for key in given if key not in ACCEPT]
            for key in strange:
                self.fail(f"[[accept]] has no entry {key!r}{did_you_mean(key, ACCEPT)}", "accept", str(i), key)
            if wrong:
                self.fail(
                    f"[[accept]] needs {', '.join(map(repr, wrong))}, each a text",
                    "accept",
                    str(i),
                    hint="it says which finding, at which node, of which backend, and the reason why it is accepted",
                )
            elif not strange:
                yield Accept(**given)


def _title(key: str, value: Any) -> str:
    return f"the table [{key}]" if isinstance(value, dict) else f"the entry {key!r}"


def _kind(value: Any) -> str:
    kind = {dict: "a table", list: "a list", bool: "true or false", int: "an integer", float: "a number", str: "a text"}
    return kind.get(type(value), "a date or time")


KEYS = ("name", "loss", "values", "inputs", "parameters", "nodes", "sizes", "accept")
ACCEPT = ("finding", "node", "backend", "reason")
TEXTS = {"inputs": "a shape", "parameters": "a shape", "nodes": "an equation"}
KNOWN = f"a network file has {', '.join(KEYS)}"
NODES = '[nodes]  then lines such as  h1 = "tanh(x)"'
INPUTS = '[inputs]  then lines such as  x = "3 N"'
