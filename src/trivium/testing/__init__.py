"""The conformance suite that a third party's backend runs in its own tests: `assert_contract(BACKEND)`.

Knows no test runner.
"""

from __future__ import annotations

from trivium.testing.conformance import Result as Result, assert_contract as assert_contract, contract as contract

__all__ = ["Result", "assert_contract", "contract"]
