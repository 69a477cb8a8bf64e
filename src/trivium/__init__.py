"""trivium: one network, three derivations, one gradient.

    import trivium as tv

    spec = tv.load("notebook.net.toml")      # or tv.trace(function, inputs=..., parameters=..., sizes=...)
    report = tv.check(spec)                  # NumPy by hand, torch autograd and JAX grad, every step replayed
    print(report)                            # agree, or who is wrong, where, and how; nobody chose a tolerance

Knows nothing of torch or JAX: a backend is imported when a check asks for it.
"""

from __future__ import annotations

from trivium.errors import (
    BackendError as BackendError,
    BudgetError as BudgetError,
    GradientMismatch as GradientMismatch,
    InternalError as InternalError,
    OracleError as OracleError,
    SpecError as SpecError,
    TriviumError as TriviumError,
    ValuesError as ValuesError,
)
from trivium.proof import prove as prove
from trivium.report import OwnReport as OwnReport, Report as Report
from trivium.spec.graph import Spec as Spec
from trivium.spec.trace import scope as scope
from trivium.verbs import (
    assert_gradient as assert_gradient,
    check as check,
    check_gradient as check_gradient,
    check_module as check_module,
    compare_gradients as compare_gradients,
    load as load,
    trace as trace,
)
from trivium.zoo import network as network

__version__ = "0.1.0"
__all__ = [
    "BackendError",
    "BudgetError",
    "GradientMismatch",
    "InternalError",
    "OracleError",
    "OwnReport",
    "Report",
    "Spec",
    "SpecError",
    "TriviumError",
    "ValuesError",
    "assert_gradient",
    "check",
    "check_gradient",
    "check_module",
    "compare_gradients",
    "load",
    "network",
    "prove",
    "scope",
    "trace",
]
