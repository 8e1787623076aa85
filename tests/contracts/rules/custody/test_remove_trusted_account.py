"""Trust in an account ends at once."""

from cfi.contracts.wire.messages.custody.add_trusted_account import AddTrustedAccount
from cfi.contracts.wire.messages.custody.remove_trusted_account import RemoveTrustedAccount
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import DAY, given_protection, given_sale

B = AccountId("company-b/1")
REMOVE = RemoveTrustedAccount(account_id=B)


def test_transfers_wait_again_at_once(ledger: Ledger) -> None:
    ledger.parameter("loosening_delay_seconds", 0)
    given_protection(ledger, "company-a", delay=DAY)
    ledger.when(AddTrustedAccount(account_id=B))
    ledger.when(REMOVE)
    ledger.done()
    given_sale(ledger)
    assert ledger.tonnes("company-b/1") == 0


def test_an_account_that_isn_t_trusted_is_unknown(ledger: Ledger) -> None:
    before = ledger.tables()
    ledger.when(REMOVE)
    ledger.refused("UNKNOWN_TRUSTED_ACCOUNT", "ours", {"account_id": "company-b/1"})
    assert ledger.tables() == before


def test_another_s_trust_answers_like_none(ledger: Ledger) -> None:
    ledger.parameter("loosening_delay_seconds", 0)
    ledger.when(AddTrustedAccount(account_id=B))
    ledger.when(REMOVE, by="company-b")
    ledger.refused("UNKNOWN_TRUSTED_ACCOUNT", "ours", {"account_id": "company-b/1"})
