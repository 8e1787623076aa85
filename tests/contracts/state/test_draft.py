"""A draft sees what its own steps and the block's earlier acts wrote."""

from cfi.contracts.state.changes import NO_CHANGES
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import transfer
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger

ONE, TWO = AccountId("company-a/1"), AccountId("company-b/1")


def test_a_step_sees_the_step_before_and_nothing_outside_is_written(ledger: Ledger) -> None:
    ledger.given_lot(ONE, 300)
    draft = Draft(ledger.state)
    (lot,) = draft.state.lots.of(ONE).all()
    block = ledger.context("company-a", "company-a-user")
    draft.add(transfer(block, lot, Tonnes(300), ONE, TWO))
    assert [held.tonnes for held in draft.state.lots.of(TWO).all()] == [300]
    assert ledger.tonnes(ONE) == 300


def test_an_account_opened_and_filled_earlier_in_the_block_can_be_moved_from(
    ledger: Ledger,
) -> None:
    ledger.given_lot(ONE, 300)
    draft = Draft(ledger.state)
    (lot,) = draft.state.lots.of(ONE).all()
    block = ledger.context("company-a", "company-a-user")
    draft.add(transfer(block, lot, Tonnes(300), ONE, TWO))
    draft.add(transfer(block, lot, Tonnes(300), TWO, ONE))
    assert [held.tonnes for held in draft.state.lots.of(ONE).all()] == [300]


def test_its_steps_work_units_are_added(ledger: Ledger) -> None:
    draft = Draft(ledger.state)
    draft.add(NO_CHANGES.costing(2))
    draft.add(NO_CHANGES.costing(3))
    assert draft.changes.gas == 5
