"""`trivium new`: a commented network to start from.

Knows nothing of how a file is read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from trivium.cli.file import claim, write
from trivium.cli.stream import say
from trivium.errors import SpecError

SUFFIX = ".net.toml"
TEMPLATE = """\
# A network: what is fed in, then one step a line, then the name of the loss.
# Check it:               trivium check {path}
# Every operation:        trivium ops
# One step, explained:    trivium explain hidden --in {path}

name = "{name}"
loss = "cost"

# Shapes. A letter or word is a size, bound in [sizes]; data points are columns here, N of them.
[inputs]
x = "3 N"
target = "2 N"

[parameters]
w1 = "hidden_units 3"
b1 = "hidden_units 1"
w2 = "2 hidden_units"
b2 = "2 1"

# One name, one equation; a name is used after its line.
[nodes]
z = "affine(w1, x, b1)"
hidden = "tanh(z)"
prediction = "affine(w2, hidden, b2)"
# The loss states how it is reduced: 'sum', 'mean' (over all entries), or 'batchmean' (sum over N, divided by N).
cost = "squared_error(prediction, target, reduction='batchmean', batch_axis=1)"

[sizes]
N = 5
hidden_units = 4

# Numbers are drawn. To check at your own, name a file beside this one, at the top:   values = "{name}.values.json"
# It holds every input and parameter:   {{"x": [[0.5, 1.0], ...], "w1": ...}}
"""


def new(
    name: Annotated[str, typer.Argument(metavar="NAME.net.toml", help="The file to write.")] = "my_network.net.toml",
) -> int:
    """Write a commented network to start from.

    A file that exists is never overwritten."""
    path = Path(name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")
    title = path.name.removesuffix(SUFFIX)
    word = re.sub(r"\W", "_", title)
    if not word or word[0].isdigit():
        raise SpecError(f"{title!r} is no name for a network: begin with a letter, then letters, digits and _")
    claim(path)
    write(path, TEMPLATE.format(name=word, path=path))
    say(f"wrote {path}; now check it:\ntrivium check {path}")
    return 0
