"""The stepped programme clock moves on."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.governance import CHAIN, CLOCK, Clock, ClockKind
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.access.withdraw_proposal import WithdrawProposal
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.governance.advance_clock import AdvanceClock
from cfi.contracts.wire.messages.governance.set_parameter import SetParameter
from cfi.contracts.wire.quantities import Count, Height, Instant, SmallCode
from cfi.contracts.wire.schema import Data, schema_of
from cfi.contracts.wire.text import Identifier
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.refusals import refuses

DAY = 86_400


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A chain whose clock is stepped."""
    chain = ledger.state.chain.get(b"chain")
    assert chain is not None
    ledger.given(put_public(CHAIN, replace(chain, clock=ClockKind.STEPPED)))
    ledger.given(put_public(CLOCK, Clock(now=NOW)))
    return ledger


def advance(days: int) -> AdvanceClock:
    return AdvanceClock(to=Instant(NOW + days * DAY))


def now_of(ledger: Ledger) -> Instant:
    clock = ledger.state.clock.get(b"now")
    assert clock is not None
    return clock.now


def test_the_clock_shows_the_new_time(ledger: Ledger) -> None:
    ledger.when(advance(1), by=EXCHANGE)
    ledger.done()
    assert now_of(ledger) == NOW + DAY


@pytest.mark.parametrize("days", [0, -1])
def test_it_never_stands_nor_goes_back(ledger: Ledger, days: int) -> None:
    answer = ("CLOCK_NOT_LATER", "ours", {"to": NOW + days * DAY})
    refuses(ledger, advance(days), answer, by=EXCHANGE)


def test_nor_within_a_block(ledger: Ledger) -> None:
    ledger.when(advance(2), by=EXCHANGE)
    answer = ("CLOCK_NOT_LATER", "ours", {"to": NOW + DAY})
    refuses(ledger, advance(1), answer, by=EXCHANGE)


def test_never_past_work_that_falls_due(ledger: Ledger) -> None:
    ledger.four_eyes(SetParameter)
    inner = SetParameter(name=Identifier("x"), value=Count(1), from_height=Height(9))
    proposal = Propose(
        message_number=SmallCode(NUMBERS[SetParameter]),
        body=Data(schema_of(SetParameter).encode(inner)),
    )
    proposed = ledger.when(proposal, by=EXCHANGE)
    ledger.seal()
    answer = ("WORK_DUE_BEFORE", "ours", {"to": NOW + 31 * DAY})
    refuses(ledger, advance(31), answer, by=EXCHANGE)
    ledger.when(advance(30), by=EXCHANGE)
    ledger.done()
    ledger.when(WithdrawProposal(proposal_id=proposed.act_id), by=EXCHANGE)
    ledger.when(advance(31), by=EXCHANGE)
    ledger.done()


def test_a_chain_of_block_time_has_no_clock_to_move() -> None:
    plain = Ledger()
    answer = ("CLOCK_NOT_STEPPED", "ours", {"to": NOW + DAY})
    refuses(plain, advance(1), answer, by=EXCHANGE)
