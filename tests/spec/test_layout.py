"""Where the keys of a TOML text stand, and which texts a parser is not let loose on."""

from __future__ import annotations

import tomllib
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from trivium.spec.layout import Layout, layout, without

TEXT = '''\
name = "a # [[[ b"  # c [[[
note = """one
two""""
[inputs]
x = "2 N"
"h, c" = 'x["]'
numbers = [1,
  2, [3]]
[[accept]]
node = 1
[[accept]]
node = 2
[deep."a.b".c]
'x'.y = ""
'''


def lines(found: Layout) -> dict[tuple[str, ...], int]:
    return {statement.path: statement.line for statement in found.statements}


def test_every_statement_has_its_path_and_line() -> None:
    assert lines(layout(TEXT)) == {
        ("name",): 1,
        ("note",): 2,
        ("inputs",): 4,
        ("inputs", "x"): 5,
        ("inputs", "h, c"): 6,
        ("inputs", "numbers"): 7,
        ("accept", "0"): 9,
        ("accept", "0", "node"): 10,
        ("accept", "1"): 11,
        ("accept", "1", "node"): 12,
        ("deep", "a.b", "c"): 13,
        ("deep", "a.b", "c", "x", "y"): 14,
    }


def test_a_path_without_a_line_has_that_of_what_is_around_it() -> None:
    found = layout(TEXT)
    assert [found.line("inputs", "y"), found.line("accept"), found.line("nowhere")] == [4, 9, 0]


def test_a_path_that_stands_twice_is_found() -> None:
    found = layout("a = 1\n[t]\na = 2\na = 3\n[t]\n")
    assert [(second.line, first.line) for second, first in found.repeated()] == [(4, 3), (5, 2)]


def test_nothing_is_repeated_where_nothing_is() -> None:
    assert list(layout(TEXT).repeated()) == []


def test_a_statement_taken_out_leaves_every_other_on_its_line() -> None:
    text = 'a = """\n\n"""\nb = 1\n'
    assert without(text, layout(text).statements[:1]) == "\n\n\nb = 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 17,
        "x = " + "{a=" * 17,
        "a." * 17 + "b = 1",
        "[" + "a." * 17 + "b]",
        "x = [" + "1," * 1000,
        "y = '''a''''\nx = " + "[" * 17,
        'y = """a"""""\nx = ' + "[" * 17,
        "[t]\n# '\nx = " + "[" * 17,
    ],
)
def test_what_nests_too_deeply_or_goes_on_too_long_is_overgrown(text: str) -> None:
    assert layout(text).overgrown == text.count("\n") + 1


@pytest.mark.parametrize("text", ["x = " + "[" * 16 + "]" * 16, "x = '" + "[" * 99 + "'", "# " + "[" * 99, TEXT])
def test_what_does_not_is_not(text: str) -> None:
    assert layout(text).overgrown == 0


PIECES = (
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "#",
    "=",
    "\n",
    ",",
    ".",
    "a",
    "b",
    "1",
    " ",
    "[t]\n",
    'a = "',
)
KEYS = ("x", "'y'", '"z.w"', "v.u", "[t]\nx", "[[s]]\nx", "[t.'r']\nq")
VALUES = ("1", "'[[['", '"#"', '"""\n[a]\nb=1"""', "'''\n''''", "[1,\n[2], # ]\n]", "{k = '}'}", '"\\""')


def outcome(text: str) -> dict[str, Any] | ValueError:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        return error


@given(st.lists(st.sampled_from(PIECES)).map("".join).map(lambda text: text if layout(text).overgrown == 0 else ""))
def test_what_is_not_overgrown_can_be_parsed_without_too_much_recursion(text: str) -> None:
    assert isinstance(outcome(text), dict | ValueError)


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES))))
def test_every_top_level_key_of_valid_toml_has_a_line(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in pairs)
    parsed = outcome(text)
    keys = list(parsed) if isinstance(parsed, dict) else []
    assert [key for key in keys if layout(text).line(key) == 0] == []
