"""What a submission may not do, event by event, and what it may."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trivium.grade.guard import _forbidden as forbidden

WRITE = os.O_WRONLY | os.O_CREAT


def said(event: str, *arguments: Any, scratch: Path) -> str:
    return forbidden(event, arguments, os.path.realpath(scratch))


@pytest.mark.parametrize(
    ("event", "arguments", "says"),
    [
        ("open", ("/etc/x", "w", 0), "writing /etc/x"),
        ("open", (b"/etc/x", "r+", 0), "writing /etc/x"),
        ("open", (Path("/etc/x"), None, WRITE), "writing /etc/x"),
        ("os.remove", ("/etc/x", -1), "changing /etc/x"),
        ("os.rename", ("mine", "/etc/x", -1, -1), "changing /etc/x"),
        ("os.rename", ("/etc/x", "mine", -1, -1), "changing /etc/x"),
        ("os.mkdir", ("/etc/x", 0o777, -1), "changing /etc/x"),
        ("os.link", ("/etc/x", "mine", -1, -1), "changing /etc/x"),
        ("os.symlink", ("mine", "/etc/x", -1), "changing /etc/x"),
        ("os.truncate", ("/etc/x", 0), "changing /etc/x"),
        ("shutil.rmtree", ("/etc/x", None), "changing /etc/x"),
        ("sqlite3.connect", ("/etc/x",), "changing /etc/x"),
        ("os.fork", (), "starting a process (os.fork)"),
        ("os.system", (b"ls",), "starting a process (os.system)"),
        ("subprocess.Popen", ("ls", ["ls"], None, None), "starting a process (subprocess.Popen)"),
        ("socket.connect", (None, ("localhost", 1)), "using the network"),
        ("resource.setrlimit", (0, (1, 1)), "changing its limits"),
        ("os.kill", (1, 9), "sending a signal to another process"),
    ],
)
def test_what_is_forbidden_is_named(
    event: str, arguments: tuple[Any, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(event, *arguments, scratch=tmp_path) == says


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/etc/x", "r", os.O_RDONLY)),
        ("open", ("mine", "w", WRITE)),
        ("open", (3, "w", WRITE)),
        ("open", ("/dev/null", "w", WRITE)),
        ("os.remove", ("mine", -1)),
        ("os.rename", ("mine", "yours", -1, -1)),
        ("sqlite3.connect", (":memory:",)),
        ("os.kill", (os.getpid(), 9)),
        ("import", ("os", None, None, None, None)),
        ("socket.gethostname", ()),
    ],
)
def test_what_is_allowed_is_not(
    event: str, arguments: tuple[Any, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(event, *arguments, scratch=tmp_path) == ""


def test_a_link_that_leads_out_is_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path / "out")
    assert said("open", str(tmp_path / "in/link"), "w", WRITE, scratch=tmp_path / "in") == f"writing {tmp_path}/out"
    assert said("os.remove", str(tmp_path / "in/link"), -1, scratch=tmp_path / "in") == ""


def test_a_name_that_begins_alike_is_outside(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert said("open", f"{tmp_path}/inner", "w", WRITE, scratch=tmp_path / "in") == f"writing {tmp_path}/inner"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    """An open folder."""
    number = os.open(tmp_path, os.O_RDONLY)
    yield number
    os.close(number)


def test_a_path_beside_an_open_folder_is_relative_to_that(tmp_path: Path, folder: int) -> None:
    (tmp_path / "in").mkdir()
    assert said("os.remove", "x", folder, scratch=tmp_path / "in") == f"changing {tmp_path}/x"
    assert said("os.remove", "in/x", folder, scratch=tmp_path / "in") == ""


def test_the_events_have_the_names_that_python_gives_them(tmp_path: Path) -> None:
    heard: list[str] = []
    ears = [heard.append]  # a hook stays for good: it is deaf once this is empty
    sys.addaudithook(lambda event, _: [hear(event) for hear in ears] and None)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").touch()
    os.rename(tmp_path / "a/b", tmp_path / "a/c")
    (tmp_path / "a/c").unlink()
    (tmp_path / "a").rmdir()
    sqlite3.connect(":memory:").close()
    ears.clear()
    assert {"os.mkdir", "open", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect"} <= set(heard)
