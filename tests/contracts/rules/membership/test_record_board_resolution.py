"""RB 2.6.1: a board authorises trading."""

import pytest

from cfi.contracts.wire.messages.membership.record_board_resolution import RecordBoardResolution
from cfi.contracts.wire.quantities import Instant
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.refusals import refuses
from tests.contracts.rules.membership.applications import DOCUMENT

LAWFUL = RecordBoardResolution(document=DOCUMENT, resolved_at=NOW)


def test_the_resolution_is_recorded(ledger: Ledger) -> None:
    ledger.when(LAWFUL)
    ledger.done()
    resolution = ledger.state.resolutions.get("company-a")
    assert resolution is not None
    assert (resolution.document, resolution.resolved_at) == (DOCUMENT, NOW)


def test_a_board_has_resolved_already(ledger: Ledger) -> None:
    message = RecordBoardResolution(document=DOCUMENT, resolved_at=Instant(NOW + 1))
    refuses(ledger, message, ("NOT_YET_RESOLVED", "RB 2.6.1", {"resolved_at": NOW + 1}))


def test_a_full_holder_takes_none(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", 2)
    refuses(ledger, LAWFUL, ("TOO_MANY_RECORDS", "RB 2.6.1", {"holder_id": "company-a"}))
