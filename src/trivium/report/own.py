"""The report on a gradient of one's own: which of its numbers are wrong, where, and why; as text, JSON or a web page.

Knows nothing of how the verdict was reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from trivium.compare.bound import LINE
from trivium.compare.comparison import AGREE, DISAGREE
from trivium.errors import counted as in_digits, share
from trivium.own.found import GRADIENT, RIGHT, UNKNOWN, VALUE, WRONG, Found, Named, Part
from trivium.own.unwritten import WHY
from trivium.report.exchange import plain
from trivium.report.failure import LABEL, LONGEST, paragraphs
from trivium.report.heat import heat
from trivium.report.light import own_graph
from trivium.report.number import few, place, residual, rough, telling
from trivium.report.paint import painted
from trivium.report.phrase import counted, listed, visible, wrapped
from trivium.report.table import table
from trivium.report.verdict import TITLES
from trivium.report.web import own_page, told
from trivium.spec.signature import show

FORMAT, VERSION = "trivium.own", 1
ROWS = 12
"""Gradients that a table shows, the wrong ones first."""


@dataclass(frozen=True)
class OwnReport:
    """What was found about a gradient of one's own. It has no truth value: ask for `verdict`.

    >>> report = check_gradient(f, grad, at=(x, w))      # doctest: +SKIP
    >>> print(report)                                    # doctest: +SKIP
    """

    found: Found
    command: str

    @property
    def verdict(self) -> str:
        """agree, undecided or disagree."""
        return self.found.verdict

    @property
    def diagnosis(self) -> tuple[Named, ...]:
        """The known mistakes that give just these numbers: one, or several that cannot be told apart."""
        return self.found.mistakes

    def text(self, *, width: int = 80, color: bool = False) -> str:
        """The report for a terminal or a log; a failure has at most 25 lines."""
        text = "\n".join(map(visible, lines(self.found, self.command, width)))
        return painted(text, self.verdict) if color else text

    def to_json(self) -> dict[str, Any]:
        """Everything that was found; strict JSON throughout."""
        rest: dict[str, Any] = plain(self.found)
        head = {"format": FORMAT, "version": VERSION, "verdict": self.verdict, "command": self.command}
        return {**head, "summary": sentence(self.found), **rest}

    def to_html(self) -> str:
        """A page that stands alone: no script, nothing fetched."""
        return own_page(view(self.found, self.command), whole=True)

    def raise_for_verdict(self) -> None:
        """Raise GradientMismatch, with the text of the report, where the gradient is wrong or nothing was decided."""
        __tracebackhide__ = True  # a test shows its own line, and the report
        self.found.raise_for_verdict(self.text())

    def __str__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # what IPython prints
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return own_page(view(self.found, self.command), whole=False)

    def __bool__(self) -> bool:
        raise TypeError("a report is not true or false: read .verdict, or call .raise_for_verdict()")


def view(found: Found, command: str) -> dict[str, Any]:
    """What a page shows, every number as text."""
    wrong = [p for p in (*found.of(VALUE, WRONG), *found.of(GRADIENT, WRONG)) if not (found.sides and p.kind == VALUE)]
    facts = {"what may hide": missed(found), "checked at": "; ".join(found.points)}
    return {
        "name": found.what,
        "verdict": found.verdict,
        "title": TITLES[found.verdict],
        "summary": sentence(found),
        "command": command,
        "line": f"{LINE:g}",
        "graph": own_graph(found),
        "first": told(first(found)),
        "mistake": told(mistake(found)),
        "wrong": [
            {
                "what": f"the {p.kind} {'of' if p.kind == VALUE else 'with respect to'} {p.name}",
                "pattern": p.pattern.text if p.pattern else p.why,
                "how": p.how,
                "heat": heat(p.picture, p.name) if p.picture else None,
                "entries": [(place(w.index), *telling(w.got, w.expected), few(w.bound)) for w in p.witnesses],
            }
            for p in wrong
        ],
        "parts": [
            (p.name, p.said_as, show(p.shape), few(p.largest), p.state, residual(p.residual), asked(p), p.how)
            for p in ordered(found)
        ],
        "facts": [(label, text) for label, text in facts.items() if text] + [("note", n) for n in found.notes],
    }


def ordered(found: Found) -> list[Part]:
    """The gradients, the wrong ones first."""
    order = (WRONG, UNKNOWN, RIGHT)
    return sorted(found.of(GRADIENT), key=lambda p: order.index(p.state))


def sentence(found: Found) -> str:
    """The verdict in a sentence; and what is still to be written."""
    left = [p.name for p in found.of(GRADIENT, UNKNOWN) if p.why == WHY]
    if not left:
        return _verdict(found)
    written = replace(found, parts=tuple(p for p in found.parts if p.why != WHY))
    if not written.of(GRADIENT):
        return f"Nothing is written yet: {listed(left)} {'is' if len(left) == 1 else 'are'} still to be written."
    right = f"Right so far: {listed(p.name for p in written.of(GRADIENT))}."
    return f"{right if written.verdict == AGREE else _verdict(written)} Still to be written: {listed(left)}."


def _verdict(found: Found) -> str:
    wrong, right = found.of(GRADIENT, WRONG), found.of(GRADIENT, RIGHT)
    values = found.of(VALUE, WRONG)
    if found.sides and values:
        return f"They are not one function: at the same numbers {values[0].why}."
    if found.verdict == AGREE and not values:
        sure = listed(dict.fromkeys(p.how for p in right))
        every = "" if len(right) == 1 else "every one of them "
        names = listed((p.name for p in right), most=8)
        return f"The gradient of {found.what} is right: {names}, {every}held against {sure}."
    if wrong and found.assumption:
        return f"Undecided: {listed(p.name for p in wrong)}: {ended(found.assumption)}"
    if wrong:
        rest = f" {listed(p.name for p in right)} {'is' if len(right) == 1 else 'are'} right." if right else ""
        all_ = len(found.of(GRADIENT))
        of_ = "The gradient is" if all_ == 1 else share(len(wrong), all_, "gradient")
        return f"{of_} wrong: {listed(p.name for p in wrong)}.{rest}"
    if values:
        first = values[0]
        return (
            f"The values differ from {found.what}, first at {first.name}; the gradient is right where it was checked."
        )
    unknown = found.of(GRADIENT, UNKNOWN)
    why = "; ".join(f"{p.name}: {p.why}" for p in unknown[:3])
    return f"Undecided: {ended(why or 'nothing was compared')}"


def ended(text: str) -> str:
    """A sentence with a point at its end, where it has no mark of its own there."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def lines(found: Found, command: str, width: int) -> list[str]:
    """The whole report: as many witnesses and notes as fit in 25 lines."""
    tellings = [list(_lines(found, command, width, most)) for most in (3, 2, 1, 0)]
    return next((t for t in tellings if len(t) <= LONGEST or found.verdict == AGREE), tellings[-1])


def _lines(found: Found, command: str, width: int, most: int) -> Iterator[str]:
    yield from wrapped(sentence(found), width=width)
    yield ""
    yield from rows(found, width)
    values = () if found.sides else found.of(VALUE, WRONG)  # of several implementations the first sentence has told
    wrong = [*values, *found.of(GRADIENT, WRONG)]
    told = {"first": first(found), "pattern": patterns(wrong), "mistake": mistake(found)}
    yield from paragraphs(told, width)
    for part in wrong[: min(most, 1)]:
        yield from entries(part, most, width)
    yield from paragraphs({"missed?": missed(found), "checked at": "; ".join(found.points)}, width)
    for note in found.notes[: max(most, 1)]:
        yield from wrapped(note, width=width, label="note", indent=LABEL)
    if found.notes[max(most, 1) :]:
        yield f"{'besides':<{LABEL}}{counted(len(found.notes) - max(most, 1), 'note')} more; to_json() has all"
    yield f"{'again':<{LABEL}}{command}"


def rows(found: Found, width: int) -> Iterator[str]:
    """A row for each gradient, the wrong ones first."""
    parts = ordered(found)
    shown = parts[:ROWS]
    head = ["gradient of", "shape", "largest", "", "residual", "asked"]
    yield from table([head, *map(_row, shown)], align="<<><><", width=width)
    if parts[ROWS:]:
        yield f"... and {len(parts) - ROWS} more; to_json() has all"
    yield from wrapped(f"(residual: in units of what rounding does there; the line is {LINE:g})", width=width)


def _row(part: Part) -> list[str]:
    if part.why == WHY:
        return [part.name, show(part.shape), "", "todo", "", ""]
    measured = few(part.largest), part.state, residual(part.residual), asked(part)
    return [part.name, show(part.shape), *measured]


def asked(part: Part) -> str:
    """How much of it was looked at."""
    if part.directions:
        return f"{part.asked} of {in_digits(part.entries, 'entry')}, {in_digits(part.directions, 'direction')}"
    return "all" if part.asked == part.entries else f"{part.asked} of {part.entries}"


def first(found: Found) -> str:
    """Where it goes wrong first: a value, or the steps in which the first wrong gradient was made."""
    values = () if found.sides else found.of(VALUE, WRONG)
    if values:
        return f"the value of {values[0].name}: from there on this is another function than {found.what}"
    if not found.suspects or found.mistakes:
        return ""
    one = len(found.suspects) == 1
    return (
        f"the backward step of {found.suspects[0]}"
        if one
        else f"between the backward steps of {listed(found.suspects)}"
    )


def patterns(wrong: list[Part]) -> str:
    """How the numbers are wrong; tensors that are wrong in one way are told together."""
    groups: dict[str, list[str]] = {}
    for p in wrong:
        if p.pattern is None or p.pattern.name != "scattered":
            groups.setdefault(p.pattern.text if p.pattern else p.why, []).append(p.name)
    return "; ".join(f"{listed(names, most=6)}: {text}" for text, names in list(groups.items())[:3])


def mistake(found: Found) -> str:
    """The known mistake that gives just these numbers."""
    if len(found.mistakes) == 1:
        sure = "at every point, which is proof" if len(found.points) > 1 else "here, at one point"
        return f"{found.mistakes[0].text} It gives the same numbers {sure}."
    if found.mistakes:
        alike = "; ".join(m.text.split(". ")[0] for m in found.mistakes)
        return f"one of these, which give the same numbers here: {alike}"
    if found.network and found.of(GRADIENT, WRONG) and not found.of(VALUE, WRONG):
        return "none of the known ones gives these numbers"
    return ""


def entries(part: Part, most: int, width: int) -> Iterator[str]:
    """The worst entries of one tensor."""
    shown = part.witnesses[:most]
    if shown:
        what = "of" if part.kind == VALUE else "with respect to"
        yield from paragraphs({"worst": f"the {part.kind} {what} {part.name}, against {part.how}"}, width)
        body = [[place(w.index), *telling(w.got, w.expected), few(w.bound)] for w in shown]
        yield from table(
            [["entry", "yours", "should be", "may differ by"], *body], align="<>>>", width=width, indent=LABEL
        )


def missed(found: Found) -> str:
    """What an error could hide in."""
    gradients = found.of(GRADIENT)
    if found.verdict == DISAGREE or not gradients:
        return ""
    known = [p for p in gradients if 0 < p.floor < 1]  # of one that is 0, or lost in rounding, nothing can be said
    if not known:
        return ""
    dull = max(known, key=lambda p: p.floor)
    sampled = [p.name for p in gradients if p.directions]
    some = f"; one entry in many of {listed(sampled)}, which were asked along directions" if sampled else ""
    return f"an error smaller than {rough(dull.floor)} of the largest entry ({dull.name}, against {dull.how}){some}"
