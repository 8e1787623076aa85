"""RB 5.3.1, 5.3.4: a holder opens accounts of its own."""

import pytest

from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from tests.contracts.ledger import Ledger, seed_of

TRADING = OpenAccount(seed=seed_of("new"), retirement=False)
RETIREMENT = OpenAccount(seed=seed_of("new"), retirement=True)


class TestWhatOpeningDoes:
    @pytest.mark.parametrize(
        ("message", "kind"),
        [(TRADING, AccountKind.TRADING), (RETIREMENT, AccountKind.RETIREMENT)],
    )
    def test_the_account_has_the_holders_next_number(
        self, ledger: Ledger, message: OpenAccount, kind: AccountKind
    ) -> None:
        ledger.when(message, by="company-b")
        ledger.done(account_id="company-b/3")
        account = ledger.state.accounts.get("company-b/3")
        assert account is not None
        assert (account.holder_id, account.kind, account.opened_at) == (
            "company-b",
            kind,
            ledger.now,
        )
        assert ledger.state.account_ids("company-b") == [
            "company-b/1",
            "company-b/2",
            "company-b/3",
        ]

    def test_the_next_one_has_the_number_after(self, ledger: Ledger) -> None:
        ledger.when(TRADING, by="company-b")
        ledger.when(TRADING, by="company-b")
        ledger.done(account_id="company-b/4")

    def test_the_seed_is_the_holders_choice(self, ledger: Ledger) -> None:
        ledger.when(TRADING, by="company-b")
        assert ledger.overlay.seeds[account_owner("company-b/3")] == seed_of("new")


def test_a_holder_has_at_most_so_many_accounts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.rules.custody.open_account.MAX_ACCOUNTS_PER_HOLDER", 2)
    before = ledger.tables()
    ledger.when(TRADING, by="company-b")
    ledger.refused("TOO_MANY_ACCOUNTS", "RB 5.3.4", {"opened": 2})
    assert ledger.tables() == before
