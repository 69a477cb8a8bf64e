"""The family recurrent, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

NAIVE: Mapping[str, Callable[..., Any]] = {}
