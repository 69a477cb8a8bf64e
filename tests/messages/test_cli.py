"""What a person reads who mistyped something: what is wrong, and as the last line something to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.cli import main

NEXT = "trivium new example    # writes a network that works; `trivium ops` lists every operation"
VALUES = "trivium check --help   # how values are given"
MESSAGES = {
    "check": "error: Missing argument 'FILE|zoo:NAME...'.\ntrivium check --help\n",
    "check x --frob": "error: No such option: --frob\ntrivium check --help\n",
    "frob": "error: No such command 'frob'.\ntrivium --help\n",
    "check nowhere.net.toml": f"SpecError: no file 'nowhere.net.toml'; did you mean 'exists.net.toml'?\n{NEXT}\n",
    "check zoo:diamnd": (
        "SpecError: no network 'diamnd' in the zoo (it has: mlp, mlp_columns, classifier, binary, regression_l1, "
        f"diamond); did you mean 'diamond'?\n{NEXT}\n"
    ),
    "check zoo:diamond --backends numpi": (
        "BackendError: no backend 'numpi' (known are: numpy, torch, jax); did you mean 'numpy'?\n"
        "trivium doctor         # which backends work here, and what to install\n"
    ),
    "check zoo:diamond --seed -1": f"ValuesError: seed is -1; a seed is an integer from 0 up\n{VALUES}\n",
    "check zoo:diamond --size N": (
        f"SpecError: --size 'N': write a name, = and an integer, such as --size N=7\n{NEXT}\n"
    ),
    "check zoo:diamond --dtypes float16": (
        "SpecError: --dtypes 'float16': 'float16' is no precision; did you mean 'float64'?; there are: float64, "
        f"float32\n{NEXT}\n"
    ),
    "check zoo:diamond --dtypes ,": (
        f"SpecError: --dtypes ',': names no precision; there are: float64, float32\n{NEXT}\n"
    ),
    "check zoo:diamond --budget lots": (
        f"SpecError: --budget 'lots': write a number of bytes, such as 500MB or 2GiB\n{NEXT}\n"
    ),
    "check zoo:diamond --values nowhere.npz": f"ValuesError: no such file\n  in nowhere.npz\n{VALUES}\n",
    "check zoo:diamond zoo:mlp --html page.html": (
        f"ValuesError: --html page.html takes one network, and 2 are given; run them one by one\n{VALUES}\n"
    ),
    "check zoo:diamond --backends numpy --dtypes float64 --html nowhere/page.html": (
        f"ValuesError: cannot write nowhere/page.html: No such file or directory\n{VALUES}\n"
    ),
    "new exists": (
        "ValuesError: exists.net.toml exists, and is not overwritten: choose another name, or remove it first\n"
        f"{VALUES}\n"
    ),
    "new 1st": f"SpecError: '1st' is no name for a network: begin with a letter, then letters, digits and _\n{NEXT}\n",
    "ops tanhh": f"SpecError: no op 'tanhh'; did you mean 'tanh'?\n{NEXT}\n",
    "explain tanhh": (
        "SpecError: 'tanhh' is no operation and no code; did you mean 'tanh'?; a node is explained with --in FILE\n"
        f"{NEXT}\n"
    ),
    "explain TV999": (
        "SpecError: no code TV999; there are: TV101, TV102, TV103, TV104, TV105, TV106, TV107, TV108, TV109, TV201, "
        f"TV202, TV203\n{NEXT}\n"
    ),
    "explain g33 --in zoo:mlp_columns": f"SpecError: mlp_columns has no node 'g33'; did you mean 'g3'?\n{NEXT}\n",
    "explain w1 --in zoo:mlp_columns": (
        f"SpecError: 'w1' is a parameter of mlp_columns, not a step; the steps that read it: g1\n{NEXT}\n"
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
