"""RB 3.8: the Provider of Regulatory Services reviews an application."""

from dataclasses import replace

from cfi.contracts.state.rows.membership import ApplicationStage
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses
from tests.contracts.rules.membership.applications import (
    APPLICANT,
    REVIEW,
    application,
    given_application,
)


def test_the_findings_are_recorded(ledger: Ledger) -> None:
    given_application(ledger, replace(REVIEW, at_risk=True))
    reviewed = application(ledger)
    assert reviewed.stage is ApplicationStage.REVIEWED
    assert reviewed.review is not None
    assert reviewed.review.at_risk


def test_it_is_reviewed_once(ledger: Ledger) -> None:
    given_application(ledger, REVIEW)
    answer = ("NOT_AT_THIS_STAGE", "RB 2.4.1", {"applicant": APPLICANT})
    refuses(ledger, REVIEW, answer, by=EXCHANGE)


def test_an_application_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    message = replace(REVIEW, applicant=HolderId("company-a"))
    answer = ("UNKNOWN_APPLICATION", "RB 2.4.1", {"applicant": "company-a"})
    refuses(ledger, message, answer, by=EXCHANGE)
