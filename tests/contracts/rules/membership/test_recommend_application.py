"""RB 2.4.1, 3.7.10, 3.12: the Committee on Membership recommends."""

from dataclasses import replace

import pytest

from cfi.contracts.state.rows.membership import ApplicationStage
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses
from tests.contracts.rules.membership.applications import (
    APPLICANT,
    RECOMMENDATION,
    REVIEW,
    application,
    given_application,
)


@pytest.mark.parametrize("grant", [True, False])
def test_votes_and_recusals_are_recorded(ledger: Ledger, grant: bool) -> None:
    given_application(ledger, REVIEW, replace(RECOMMENDATION, grant=grant))
    recommended = application(ledger)
    assert recommended.stage is ApplicationStage.RECOMMENDED
    assert recommended.recommended is grant
    assert recommended.vote is not None
    assert recommended.vote.recused == 1


@pytest.mark.parametrize(
    ("members", "in_favour", "against", "recused", "code", "section"),
    [
        pytest.param(3, 3, 0, 0, "VOTES_DONT_ADD_UP", "RB 3.7.7", id="at least four members"),
        pytest.param(7, 4, 3, 1, "VOTES_DONT_ADD_UP", "RB 3.7.7", id="one vote each"),
        pytest.param(8, 4, 1, 0, "NO_MAJORITY", "RB 3.7.10", id="a half is none"),
        pytest.param(7, 3, 0, 4, "NO_MAJORITY", "RB 3.7.10", id="of all, recused too"),
    ],
)
def test_a_majority_is_of_all_members(
    ledger: Ledger,
    members: int,
    in_favour: int,
    against: int,
    recused: int,
    code: str,
    section: str,
) -> None:
    given_application(ledger, REVIEW)
    message = replace(
        RECOMMENDATION,
        members=Count(members),
        in_favour=Count(in_favour),
        against=Count(against),
        recused=Count(recused),
    )
    cast = in_favour + against + recused
    told = {"cast": cast} if section == "RB 3.7.7" else {"in_favour": in_favour}
    refuses(ledger, message, (code, section, {"members": members, **told}), by=EXCHANGE)


def test_it_was_reviewed_before(ledger: Ledger) -> None:
    given_application(ledger)
    answer = ("NOT_AT_THIS_STAGE", "RB 2.4.1", {"applicant": APPLICANT})
    refuses(ledger, RECOMMENDATION, answer, by=EXCHANGE)


@pytest.mark.parametrize(("complete", "eligible"), [(True, False), (False, True)])
def test_what_the_review_found_wanting_isn_t_granted(
    ledger: Ledger, complete: bool, eligible: bool
) -> None:
    given_application(ledger, replace(REVIEW, complete=complete, eligible=eligible))
    answer = ("INCOMPLETE_APPLICATION", "RB 3.8", {"applicant": APPLICANT})
    refuses(ledger, RECOMMENDATION, answer, by=EXCHANGE)
    ledger.when(replace(RECOMMENDATION, grant=False), by=EXCHANGE)
    ledger.done()


def test_an_application_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    message = replace(RECOMMENDATION, applicant=HolderId("nobody"))
    answer = ("UNKNOWN_APPLICATION", "RB 2.4.1", {"applicant": "nobody"})
    refuses(ledger, message, answer, by=EXCHANGE)
