"""RB 4.11.2, 4.11.4: marking lot by lot, the highest serials first."""

import pytest

from cfi.contracts.state.marks import Marking
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import Closing, Mark
from cfi.contracts.state.surrender import Held
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.limits import ROWS_KEPT_FOR_DUE_WORK
from cfi.contracts.wire.quantities import Height, Tonnes, Year, small_code
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger, lot_name

FIRST, SECOND = "XA-2003-0000000001-0000000500", "XA-2003-0000000501-0000001000"
ACCOUNT = AccountId("company-a/1")
NONE = Tonnes(0)


@pytest.fixture
def given(ledger: Ledger) -> Ledger:
    """Company A holds two lots of 500 t of 2003."""
    ledger.given_lot(ACCOUNT, 500)
    ledger.given_lot(ACCOUNT, 500)
    return ledger


def closing(*marks: tuple[int, int]) -> Closing:
    """A closing with tonnes of restrictions to be put on lots that carry none."""
    unmarked = tuple(
        Mark(
            restriction=small_code(restriction),
            carrying=small_code(Restriction.NONE),
            left_tonnes=Tonnes(tonnes),
        )
        for restriction, tonnes in marks
    )
    return Closing(
        year=Year(2003),
        surplus_tonnes=NONE,
        sold_tonnes=NONE,
        bought_tonnes=NONE,
        banked_tonnes=NONE,
        special_reserve_tonnes=NONE,
        super_reduction_tonnes=NONE,
        barred_tonnes=NONE,
        unmatched_excess_tonnes=NONE,
        unmarked=unmarked,
        closed_at=Height(1),
        marking=False,
    )


def marked(ledger: Ledger, *marks: tuple[int, int]) -> Closing:
    """What a closing comes to, once its marks are put on all lots."""
    marking = Marking(ledger.state, closing(*marks))
    for lot in reversed(ledger.lots(ACCOUNT)):
        marking.mark(Held(account_id=ACCOUNT, lot=lot))
    ledger.given(marking.changes)
    return marking.closing


def carrying(ledger: Ledger, restriction: int) -> list[str]:
    return [lot_name(lot) for lot in ledger.lots(ACCOUNT) if lot.restrictions == restriction]


@pytest.mark.parametrize(
    ("tonnes", "done", "free", "reserve"),
    [
        pytest.param(
            300,
            300,
            [FIRST, "XA-2003-0000000501-0000000700"],
            ["XA-2003-0000000701-0000001000"],
            id="part of a lot is its tail",
        ),
        pytest.param(
            800,
            800,
            ["XA-2003-0000000001-0000000200"],
            ["XA-2003-0000000201-0000000500", SECOND],
            id="one lot after the other",
        ),
        pytest.param(1_200, 1_000, [], [FIRST, SECOND], id="no more than there is"),
        pytest.param(0, 0, [FIRST, SECOND], [], id="nothing marks nothing"),
    ],
)
def test_as_many_tonnes_as_are_to_be_marked(
    given: Ledger, tonnes: int, done: int, free: list[str], reserve: list[str]
) -> None:
    after = marked(given, (Restriction.SPECIAL_RESERVE, tonnes))
    assert carrying(given, Restriction.NONE) == free
    assert carrying(given, Restriction.SPECIAL_RESERVE) == reserve
    assert (after.special_reserve_tonnes, after.banked_tonnes) == (done, 1_000 - done)
    assert after.unmarked[0].left_tonnes == tonnes - done


def test_one_mark_after_the_other(given: Ledger) -> None:
    barred = Restriction.NO_SALE | Restriction.NO_COMPLIANCE | Restriction.SUPER_REDUCTION
    after = marked(
        given,
        (barred, 100),
        (Restriction.SUPER_REDUCTION, 200),
        (Restriction.SPECIAL_RESERVE, 300),
    )
    assert carrying(given, barred) == ["XA-2003-0000000901-0000001000"]
    assert carrying(given, Restriction.SUPER_REDUCTION) == ["XA-2003-0000000701-0000000900"]
    assert carrying(given, Restriction.SPECIAL_RESERVE) == [
        "XA-2003-0000000401-0000000500",
        "XA-2003-0000000501-0000000700",
    ]
    assert (after.barred_tonnes, after.super_reduction_tonnes) == (100, 200)
    assert (after.special_reserve_tonnes, after.banked_tonnes) == (300, 400)


def test_what_carries_something_else_is_passed_by(given: Ledger) -> None:
    given.given_lot(ACCOUNT, 500, restrictions=Restriction.DONATED)
    after = marked(given, (Restriction.SPECIAL_RESERVE, 300))
    assert carrying(given, Restriction.SPECIAL_RESERVE) == ["XA-2003-0000000701-0000001000"]
    assert after.banked_tonnes == 700


def test_where_there_is_no_room_for_parts_the_whole_lot_is_marked(
    given: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", lambda *_: False)
    after = marked(given, (Restriction.SPECIAL_RESERVE, 300))
    assert carrying(given, Restriction.SPECIAL_RESERVE) == [SECOND]
    assert (after.special_reserve_tonnes, after.banked_tonnes) == (500, 500)
    assert after.unmarked[0].left_tonnes == 0


def test_the_parts_for_one_mark_leave_no_room_for_those_of_the_next(
    given: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = given.overlay.row_count(account_owner(ACCOUNT))
    monkeypatch.setattr(
        "cfi.contracts.state.view.MAX_ROWS_PER_OWNER", rows + 1 + ROWS_KEPT_FOR_DUE_WORK
    )
    after = marked(given, (Restriction.SUPER_REDUCTION, 100), (Restriction.SPECIAL_RESERVE, 100))
    assert carrying(given, Restriction.SUPER_REDUCTION) == ["XA-2003-0000000901-0000001000"]
    assert carrying(given, Restriction.SPECIAL_RESERVE) == ["XA-2003-0000000501-0000000900"]
    assert (after.special_reserve_tonnes, after.banked_tonnes) == (400, 500)
