"""An applicant withdraws."""

from cfi.contracts.wire.messages.membership.withdraw_application import WithdrawApplication
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses
from tests.contracts.rules.membership.applications import APPLICANT, APPLICATION, given_application

LAWFUL = WithdrawApplication(applicant=APPLICANT)


def test_the_application_is_gone(ledger: Ledger) -> None:
    given_application(ledger)
    ledger.when(LAWFUL, by=EXCHANGE)
    ledger.done()
    answer = ("UNKNOWN_APPLICATION", "RB 2.4.1", {"applicant": APPLICANT})
    refuses(ledger, LAWFUL, answer, by=EXCHANGE)
    ledger.when(APPLICATION, by=EXCHANGE)
    ledger.done()
