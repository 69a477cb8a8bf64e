"""A page of every kind that trivium writes, each as a person gets it, made once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import trivium as tv
from tests.bench.made import made
from tests.grade.handed import EXAMPLES, NET, RIGHT, handed, marks, slip, task
from tests.planted import PLANTED
from trivium.bench.page import page as bench_page
from trivium.cli import main
from trivium.grade.page import page as class_page
from trivium.report import Report
from trivium.target import find

SOURCE = (EXAMPLES / "student/three_layers.py").read_text(encoding="utf-8")
WRONG = SOURCE.replace('* sigmoid_slope(data["g5"])', '* sigmoid_slope(data["g6"])')
HOSTILE = '<img src=x onerror=alert(1)>".py'


def checked(*, network: str = "zoo:notebook", planted: str = "", backend: str = "numpy") -> Report:
    """A check by two roads in one precision, perhaps with a mistake in one of them."""
    mistake = PLANTED.get(planted)
    tamper = {backend: {mistake.node: mistake.tamper}} if mistake else None
    return tv.check(network, backends=["numpy", "torch"], dtypes=["float64"], tamper=tamper)


def agreeing() -> str:
    return checked().to_html()


def failing() -> str:
    return checked(planted="tanh' omitted").to_html()


def own() -> str:
    with tempfile.TemporaryDirectory() as folder:
        code, page = Path(folder) / "mine.py", Path(folder) / "own.html"
        _ = code.write_text(WRONG, encoding="utf-8")
        assert main(["check", f"{code}::grads", "--cost", "cost", "--against", str(NET), "--html", str(page)]) == 1
        return page.read_text(encoding="utf-8")


def summary() -> str:
    slipped = slip('(1 - kept["g3"] ** 2)', '(1 - kept["g2"] ** 2)')
    with tempfile.TemporaryDirectory() as folder:
        found = marks(handed(Path(folder), {"right.py": RIGHT, HOSTILE: slipped}), task(level=2))
        return class_page(tuple(found.values()), find(NET).spec, "trivium grade <folder>")


def bench() -> str:
    return bench_page(made(["zoo:notebook", "zoo:mlp"]), "trivium bench report <bench.json>")


def written(*words: str) -> str:
    """What a command writes."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        assert main([*words, str(page)]) == 0
        return page.read_text(encoding="utf-8")


def lesson() -> str:
    return written("lesson", str(NET), "-o")


def op() -> str:
    return written("explain", "layer_norm", "--html")


def network() -> str:
    return written("explain", "zoo:diamond", "--html")


KINDS: Mapping[str, Callable[[], str]] = {
    "agreeing": agreeing,
    "failing": failing,
    "own": own,
    "class": summary,
    "bench": bench,
    "lesson": lesson,
    "op": op,
    "network": network,
}


@cache
def shown(kind: str) -> str:
    """The page of a kind."""
    return KINDS[kind]()
