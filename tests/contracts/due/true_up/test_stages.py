"""RB 4.7: a true-up goes through its stages by itself, within the budget of each block."""

from dataclasses import replace

import pytest

from cfi.contracts.due.true_up.advance import advance_true_up
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.block import Execution, begin_block, finish_block
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.limits import MAX_BLOCK_GAS
from cfi.contracts.wire.refusal import InvariantBroken
from tests.contracts.true_up import TrueUpLedger


class TestTheCalendar:
    def test_each_stage_begins_at_its_date(self, true_up: TrueUpLedger) -> None:
        true_up.scheduled(2003)
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        seen = []
        for at in (row.opens_at - 1, row.opens_at, row.settles_at, row.cure_at, row.closes_at):
            true_up.ledger.pass_time(to=at)
            seen.append(true_up.stage(2003))
        assert seen == [
            Stage.SCHEDULED,
            Stage.ELECTIONS,
            Stage.SETTLE if row.cure_at > row.settles_at else Stage.CURE,
            Stage.CURE,
            Stage.CLOSED,
        ]

    def test_all_stages_pass_when_time_has_passed_them_all(self, true_up: TrueUpLedger) -> None:
        true_up.scheduled(2003)
        true_up.ledger.pass_time(to=1_200_000_000)
        assert true_up.stage(2003) is Stage.CLOSED
        assert true_up.ledger.pass_time(86_400) == 0

    def test_a_year_not_on_the_calendar_never_opens(self, true_up: TrueUpLedger) -> None:
        assert true_up.ledger.pass_time(to=1_200_000_000) == 0
        assert list(true_up.ledger.state.true_ups.all()) == []

    @pytest.mark.parametrize("stage", [Stage.CLOSING, Stage.CLOSED])
    def test_a_true_up_that_closes_has_no_next_stage(
        self, true_up: TrueUpLedger, stage: Stage
    ) -> None:
        true_up.scheduled(2003)
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        context = true_up.ledger.context("exchange", "officer-1")
        with pytest.raises(InvariantBroken):
            advance_true_up(true_up.ledger.state, replace(row, stage=stage), context)


MEMBERS = 2_000
GAS_OF_A_SMALL_PIECE = 13
"""Of a Member with one lot, at most."""


class TestManyMembers:
    def test_a_stage_goes_on_over_blocks_and_no_member_is_ever_half_settled(
        self, true_up: TrueUpLedger
    ) -> None:
        ledger = true_up.ledger
        names = [f"member-{number:04d}" for number in range(MEMBERS)]
        for name in names:
            ledger.given_holder(name)
            true_up.member(name, 1_000)
            true_up.emitted(name, 2003, 900)
            ledger.given_lot(f"{name}/1", 1_000, 2003)
        true_up.scheduled(2003)
        row = ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        ledger.seal()

        blocks, half = 0, []
        while (after := ledger.state.true_ups.get(number_key(2003))) is None or (
            after.stage is not Stage.CLOSED
        ):
            execution = begin_block(ledger.store, Window(), row.closes_at)
            finish_block(execution)
            assert execution.gas < MAX_BLOCK_GAS // 2 + GAS_OF_A_SMALL_PIECE
            half += half_settled(execution, names)
            ledger.store.seal(execution.overlay)
            ledger.state = StateView(ledger.store.overlay())
            blocks += 1
        assert half == []
        assert blocks > 4
        assert {true_up.obligation(name, 2003).surrendered_tonnes for name in names} == {900}


def half_settled(execution: Execution, names: list[str]) -> list[str]:
    """Members whose obligation and retirement account tell different stories."""
    bad = []
    for name in names:
        obligation = execution.state.obligations.of(name).get(number_key(2003))
        surrendered = 0 if obligation is None else obligation.surrendered_tonnes
        retired = sum(lot.tonnes for lot in execution.state.retired.of(f"{name}/2").all())
        locked = any(lot.locked for lot in execution.state.lots.of(f"{name}/1").all())
        if retired != surrendered or (locked and surrendered):
            bad.append(name)
    return bad
