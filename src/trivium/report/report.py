"""A report: one comparison and the line that reproduces it, ready to be looked at as text, JSON or a web page.

Knows nothing of how the comparison was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trivium.compare.comparison import AGREE, CONVENTION, Comparison
from trivium.report.agreement import agreement
from trivium.report.diagnosis import Diagnosis, diagnoses
from trivium.report.exchange import document
from trivium.report.failure import failure
from trivium.report.paint import painted
from trivium.report.phrase import visible
from trivium.report.web import fragment, page


@dataclass(frozen=True)
class Report:
    """What a check found, and the line that does it again. It has no truth value: ask for `verdict`.

    >>> report = check(spec)                      # doctest: +SKIP
    >>> print(report)                             # doctest: +SKIP
    >>> report.raise_for_verdict()                # doctest: +SKIP
    """

    comparison: Comparison
    command: str

    @property
    def verdict(self) -> str:
        """agree, convention, undecided or disagree."""
        return self.comparison.verdict

    @property
    def diagnosis(self) -> tuple[Diagnosis, ...]:
        """What was done wrong, step by step: the proven mistake, else the pattern, else where to begin."""
        return diagnoses(self.comparison)

    def text(self, *, width: int = 80, color: bool = False) -> str:
        """The report for a terminal or a log; a failure has at most 25 lines."""
        tell = agreement if self.verdict in (AGREE, CONVENTION) else failure
        text = "\n".join(map(visible, tell(self.comparison, self.command, width=width)))
        return painted(text, self.verdict) if color else text

    def to_json(self) -> dict[str, Any]:
        """Everything that was found, as `report_schema()` describes it; strict JSON throughout."""
        return document(self.comparison, self.command)

    def to_html(self) -> str:
        """A page that stands alone: no script, nothing fetched."""
        return page(self.comparison, self.command)

    def raise_for_verdict(self) -> None:
        """Raise GradientMismatch, with the text of the report, where the roads disagree or nothing was decided."""
        __tracebackhide__ = True  # a test shows its own line, and the report
        self.comparison.raise_for_verdict(self.text())

    def __str__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # what IPython prints
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return fragment(self.comparison, self.command)

    def __bool__(self) -> bool:
        raise TypeError("a report is not true or false: read .verdict, or call .raise_for_verdict()")
