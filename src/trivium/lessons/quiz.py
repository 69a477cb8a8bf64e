"""Questions: a network's script by hand with one mistake in each copy, each caught and named before it is asked.

Knows nothing of files but their text.
"""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from warnings import catch_warnings

from trivium.backend import Array, Backend
from trivium.compare.comparison import DISAGREE
from trivium.errors import SpecError
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
    """A script with a mistake in it, and what the key says of it.

    alike  other mistakes that give the same numbers: the check cannot tell them from this one
    """

    text: str
    function: str
    plant: Plant
    alike: tuple[str, ...] = ()

    def key(self, file: str) -> dict[str, object]:
        """The answer, as plain data."""
        mistake = MISTAKES[self.plant.mistake]
        return {
            "file": file,
            "mistake": mistake.name,
            "title": mistake.title,
            "alike": list(self.alike),
            "function": self.function,
            "line": self.plant.line,
            "was": self.plant.before,
            "is": self.plant.after,
        }


def quiz(spec: Spec, backend: Backend, given: Mapping[str, Array], *, count: int, seed: int) -> list[Question]:
    """So many scripts with a mistake each, no two alike.

    Only a mistake that the network's check catches, and names, is asked: first of all those that it names alone, those
    of different names, and those in different lines. Raises SpecError where there are fewer.
    """
    every, found = _shuffled(script(spec, backend, given, ""), seed), list[Question]()
    names = cache(lambda question: _names(question, spec, given))
    for alone, new, apart in itertools.product((True, False), repeat=3):
        for question in every:
            if len(found) == count:
                return found
            mistake = question.plant.mistake
            if (new and mistake in {q.plant.mistake for q in found}) or question.text in {q.text for q in found}:
                continue
            if apart and question.plant.line in {q.plant.line for q in found}:
                continue
            told = names(question)
            if mistake in told and (len(told) == 1 or not alone):
                found.append(replace(question, alike=tuple(n for n in told if n != mistake)))
    if len(found) < count:
        raise SpecError(_few(spec, backend, given, len(found), len(every)))
    return found


def _few(spec: Spec, backend: Backend, given: Mapping[str, Array], there: int, planted: int) -> str:
    """That there are too few, why, and what to do."""
    asked = f"only {there} mistakes" if there > 1 else f"{'only one' if there else 'no'} mistake"
    gradients = backend.compile(spec)(given).gradients
    flat = not any(gradients[n].any() for n in spec.givens if n in gradients)
    why = "its gradient is 0, and most change nothing there" if flat else "the others change nothing, or have no name"
    cure = f"ask for {there} at most, or take" if there else "take"
    also = " or other numbers" if flat else ""
    are = "are" if there > 1 else "is"
    told = f"{asked} of {spec.name} {are} caught and named, of {planted} that were planted"
    return f"{told}: {why}; {cure} another network{also}"


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
    """Each change once: what is put in the place of the same piece looks the same in another function, too."""
    seen = set[tuple[str, str]]()
    for question in questions:
        change = question.plant.before, question.plant.after
        if change not in seen:
            seen.add(change)
            yield question


def _names(question: Question, spec: Spec, given: Mapping[str, Array]) -> tuple[str, ...]:
    """The names that the check of the script against its network gives to what is wrong; none where it finds nothing.

    None, too, where it finds them in steps of other operations alone. What a mistake makes NumPy warn of is no news.
    """
    module = ModuleType("question")
    exec(compile(question.text, "net.py", "exec"), module.__dict__)
    try:
        with catch_warnings(action="ignore"):
            report = check_gradient(module.loss, module.gradients, at=dict(given), against=spec)
    except SpecError:
        raise
    except Exception:  # noqa: BLE001  a mistake may raise anything: then it is no question
        return ()
    mistakes = report.found.mistakes if report.verdict == DISAGREE else ()
    at = {spec.producer[n].op.name for m in mistakes for n in m.nodes}
    op = question.function.removesuffix(BACKWARD)
    elsewhere = op not in at and op in {node.op.name for node in spec.nodes}
    return () if elsewhere else tuple(dict.fromkeys(m.mistake for m in mistakes))
