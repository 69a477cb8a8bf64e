"""Submissions are found in files and folders, each once and under a name of its own; what is none is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.grade.handed import handed
from trivium.errors import OracleError
from trivium.grade.submission import LARGEST, Submission, gathered


def names(*paths: Path) -> list[str]:
    return [s.name for s in gathered(paths)]


def test_a_folder_means_the_python_files_and_notebooks_in_it(tmp_path: Path) -> None:
    files = dict.fromkeys(["b.py", "a.ipynb", "notes.txt", "c.csv", ".hidden.py", "__init__.py", "deep/d.py"], "")
    assert names(handed(tmp_path, files)) == ["a.ipynb", "b.py"]


def test_a_notebooks_text_is_one_where_it_is_named(tmp_path: Path) -> None:
    assert names(handed(tmp_path, {"notes.txt": ""}) / "notes.txt") == ["notes.txt"]


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    _ = handed(tmp_path, {"anna/hw.py": "", "bob/hw.py": ""})
    assert names(tmp_path / "anna/hw.py", tmp_path / "bob/hw.py") == ["anna/hw.py", "bob/hw.py"]


def test_a_file_that_is_named_twice_is_graded_once(tmp_path: Path) -> None:
    _ = handed(tmp_path, {"a.py": "", "b.py": ""})
    (tmp_path / "again.py").symlink_to(tmp_path / "a.py")
    assert names(tmp_path / "a.py", tmp_path, tmp_path / "again.py") == ["a.py", "b.py"]


def test_every_path_without_a_submission_is_said(tmp_path: Path) -> None:
    with pytest.raises(OracleError) as caught:
        _ = gathered([tmp_path / "no.py", tmp_path / "neither.py"])
    assert str(caught.value) == f"{tmp_path}/no.py does not exist\n{tmp_path}/neither.py does not exist"


def test_an_empty_folder_is_said_and_what_stands_deeper(tmp_path: Path) -> None:
    with pytest.raises(OracleError, match=r"holds no \.py and no \.ipynb file$"):
        _ = gathered([tmp_path])
    _ = handed(tmp_path, {"anna/hw.py": ""})
    with pytest.raises(OracleError, match=r"there is .*/anna/hw\.py: name the files, such as .*/\*/\*\.py$"):
        _ = gathered([tmp_path])


def test_no_path_at_all_is_said() -> None:
    with pytest.raises(OracleError, match="no submission is named"):
        _ = gathered([])


def test_what_is_no_file_is_hindered(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere.py")
    with (tmp_path / "huge.py").open("wb") as file:
        _ = file.truncate(LARGEST + 2**20)
    assert {s.name: s.hindrance for s in gathered([tmp_path])} == {
        "dangling.py": "it is no file",
        "folder.py": "it is no file",
        "huge.py": "it has 65 MB, and a submission has at most 64",
        "pipe.py": "it is no file",
    }


def test_what_can_be_read_is_not_hindered(tmp_path: Path) -> None:
    assert Submission("a.py", handed(tmp_path, {"a.py": ""}) / "a.py").hindrance == ""
