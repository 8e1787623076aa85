"""RB 2.6.1, 5.3.3: an administrator removes a user."""

from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.access.remove_user import RemoveUser
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import Ledger
from tests.contracts.people import given_key, given_plain_user, user
from tests.contracts.refusals import refuses

LAWFUL = RemoveUser(user_id=UserId("second"))


def test_the_users_keys_speak_for_nobody(ledger: Ledger) -> None:
    given_plain_user(ledger, "company-a", "second")
    key = given_key(ledger, "company-a", "second", "its-key")
    assert live_signer(ledger.state, key, ledger.now) is not None
    ledger.when(LAWFUL)
    ledger.done()
    assert not user(ledger, "company-a", "second").active
    assert live_signer(ledger.state, key, ledger.now) is None
    refuses(ledger, LAWFUL, ("UNKNOWN_USER", "RB 5.3.3", {"user_id": "second"}))


def test_another_holders_user_answers_like_none(ledger: Ledger) -> None:
    for name in ("nobody", "company-b-user"):
        answer = ("UNKNOWN_USER", "RB 5.3.3", {"user_id": name})
        refuses(ledger, RemoveUser(user_id=UserId(name)), answer)


def test_the_last_administrator_stays(ledger: Ledger) -> None:
    given_plain_user(ledger, "company-a", "second")
    answer = ("LAST_ADMINISTRATOR", "RB 5.3.3", {"user_id": "company-a-user"})
    refuses(ledger, RemoveUser(user_id=UserId("company-a-user")), answer)
