"""How a verdict looks: a Report wraps a Comparison and shows it as text, JSON or a web page.

Knows nothing of how a verdict is reached.
"""

from __future__ import annotations

from trivium.report.codes import CODES as CODES, Code as Code
from trivium.report.exchange import report_schema as report_schema
from trivium.report.own import OwnReport as OwnReport
from trivium.report.report import Report as Report

__all__ = ["CODES", "Code", "OwnReport", "Report", "report_schema"]
