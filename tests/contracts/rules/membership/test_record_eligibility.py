"""RB 2.3, 3.8: an Eligible Commercial Entity, reviewed every year."""

from dataclasses import replace

import pytest

from cfi.contracts.figures.eligibility import GROUNDS, grounds_of
from cfi.contracts.state.standing import platform_standing
from cfi.contracts.wire.messages.membership.record_board_resolution import RecordBoardResolution
from cfi.contracts.wire.messages.membership.record_eligibility import RecordEligibility
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.parties import EligibilityCategory
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant, SmallCode
from cfi.contracts.wire.text import HolderId, Text
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.rules.membership.applications import DOCUMENT

COMPANY = HolderId("company-a")
YEAR_ON = Instant(NOW + 365 * SECONDS_PER_DAY)
LAWFUL = RecordEligibility(
    holder_id=COMPANY,
    category=EligibilityCategory.A,
    column_one=SmallCode(1),
    column_two=SmallCode(3),
    evidence=DOCUMENT,
    review_by=YEAR_ON,
)
RESOLUTION = RecordBoardResolution(document=DOCUMENT, resolved_at=NOW)


class TestWhoMayTrade:
    def test_eligible_resolved_and_active(self, ledger: Ledger) -> None:
        assert not platform_standing(ledger.state, COMPANY, NOW)
        ledger.when(LAWFUL, by=EXCHANGE)
        assert not platform_standing(ledger.state, COMPANY, NOW)
        ledger.when(RESOLUTION)
        assert platform_standing(ledger.state, COMPANY, NOW)
        assert not platform_standing(ledger.state, "company-b", NOW)
        assert not platform_standing(ledger.state, "nobody", NOW)

    def test_a_resolution_alone_is_too_little(self, ledger: Ledger) -> None:
        ledger.when(RESOLUTION)
        assert not platform_standing(ledger.state, COMPANY, NOW)

    def test_not_while_suspended(self, ledger: Ledger) -> None:
        ledger.when(LAWFUL, by=EXCHANGE)
        ledger.when(RESOLUTION)
        decision = SuspendHolder(holder_id=COMPANY, reason=Text("fees"), decision=DOCUMENT)
        ledger.when(decision, by=EXCHANGE)
        assert not platform_standing(ledger.state, COMPANY, NOW)

    def test_until_the_yearly_review_is_due(self, ledger: Ledger) -> None:
        ledger.when(LAWFUL, by=EXCHANGE)
        ledger.when(RESOLUTION)
        assert ledger.pass_time(to=YEAR_ON - 1) == 0
        assert platform_standing(ledger.state, COMPANY, ledger.now)
        assert ledger.pass_time(to=YEAR_ON) == 1
        assert not platform_standing(ledger.state, COMPANY, ledger.now)
        lapsed = ledger.state.eligibility.get(COMPANY)
        assert lapsed is not None
        assert lapsed.lapsed
        review_by = Instant(YEAR_ON + 300 * SECONDS_PER_DAY)
        ledger.when(replace(LAWFUL, review_by=review_by), by=EXCHANGE)
        assert platform_standing(ledger.state, COMPANY, ledger.now)


@pytest.mark.parametrize("category", list(EligibilityCategory))
def test_every_ground_of_a_category_is_taken_and_no_other(
    ledger: Ledger, category: EligibilityCategory
) -> None:
    grounds = grounds_of(category)
    last_one, last_two = len(grounds.column_one), len(grounds.column_two)
    for one, two, taken in (
        (1, 1, True),
        (last_one, last_two, True),
        (0, 1, False),
        (1, 0, False),
        (last_one + 1, 1, False),
        (1, last_two + 1, False),
    ):
        message = replace(
            LAWFUL, category=category, column_one=SmallCode(one), column_two=SmallCode(two)
        )
        assert ledger.when(message, by=EXCHANGE).done is taken
    assert {each.category for each in GROUNDS} == set(EligibilityCategory)


REFUSALS = [
    case(
        "a ground is on the form",
        {"column_two": SmallCode(10)},
        "UNKNOWN_GROUND",
        "RB 2.3",
        column_one=1,
        column_two=10,
    ),
    case(
        "a review is to come",
        {"review_by": NOW},
        "NOT_WITHIN_A_YEAR",
        "RB 3.8",
        review_by=NOW,
    ),
    case(
        "a review comes within the year",
        {"review_by": Instant(NOW + 366 * SECONDS_PER_DAY + 1)},
        "NOT_WITHIN_A_YEAR",
        "RB 3.8",
        review_by=NOW + 366 * SECONDS_PER_DAY + 1,
    ),
    case(
        "a holder is there",
        {"holder_id": HolderId("nobody")},
        "UNKNOWN_HOLDER",
        "RB 2.2",
        holder_id="nobody",
    ),
    case(
        "the Exchange doesn't trade",
        {"holder_id": EXCHANGE},
        "THE_EXCHANGE_ITSELF",
        "RB 2.2",
        holder_id=EXCHANGE,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)
