"""Trust in an account begins after a delay."""

import pytest

from cfi.contracts.state.changes import drop_public
from cfi.contracts.state.rows.governance import PARAMETERS
from cfi.contracts.state.table import text_key
from cfi.contracts.wire.messages.custody.add_trusted_account import AddTrustedAccount
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.rules.custody.market import DAY, given_protection, given_sale

DELAY = "loosening_delay_seconds"
TRUST_B = AddTrustedAccount(account_id=AccountId("company-b/1"))


class TestWhatTrustDoes:
    def test_it_begins_after_the_programmes_delay(self, ledger: Ledger) -> None:
        ledger.parameter(DELAY, 4 * DAY)
        ledger.when(TRUST_B)
        ledger.done(effective_from=NOW + 4 * DAY)

    def test_then_transfers_go_at_once(self, ledger: Ledger) -> None:
        ledger.parameter(DELAY, 4 * DAY)
        given_protection(ledger, "company-a", delay=DAY)
        ledger.when(TRUST_B)
        ledger.pass_time(4 * DAY)
        given_sale(ledger)
        assert ledger.tonnes("company-b/1") == 300

    def test_until_then_they_wait(self, ledger: Ledger) -> None:
        ledger.parameter(DELAY, 4 * DAY)
        given_protection(ledger, "company-a", delay=DAY)
        ledger.when(TRUST_B)
        ledger.pass_time(4 * DAY - 1)
        given_sale(ledger)
        assert ledger.tonnes("company-b/1") == 0

    def test_a_second_person_is_asked_for_all_the_same(self, ledger: Ledger) -> None:
        ledger.parameter(DELAY, 0)
        given_protection(ledger, "company-a", second_approver=True)
        ledger.when(TRUST_B)
        given_sale(ledger)
        assert ledger.tonnes("company-b/1") == 0

    def test_an_account_that_isn_t_there_answers_the_same(self, ledger: Ledger) -> None:
        ledger.parameter(DELAY, 4 * DAY)
        ledger.when(AddTrustedAccount(account_id=AccountId("nobody/1")))
        ledger.done(effective_from=NOW + 4 * DAY)


def test_an_account_is_trusted_once(ledger: Ledger) -> None:
    ledger.parameter(DELAY, 0)
    ledger.when(TRUST_B)
    before = ledger.tables()
    ledger.when(TRUST_B)
    ledger.refused("ALREADY_TRUSTED", "ours", {"account_id": "company-b/1"})
    assert ledger.tables() == before


def test_a_holder_trusts_only_so_many(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.parameter(DELAY, 0)
    monkeypatch.setattr("cfi.contracts.rules.custody.add_trusted_account.MAX_TRUSTED_ACCOUNTS", 0)
    ledger.when(TRUST_B)
    ledger.refused("TOO_MANY_RECORDS", "ours", {"holder_id": "company-a"})


def test_the_programme_sets_the_delay(ledger: Ledger) -> None:
    known = ledger.state.parameters.get(text_key(DELAY))
    assert known is not None
    ledger.given(drop_public(PARAMETERS, known))
    ledger.when(TRUST_B)
    ledger.refused("PARAMETER_NOT_SET", "ours", {"parameter": DELAY})
