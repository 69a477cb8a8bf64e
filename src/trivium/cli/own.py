"""`trivium check mynet.py::grads`: a person's own gradient, from a file or a notebook.

Knows nothing of how a gradient is judged.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.stream import colorful, mention, say, waiting, width
from trivium.errors import OracleError, ValuesError

OWN = "::"
"""Between a file and a function in it."""
CODES = {"agree": 0, "disagree": 1, "undecided": 3}


def check_own(
    targets: Sequence[str],
    *,
    cost: str | None,
    against: str | None,
    values: Path | None,
    oracle: str | None,
    as_json: bool,
) -> int:
    """Check one gradient and show what was found."""
    if len(targets) > 1 or OWN not in targets[0]:
        raise typer.BadParameter("takes one gradient of your own, such as mynet.py::grads", param_hint="'--cost'")
    (target,) = targets
    from trivium.given import read_values
    from trivium.own.source import function
    from trivium.verbs import check_gradient

    path = target.partition(OWN)[0]
    where = cost if cost is None or OWN in cost else f"{path}{OWN}{cost}"
    if cost is None and against is None:
        message = "a gradient alone cannot be judged: name the function too, or a network to hold it against"
        raise _cured(OracleError(message), f"trivium check {target} --cost cost --values numbers.json")
    if values is None and against is None:
        message = f"no numbers to check {target} at: name a file that holds every argument"
        raise _cured(ValuesError(message), f"trivium check {target} --cost {cost} --values numbers.json")
    with waiting(f"checking {target}"):
        try:
            grad, f = function(target), None if where is None else function(where)
        except OracleError as error:
            raise _cured(error, "trivium check --help   # a gradient of your own is FILE.py::NAME") from None
        at = None if values is None else read_values(values)
        with advised(size_or_network(against or "")):
            report = check_gradient(f, grad, at=at, against=against, oracle=oracle)
    asked = {"--cost": cost, "--against": against, "--values": values, "--oracle": oracle}
    words = ["trivium", "check", target, *(w for n, x in asked.items() if x is not None for w in (n, str(x)))]
    report = replace(report, command=shlex.join(words))
    if as_json:
        say(json.dumps(report.to_json(), indent=2, allow_nan=False))
    else:
        say(report.text(width=width(), color=colorful()))
    if not path.endswith(".py"):
        mention(f"of {path} only imports, functions and classes were run")
    return CODES[report.verdict]


def _cured(error: OracleError | ValuesError, line: str) -> OracleError | ValuesError:
    error.add_note(line)
    return error
