"""RB 2.6.1: the Exchange takes a user's trading away."""

from cfi.contracts.wire.messages.access.limit_user import LimitUser
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import user
from tests.contracts.refusals import refuses


def test_trading_is_taken_away_and_given_back(ledger: Ledger) -> None:
    for limited in (True, False):
        message = LimitUser(
            holder_id=HolderId("company-a"), user_id=UserId("company-a-user"), limited=limited
        )
        ledger.when(message, by=EXCHANGE)
        ledger.done()
        assert user(ledger, "company-a", "company-a-user").limited is limited


def test_a_user_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    for holder, name in (("company-a", "nobody"), ("company-b", "company-a-user")):
        message = LimitUser(holder_id=HolderId(holder), user_id=UserId(name), limited=True)
        answer = ("UNKNOWN_USER", "RB 5.3.3", {"user_id": name})
        refuses(ledger, message, answer, by=EXCHANGE)
