"""The report as JSON: strict, versioned, as its schema says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from trivium.compare.comparison import Comparison, Finding
from trivium.report import Report, report_schema
from trivium.spec.graph import Spec

Build = Callable[..., Comparison]
Find = Callable[..., Finding]


def document(comparison: Comparison) -> dict[str, Any]:
    """What a reader of strict JSON gets."""
    found: dict[str, Any] = json.loads(json.dumps(Report(comparison, "again").to_json(), allow_nan=False))
    return found


def strange(comparison: Comparison) -> Comparison:
    """The same with a residual that is no number."""
    first, *rest = comparison.steps
    return replace(comparison, steps=(replace(first, residual=float("nan"), floor=float("inf")), *rest))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())
    assert report_schema()["$id"] == "trivium.report/1"


def test_every_report_is_as_its_schema_says(agreeing: Build, failing: Build, find: Find, spec: Spec) -> None:
    validator = jsonschema.Draft202012Validator(report_schema())
    comparisons = (agreeing(spec), failing(spec, find("cost", "p")), strange(agreeing(spec)))
    assert [list(validator.iter_errors(document(c))) for c in comparisons] == [[], [], []]


@pytest.mark.parametrize("change", [{"verdict": "fine"}, {"version": 2}, {"extra": 1}, {"steps": [{}]}, {"line": None}])
def test_the_schema_refuses_what_is_no_report(change: dict[str, Any], agreeing: Build, spec: Spec) -> None:
    validator = jsonschema.Draft202012Validator(report_schema())
    assert list(validator.iter_errors(document(agreeing(spec)) | change)) != []


def test_a_field_that_is_absent_is_refused(agreeing: Build, spec: Spec) -> None:
    whole = document(agreeing(spec))
    del whole["findings"]
    assert not jsonschema.Draft202012Validator(report_schema()).is_valid(whole)


def test_numbers_that_json_lacks_are_texts(agreeing: Build, spec: Spec) -> None:
    step = document(strange(agreeing(spec)))["steps"][0]
    assert (step["residual"], step["floor"]) == ("nan", "inf")


def test_everything_that_was_found_is_there(failing: Build, find: Find, spec: Spec) -> None:
    whole = document(failing(spec, find("cost", "p")))
    assert (whole["format"], whole["version"], whole["verdict"]) == ("trivium.report", 1, "disagree")
    assert (len(whole["steps"]), len(whole["gradients"])) == (216, 24)
    assert whole["findings"][0]["wrong"][0]["witnesses"][0]["index"] == [0, 0]


def test_the_network_is_there_as_a_person_reads_it(agreeing: Build, spec: Spec) -> None:
    network = document(agreeing(spec))["network"]
    assert (network["inputs"]["x"], network["nodes"][1], network["sizes"]) == ("2 N", "a = tanh(h)", {"N": 2})
