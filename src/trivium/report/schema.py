"""The JSON Schema of a report, made from the frozen data that a comparison is; the one file here that needs pydantic.

Knows nothing of any one report.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from trivium.compare.comparison import Cost, End, Finding, Step
from trivium.report.exchange import FORMAT, SHOWN_ALONE, VERSION

CLOSED = ConfigDict(extra="forbid")


class Network(BaseModel):
    """The network as a person writes it."""

    model_config = CLOSED
    name: str
    loss: str
    inputs: dict[str, str]
    parameters: dict[str, str]
    nodes: list[str]
    sizes: dict[str, int]


class Point(BaseModel):
    """One point that was checked, and the sizes of the network there."""

    model_config = CLOSED
    name: str
    sizes: dict[str, int]


class Document(BaseModel):
    """A report of trivium: what was compared, the verdict, and all that it rests on."""

    model_config = CLOSED
    format: Literal["trivium.report"]
    version: Literal[1]
    verdict: Literal["agree", "convention", "undecided", "disagree"]
    summary: str
    command: str
    network: Network
    backends: list[str]
    dtypes: list[str]
    seed: int
    oracle: str
    line: float
    points: list[Point]
    worst: Step | None
    floor: Step | None
    findings: list[Finding]
    gradients: list[End]
    steps: list[Step]
    cost: Cost


class Strict(GenerateJsonSchema):
    """A number may be one of three texts; every field is there, and nothing that the schema does not name."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001  pydantic's own signature
        return True

    def field_is_present(self, field: Any) -> bool:
        return field.get("name") not in SHOWN_ALONE and super().field_is_present(field)

    def dataclass_args_schema(self, schema: core_schema.DataclassArgsSchema) -> JsonSchemaValue:
        return super().dataclass_args_schema(schema) | {"additionalProperties": False}


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    found = Document.model_json_schema(schema_generator=Strict, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{FORMAT}/{VERSION}", **found}
