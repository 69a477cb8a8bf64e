"""`trivium write`, `trivium exercise` and `trivium quiz`: a network as a script, with its way back, without, or with
mistakes in it.

Knows nothing of how a script is made.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.file import reserve, write as write_file
from trivium.cli.stream import mention, say, waiting
from trivium.cli.target import parse_sizes

if TYPE_CHECKING:
    from trivium.target import Source

Target = Annotated[str, typer.Argument(metavar="FILE|zoo:NAME", help="The network.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE.py", help="Where it goes; stdout if not said.")
]
Size = Annotated[list[str] | None, typer.Option(metavar="N=7", help="A size for one of the network's letters.")]
KEY, TASK = "key.json", "TASK.md"


def write(
    target: Target,
    *,
    style: Annotated[str, typer.Option("--as", metavar="STYLE", help="numpy (by hand), torch or jax.")] = "numpy",
    output: Output = None,
    size: Size = None,
) -> int:
    """Write a network as a script that needs nothing of trivium: its loss, and its gradient in this style.

    The steps are the very functions that trivium tests. Run, it prints the loss and every gradient.
    """
    from trivium.lessons.script import STYLES
    from trivium.wanted import one_of

    _ = one_of(style, "--as", STYLES)
    return _written(["trivium", "write", target, "--as", style], target, style, output, size, solved=True)


def exercise(target: Target, *, output: Output = None, size: Size = None) -> int:
    """Write a network's script by hand with the way back to be filled in, step by step.

    `trivium check FILE.py::gradients --cost loss --against NETWORK` says how far it is right.
    """
    code = _written(["trivium", "exercise", target], target, "numpy", output, size, solved=False)
    if output is not None:
        said = shlex.join(["trivium", "check", f"{output}::gradients", "--cost", "loss", "--against", target])
        mention(f"write what is todo, and then: {said}")
    return code


def quiz(
    target: Target,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="A new folder.")],
    mistakes: Annotated[int, typer.Option(min=1, max=50, help="How many scripts, with a mistake in each.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Which mistakes.")] = 0,
    size: Size = None,
) -> int:
    """Write scripts of a network by hand, each with a known mistake in its way back, and the key.

    Each mistake is one that `trivium grade` catches and names; those that it names alone, and not among others that
    give the same numbers, come first. Who finds it writes the line as it should be, and the command in TASK.md says
    what is right: against the zoo's network, or against the file of the network that is written beside the scripts.
    """
    from trivium.backend import load_backend
    from trivium.lessons.quiz import quiz as questions
    from trivium.probe import draw

    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        message = f"{output} exists, and is no empty folder: choose another"
        raise typer.BadParameter(message, param_hint="'--output'")
    source = _source(target, size)
    words = ["trivium", "quiz", target, "--mistakes", str(mistakes), "--seed", str(seed), *_sized(size)]
    fewer = "trivium quiz --help    # --mistakes: how many scripts"
    with waiting("planting mistakes, and checking that each is found"), advised(lambda _: fewer):
        given = source.values or draw(source.spec)
        found = questions(
            source.spec, load_backend("numpy"), given, count=mistakes, seed=seed, command=shlex.join(words)
        )
    output.mkdir(parents=True, exist_ok=True)
    files = [f"{source.spec.name}_{i}.py" for i in range(1, len(found) + 1)]
    for file, question in zip(files, found, strict=True):
        write_file(output / file, question.text)
    network = target if target.startswith("zoo:") and size is None else _beside(source, output)
    keys = [q.key(f) for f, q in zip(files, found, strict=True)]
    write_file(output / KEY, json.dumps({"network": network, "answers": keys}, indent=2, ensure_ascii=False) + "\n")
    grading = shlex.join(["trivium", "grade", *files, "--against", network, "--hints", "2"])
    write_file(output / TASK, _task(source.spec.name, files, grading))
    many = f"{len(found)} script{'' if len(found) == 1 else 's'}"
    mention(f"wrote {many} to {output}, the task to {output / TASK}, and the key to {output / KEY}")
    return 0


def _beside(source: Source, folder: Path) -> str:
    """The network as a file in the folder of its scripts, at their sizes, with its numbers; and what it is called."""
    from trivium.spec.file import dump_toml

    values = None
    if source.values is not None:
        values = f"{source.spec.name}.values.json"
        write_file(folder / values, json.dumps({n: x.tolist() for n, x in source.values.items()}) + "\n")
    file = f"{source.spec.name}.net.toml"
    write_file(folder / file, dump_toml(source.spec, values=values, accept=source.known))
    return file


def _task(name: str, files: Sequence[str], grading: str) -> str:
    """What whoever is asked reads."""
    return (
        f"# One mistake in each\n\nEach of these {len(files)} scripts computes the loss of the network {name} and its "
        "gradient by hand. The way forward is right. In the way back, in one of the functions that end in `_vjp` or in "
        "`loss_and_gradients`, one thing is wrong. Find it, name it, and put it right.\n\n"
        + "".join(f"- {file}\n" for file in files)
        + f"\nTo see what is right, and a hint where it is not, in this folder:\n\n```sh\n{grading}\n```\n"
    )


def _written(
    words: Sequence[str], target: str, style: str, output: Path | None, size: Sequence[str] | None, *, solved: bool
) -> int:
    from trivium.backend import load_backend
    from trivium.lessons.script import script
    from trivium.probe import draw

    if output is not None:
        reserve(output, "--output")
        if output.exists():
            message = f"{output} exists, and is not overwritten: choose another name, or remove it first"
            raise typer.BadParameter(message, param_hint="'--output'")
    source = _source(target, size)
    command = shlex.join([*words, *_sized(size)])
    with waiting(f"importing {style}"):
        text = script(source.spec, load_backend(style), source.values or draw(source.spec), command, solved=solved)
    if output is None:
        say(text.rstrip("\n"))
        return 0
    write_file(output, text)
    mention(f"wrote {output}")
    return 0


def _source(target: str, size: Sequence[str] | None) -> Source:
    from trivium.target import find

    with advised(size_or_network(target)):
        return find(target, sizes=parse_sizes(size or ()))


def _sized(size: Sequence[str] | None) -> list[str]:
    return [part for word in size or () for part in ("--size", word)]
