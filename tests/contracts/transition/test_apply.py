"""One act is done whole or not at all, for the work units of what it touches."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.rows.custody import LOTS, Lot
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Act
from cfi.contracts.transition.apply import Applied, OverBudgetError, apply_act
from cfi.contracts.transition.authorise import Signer
from cfi.contracts.transition.dispatch import RULE_BOOKS, Rule, RuleBook
from cfi.contracts.transition.standing import Standing
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_ACT_GAS
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.quantities import Count, Height, Tonnes
from cfi.contracts.wire.receipts import encode_receipt
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, RefusedError
from cfi.contracts.wire.schema import PublicKey
from tests.contracts.ledger import Ledger, seed_of

MESSAGE = OpenAccount(seed=seed_of("new"), retirement=False)


def apply(ledger: Ledger, rule: Rule, room: int | None = None) -> Applied:
    """Apply an act of the company's that another rule decides."""
    context = ledger.context("company-a", "company-a-user")
    holder = ledger.state.holders.get("company-a")
    user = ledger.state.users.of("company-a").get("company-a-user")
    assert holder is not None and user is not None
    number = NUMBERS[OpenAccount]
    key = PublicKey(bytes(32))
    book = RuleBook(MappingProxyType({OpenAccount: rule}), RULE_BOOKS[1].due)
    return apply_act(
        ledger.overlay,
        ledger.state,
        Act(context.act_id, context.act_id, key, "sim-test", Height(10), number, MESSAGE),
        Signer(holder, user),
        context,
        Count(0),
        book=book,
        standing=Standing(ledger.overlay, ledger.state, ledger.now),
        room=room,
    )


def answering(changes: Changes) -> Rule:
    """A rule that returns these changes."""
    return lambda *_: changes


def lot_of(ledger: Ledger) -> Lot:
    ledger.given_lot("company-a/1", 300)
    return ledger.lots("company-a/1")[0]


def out_of_range(ledger: Ledger) -> Changes:
    """A row that may stand, and one that may not."""
    lot = lot_of(ledger)
    wrong = replace(lot, tonnes=Tonnes(10**12 + 1))
    return Changes.of(put(LOTS, "company-b/1", lot), put(LOTS, "company-a/1", wrong))


class TestARowThatIsOutOfRange:
    def test_refuses_the_act_and_names_the_field(self, ledger: Ledger) -> None:
        changes = out_of_range(ledger)
        before = ledger.tables()
        receipt, _, _ = apply(ledger, answering(changes))
        assert (Refusal(receipt.code), receipt.section, receipt.facts) == (
            Refusal.OUT_OF_RANGE,
            "ours",
            (("field", "Lot.tonnes"),),
        )
        assert ledger.tables() == before
        assert not ledger.overlay.spoilt

    def test_does_so_within_a_rule_s_draft(self, ledger: Ledger) -> None:
        changes = out_of_range(ledger)

        def drafts(state: StateView, *_: Any) -> Changes:
            draft = Draft(state)
            draft.add(changes)
            return draft.changes

        assert Refusal(apply(ledger, drafts)[0].code) is Refusal.OUT_OF_RANGE


class TestAnActThatRaises:
    @pytest.mark.parametrize("rows", ["decided", "unbalanced", "untold"])
    def test_writes_nothing(self, ledger: Ledger, rows: str) -> None:
        lot = lot_of(ledger)

        def fails(*_: Any) -> Changes:
            raise ZeroDivisionError

        faults: dict[str, tuple[Rule, type[Exception]]] = {
            "decided": (fails, ZeroDivisionError),
            "unbalanced": (
                answering(Changes.of(put(LOTS, "company-b/1", lot))),
                InvariantBroken,
            ),
            "untold": (
                answering(Changes(facts={"number": 10**30, "text": "\ud800"})),
                UnicodeEncodeError,
            ),
        }
        rule, error = faults[rows]
        before = ledger.tables()
        with pytest.raises(error):
            apply(ledger, rule)
        assert ledger.tables() == before
        assert not ledger.overlay.spoilt


class TestItsWorkUnits:
    @pytest.mark.parametrize(("room", "fits"), [(None, True), (8, True), (7, True), (6, False)])
    def test_have_to_fit_before_anything_is_written(
        self, ledger: Ledger, room: int | None, fits: bool
    ) -> None:
        changes = Changes.of(put(LOTS, "company-a/1", lot_of(ledger))).costing(3).costing(4)
        before = ledger.tables()
        if fits:
            assert apply(ledger, answering(changes), room)[2] == 7
        else:
            with pytest.raises(OverBudgetError):
                apply(ledger, answering(changes), room)
        assert ledger.tables() == before

    def test_are_not_more_than_an_act_may_be(self, ledger: Ledger) -> None:
        assert apply(ledger, answering(NO_CHANGES.costing(MAX_ACT_GAS)))[0].done
        receipt, _, gas = apply(ledger, answering(NO_CHANGES.costing(MAX_ACT_GAS + 1)))
        assert (Refusal(receipt.code), receipt.facts, gas) == (
            Refusal.OUT_OF_RANGE,
            (("field", "work_units"), ("most", MAX_ACT_GAS)),
            MAX_ACT_GAS,
        )
        with pytest.raises(OverBudgetError):
            apply(ledger, answering(NO_CHANGES.costing(MAX_ACT_GAS + 1)), MAX_ACT_GAS - 1)

    def test_of_a_refused_act_are_those_of_its_kind(self, ledger: Ledger) -> None:
        def refuses(_: StateView, __: Any, ___: BlockContext) -> Changes:
            raise RefusedError(Refusal.UNKNOWN_LOT, "RB 5.3.1", {})

        receipt, receipt_bytes, gas = apply(ledger, refuses, 0)
        assert (Refusal(receipt.code), gas) == (Refusal.UNKNOWN_LOT, 0)
        assert receipt_bytes == encode_receipt(receipt)

    @pytest.mark.parametrize(("looked", "counted"), [(40, 40), (MAX_ACT_GAS + 1, MAX_ACT_GAS)])
    def test_of_a_refused_act_are_also_those_of_looking(
        self, ledger: Ledger, looked: int, counted: int
    ) -> None:
        def refuses(_: StateView, __: Any, ___: BlockContext) -> Changes:
            raise RefusedError(Refusal.TOO_MANY_KEYS, "RB 5.3.3", {}, looked)

        assert apply(ledger, refuses, counted)[2] == counted
        with pytest.raises(OverBudgetError):
            apply(ledger, refuses, counted - 1)


def test_parts_are_done_for_the_work_units_of_all(ledger: Ledger) -> None:
    parts: Callable[[int], Changes] = NO_CHANGES.costing
    assert Changes.of(parts(2), put(LOTS, "company-a/1", lot_of(ledger)), parts(3)).gas == 5
