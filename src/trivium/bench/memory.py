"""How much memory a call takes at its peak beyond what was there before, as the system counts it.

Knows nothing of what is called.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
KIB = 1024


def peak(call: Callable[[], Any]) -> int | None:
    """Bytes; None where the system does not say."""
    try:
        _returned()
        _ = RESET.write_text("5", encoding="ascii")  # forgets the highest mark
        before = _field("VmRSS")
        _ = call()
        return (_field("VmHWM") - before) * KIB
    except OSError:
        return None


def _returned() -> None:
    """Hand back to the system what was freed and is kept for the next call, where the C library can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _field(name: str) -> int:
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
