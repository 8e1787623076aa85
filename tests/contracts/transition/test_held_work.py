"""Due work that raises an error nobody foresaw is set aside; the chain goes on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cfi.contracts.state.changes import Changes, drop, put, put_public
from cfi.contracts.state.held import next_instant
from cfi.contracts.state.rows.access import PROPOSALS, Proposal
from cfi.contracts.state.rows.custody import LOTS
from cfi.contracts.state.rows.governance import CLOCK, UPGRADES, Clock, Upgrade
from cfi.contracts.state.view import StateView
from cfi.contracts.transition import dispatch
from cfi.contracts.transition.block import (
    DUE_GAS_PER_ITEM,
    Execution,
    begin_block,
    finish_block,
)
from cfi.contracts.transition.dispatch import DUE, RULES, RuleBook
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.advance_clock import AdvanceClock
from cfi.contracts.wire.quantities import Count, Height, Instant, SmallCode, Tonnes
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.schema import Data, Hash
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, NOW, Ledger

Work = Callable[[StateView, Proposal, BlockContext], Changes]


def raises(_: StateView, __: Proposal, ___: BlockContext) -> Changes:
    raise ZeroDivisionError("a mistake of ours")


def writes_what_can_t_be_stored(_: StateView, row: Proposal, __: BlockContext) -> Changes:
    bad = replace(row, proposed_at=Height(-1))
    return Changes.of(drop(PROPOSALS, EXCHANGE, row), put(PROPOSALS, EXCHANGE, bad))


def makes_tonnes(state: StateView, row: Proposal, _: BlockContext) -> Changes:
    (lot,) = state.lots.of("company-a/1").all()
    more = replace(lot, tonnes=Tonnes(lot.tonnes + 100))
    return Changes.of(drop(PROPOSALS, EXCHANGE, row), put(LOTS, "company-a/1", more))


def raises_for_the_first(state: StateView, row: Proposal, block: BlockContext) -> Changes:
    if row.proposal_id == Hash((1).to_bytes(32, "big")):
        raise InvariantBroken("a mistake of ours")
    return Changes.of(drop(PROPOSALS, EXCHANGE, row))


def proposal(number: int) -> Proposal:
    return Proposal(
        proposal_id=Hash(number.to_bytes(32, "big")),
        message_number=SmallCode(301),
        body=Data(b""),
        proposed_by=UserId("officer-1"),
        proposer_holder=HolderId(EXCHANGE),
        proposed_at=Height(1),
        expires_at=Instant(NOW),
    )


@pytest.fixture
def waiting(ledger: Ledger) -> Ledger:
    """A ledger with two pieces of work that are due, and a lot."""
    ledger.given_lot("company-a/1", 300)
    ledger.given(*(put(PROPOSALS, EXCHANGE, proposal(number)) for number in (1, 2)))
    ledger.seal()
    return ledger


def planted(monkeypatch: pytest.MonkeyPatch, work: Work, version: int = 1) -> None:
    """Let a version of the rules have this work."""
    due = {**DUE, PROPOSALS.tag: work}
    books = {**dispatch.RULE_BOOKS, version: RuleBook(RULES, due)}
    monkeypatch.setattr(dispatch, "RULE_BOOKS", books)


def a_block(ledger: Ledger) -> Execution:
    execution = begin_block(ledger.store, Window(), Instant(NOW))
    finish_block(execution)
    ledger.seal_of(execution.overlay)
    return execution


def left(ledger: Ledger) -> list[int]:
    rows = ledger.state.proposals.of(EXCHANGE).all()
    return [int.from_bytes(row.proposal_id, "big") for row in rows]


@pytest.mark.parametrize("work", [raises, writes_what_can_t_be_stored, makes_tonnes])
def test_nothing_of_it_is_written_and_the_next_block_passes_it_over(
    waiting: Ledger, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    planted(monkeypatch, work)
    first = a_block(waiting)
    assert (left(waiting), waiting.tonnes("company-a/1")) == ([1, 2], 300)
    assert (len(first.held), first.gas) == (2, 2 * DUE_GAS_PER_ITEM)
    assert {(row.height, row.app_version) for row in waiting.state.held_work.all()} == {(2, 1)}
    root = waiting.store.app_hash
    second = a_block(waiting)
    assert (second.held, second.gas, waiting.store.app_hash) == ([], 0, root)


def test_other_work_goes_on(waiting: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, raises_for_the_first)
    a_block(waiting)
    assert left(waiting) == [1]
    assert len(list(waiting.state.held_work.all())) == 1


def test_its_name_tells_nothing_of_whose_it_is(
    waiting: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch, raises_for_the_first)
    a_block(waiting)
    (row,) = waiting.state.held_work.all()
    other = replace(proposal(1), body=Data(b"another"))
    waiting.given(put(PROPOSALS, EXCHANGE, other))
    assert waiting.state.held_work.get(row.name) is not None
    assert next_instant(waiting.state, 1) == NOW, "a row that changed is tried again"


@pytest.mark.parametrize("mended", [True, False])
def test_other_rules_try_it_once_more(
    waiting: Ledger, monkeypatch: pytest.MonkeyPatch, *, mended: bool
) -> None:
    planted(monkeypatch, raises_for_the_first)
    a_block(waiting)
    if mended:
        monkeypatch.setattr(
            dispatch, "RULE_BOOKS", {**dispatch.RULE_BOOKS, 2: RuleBook(RULES, DUE)}
        )
    else:
        planted(monkeypatch, raises_for_the_first, 2)
    waiting.given(put_public(UPGRADES, Upgrade(from_height=Height(4), app_version=Count(2))))
    waiting.seal()
    execution = a_block(waiting)
    held = [(row.height, row.app_version) for row in waiting.state.held_work.all()]
    if mended:
        assert (left(waiting), held, execution.held) == ([], [], [])
    else:
        assert (left(waiting), held, len(execution.held)) == ([1], [(4, 2)], 1)
        assert a_block(waiting).held == []


def test_a_machine_out_of_memory_decides_nothing(
    waiting: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(_: StateView, __: Proposal, ___: BlockContext) -> Changes:
        raise MemoryError

    planted(monkeypatch, too_much)
    with pytest.raises(MemoryError):
        begin_block(waiting.store, Window(), Instant(NOW))


def test_a_stepped_clock_moves_past_it(waiting: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, raises)
    waiting.given(put_public(CLOCK, Clock(now=Instant(NOW))))
    waiting.when(AdvanceClock(to=Instant(NOW + 60)), EXCHANGE)
    waiting.refused("WORK_DUE_BEFORE", "ours", {"to": NOW + 60})
    waiting.seal()
    a_block(waiting)
    waiting.when(AdvanceClock(to=Instant(NOW + 60)), EXCHANGE)
    waiting.done()
