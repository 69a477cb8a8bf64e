"""The conformance suite that a third party's backend or op runs in its own tests: `assert_contract(BACKEND)`.

Knows no test runner.
"""

from __future__ import annotations

from trivium.testing.agreement import Agreement as Agreement, agreements as agreements
from trivium.testing.conformance import Result as Result, assert_contract as assert_contract, contract as contract

__all__ = ["Agreement", "Result", "agreements", "assert_contract", "contract"]
