"""Records that are full, for tests: the bound comes down to what a holder has."""

import pytest

from cfi.contracts.state.table import holder_owner
from cfi.contracts.wire.limits import ROWS_KEPT_FOR_DUE_WORK, ROWS_KEPT_FOR_SAFETY
from tests.contracts.ledger import Ledger

_ASKED_BY = ("cfi.contracts.state.view", "cfi.contracts.transition.room")


def fill(
    ledger: Ledger,
    holder_id: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    for_safety: int = ROWS_KEPT_FOR_SAFETY,
) -> None:
    """Leave a holder room for so many rows for safety, and for none besides."""
    rows = ledger.overlay.row_count(holder_owner(holder_id))
    for module in _ASKED_BY:
        most = rows + ROWS_KEPT_FOR_DUE_WORK + for_safety
        monkeypatch.setattr(f"{module}.MAX_ROWS_PER_OWNER", most)
