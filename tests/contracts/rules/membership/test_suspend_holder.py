"""RB 2.8: suspend a holder."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.rows.membership import HOLDERS, HolderStatus
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.text import HolderId, Text
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses
from tests.contracts.room import fill
from tests.contracts.rules.membership.applications import DOCUMENT

COMPANY = HolderId("company-a")
LAWFUL = SuspendHolder(holder_id=COMPANY, reason=Text("fees unpaid"), decision=DOCUMENT)


def given_status(ledger: Ledger, status: HolderStatus) -> None:
    holder = ledger.state.holders.get(COMPANY)
    assert holder is not None
    ledger.given(put(HOLDERS, COMPANY, replace(holder, status=status)))


@pytest.mark.parametrize("before", [HolderStatus.ACTIVE])
def test_the_holder_stands_so_and_everybody_is_told(ledger: Ledger, before: HolderStatus) -> None:
    given_status(ledger, before)
    ledger.when(LAWFUL, by=EXCHANGE)
    ledger.done()
    holder = ledger.state.holders.get(COMPANY)
    why = ledger.state.status_changes.get(COMPANY)
    assert holder is not None
    assert why is not None
    assert holder.status is HolderStatus.SUSPENDED
    assert (why.since, why.reason) == (ledger.now, "fees unpaid")
    assert why.under_jurisdiction_until is None
    (notice,) = ledger.state.notices.all()
    assert (NoticeKind(notice.kind), str(notice.subject)) == (NoticeKind.HOLDER_SUSPENDED, COMPANY)


@pytest.mark.parametrize("status", [HolderStatus.SUSPENDED, HolderStatus.TERMINATED])
def test_from_another_standing_it_is_refused(ledger: Ledger, status: HolderStatus) -> None:
    given_status(ledger, status)
    refuses(ledger, LAWFUL, ("HOLDER_NOT_ACTIVE", "RB 2.8", {"holder_id": COMPANY}), by=EXCHANGE)


@pytest.mark.parametrize(
    ("name", "code"), [("nobody", "UNKNOWN_HOLDER"), (EXCHANGE, "THE_EXCHANGE_ITSELF")]
)
def test_whom_it_can_t_strike(ledger: Ledger, name: str, code: str) -> None:
    message = replace(LAWFUL, holder_id=HolderId(name))
    refuses(ledger, message, (code, "RB 2.2", {"holder_id": name}), by=EXCHANGE)


def test_full_records_keep_nobody_from_being_suspended(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, COMPANY, monkeypatch, for_safety=1)
    ledger.when(LAWFUL, by=EXCHANGE)
    ledger.done()
