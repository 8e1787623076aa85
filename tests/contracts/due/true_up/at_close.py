"""The Member of appendix 4.3 before the close of 2003, and what becomes of what it has left."""

from cfi.contracts.due.true_up.close import close_year
from cfi.contracts.due.true_up.pieces import Piece
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import Progress, Stage, TrueUpWork, Work
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Instant, Tonnes, Year, small_code
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.rules.custody.market import DAY, given_protection, given_sale, given_standing
from tests.contracts.true_up import TrueUpLedger

A = HolderId("company-a")
LEFT = 400_000
FREE = small_code(Restriction.NONE)


def given_surplus(true_up: TrueUpLedger) -> LotId:
    """Company A has 400,000 t of 2003 beyond what it owed; its transfers wait thirty days."""
    true_up.member(A, 10_000_000)
    true_up.allocated(A, 2003)
    true_up.emitted(A, 2003, 9_500_000)
    true_up.reaches(2003, Stage.CURE)
    ledger = true_up.ledger
    given_standing(ledger, A, "company-b", until=ledger.now + 360 * DAY)
    given_protection(ledger, A, delay=30 * DAY)
    (left,) = ledger.lots("company-a/1")
    assert left.tonnes == LEFT
    return left.lot_id


def before_the_close(true_up: TrueUpLedger, year: int = 2003) -> None:
    """Let time pass until the day before the close."""
    row = next(row for row in true_up.ledger.state.true_ups.all() if row.year == year)
    true_up.ledger.pass_time(to=row.closes_at - DAY)


def sold(ledger: Ledger, lot_id: LotId, tonnes: int = LEFT) -> Hash:
    """An accepted sale to company B that waits."""
    expires_at = Instant(ledger.now + DAY)
    return given_sale(ledger, lot_id=lot_id, tonnes=Tonnes(tonnes), expires_at=expires_at)


def marked(true_up: TrueUpLedger) -> tuple[int, int, int]:
    """Tonnes of 2003 that are free, Super Reductions, Special Reserve."""
    return (
        true_up.marked(A, 2003, Restriction.NONE),
        true_up.marked(A, 2003, Restriction.SUPER_REDUCTION),
        true_up.marked(A, 2003, Restriction.SPECIAL_RESERVE),
    )


def closed_as(true_up: TrueUpLedger) -> tuple[int, int, int]:
    """The same as the close recorded it."""
    closing = true_up.closing(A, 2003)
    return (
        closing.banked_tonnes,
        closing.super_reduction_tonnes,
        closing.special_reserve_tonnes,
    )


def moved(lot_id: LotId, tonnes: int) -> TransferLot:
    """A lot's tail into another account of company A's own."""
    return TransferLot(
        source=AccountId("company-a/1"),
        target=AccountId("company-a/3"),
        lot_id=lot_id,
        tonnes=Tonnes(tonnes),
    )


def closed_piece(ledger: Ledger, so_far: Progress | None) -> Progress | None:
    """One piece of company A's close; how far it came."""
    return done_piece(ledger, A, Work.CLOSE, close_year, so_far)


def done_piece(
    ledger: Ledger, holder_id: str, kind: Work, do: Piece, so_far: Progress | None
) -> Progress | None:
    """One piece of a holder's part of 2003's work; how far it came."""
    holder = ledger.state.holders.get(holder_id)
    assert holder is not None
    work = TrueUpWork(
        year=Year(2003),
        exchange=HolderId(EXCHANGE),
        work=kind,
        after=None,
        since=ledger.now,
        progress=so_far,
    )
    changes, after = do(ledger.state, holder, work, ledger.context(EXCHANGE, "officer-1"))
    ledger.given(changes)
    return after
