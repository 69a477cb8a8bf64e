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

from trivium.cli.cure import SIZES, advised
from trivium.cli.file import reserve, write as write_file
from trivium.cli.stream import mention, say, waiting
from trivium.cli.target import named, parse_sizes
from trivium.errors import counted

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
    return _written(["trivium", "write", target, "--as", style], target, style, output, size)


def exercise(target: Target, *, output: Output = None, size: Size = None) -> int:
    """Write a network's script by hand with the way back to be filled in, step by step.

    `trivium check FILE.py::gradients --cost loss --against NETWORK` says how far it is right.
    """
    file = "FILE.py" if output is None else output
    said = shlex.join(["trivium", "check", f"{file}::gradients", "--cost", "loss", "--against", target])
    code = _written(["trivium", "exercise", target], target, "numpy", output, size, then=said)
    if output is not None:
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
    whether it is right, with hints if not; `trivium grade` marks all scripts, and names what is wrong, for whoever
    asked. The network is the zoo's, or the file that is written beside the scripts.
    """
    from trivium.backend import load_backend
    from trivium.lessons.quiz import quiz as questions
    from trivium.probe import draw

    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        message = f"{output} exists, and is no empty folder: choose another"
        raise typer.BadParameter(message, param_hint="'--output'")
    source = _source(target, size, "quiz")
    fewer = "trivium quiz --help    # --mistakes: how many scripts"
    with waiting("planting mistakes, and checking that each is found"), advised(lambda _: fewer):
        given = source.values or draw(source.spec)
        found = questions(source.spec, load_backend("numpy"), given, count=mistakes, seed=seed)
    output.mkdir(parents=True, exist_ok=True)
    files = [f"{source.spec.name}_{i}.py" for i in range(1, len(found) + 1)]
    for file, question in zip(files, found, strict=True):
        write_file(output / file, question.text)
    network = target if target.startswith("zoo:") and size is None else _beside(source, output)
    keys = [q.key(f) for f, q in zip(files, found, strict=True)]
    grading = shlex.join(["trivium", "grade", *files, "--against", network])
    key = {"network": network, "grading": grading, "answers": keys}
    write_file(output / KEY, json.dumps(key, indent=2, ensure_ascii=False) + "\n")
    write_file(output / TASK, _task(source.spec.name, files, network))
    mention(f"wrote {counted(len(found), 'script')} to {output}, and the task to {output / TASK}")
    mention(f"the key is {output / KEY}: move it away before anybody is asked")
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


def _task(name: str, files: Sequence[str], network: str) -> str:
    """What whoever is asked reads."""
    asking = shlex.join(["trivium", "check", f"{files[0]}::gradients", "--cost", "loss", "--against", network])
    return (
        f"# One mistake in each\n\nEach of these {len(files)} scripts computes the loss of the network {name} and its "
        "gradient by hand. The way forward is right. In the way back, in one of the functions that end in `_vjp` or in "
        "`loss_and_gradients`, one thing is wrong. Find it, name it, and put it right.\n\n"
        + "".join(f"- {file}\n" for file in files)
        + "\nTo see, in this folder, which gradients are right, and a hint about the others (2, 3 and 4 tell more):\n\n"
        + f"```sh\n{asking} --hints 1\n```\n"
    )


def _written(
    words: Sequence[str],
    target: str,
    style: str,
    output: Path | None,
    size: Sequence[str] | None,
    *,
    then: str = "",
) -> int:
    """The script, to a file or to stdout; with the way back to be written where there is something to run `then`."""
    from trivium.backend import load_backend
    from trivium.lessons.script import script
    from trivium.probe import draw

    if output is not None:
        if output.suffix != ".py":
            raise typer.BadParameter(f"{output} is no name for a script: end it in .py", param_hint="'--output'")
        reserve(output, "--output")
        if output.exists():
            message = f"{output} exists, and is not overwritten: choose another name, or remove it first"
            raise typer.BadParameter(message, param_hint="'--output'")
    source = _source(target, size, words[1])
    command = "\n".join(filter(None, (shlex.join([*words, *_sized(size)]), then)))
    with waiting(f"importing {style}"):
        text = script(source.spec, load_backend(style), source.values or draw(source.spec), command, solved=not then)
    if output is None:
        say(text.rstrip("\n"))
        return 0
    write_file(output, text)
    mention(f"wrote {output}")
    return 0


def _source(target: str, size: Sequence[str] | None, command: str) -> Source:
    from trivium.lessons.room import SCRIPTS, refuse_large

    source = named(target, command, parse_sizes(size or ()))
    with advised(lambda _: SIZES.format(command)):
        refuse_large(source.spec, SCRIPTS[command])
    return source


def _sized(size: Sequence[str] | None) -> list[str]:
    return [part for word in size or () for part in ("--size", word)]
