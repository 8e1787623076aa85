"""The market of the custody rules."""

from tests.contracts.rules.custody.conftest import ledger

__all__ = ["ledger"]
