"""A holder blinds its rows anew."""

import pytest

from cfi.contracts.state.row_tree import seed_commitment
from cfi.contracts.state.table import OwnerKey, account_owner, holder_owner
from cfi.contracts.wire.messages.custody.rotate_seed import RotateSeed
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger, seed_of

NEW = seed_of("new")


class TestWhatRotationDoes:
    @pytest.mark.parametrize(
        ("account_id", "owner"),
        [
            (AccountId("company-a/1"), account_owner("company-a/1")),
            (AccountId("company-a/2"), account_owner("company-a/2")),
            (None, holder_owner("company-a")),
        ],
    )
    def test_the_rows_are_committed_under_the_new_seed(
        self, ledger: Ledger, account_id: AccountId | None, owner: OwnerKey
    ) -> None:
        before = ledger.seal()
        held = ledger.held("company-a/1")
        ledger.when(RotateSeed(account_id=account_id, seed=NEW))
        ledger.done()
        summary = ledger.overlay.summary(owner)
        assert summary is not None
        assert summary.seed_commitment == seed_commitment(NEW)
        assert ledger.seal() != before
        assert ledger.held("company-a/1") == held

    @pytest.mark.parametrize("account_id", [AccountId("company-a/1"), None])
    def test_it_costs_more_the_more_rows_there_are(
        self, ledger: Ledger, account_id: AccountId | None
    ) -> None:
        owner = holder_owner("company-a") if account_id is None else account_owner(account_id)
        for rows in range(45):
            ledger.given_user("company-a", f"user-{rows}")
            ledger.given_lot("company-a/1", 100)
        ledger.when(RotateSeed(account_id=account_id, seed=NEW))
        assert ledger.gas == ledger.overlay.row_count(owner) // 20 == 2


@pytest.mark.parametrize("account_id", ["company-a/9", "company-b/1", "nobody/1"])
def test_another_s_account_answers_like_none(ledger: Ledger, account_id: str) -> None:
    before = ledger.tables()
    ledger.when(RotateSeed(account_id=AccountId(account_id), seed=NEW))
    ledger.refused("UNKNOWN_ACCOUNT", "RB 5.3.3", {"account_id": account_id})
    assert ledger.tables() == before
