"""The mark of one submission: how many gradients are right, what is wrong, or why it could not be graded.

Knows nothing of processes but how one went, and nothing of where a mark is shown.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass

from trivium.grade.answer import ANSWER, LONGEST, REFUSED, STAGE, STOPPED, UNHEARD, UNLIMITED, Answer, read
from trivium.grade.hints import hints, telling
from trivium.grade.location import location, mistaken, steps
from trivium.grade.sandbox import Limits, Ran
from trivium.grade.submission import Submission
from trivium.own.found import RIGHT, UNKNOWN, WRONG
from trivium.report.own import ended
from trivium.report.phrase import listed, visible
from trivium.spec.graph import Spec

MISSING, NOT_RUN = "missing", "not run"
OUTCOMES = (RIGHT, WRONG, UNKNOWN, NOT_RUN)
ANOTHER, LACKING, UNNAMED = "another function is computed", "a gradient is missing", "none that is known by name"
FORBIDDEN = "refused: "
LOUD = 10_000
"""Bytes that a submission may print before it is said."""


@dataclass(frozen=True)
class Mark:
    """What is said of a submission.

    states    each gradient that was asked for: right, wrong, undecided or missing; none where it was not run
    remark    what is wrong, or why it was not run, for whoever grades
    hints     what its author may be told, from vague to exact
    mistakes  the known mistakes in it: one, or several that cannot be told apart
    otherwise  what is wrong where no known mistake is
    text      the whole report
    shown     how that begins which it printed
    """

    submission: Submission
    outcome: str
    total: int
    seconds: float
    states: Mapping[str, str]
    remark: str
    hints: tuple[str, ...]
    mistakes: tuple[str, ...]
    otherwise: str
    notes: tuple[str, ...]
    text: str
    shown: str

    @property
    def score(self) -> int:
        """How many gradients are right, of `total`."""
        return sum(state == RIGHT for state in self.states.values())

    @property
    def mistake(self) -> str:
        """The known mistake in a few words, or that there is none known, or nothing."""
        if self.outcome != WRONG:
            return ""
        return " or ".join(self.mistakes) or self.otherwise


def asked(spec: Spec) -> tuple[str, ...]:
    """What a gradient is asked for: the parameters; of a network without any, all that it can be differentiated by."""
    parameters = tuple(name for name, _ in spec.parameters)
    return parameters or tuple(name for name in spec.givens if name in spec.differentiable)


def unread(submission: Submission, spec: Spec) -> Mark:
    """The mark of what cannot even be read."""
    return _not_run(submission, spec, submission.hindrance, (), 0.0, "")


def mark(submission: Submission, run: Ran, spec: Spec, limits: Limits, level: int) -> Mark:
    """What came of a submission's process."""
    answer = next((read(what) for kind, what in run.messages if kind == ANSWER), None)
    if answer is None:
        why = visible(_why(run, limits))
        notes = tuple(note for note in _notes(run, None) if not _repeats(note, why))
        return _not_run(submission, spec, why, notes, run.seconds, run.shown)
    told = {g.name: g.state for g in reversed(answer.gradients)}
    states = {name: told.get(name, MISSING) for name in asked(spec)}
    outcome = _outcome(answer, states)
    return Mark(
        submission=submission,
        outcome=outcome,
        total=len(states),
        seconds=run.seconds,
        states=states,
        remark=_remark(answer, states, outcome, spec),
        hints=hints(answer, states, spec, level),
        mistakes=tuple(dict.fromkeys(m.mistake for m in answer.mistakes)),
        otherwise=_otherwise(answer, states),
        notes=_notes(run, answer),
        text=answer.text,
        shown=run.shown,
    )


def _not_run(submission: Submission, spec: Spec, why: str, notes: tuple[str, ...], seconds: float, shown: str) -> Mark:
    told = (f"It could not be graded: {ended(why)}",)
    return Mark(submission, NOT_RUN, len(asked(spec)), seconds, {}, why, told, (), "", notes, "", shown)


def _outcome(answer: Answer, states: Mapping[str, str]) -> str:
    """Right is only what is right in all that it brought, intermediates too, and lacks nothing."""
    every = {*states.values(), *(g.state for g in answer.gradients)}
    if every & {WRONG, MISSING} or answer.value:
        return WRONG
    return RIGHT if every == {RIGHT} else UNKNOWN


def _remark(answer: Answer, states: Mapping[str, str], outcome: str, spec: Spec) -> str:
    """What is wrong, in a line or two."""
    if outcome == RIGHT:
        return ""
    missing = [name for name, state in states.items() if state == MISSING]
    said = [f"no gradient of {listed(missing)}"] if missing else []
    if answer.mistakes:
        return "; ".join([mistaken(answer), *said])
    where = location(answer)
    if answer.value:
        said.append(f"the value of {answer.value}: from there on this is another function than {spec.name}")
    elif where:
        said.append(f"first wrong: {steps(where)}")
    wrong = [g for g in answer.gradients if g.state == WRONG]
    off = telling(wrong or [g for g in answer.gradients if g.state != RIGHT], spec)
    if off is not None and not answer.value:
        said.append(f"{off.name}: {off.how}")
    return "; ".join(said)


def _otherwise(answer: Answer, states: Mapping[str, str]) -> str:
    """What is wrong where no known mistake gives these numbers."""
    if answer.value:
        return ANOTHER
    if WRONG not in {*states.values(), *(g.state for g in answer.gradients)}:
        return LACKING
    return UNNAMED


def _repeats(note: str, why: str) -> bool:
    """Whether a note on what was refused says what the reason says already."""
    return note.startswith(FORBIDDEN) and note.removeprefix(FORBIDDEN).split(" (")[0] in why


def _why(run: Ran, limits: Limits) -> str:
    """Why there is no answer."""
    stages = [str(what) for kind, what in run.messages if kind == STAGE]
    while_ = f" while {stages[-1]}" if stages else ", before its file was loaded"
    told = next((str(what) for kind, what in run.messages if kind == STOPPED), "")
    if told:
        return told
    if run.late or run.code in (-signal.SIGALRM, -signal.SIGXCPU):
        return f"stopped after {limits.seconds:g} s{while_}"
    if any(kind == ANSWER for kind, _ in run.messages):
        return "what its process sent is no result"
    if run.code == UNHEARD:
        return "it closed the pipe to the grader, which it had not opened"
    if run.code is None:
        return "interrupted"
    if run.code < 0:
        return f"its process was ended by {_signal(-run.code)},{while_}"
    if not stages:
        return f"its process did not start: {_last(run.shown)}"
    return f"it left its process with exit code {run.code}{while_}, as os._exit does"


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    meaning = {"SIGSEGV": ", a crash", "SIGABRT": ", a crash", "SIGKILL": ", perhaps for want of memory"}.get(name, "")
    return f"{name}{meaning}"


def _last(shown: str) -> str:
    lines = [line for line in shown.splitlines() if line.strip()]
    return lines[-1][:LONGEST] if lines else "it said nothing"


def _notes(run: Ran, answer: Answer | None) -> tuple[str, ...]:
    """What else there is to say of how it behaved."""
    refused = list(dict.fromkeys(str(what) for kind, what in run.messages if kind == REFUSED))
    notes = [f"{FORBIDDEN}{listed(refused, most=3)}"] if refused else []
    notes += [f"{what} could not be limited on this system" for kind, what in run.messages if kind == UNLIMITED]
    if run.printed > LOUD:
        notes.append(f"it printed {_size(run.printed)}; the beginning is kept")
    if run.forged:
        notes.append("it wrote to the grader's own pipe; what it wrote was ignored")
    theirs = [n for n in answer.notes if not n.startswith("no gradient was brought")] if answer else []
    return tuple(visible(note) for note in (*notes, *theirs))


def _size(count: int) -> str:
    units = ("bytes", "kB", "MB", "GB", "TB")
    power = min((len(str(count)) - 1) // 3, len(units) - 1)
    return f"{count / 1000**power:.3g} {units[power]}"
