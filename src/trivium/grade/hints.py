"""Hints, from vague to exact: which gradients are right, where to look, at what, and what was done. Never a formula.

What a hint says is what is wrong; what to write instead is left to the person. Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from trivium.grade.answer import RATIO, SCATTERED, Answer, Gradient
from trivium.grade.location import location, places
from trivium.mistakes import MISTAKES
from trivium.own.found import RIGHT, WRONG, Named
from trivium.report.phrase import listed
from trivium.spec.graph import Spec

NOTHING, WHICH, WHERE, KIND, EXACT = range(5)
LEVELS = "0 the score alone, 1 which gradients are right, 2 where to look, 3 at what, 4 what was done"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
FORMULA = re.compile(r"[²³√π=*/@^<>+|ᵀ]|\s[-−]\s|-[a-z]\b|\w\(|\w\.\w|(?<!several )\btimes\b|\.\d|(?<!')\b[b-hj-z]\b")
"""Operators, calls, numbers with a point, a letter that stands for an array: what the right line would be made of."""
SENTENCE, WORD = re.compile(r"(?<=[.?!])\s+"), re.compile(r"\w+")
SLIP = "the slip is in the formula of this very step"
MOST = 3
"""Mistakes that cannot be told apart, of which hints are shown."""


def hints(answer: Answer, states: Mapping[str, str], spec: Spec, level: int) -> tuple[str, ...]:
    """One hint for each level up to this one that has something to say; nothing where all is right."""
    if all(state == RIGHT for state in states.values()) and not answer.value:
        all_ = "The gradient is" if len(states) == 1 else f"All {len(states)} gradients are"
        return () if level == NOTHING else (f"{all_} right.",)
    tellings = (which(states), where(answer, spec), kind(answer, spec), exact(answer))
    return tuple(text for text in tellings[:level] if text)


def reveals(text: str) -> bool:
    """Whether a text, as the catalogue has it, has a formula in it."""
    return FORMULA.search(re.sub(r"\{\w+\}", "", text)) is not None


def which(states: Mapping[str, str]) -> str:
    """Which gradients are right, and which are not there."""
    right = [name for name, state in states.items() if state == RIGHT]
    missing = [name for name, state in states.items() if state == "missing"]
    if right:
        said = (
            f"The gradient{'s' if len(right) > 1 else ''} of {listed(right)} {'are' if len(right) > 1 else 'is'} right"
        )
    else:
        said = "The gradient is not right" if len(states) == 1 else f"None of the {len(states)} gradients is right"
    return f"{said}; there is none of {listed(missing)}." if missing else f"{said}."


def where(answer: Answer, spec: Spec) -> str:
    """The step to look at, by name and by what it does."""
    if answer.value:
        return f"Look at the way forward first: {_subject(answer.value, spec)} has another value than it should."
    nodes = location(answer)
    if not nodes:
        return ""
    if len(nodes) == 1:
        return f"Look at the way back through {place(nodes[0], spec)}."
    if len(answer.mistakes) == 1:
        what = spec.producer[nodes[0]].op.name.replace("_", " ")
        return f"Look at the way back through the {what} steps: {listed(nodes)}."
    return f"Look at the way back between {place(nodes[-1], spec)} and {place(nodes[0], spec)}."


def place(name: str, spec: Spec) -> str:
    """A step as a person counts it: `g4, the second matmul`."""
    node = spec.producer.get(name)
    if node is None:
        return name
    alike = [n.name for n in spec.nodes if n.op.name == node.op.name]
    what, at = node.op.name.replace("_", " "), alike.index(node.name)
    if len(alike) == 1:
        return f"{name}, the {what}"
    return f"{name}, the {ORDINALS[at]} {what}" if at < len(ORDINALS) else f"{name}, a {what}"


def _subject(name: str, spec: Spec) -> str:
    """A step at the beginning of a sentence: with a comma behind what it is."""
    said = place(name, spec)
    return f"{said}," if "," in said else said


def kind(answer: Answer, spec: Spec) -> str:
    """What to look at there: the first hints of the catalogue, or else how the numbers are off."""
    if answer.value:
        return ""
    if not answer.mistakes:
        off = telling([g for g in answer.gradients if g.state == WRONG], spec)
        return f"The gradient of {off.name}: {off.how}." if off else ""
    return " ".join(once(hint for m in answer.mistakes[:MOST] for hint in vague(m)))


def telling(gradients: Sequence[Gradient], spec: Spec) -> Gradient | None:
    """The gradient whose numbers tell most: off by a factor, else in some other simple way; nearest to the loss."""
    at = {node.name: i for i, node in enumerate(spec.nodes)}
    kinds = (SCATTERED, "", RATIO)

    def order(g: Gradient) -> tuple[int, int]:
        simple = kinds.index(g.pattern) if g.pattern in kinds else 1
        return simple, max((at[node.name] for node in spec.consumers.get(g.name, ())), default=-1)

    return max((g for g in gradients if g.how), key=order, default=None)


def once(hints: Iterable[str]) -> Iterator[str]:
    """The sentences of hints, without those that say the same but for an `s`, or say another and a little more."""
    said: list[list[str]] = []
    for sentence in (s for hint in hints for s in SENTENCE.split(hint)):
        words = [word.removesuffix("s") for word in WORD.findall(sentence.lower())]
        if not any(all(a == b for a, b in zip(words, other, strict=False)) for other in said):
            said.append(words)
            yield sentence


def exact(answer: Answer) -> str:
    """What was done, where that is known, in words."""
    told = list(dict.fromkeys(next(done(m), SLIP) for m in answer.mistakes))
    if len(told) > 1:
        return f"One of these, which give the same numbers: {'; '.join(told)}."
    return f"At {places(answer.mistakes)}: {told[0]}." if told else ""


def vague(named: Named) -> Iterator[str]:
    """The hints of a mistake that neither give it away nor have a formula: all but the last."""
    yield from (hint for hint, template in _pairs(named) if not reveals(template))


def _pairs(named: Named) -> Sequence[tuple[str, str]]:
    mistake = MISTAKES.get(named.mistake)
    templates = named.hints if mistake is None else mistake.hints
    return list(zip(named.hints, templates, strict=True))[:-1]


def done(named: Named) -> Iterator[str]:
    """What the catalogue calls a mistake: its title, or its name where the title has the right formula in it."""
    mistake = MISTAKES.get(named.mistake)
    if mistake is not None:
        yield from (said for said in (mistake.title, mistake.name.replace("-", " ")) if not reveals(said))
