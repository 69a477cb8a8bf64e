"""The JSON form of a spec as pydantic models, whose schema is version 1 of the interchange format.

Knows nothing of ops; imported only where JSON is read or described, for pydantic takes its time.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Value = StrictBool | StrictInt | StrictFloat | StrictStr | list[StrictInt] | None
Names = Annotated[list[StrictStr], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class GivenPart(_Part):
    """What is fed in: a name and a shape, its axes separated by spaces: integers, words, or products of them (h*k)."""

    name: str
    shape: str


class NodePart(_Part):
    """One use of an op: the names it binds, the names it reads, and its attributes in full."""

    outputs: Names
    op: str
    inputs: list[str]
    attributes: dict[str, Value] = Field(default_factory=dict)


class SpecPart(_Part):
    """A network: what is fed in, then nodes in order, each name bound once, then the node that is the loss."""

    format: Literal["trivium.spec"]
    version: Literal[1]
    name: str
    inputs: list[GivenPart]
    parameters: list[GivenPart]
    nodes: list[NodePart]
    loss: str
    sizes: dict[str, int]
