"""RB 3.14: another version of the rules decides from a height to come."""

from dataclasses import replace

import pytest

from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.quantities import Count, Height
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import Answer, Change, case, refuses

LAWFUL = ScheduleUpgrade(app_version=Count(2), from_height=Height(102))


def test_it_holds_from_its_height_on(ledger: Ledger) -> None:
    assert ledger.when_both(LAWFUL).done
    assert [app_version_at(ledger.state, height) for height in (1, 101, 102, 500)] == [1, 1, 2, 2]
    (notice,) = ledger.state.notices.all()
    assert (NoticeKind(notice.kind), notice.subject) == (NoticeKind.UPGRADE_SCHEDULED, "2")


def test_the_next_may_be_scheduled_when_it_holds(ledger: Ledger) -> None:
    ledger.when(LAWFUL, EXCHANGE)
    ledger.height = Height(102)
    after = ScheduleUpgrade(app_version=Count(5), from_height=Height(203))
    assert ledger.when(after, EXCHANGE).done
    versions = [app_version_at(ledger.state, height) for height in (101, 102, 202, 203)]
    assert versions == [1, 2, 2, 5]


def test_one_waits_at_a_time(ledger: Ledger) -> None:
    ledger.when(LAWFUL, EXCHANGE)
    ledger.height = Height(101)
    after = ScheduleUpgrade(app_version=Count(3), from_height=Height(300))
    refuses(ledger, after, ("UPGRADE_WAITS", "RB 3.14", {"from_height": 300}), by=EXCHANGE)


REFUSALS = [
    case(
        "a version is later than the one in force",
        {"app_version": Count(1)},
        "VERSION_NOT_LATER",
        "RB 3.14",
        app_version=1,
    ),
    case(
        "there is time to install it",
        {"from_height": Height(101)},
        "UPGRADE_TOO_SOON",
        "RB 3.14",
        from_height=101,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)
