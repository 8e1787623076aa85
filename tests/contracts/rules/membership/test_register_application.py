"""RB 2.4.1, 11.1: the registrar files an application."""

from dataclasses import replace

import pytest

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.governance import HOLIDAYS, Holiday
from cfi.contracts.state.rows.membership import ApplicationStage
from cfi.contracts.wire.messages.membership.decide_application import DecideApplication
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Cents, DayNumber, Tonnes, Year
from cfi.contracts.wire.schema import Signature
from cfi.contracts.wire.text import HolderId, Text
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.people import given_key, key_named, possession_of
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.rules.membership.applications import (
    APPLICANT,
    APPLICATION,
    RECOMMENDATION,
    REVIEW,
    application,
    given_application,
)

MEMBER, ASSOCIATE = HolderClass.MEMBER, HolderClass.ASSOCIATE_MEMBER


class TestWhatFilingDoes:
    def test_it_is_decided_within_thirty_business_days(self, ledger: Ledger) -> None:
        """From Wednesday 2003-01-01 on, the thirtieth is Wednesday 2003-02-12."""
        ledger.when(APPLICATION, by=EXCHANGE)
        ledger.done(decide_by=start_of_day(2003, 2, 13))
        filed = application(ledger)
        assert (filed.stage, filed.filed_at, filed.overdue) == (ApplicationStage.FILED, NOW, False)

    def test_holidays_are_no_business_days(self, ledger: Ledger) -> None:
        for year, month, day in ((2003, 1, 20), (2003, 1, 26)):
            number = DayNumber(start_of_day(year, month, day) // SECONDS_PER_DAY)
            ledger.given(put_public(HOLIDAYS, Holiday(day=number)))
        ledger.when(APPLICATION, by=EXCHANGE)
        ledger.done(decide_by=start_of_day(2003, 2, 14))

    def test_a_denied_applicant_may_apply_again(self, ledger: Ledger) -> None:
        given_application(ledger, REVIEW, RECOMMENDATION)
        denial = DecideApplication(applicant=APPLICANT, grant=False, reason=Text("judgments"))
        ledger.when(denial, by=EXCHANGE)
        ledger.done()
        ledger.when(APPLICATION, by=EXCHANGE)
        ledger.done()

    @pytest.mark.parametrize(
        ("holder_class", "tonnes"),
        [
            (MEMBER, 5_001),
            (ASSOCIATE, 5_000),
            (HolderClass.OFFSET_PROVIDER, 0),
            (HolderClass.AUDITOR, 9_999),
        ],
    )
    def test_the_class_follows_the_emissions(
        self, ledger: Ledger, holder_class: HolderClass, tonnes: int
    ) -> None:
        message = replace(APPLICATION, holder_class=holder_class, direct_emissions=Tonnes(tonnes))
        ledger.when(message, by=EXCHANGE)
        ledger.done()


def test_only_a_members_first_year_matters(ledger: Ledger) -> None:
    provider = replace(
        APPLICATION, holder_class=HolderClass.OFFSET_PROVIDER, first_year=Year(1999)
    )
    ledger.when(provider, by=EXCHANGE)
    ledger.done()


def named(name: str) -> RegisterApplication:
    return replace(
        APPLICATION,
        applicant=HolderId(name),
        possession=possession_of("first", name, "first"),
    )


@pytest.mark.parametrize(
    "name", ["Company-C", "company_c", "company/c", "company.c", "c" * 49, "compan\u0079-c!"]
)
def test_a_holder_id_has_few_characters(ledger: Ledger, name: str) -> None:
    answer = ("MALFORMED_HOLDER_ID", "RB 2.4.1", {"applicant": name})
    refuses(ledger, named(name), answer, by=EXCHANGE)


@pytest.mark.parametrize("name", ["company-a", EXCHANGE])
def test_a_holder_is_there_once(ledger: Ledger, name: str) -> None:
    refuses(ledger, named(name), ("HOLDER_EXISTS", "RB 2.4.1", {"applicant": name}), by=EXCHANGE)


def test_an_application_waits_once(ledger: Ledger) -> None:
    given_application(ledger)
    answer = ("APPLICATION_EXISTS", "RB 2.4.1", {"applicant": APPLICANT})
    refuses(ledger, APPLICATION, answer, by=EXCHANGE)


REFUSALS = [
    case(
        "nobody becomes the Exchange",
        {"holder_class": HolderClass.EXCHANGE},
        "WRONG_CLASS",
        "RB 2.2",
        holder_class=HolderClass.EXCHANGE,
    ),
    case(
        "a little emitter is no Member",
        {"direct_emissions": Tonnes(5_000)},
        "WRONG_CLASS",
        "RB 11.1",
        holder_class=MEMBER,
        direct_emissions=5_000,
    ),
    case(
        "a great emitter is no Associate Member",
        {"direct_emissions": Tonnes(5_001), "holder_class": ASSOCIATE},
        "WRONG_CLASS",
        "RB 11.1",
        holder_class=ASSOCIATE,
        direct_emissions=5_001,
    ),
    case(
        "a first year has a schedule",
        {"first_year": Year(2002)},
        "NO_SCHEDULE",
        "RB 4.6",
        first_year=2002,
    ),
    case(
        "a first year is the year of joining",
        {"first_year": Year(2004)},
        "FIRST_YEAR_DIFFERS",
        "RB 2.7.1",
        first_year=2004,
    ),
    case(
        "documents are filed",
        {"documents": ()},
        "INCOMPLETE_APPLICATION",
        "RB 2.4.1",
        applicant=APPLICANT,
    ),
    case(
        "a fee isn't negative",
        {"fee_paid": Cents(-1)},
        "NEGATIVE_FEE",
        "RB 2.4.1",
        fee_paid=-1,
    ),
    case(
        "the first key is proved",
        {"possession": Signature(bytes(64))},
        "NO_PROOF_OF_POSSESSION",
        "RB 5.3.3",
        key=key_named("first"),
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(APPLICATION, **change), answer, by=EXCHANGE)


def test_a_key_belongs_to_one_user_for_ever(ledger: Ledger) -> None:
    given_key(ledger, "company-a", "company-a-user", "first", revoked=True)
    answer = ("KEY_IN_USE", "RB 5.3.3", {"key": key_named("first")})
    refuses(ledger, APPLICATION, answer, by=EXCHANGE)


def test_the_exchange_has_room(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", 4)
    answer = ("TOO_MANY_RECORDS", "RB 2.4.1", {"applicant": APPLICANT})
    refuses(ledger, APPLICATION, answer, by=EXCHANGE)
