"""What a network hands to a submission: which arguments, in which order, of which shapes.

Knows nothing of what a submission makes of them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.errors import OracleError
from trivium.own.stateful import FORWARD, is_stateful
from trivium.report.phrase import listed
from trivium.spec.graph import Spec
from trivium.spec.signature import show

MOST = 10
"""Arguments whose shapes are told."""
PRODUCT = re.compile(r"matmul: .*\(size (\d+) is different from (\d+)\)")
"""How NumPy says that a product does not fit."""


def made(thing: Any) -> Any:
    """An object of a class; OracleError that says what its author can do, for nobody is there to hand one over."""
    if not isinstance(thing, type):
        return thing
    try:
        return thing()
    except (Exception, SystemExit) as error:
        cure = ": give every argument of __init__ a default" if _wants(thing) else ""
        said = f"{type(error).__name__}: {error}"
        raise OracleError(f"{thing.__name__} cannot be made without arguments ({said}){cure}") from error


def _wants(class_: type) -> bool:
    """Whether a class cannot be called with nothing."""
    try:
        _ = inspect.signature(class_).bind()
    except TypeError:
        return True
    except ValueError:
        return False
    return False


def signatures(thing: Any, spec: Spec) -> str:
    """What an object may take, where its way forward cannot take what the network hands over; nothing where it can."""
    if not is_stateful(thing):
        return ""
    forward: Callable[..., Any] = next(f for n in FORWARD if callable(f := getattr(thing, n, None)))
    names = [name for name, _ in spec.inputs]
    try:
        _ = inspect.signature(forward).bind(*names)
    except TypeError:
        return (
            f"what is called is forward({', '.join(names)}), which gives the loss, and then backward(), which gives "
            f"the gradients back or leaves them in attributes"
        )
    except ValueError:
        return ""
    return ""


def shapes(error: BaseException, spec: Spec, values: Mapping[str, Any] | None) -> str:
    """The shapes that were handed over, where an error of NumPy's may be about them."""
    if not isinstance(error.__cause__, ValueError | IndexError):
        return ""
    found = {n: show(spec.shapes[n] if values is None else np.shape(values[n])) for n in spec.givens}
    return f"it was handed {listed((f'{n} {shape}' for n, shape in found.items()), most=MOST)}"


def plain(text: str) -> str:
    """NumPy's words on a product that does not fit, in plain ones."""
    return PRODUCT.sub(r"a product of arrays that do not fit, with \2 columns and \1 rows", text)
