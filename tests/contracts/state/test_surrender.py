"""RB 4.7: where surrendered CFIs go."""

import pytest

from cfi.contracts.state.surrender import retirement_account
from cfi.contracts.wire.refusal import InvariantBroken
from tests.contracts.ledger import Ledger


def test_the_first_retirement_account(ledger: Ledger) -> None:
    assert retirement_account(ledger.state, "company-a") == "company-a/2"  # type: ignore[arg-type]


def test_a_holder_without_one_is_our_mistake(ledger: Ledger) -> None:
    ledger.given_holder("bare", accounts=False)
    with pytest.raises(InvariantBroken):
        retirement_account(ledger.state, "bare")  # type: ignore[arg-type]
