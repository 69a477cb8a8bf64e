"""What a person reads who mistyped something: what is wrong, and as the last line something to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.cli import main
from trivium.zoo import ZOO

NEXT = "trivium new example    # writes a network that works; `trivium ops` lists every operation"
OPERATIONS = "trivium ops            # lists every operation"
EXPLAIN = "trivium explain --help # what can be explained; `trivium ops` lists every operation"
HELP = "trivium check --help"
MESSAGES = {
    "check": "error: Missing argument 'FILE|zoo:NAME|zoo:all|FILE::GRADS|MODULE:NAME...'.\ntrivium check --help\n",
    "check x --frob": "error: No such option: --frob\ntrivium check --help\n",
    "frob": "error: No such command 'frob'.\ntrivium --help\n",
    "check nowhere.net.toml": f"SpecError: no file 'nowhere.net.toml'; did you mean 'exists.net.toml'?\n{NEXT}\n",
    "check zoo:diamnd": (
        f"SpecError: no network 'diamnd' in the zoo (it has: {', '.join(ZOO)}); did you mean 'diamond'?\n"
        "trivium check zoo:notebook\n"
    ),
    "check zoo:diamond --backends numpi": (
        "BackendError: no backend 'numpi' (known are: numpy, torch, jax); did you mean 'numpy'?\n"
        "trivium doctor         # which backends work here, and what to install\n"
    ),
    "check zoo:diamond --seed -1": (
        f"error: Invalid value for '--seed': Input should be greater than or equal to 0\n{HELP}\n"
    ),
    "check zoo:diamond --size N": (
        f"error: Invalid value for '--size': 'N': write a name, = and an integer, such as --size N=7\n{HELP}\n"
    ),
    "check zoo:diamond --size Q=7": (f"SpecError: diamond has no size 'Q' (it has: b, h, m, n)\n{HELP}   # --size\n"),
    "check zoo:diamond --dtypes float16": (
        "error: Invalid value for '--dtypes': 'float16' is no precision; did you mean 'float64'?; there are: float64, "
        f"float32\n{HELP}\n"
    ),
    "check zoo:diamond --dtypes ,": (
        f"error: Invalid value for '--dtypes': ',' names no precision; there are: float64, float32\n{HELP}\n"
    ),
    "check zoo:diamond --budget lots": (
        f"error: Invalid value for '--budget': 'lots': write a number of bytes, such as 500MB or 2GiB\n{HELP}\n"
    ),
    "check zoo:diamond --values nowhere.npz": (
        f"error: Invalid value for '--values': file 'nowhere.npz' does not exist.\n{HELP}\n"
    ),
    "check zoo:diamond zoo:mlp --html page.html": (
        f"error: Invalid value for '--html': takes one network, and 2 are given; run them one by one\n{HELP}\n"
    ),
    "check zoo:diamond --backends numpy --dtypes float64 --html nowhere/page.html": (
        f"error: Invalid value for '--html': cannot write nowhere/page.html: No such file or directory\n{HELP}\n"
    ),
    "new nowhere/mine": (
        "error: Invalid value: cannot write nowhere/mine.net.toml: No such file or directory\ntrivium new --help\n"
    ),
    "new exists": (
        "error: Invalid value: exists.net.toml exists, and is not overwritten: choose another name, or remove it "
        "first\ntrivium new --help\n"
    ),
    "new 1st": f"SpecError: '1st' is no name for a network: begin with a letter, then letters, digits and _\n{NEXT}\n",
    "ops tanhh": f"SpecError: no op 'tanhh'; did you mean 'tanh'?\n{OPERATIONS}\n",
    "explain tanhh": (
        "SpecError: 'tanhh' is no operation, no mistake and no code; did you mean 'tanh'?; a node is explained with "
        "--in FILE\n"
        f"{EXPLAIN}\n"
    ),
    "explain TV999": (
        "SpecError: no code TV999; there are: TV101, TV102, TV103, TV104, TV105, TV106, TV107, TV108, TV109, TV110, "
        "TV201, TV202, TV203, TV204\ntrivium explain TV101  # what a code means\n"
    ),
    "explain g33 --in zoo:notebook": (
        "SpecError: notebook has no node 'g33' (it has: g1, g2, g3, g4, g5, g6, g7, g8 and g9); did you mean 'g3'?\n"
        "trivium explain g3 --in zoo:notebook\n"
    ),
    "explain w1 --in zoo:notebook": (
        "SpecError: 'w1' is a parameter of notebook, not a step; the steps that read it: g1\n"
        "trivium explain g1 --in zoo:notebook\n"
    ),
    "explain g1 --in nowhere.net.toml": (
        f"SpecError: no file 'nowhere.net.toml'; did you mean 'exists.net.toml'?\n{NEXT}\n"
    ),
}


@pytest.mark.parametrize(("typed", "message"), MESSAGES.items(), ids=MESSAGES)
def test_message(
    typed: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exists.net.toml").touch()
    assert main(typed.split()) == 2
    assert capsys.readouterr().err == message
