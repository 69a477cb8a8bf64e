"""`trivium mistakes`: every mistake is listed and explained within the page, and a network says which it can have."""

from __future__ import annotations

import json

import pytest

from trivium.cli import main
from trivium.mistakes import FAMILIES, MISTAKES


def lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["mistakes", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_every_mistake_is_listed_under_its_family(capsys: pytest.CaptureFixture[str]) -> None:
    found = lines(capsys)
    assert [name for name in MISTAKES if f"  {name}" not in found] == []
    assert [title for title in FAMILIES.values() if title not in found] == []
    assert max(map(len, found)) <= 80


@pytest.mark.parametrize("name", list(MISTAKES))
def test_every_mistake_is_told_in_words_within_the_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = lines(capsys, name)
    assert found[0].startswith(f"{name}: ")
    assert [line[2] for line in found if line[:2] == "  " and line[2] in "123" and line[3:5] == "  "] == ["1", "2", "3"]
    assert "{" not in "".join(found)
    assert max(map(len, found)) <= 80


def test_explain_tells_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    told = lines(capsys, "bias-averaged")
    assert main(["explain", "bias-averaged"]) == 0
    assert capsys.readouterr().out.splitlines() == told


def test_a_network_has_only_what_fits_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = " ".join(lines(capsys, "--in", "zoo:notebook"))
    assert "mean-forgotten       not divided by the number of terms (at g9)" in found
    assert "carry-dropped" not in found


def test_json_has_the_words_and_where_they_are_at_home(capsys: pytest.CaptureFixture[str]) -> None:
    assert [m["name"] for m in json.loads("\n".join(lines(capsys, "--json")))] == list(MISTAKES)
    one = json.loads("\n".join(lines(capsys, "mean-forgotten", "--in", "zoo:notebook", "--json")))
    assert (one["at"], one["steps"], len(one["hints"])) == (["notebook", "g9"], ["g9"], 3)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bias-averagd"], "no mistake 'bias-averagd'; did you mean 'bias-averaged'"),
        (["carry-dropped", "--in", "zoo:notebook"], "carry-dropped cannot be made in any step of notebook"),
        (["--in", "zoo:notebok"], "did you mean 'notebook'"),
    ],
)
def test_what_is_not_there_is_said(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mistakes", *arguments]) == 2
    assert says in capsys.readouterr().err
