"""A person's file is read as Python reads it: its first lines may say how it is encoded."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.errors import OracleError
from trivium.own.source import loaded
from trivium.own.stateful import instance

SOURCE = "def name():\n    return 'café'\n"


def file(folder: Path, content: bytes, name: str = "mine.py") -> Path:
    path = folder / name
    _ = path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        SOURCE.encode(),
        b"\xef\xbb\xbf" + SOURCE.encode(),
        f"# -*- coding: latin-1 -*-\n{SOURCE}".encode("latin-1"),
        f"#!/usr/bin/env python\n# coding: cp1252\r\n{SOURCE}".encode("cp1252"),
    ],
    ids=["utf-8", "with a mark", "latin-1", "in its second line"],
)
def test_a_source_is_read_as_python_reads_it(content: bytes, tmp_path: Path) -> None:
    assert loaded(file(tmp_path, content)).name() == "café"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("# café\n".encode("latin-1"), r"cannot be read: 'utf-8' codec can't decode byte 0xe9 in position 5"),
        ("\n\n\n# café\n".encode("latin-1"), r"cannot be read: 'utf-8' codec can't decode byte 0xe9 in position 8"),
        (b"# coding: nonesuch\n", r"cannot be read: unknown encoding.*nonesuch"),
    ],
    ids=["first line", "later line", "unknown"],
)
def test_what_python_cannot_read_is_said(content: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(OracleError, match=says):
        _ = loaded(file(tmp_path, content))


def test_a_text_of_a_notebook_is_utf_8(tmp_path: Path) -> None:
    text = f"In [1]:\n{SOURCE}"
    assert loaded(file(tmp_path, text.encode(), "mine.txt")).name() == "café"
    with pytest.raises(OracleError, match="cannot be read"):
        _ = loaded(file(tmp_path, f"# coding: latin-1\n{text}".encode("latin-1"), "other.txt"))


def test_a_class_that_wants_arguments_is_told_what_helps() -> None:
    class Net:
        def __init__(self, w: float) -> None:
            self.w = w

    with pytest.raises(OracleError, match=r"\): give every argument of __init__ a default, or hand over an object$"):
        _ = instance(Net)
