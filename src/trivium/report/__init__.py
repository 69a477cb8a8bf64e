"""How a verdict looks: a Report wraps a Comparison and shows it as text, JSON or a web page.

Knows nothing of how a verdict is reached.
"""

from __future__ import annotations

from trivium.backend import Evaluation
from trivium.report.codes import CODES as CODES, Code as Code
from trivium.report.exchange import report_schema as report_schema
from trivium.report.own import OwnReport as OwnReport
from trivium.report.report import Report as Report
from trivium.report.rich import evaluation_html, spec_html
from trivium.spec.graph import Spec

__all__ = ["CODES", "Code", "OwnReport", "Report", "report_schema"]

Spec._repr_html_, Evaluation._repr_html_ = spec_html, evaluation_html  # a notebook asks those who know of no page
