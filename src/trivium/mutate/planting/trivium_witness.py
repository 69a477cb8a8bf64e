"""Stands beside a planted function while tests run: whether it is called, and whether any number of it changes.

Each call is also made to the function as it was, on copies of the same arguments. Knows nothing of trivium, which need
not be installed where the tests run; what rounding explains (`TRIVIUM_PLANT_LINE`, in units of it) it is told.
"""

import contextlib
import copy
import functools
import os
import sys
import time
import types
from collections.abc import Callable
from typing import Any

MARKS = os.environ.get("TRIVIUM_PLANT_MARKS", "")
LINE = float(os.environ.get("TRIVIUM_PLANT_LINE", "0"))
MOST_CALLS, MOST_SECONDS = 1000, 10.0
"""After so many calls, or so long, a function that has not changed is no longer watched."""
UNKNOWN = -1.0
state = {"busy": 0.0, "calls": 0.0, "seconds": 0.0, "largest": UNKNOWN}


@functools.cache
def once(name: str) -> None:
    """Leave a mark for trivium to find."""
    with open(os.path.join(MARKS, name), "a"):
        pass


def measured(size: float) -> None:
    """Leave the largest change of this process."""
    with open(os.path.join(MARKS, f"change-{os.getpid()}"), "w") as file:
        _ = file.write(repr(size))


def watch(planted: Any) -> Any:
    """The function, watched; itself, where it cannot be."""
    inner = planted.__func__ if isinstance(planted, staticmethod | classmethod) else planted
    raw = inner
    while hasattr(raw, "__wrapped__"):
        raw = raw.__wrapped__
    if not isinstance(raw, types.FunctionType) or not callable(inner):
        return planted
    watched = beside(inner, raw, original(raw))
    return type(planted)(watched) if isinstance(planted, staticmethod | classmethod) else watched


@functools.cache
def code_before(path: str) -> types.CodeType | None:
    """The function's code as it was before; None where the file has it no longer."""
    with open(os.environ["TRIVIUM_PLANT_ORIGINAL"], "rb") as file:
        found: types.CodeType | None = compile(file.read(), path, "exec", dont_inherit=True)
    for name in os.environ["TRIVIUM_PLANT_NAME"].split("."):
        found = None if found is None else within(found, name)
    return found


def original(raw: types.FunctionType) -> Callable[[Any], Callable[..., Any]] | None:
    """What makes the function as it was before, over given contents of its cells; None where it needs other cells."""
    code = code_before(raw.__code__.co_filename)
    if code is None or not set(code.co_freevars) <= set(raw.__code__.co_freevars):
        return None

    def made(cells: dict[str, types.CellType]) -> Callable[..., Any]:
        closure = tuple(cells[name] for name in code.co_freevars)
        function = types.FunctionType(code, raw.__globals__, raw.__name__, raw.__defaults__, closure)
        function.__kwdefaults__ = raw.__kwdefaults__
        return function

    return made


def cells_of(raw: types.FunctionType) -> dict[str, types.CellType]:
    return dict(zip(raw.__code__.co_freevars, raw.__closure__ or (), strict=True))


def contents(cells: dict[str, types.CellType]) -> dict[str, Any]:
    """What a function keeps of the one around it, but for `super`, which only the class itself will do for."""
    found = {}
    for name, cell in cells.items():
        with contextlib.suppress(ValueError):  # a cell that is filled later
            found[name] = cell.cell_contents
    return {name: thing for name, thing in found.items() if name != "__class__"}


def within(code: types.CodeType, name: str) -> types.CodeType | None:
    """The last piece of code of that name that stands directly in another."""
    found = [c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name]
    return found[-1] if found else None


def beside(inner: Callable[..., Any], raw: types.FunctionType, before: Any) -> Callable[..., Any]:
    """The planted function, and the same call to the function as it was until a difference is known."""

    @functools.wraps(inner)
    def watched(*args: Any, **options: Any) -> Any:
        once("called")
        if before is None:
            once("unknown")
        kept = cells_of(raw)
        if before is not None and state["busy"]:  # it calls itself, as it was
            return before(kept)(*args, **options)
        if before is None or not going_on():
            return inner(*args, **options)
        things = (args, options, contents(kept))
        copies = copied(things, {})
        old = before({**kept, **{name: types.CellType(thing) for name, thing in copies[2].items()}})
        return compared(inner, old, things, copies)

    return watched


def going_on() -> bool:
    """Whether there is still something to find out."""
    if state["largest"] == float("inf"):
        return False
    state["calls"] += 1
    if state["calls"] <= MOST_CALLS and state["seconds"] < MOST_SECONDS:
        return True
    once("unknown")
    return False


def compared(inner: Callable[..., Any], before: Callable[..., Any], things: Any, copies: Any) -> Any:
    """One call to each; what the planted one gives, or raises."""
    start = time.monotonic()
    chance = randomness()
    state["busy"] = 1
    failed, old = False, None
    try:
        old = before(*copies[0], **copies[1])
    except Exception:  # noqa: BLE001  the planted one is about to fail in the same way, and says so
        failed = True
    finally:
        state["busy"] = 0
        for restore in chance:
            restore()
    state["seconds"] += time.monotonic() - start
    try:
        new = inner(*things[0], **things[1])
    except Exception:
        if not failed:
            once("raised")
        raise
    start = time.monotonic()
    if failed:
        once("unknown")
    else:
        judge(change(old, new, 0))
        judge(change(copies, things, 0) or 0.0)  # what was written into its arguments, and around it
    state["seconds"] += time.monotonic() - start
    return new


def judge(size: float | None) -> None:
    """Remember the largest change; None is a pair that cannot be compared."""
    if size is None:
        once("unknown")
    elif size > state["largest"]:
        state["largest"] = size
        measured(size)


def copied(thing: Any, memo: dict[int, Any]) -> Any:
    """A copy piece by piece; what cannot be copied is shared."""
    if isinstance(thing, tuple) and type(thing) is tuple:
        return tuple(copied(item, memo) for item in thing)
    if type(thing) is list:
        return [copied(item, memo) for item in thing]
    if type(thing) is dict:
        return {key: copied(value, memo) for key, value in thing.items()}
    if hasattr(type(thing), "save_for_backward"):
        return thing  # a context of autograd copies into an empty one
    if hasattr(thing, "detach") and hasattr(thing, "clone"):
        return thing.detach().clone()
    try:
        return copy.deepcopy(thing, memo)
    except Exception:  # noqa: BLE001  a lock, an open file: it is given to both
        return thing


def randomness() -> list[Callable[[], None]]:
    """What sets every generator of random numbers back to where it is now."""
    found: list[Callable[[], None]] = []
    for module, get, put in (
        ("random", "getstate", "setstate"),
        ("numpy.random", "get_state", "set_state"),
        ("torch", "get_rng_state", "set_rng_state"),
    ):
        if module in sys.modules and hasattr(sys.modules[module], get):
            now = getattr(sys.modules[module], get)()
            found.append(functools.partial(getattr(sys.modules[module], put), now))
    return found


def change(old: Any, new: Any, depth: int) -> float | None:
    """How much a result changed, as a share of its largest entry: 0 where rounding explains it, None if unknown."""
    if old is new:
        return 0.0
    if isinstance(old, tuple | list) and isinstance(new, tuple | list):
        return largest(zip(old, new, strict=False), same=len(old) == len(new), depth=depth)
    if isinstance(old, dict) and isinstance(new, dict):
        return largest(((old[k], new[k]) for k in old if k in new), same=old.keys() == new.keys(), depth=depth)
    if old is None or new is None or isinstance(old, str | bool) or isinstance(new, str | bool):
        return 0.0 if type(old) is type(new) and old == new else float("inf")
    if numeric(old) and numeric(new):
        return difference(old, new)
    if type(old) is type(new) and hasattr(old, "__dict__") and depth < 4:
        mine, theirs = vars(old), vars(new)
        both = ((mine[k], theirs[k]) for k in mine if k in theirs)
        return largest(both, same=mine.keys() == theirs.keys(), depth=depth)
    return None


def largest(found: Any, *, same: bool, depth: int) -> float | None:
    """The largest change of the parts; what is there only once is a change."""
    if not same:
        return float("inf")
    sizes = [change(a, b, depth + 1) for a, b in found]
    known = [size for size in sizes if size is not None]
    unknown = len(known) < len(sizes)
    most = max(known, default=0.0)
    return None if unknown and most == 0 else most


def numeric(thing: Any) -> bool:
    return isinstance(thing, int | float | complex) or hasattr(thing, "__array__")


def difference(old: Any, new: Any) -> float | None:
    """Of two arrays: the largest difference as a share of the largest entry; infinity where they are of two shapes."""
    import numpy as np

    try:
        a, b = (np.asarray(x.detach().cpu() if hasattr(x, "detach") else x) for x in (old, new))
        if a.shape != b.shape or a.dtype != b.dtype:
            return float("inf")
        if a.dtype.kind not in "fc":
            return 0.0 if bool((a == b).all()) else float("inf")
        if not a.size or np.array_equal(a, b, equal_nan=True):
            return 0.0
        with np.errstate(all="ignore"):
            spread, apart = float(np.abs(a).max()), float(np.abs(a - b).max())
        if not np.isfinite([spread, apart]).all() or spread == 0:
            return float("inf")
        explained = apart <= LINE * float(np.finfo(a.dtype).eps) / 2 * spread
        return 0.0 if explained else apart / spread
    except Exception:  # noqa: BLE001  a tracer has no numbers yet: unknown is said, not 0
        return None
