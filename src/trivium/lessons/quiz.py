"""Questions: a network's script by hand with one mistake in each copy, each caught and named before it is asked.

Knows nothing of files but their text.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from trivium.backend import Array, Backend
from trivium.compare.comparison import DISAGREE
from trivium.errors import SpecError, counted
from trivium.lessons.script import script
from trivium.mistakes import MISTAKES
from trivium.mutate.own import Own, functions
from trivium.mutate.plant import Plant, plants
from trivium.spec.graph import Spec
from trivium.verbs import check_gradient

BACKWARD = "_vjp"
"""What the functions end in that a mistake is planted in."""
WHOLE = "loss_and_gradients"


@dataclass(frozen=True)
class Question:
    """A script with a mistake in it, and what the key says of it."""

    text: str
    function: str
    plant: Plant

    def key(self, file: str) -> dict[str, object]:
        """The answer, as plain data."""
        mistake = MISTAKES[self.plant.mistake]
        return {
            "file": file,
            "mistake": mistake.name,
            "title": mistake.title,
            "function": self.function,
            "line": self.plant.line,
            "was": self.plant.before,
            "is": self.plant.after,
        }


def quiz(
    spec: Spec, backend: Backend, given: Mapping[str, Array], *, count: int, seed: int, command: str
) -> list[Question]:
    """So many scripts with a mistake each, no two alike; those of different names first.

    Only a mistake that the network's check catches, and names, is asked. Raises SpecError where there are fewer.
    """
    right = script(spec, backend, given, command)
    found: list[Question] = []
    later: list[Question] = []
    for question in _shuffled(right, seed):
        if len(found) == count:
            break
        if question.plant.mistake in {q.plant.mistake for q in found}:
            later.append(question)
        elif _is_named(question, spec, given):
            found.append(question)
    for question in later:
        if len(found) == count:
            break
        if _is_named(question, spec, given):
            found.append(question)
    if len(found) < count:
        some = counted(len(found), "mistake")
        raise SpecError(f"only {some} of {spec.name} can be caught and named: ask for no more")
    return found


def _shuffled(right: str, seed: int) -> list[Question]:
    """Every mistake in every function of the way back, in an order of the seed's own."""
    tree = ast.parse(right)
    own = [
        Own(Path("net.py"), name, right, "utf-8", tree, function)
        for name, function in functions(tree, "")
        if name.endswith(BACKWARD) or name == WHOLE
    ]
    every = [Question(plant.text, o.name, plant) for o in own for plant in plants(o)]
    random.Random(seed).shuffle(every)
    every.sort(key=lambda q: not q.plant.before)  # a line that is put in is easily seen: those last
    return list(_different(every))


def _different(questions: list[Question]) -> Iterator[Question]:
    """Each text once."""
    seen = set[str]()
    for question in questions:
        if question.text not in seen:
            seen.add(question.text)
            yield question


def _is_named(question: Question, spec: Spec, given: Mapping[str, Array]) -> bool:
    """Whether the check of the script against its network finds it wrong, and has this mistake among its names."""
    module = ModuleType("question")
    exec(compile(question.text, "net.py", "exec"), module.__dict__)
    try:
        report = check_gradient(module.loss, module.gradients, at=dict(given), against=spec)
    except SpecError:
        raise
    except Exception:  # noqa: BLE001  a mistake may raise anything: then it is no question
        return False
    named = {m.mistake for m in report.found.mistakes}
    return report.verdict == DISAGREE and question.plant.mistake in named
