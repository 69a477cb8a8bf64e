"""What times hang on besides the program: processor, libraries, cores, kernel, protocol; and where two runs differ.

Knows nothing of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LIBRARIES = ("numpy", "torch", "jax", "jaxlib")
UNKNOWN = "unknown"


def settings(machine: Mapping[str, Any], protocol: Mapping[str, Any]) -> dict[str, str]:
    """Each of them by name, as text."""
    packages = machine.get("packages") or {}
    turns, parts = protocol.get("interleaved"), [protocol.get(n) for n in ("processes", "rounds", "seconds")]
    return {
        "source": protocol.get("source", "measured here"),
        "processor": (machine.get("cpu") or {}).get("brand_raw", UNKNOWN),
        **{name: packages.get(name, UNKNOWN) for name in LIBRARIES},
        "cores": str(protocol.get("cores", UNKNOWN)),
        "BLAS kernel": protocol.get("kernel", UNKNOWN),
        "order": UNKNOWN if turns is None else "in turns" if turns else "one after the other",
        "measured": "{} x {} rounds of {} s together".format(*parts) if None not in parts else UNKNOWN,
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """What two runs do not share, and what each has."""
    for name, had in before.items():
        if after[name] != had:
            yield f"{name}: {had} and {after[name]}"
