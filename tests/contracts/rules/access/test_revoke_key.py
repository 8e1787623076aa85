"""RB 5.3.3: a key is revoked at once, by its user or an administrator."""

import pytest

from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.access.revoke_key import RevokeKey
from tests.contracts.ledger import Ledger
from tests.contracts.people import given_key, given_plain_user, key_named
from tests.contracts.refusals import refuses

ADMINISTRATOR, PLAIN = "company-a-user", "second"


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """An administrator and a plain user, with a key each; another holder's key."""
    given_plain_user(ledger, "company-a", PLAIN)
    given_key(ledger, "company-a", ADMINISTRATOR, "administrators")
    given_key(ledger, "company-a", PLAIN, "plains")
    given_key(ledger, "company-a", PLAIN, "gone", revoked=True)
    given_key(ledger, "company-b", "company-b-user", "foreign")
    return ledger


@pytest.mark.parametrize(
    ("by", "name"),
    [(ADMINISTRATOR, "administrators"), (ADMINISTRATOR, "plains"), (PLAIN, "plains")],
)
def test_who_may_revoke_which(ledger: Ledger, by: str, name: str) -> None:
    ledger.when(RevokeKey(key=key_named(name)), user=by)
    ledger.done()
    assert live_signer(ledger.state, key_named(name), ledger.now) is None


@pytest.mark.parametrize(
    ("by", "name", "code"),
    [
        (ADMINISTRATOR, "none", "UNKNOWN_KEY"),
        (ADMINISTRATOR, "foreign", "UNKNOWN_KEY"),
        (ADMINISTRATOR, "gone", "KEY_REVOKED"),
        (PLAIN, "none", "UNKNOWN_KEY"),
        (PLAIN, "foreign", "UNKNOWN_KEY"),
        (PLAIN, "administrators", "UNKNOWN_KEY"),
        (PLAIN, "gone", "KEY_REVOKED"),
    ],
)
def test_who_may_not(ledger: Ledger, by: str, name: str, code: str) -> None:
    answer = (code, "RB 5.3.3", {"key": key_named(name)})
    refuses(ledger, RevokeKey(key=key_named(name)), answer, user=by)
