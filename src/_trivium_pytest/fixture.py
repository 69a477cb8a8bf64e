"""What the fixture `trivium` offers: the verbs of trivium, each with the defaults of its test, and its checks noted.

A further verb is one more short method. Knows nothing of how a check is done or shown.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from _trivium_pytest import options as run_options
from _trivium_pytest.book import note
from _trivium_pytest.case import Case, gravest
from _trivium_pytest.choice import Choice, choice
from _trivium_pytest.stash import RUNNING

if TYPE_CHECKING:
    from trivium.backend import Backend
    from trivium.report import OwnReport, Report
    from trivium.spec.graph import Spec


@dataclass(frozen=True)
class Trivium:
    """What the fixture `trivium` offers: checks whose failures pytest shows as reports. It keeps no state.

    What a call does not say, the test's marker says, then the command line, then the ini file. With
    `--trivium-require=torch` an absent torch is BackendError, whatever is asked for.
    """

    config: pytest.Config = field(repr=False)

    def check(
        self,
        spec: Spec | str | os.PathLike[str],
        *,
        backends: Iterable[str | Backend] | None = None,
        **options: Any,
    ) -> Report:
        """The report of `trivium.check` with the same arguments; skips where a backend that is named is not installed.

        At several seeds (`points` of the marker) it is the gravest of their reports.
        """
        __tracebackhide__ = True
        return self._ask("check", (spec,), {"backends": backends, **options}).report  # type: ignore[no-any-return]

    def check_gradient(self, f: Any, grad: Callable[..., Any] | None = None, **options: Any) -> OwnReport:
        """The report of `trivium.check_gradient` with the same arguments."""
        __tracebackhide__ = True
        return self._ask("check_gradient", (f,) if grad is None else (f, grad), options).report  # type: ignore[no-any-return]

    def check_module(
        self, module: Any, loss: Callable[..., Any] | None = None, *, at: Sequence[Any], **options: Any
    ) -> OwnReport:
        """The report of `trivium.check_module` with the same arguments."""
        __tracebackhide__ = True
        return self._ask("check_module", (module, loss), {"at": at, **options}).report  # type: ignore[no-any-return]

    def compare_gradients(self, *implementations: Any, at: Sequence[Any], **options: Any) -> OwnReport:
        """The report of `trivium.compare_gradients` with the same arguments."""
        __tracebackhide__ = True
        return self._ask("compare_gradients", implementations, {"at": at, **options}).report  # type: ignore[no-any-return]

    def assert_gradient(
        self,
        spec: Spec | str | os.PathLike[str] | Callable[..., Any],
        grad: Callable[..., Any] | None = None,
        **options: Any,
    ) -> None:
        """As `check`, or with a gradient as `check_gradient`, but silent where all is right.

        Raises GradientMismatch, an AssertionError whose text is the whole report, where it is not.
        """
        __tracebackhide__ = True
        from trivium.spec.graph import Spec

        network = grad is None and isinstance(spec, Spec | str | os.PathLike)
        given = (spec,) if grad is None else (spec, grad)
        verb, arguments = ("check", given) if network else ("check_gradient", given)
        self._demand(self._ask(verb, arguments, options))

    def _demand(self, case: Case) -> None:
        """Raise the report of a check that failed, so that pytest shows the test's own line, and the report."""
        __tracebackhide__ = True
        from trivium.errors import GradientMismatch

        try:
            case.report.raise_for_verdict()
        except GradientMismatch as mismatch:
            mismatch.case = case  # type: ignore[attr-defined]  # for who reports it
            raise mismatch.with_traceback(None) from None

    def _ask(self, verb: str, arguments: tuple[Any, ...], said: dict[str, Any]) -> Case:
        """Check, at every seed that is asked for, and note what was found; the gravest of it."""
        __tracebackhide__ = True
        from trivium import verbs

        item = self.config.stash.get(RUNNING, None)
        function = getattr(verbs, verb)
        chosen = choice(self.config, item)
        filled = filled_in(function, said, chosen)
        refuse_absent(filled.get("backends") or (), run_options.names(self.config, "require"))
        cases = []
        for seed in seeds(function, said, chosen):
            more = filled if seed is None else seeded(verb, filled, seed)
            cases.append(Case(verb, arguments, more, called(function, arguments, more)))
            note(item, cases[-1])
        grave = gravest(case.verdict for case in cases)
        return next(case for case in cases if case.verdict == grave)


def called(function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a verb gives; what is wrong with its arguments is told at the test's own line, without trivium's."""
    __tracebackhide__ = True
    from trivium.errors import InternalError, TriviumError

    try:
        return function(*arguments, **options)
    except InternalError:
        raise
    except TriviumError as error:
        raise error.with_traceback(None) from error.__cause__


def filled_in(function: Callable[..., Any], said: dict[str, Any], chosen: Choice) -> dict[str, Any]:
    """What a verb is told: what the call says, and for the rest what was chosen, as far as the verb takes it."""
    takes = inspect.signature(function).parameters
    defaults = {"backends": chosen.backends, "oracle": chosen.oracle}
    told = {n: v for n, v in said.items() if v is not None}
    filled = {n: v for n, v in defaults.items() if n in takes and v is not None} | told
    named = filled.get("backends")
    if isinstance(named, Iterable) and not isinstance(named, str):
        filled["backends"] = tuple(named)  # looked at twice, which a generator is not
    return filled


def seeds(function: Callable[..., Any], said: dict[str, Any], chosen: Choice) -> Sequence[int | None]:
    """The seeds to check at; None for a verb that draws nothing here, or whose call names its seed."""
    draws = "seed" in inspect.signature(function).parameters or (said.get("at") is None and "against" in said)
    if said.get("seed") is not None or not draws:
        return [None]
    return range(chosen.seed, chosen.seed + chosen.points)


def seeded(verb: str, said: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same, at a seed: as the verb's own argument, or as numbers drawn for the network beside a gradient."""
    if verb != "check_gradient":
        return {**said, "seed": seed}
    from trivium.probe import draw
    from trivium.target import find

    source = find(said["against"])
    return said if source.values is not None else {**said, "at": draw(source.spec, seed=seed)}


def refuse_absent(named: Iterable[Any], required: tuple[str, ...]) -> None:
    """An absent backend skips the test, with its reason; one that `--trivium-require` names is an error."""
    __tracebackhide__ = True
    from trivium.errors import BackendError

    reasons = absent((*named, *required), required)
    needed = [f"{reason} (--trivium-require names it)" for name, reason in reasons.items() if name in required]
    if needed:
        raise BackendError(*needed)
    if reasons:
        pytest.skip("; ".join(reasons.values()))


def absent(names: Iterable[Any], required: Iterable[str]) -> dict[str, str]:
    """The backends among these that cannot be used here, each with the reason and the cure."""
    from trivium.backend import load_backend, registered
    from trivium.errors import BackendError

    reasons = {}
    for name in dict.fromkeys(n for n in names if isinstance(n, str)):
        if name in registered() or name in required:  # any other name is a slip, of which the check itself will tell
            try:
                _ = load_backend(name)
            except BackendError as error:
                reasons[name] = str(error)
    return reasons
