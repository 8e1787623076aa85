"""RB 4.11.2, 4.11.4: marking, the highest serials first."""

import pytest

from cfi.contracts.state.draft import Draft
from cfi.contracts.state.marks import mark
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.surrender import held_lots
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import Ledger, lot_name

FIRST, SECOND = "XA-2003-0000000001-0000000500", "XA-2003-0000000501-0000001000"


@pytest.fixture
def draft(ledger: Ledger) -> Draft:
    """Company A holds two lots of 500 t of 2003."""
    ledger.given_lot("company-a/1", 500)
    ledger.given_lot("company-a/1", 500)
    return Draft(ledger.state)


def marked(draft: Draft, tonnes: int) -> tuple[int, list[str], list[str]]:
    """Tonnes marked, what is said to be free, and what carries the mark."""
    held = list(held_lots(draft.state, HolderId("company-a")))
    done, free = mark(draft, held, tonnes, Restriction.SPECIAL_RESERVE)
    lots = [each.lot for each in held_lots(draft.state, HolderId("company-a"))]
    return (
        done,
        [lot_name(each.lot) for each in free],
        [lot_name(lot) for lot in lots if lot.bars(Restriction.SPECIAL_RESERVE)],
    )


def test_part_of_a_lot_is_its_tail(draft: Draft) -> None:
    head, tail = "XA-2003-0000000501-0000000700", "XA-2003-0000000701-0000001000"
    assert marked(draft, 300) == (300, [FIRST, head], [tail])


def test_one_lot_after_the_other(draft: Draft) -> None:
    head, tail = "XA-2003-0000000001-0000000200", "XA-2003-0000000201-0000000500"
    assert marked(draft, 800) == (800, [head], [tail, SECOND])


def test_no_more_than_there_is(draft: Draft) -> None:
    assert marked(draft, 1_200) == (1_000, [], [FIRST, SECOND])


def test_nothing_marks_nothing(draft: Draft) -> None:
    assert marked(draft, 0) == (0, [FIRST, SECOND], [])


def test_where_there_is_no_room_for_parts_the_whole_lot_is_marked(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", lambda *_: False)
    assert marked(draft, 300) == (500, [FIRST], [SECOND])
