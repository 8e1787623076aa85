"""RB 3.14: an upgrade is taken back until it takes effect."""

import pytest

from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.wire.messages.governance.cancel_upgrade import CancelUpgrade
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.quantities import Count, Height
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses

LAWFUL = CancelUpgrade(from_height=Height(102))


@pytest.fixture
def scheduled(ledger: Ledger) -> Ledger:
    """A ledger with an upgrade at height 102."""
    ledger.when(ScheduleUpgrade(app_version=Count(2), from_height=Height(102)), EXCHANGE)
    return ledger


def test_until_the_height_before_it_is_taken_back(scheduled: Ledger) -> None:
    scheduled.height = Height(101)
    assert scheduled.when_both(LAWFUL).done
    assert app_version_at(scheduled.state, 102) == 1
    notices = [NoticeKind(each.kind) for each in scheduled.state.notices.all()]
    assert notices == [NoticeKind.UPGRADE_SCHEDULED, NoticeKind.UPGRADE_CANCELLED]


@pytest.mark.parametrize(("now", "from_height"), [(102, 102), (101, 103)])
def test_none_that_waits_is_refused(scheduled: Ledger, now: int, from_height: int) -> None:
    scheduled.height = Height(now)
    answer = ("UNKNOWN_UPGRADE", "RB 3.14", {"from_height": from_height})
    refuses(scheduled, CancelUpgrade(from_height=Height(from_height)), answer, by=EXCHANGE)


def test_none_at_all_is_refused(ledger: Ledger) -> None:
    answer = ("UNKNOWN_UPGRADE", "RB 3.14", {"from_height": 102})
    refuses(ledger, LAWFUL, answer, by=EXCHANGE)
