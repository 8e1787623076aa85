"""RB 2.4.1: the Executive Committee decides."""

from dataclasses import replace

import pytest

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.rows.membership import ApplicationStage, HolderStatus
from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.membership.decide_application import DecideApplication
from cfi.contracts.wire.parties import HolderClass, Level
from cfi.contracts.wire.text import Text
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import given_key, key_named
from tests.contracts.refusals import refuses
from tests.contracts.rules.membership.applications import (
    APPLICANT,
    APPLICATION,
    RECOMMENDATION,
    REVIEW,
    application,
    given_application,
)

GRANT = DecideApplication(applicant=APPLICANT, grant=True, reason=None)
DENY = DecideApplication(applicant=APPLICANT, grant=False, reason=Text("judgments against it"))


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """An application that the committee recommends."""
    given_application(ledger, REVIEW, RECOMMENDATION)
    return ledger


class TestWhatGrantingDoes:
    def test_the_holder_is_there_with_two_accounts(self, ledger: Ledger) -> None:
        ledger.when(GRANT, by=EXCHANGE)
        ledger.done()
        holder = ledger.state.holders.get(APPLICANT)
        assert holder is not None
        assert (holder.holder_class, holder.status) == (HolderClass.MEMBER, HolderStatus.ACTIVE)
        kinds = []
        for account_id in ledger.state.account_ids(APPLICANT):
            account = ledger.state.accounts.get(account_id)
            assert account is not None
            kinds.append((account.account_id, account.kind))
        assert kinds == [
            ("company-c/1", AccountKind.TRADING),
            ("company-c/2", AccountKind.RETIREMENT),
        ]

    def test_its_first_administrator_can_sign(self, ledger: Ledger) -> None:
        ledger.when(GRANT, by=EXCHANGE)
        signer = live_signer(ledger.state, key_named("first"), ledger.now)
        assert signer is not None
        assert (signer.holder.holder_id, signer.user.levels) == (APPLICANT, (Level.ADMINISTRATOR,))

    def test_everybody_is_told_and_the_application_gone(self, ledger: Ledger) -> None:
        ledger.when(GRANT, by=EXCHANGE)
        (notice,) = ledger.state.notices.all()
        assert (NoticeKind(notice.kind), str(notice.subject)) == (
            NoticeKind.HOLDER_ADMITTED,
            APPLICANT,
        )
        assert ledger.state.applications.of(EXCHANGE).keys() == []

    def test_it_may_be_granted_late(self, ledger: Ledger) -> None:
        ledger.pass_time(to=application(ledger).decide_by)
        assert application(ledger).overdue
        ledger.when(GRANT, by=EXCHANGE)
        ledger.done()


    def test_the_first_year_is_that_of_admission(self, ledger: Ledger) -> None:
        """RB 2.7.1: applied for in 2003, granted in 2004."""
        ledger.pass_time(to=start_of_day(2004, 1, 2))
        ledger.when(GRANT, by=EXCHANGE)
        holder = ledger.state.holders.get(APPLICANT)
        assert holder is not None
        assert holder.first_year == 2004

    def test_who_is_no_member_keeps_the_year_it_named(self, ledger: Ledger) -> None:
        ledger.when(DENY, by=EXCHANGE)
        provider = replace(APPLICATION, holder_class=HolderClass.OFFSET_PROVIDER)
        for message in (provider, REVIEW, RECOMMENDATION):
            ledger.when(message, by=EXCHANGE)
            ledger.done()
        ledger.pass_time(to=start_of_day(2007, 1, 2))
        ledger.when(GRANT, by=EXCHANGE)
        holder = ledger.state.holders.get(APPLICANT)
        assert holder is not None
        assert holder.first_year == 2003


class TestWhatDenyingDoes:
    def test_the_reason_stays(self, ledger: Ledger) -> None:
        ledger.when(DENY, by=EXCHANGE)
        ledger.done()
        denied = application(ledger)
        assert (denied.stage, denied.reason) == (ApplicationStage.DENIED, "judgments against it")
        assert ledger.state.holders.get(APPLICANT) is None
        assert ledger.pass_time(to=denied.decide_by) == 0

    def test_it_is_decided_once(self, ledger: Ledger) -> None:
        ledger.when(DENY, by=EXCHANGE)
        answer = ("UNKNOWN_APPLICATION", "RB 2.4.1", {"applicant": APPLICANT})
        refuses(ledger, GRANT, answer, by=EXCHANGE)

    @pytest.mark.parametrize("reason", [None, Text("")])
    def test_a_reason_is_given(self, ledger: Ledger, reason: Text | None) -> None:
        answer = ("NO_REASON_GIVEN", "RB 2.5", {"applicant": APPLICANT})
        refuses(ledger, replace(DENY, reason=reason), answer, by=EXCHANGE)


def test_the_committee_recommended_before(ledger: Ledger) -> None:
    for message in (DENY, APPLICATION):
        ledger.when(message, by=EXCHANGE)
    answer = ("NOT_AT_THIS_STAGE", "RB 2.4.1", {"applicant": APPLICANT})
    refuses(ledger, GRANT, answer, by=EXCHANGE)


def test_a_key_registered_meanwhile_belongs_to_its_user(ledger: Ledger) -> None:
    given_key(ledger, "company-a", "company-a-user", "first")
    answer = ("KEY_IN_USE", "RB 5.3.3", {"key": key_named("first")})
    refuses(ledger, GRANT, answer, by=EXCHANGE)


def test_nobody_enrols_after_the_programmes_last_year(ledger: Ledger) -> None:
    ledger.pass_time(to=start_of_day(2007, 1, 2))
    answer = ("NO_SCHEDULE", "RB 4.6", {"first_year": 2003})
    refuses(ledger, GRANT, answer, by=EXCHANGE)
