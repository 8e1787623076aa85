"""RB 2.6.1: the Exchange revokes a holder's key."""

import pytest

from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.access.revoke_key_of import RevokeKeyOf
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import given_key, key_named
from tests.contracts.refusals import refuses


def test_the_key_speaks_for_nobody(ledger: Ledger) -> None:
    key = given_key(ledger, "company-a", "company-a-user", "stolen")
    ledger.when(RevokeKeyOf(holder_id=HolderId("company-a"), key=key), by=EXCHANGE)
    ledger.done()
    assert live_signer(ledger.state, key, ledger.now) is None


@pytest.mark.parametrize(
    ("holder", "name", "code"),
    [
        ("company-a", "none", "UNKNOWN_KEY"),
        ("company-b", "stolen", "UNKNOWN_KEY"),
        ("nobody", "stolen", "UNKNOWN_KEY"),
        ("company-a", "gone", "KEY_REVOKED"),
    ],
)
def test_refusal(ledger: Ledger, holder: str, name: str, code: str) -> None:
    given_key(ledger, "company-a", "company-a-user", "stolen")
    given_key(ledger, "company-a", "company-a-user", "gone", revoked=True)
    message = RevokeKeyOf(holder_id=HolderId(holder), key=key_named(name))
    refuses(ledger, message, (code, "RB 5.3.3", {"key": key_named(name)}), by=EXCHANGE)
