"""RB 5.3: the ways in which tonnes come into being, move, and end."""

import pytest

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.moves import issue, lock, split, supply_of, transfer, unlock
from cfi.contracts.state.rows.custody import (
    Lock,
    LockReason,
    Lot,
    MovementKind,
    Origin,
    Restriction,
)
from cfi.contracts.transition.apply import commit
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import CentsPerTonne, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, Identifier
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import movements

ONE, TWO = AccountId("company-a/1"), AccountId("company-b/1")
HELD = Lock(reason=LockReason.OFFERED, act_id=Hash(bytes(32)))


@pytest.fixture
def lot(ledger: Ledger) -> Lot:
    """A lot of 1,000 t in `company-a/1`."""
    ledger.given_lot(ONE, 1_000)
    return ledger.lots(ONE)[0]


def block(ledger: Ledger) -> BlockContext:
    return ledger.context("company-a", "company-a-user")


class TestSplitting:
    def test_the_head_keeps_the_first_serials(self, lot: Lot) -> None:
        head, tail = split(lot, Tonnes(300))
        assert head is not None
        assert (head.first, head.last, tail.first, tail.last) == (1, 700, 701, 1_000)

    def test_a_whole_lot_leaves_no_head(self, lot: Lot) -> None:
        assert split(lot, Tonnes(1_000)) == (None, lot)

    @pytest.mark.parametrize("tonnes", [0, 1_001])
    def test_a_tail_is_part_of_its_lot(self, lot: Lot, tonnes: int) -> None:
        with pytest.raises(AssertionError):
            split(lot, Tonnes(tonnes))


class TestTransferring:
    def test_it_arrives_unlocked_with_further_restrictions(self, ledger: Ledger, lot: Lot) -> None:
        held, locked = lock(lot, Tonnes(300), ONE, HELD)
        commit(ledger.overlay, held)
        commit(
            ledger.overlay,
            transfer(
                block(ledger), locked, Tonnes(300), ONE, TWO, restrictions=Restriction.NO_SALE
            ),
        )
        (arrived,) = ledger.lots(TWO)
        assert arrived.lock is None
        assert arrived.bars(Restriction.NO_SALE)

    def test_kinds_parties_and_price_are_in_the_statements(self, ledger: Ledger, lot: Lot) -> None:
        changes = transfer(
            block(ledger),
            lot,
            Tonnes(300),
            ONE,
            TWO,
            out=MovementKind.SOLD,
            into=MovementKind.BOUGHT,
            parties=(Identifier("b"), Identifier("a")),
            price=CentsPerTonne(95),
        )
        commit(ledger.overlay, changes)
        out, into = movements(ledger, ONE)[-1], movements(ledger, TWO)[-1]
        assert (out.kind, out.other, out.price) == (MovementKind.SOLD, "b", 95)
        assert (into.kind, into.other, into.price) == (MovementKind.BOUGHT, "a", 95)


class TestLocking:
    def test_a_lock_and_its_end_leave_the_same_tonnes(self, ledger: Ledger, lot: Lot) -> None:
        held, locked = lock(lot, Tonnes(300), ONE, HELD)
        commit(ledger.overlay, held)
        assert [each.locked for each in ledger.lots(ONE)] == [False, True]
        commit(ledger.overlay, unlock(locked, ONE))
        assert [each.locked for each in ledger.lots(ONE)] == [False, False]
        assert ledger.tonnes(ONE) == 1_000

    def test_a_whole_lot_is_locked_in_place(self, ledger: Ledger, lot: Lot) -> None:
        held, _ = lock(lot, Tonnes(1_000), ONE, HELD)
        assert len(held.operations) == 1


class TestIssuing:
    def issued(self, ledger: Ledger, vintage: int, tonnes: int) -> Changes:
        changes = issue(
            ledger.state,
            block(ledger),
            TWO,
            Instrument.XFO,
            Year(vintage),
            Tonnes(tonnes),
            Origin.PROJECT,
            Identifier("forest-1"),
            restrictions=Restriction.NO_COMPLIANCE,
            first_owner=HolderId("company-b"),
        )
        commit(ledger.overlay, changes)
        return changes

    def test_serials_run_on_within_a_type_and_vintage(self, ledger: Ledger) -> None:
        self.issued(ledger, 2003, 300)
        self.issued(ledger, 2003, 200)
        self.issued(ledger, 2004, 100)
        assert ledger.held(TWO) == [
            "XFO-2003-0000000001-0000000300",
            "XFO-2003-0000000301-0000000500",
            "XFO-2004-0000000001-0000000100",
        ]

    def test_the_supply_counts_what_was_issued(self, ledger: Ledger) -> None:
        self.issued(ledger, 2003, 300)
        self.issued(ledger, 2003, 200)
        supply = supply_of(ledger.state, Instrument.XFO, Year(2003))
        assert (supply.issued, supply.retired) == (500, 0)

    def test_origin_restrictions_and_first_owner_are_kept(self, ledger: Ledger) -> None:
        self.issued(ledger, 2003, 300)
        (lot,) = ledger.lots(TWO)
        assert (lot.origin, lot.origin_id, lot.first_owner) == (
            Origin.PROJECT,
            "forest-1",
            "company-b",
        )
        assert lot.bars(Restriction.NO_COMPLIANCE)
