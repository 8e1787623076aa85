"""One block: what is due, the acts in their order, the leaf that names them."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from cfi.contracts.state.changes import Changes, drop_public, put, put_public
from cfi.contracts.state.rows.access import ACCESS, PROPOSALS, Proposal
from cfi.contracts.state.rows.governance import ACTS, CHAIN, CLOCK, Clock, ClockKind
from cfi.contracts.state.rows.membership import HOLDERS, HolderStatus
from cfi.contracts.state.table import number_key
from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError
from cfi.contracts.transition.apply import OverBudgetError
from cfi.contracts.transition.block import (
    DUE_GAS_PER_ITEM,
    Execution,
    begin_block,
    finish_block,
)
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.limits import MAX_BLOCK_GAS, REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.rotate_seed import RotateSeed
from cfi.contracts.wire.quantities import Count, Height, Instant, SmallCode
from cfi.contracts.wire.receipts import encode_receipt
from cfi.contracts.wire.schema import Data, Hash
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, NOW, Ledger, open_rule, seed_of
from tests.contracts.people import given_key, key_named

OPEN = NUMBERS[OpenAccount]


@pytest.fixture
def keyed(ledger: Ledger) -> Ledger:
    """A ledger whose company-a has a key."""
    given_key(ledger, "company-a", "company-a-user", "a")
    return ledger


def act(name: str = "first", *, key: str = "a", chain_id: str = "sim-test", until: int = 10) -> Act:
    act_id = Hash(sha256(name.encode()).digest())
    message = OpenAccount(seed=seed_of(name), retirement=False)
    return Act(act_id, act_id, key_named(key), chain_id, Height(until), OPEN, message)


def begun(ledger: Ledger, window: Window | None = None, now: int = NOW) -> Execution:
    ledger.seal()
    return begin_block(ledger.store, window or Window(), Instant(now))


def reason(execution: Execution, given: Act) -> Inadmissible:
    before = dict(execution.overlay.rows)
    with pytest.raises(InadmissibleError) as caught:
        execution.execute(given)
    assert (execution.overlay.rows, execution.outcomes, execution.gas) == (before, [], 0)
    return caught.value.reason


def proposal(number: int, expires_at: int) -> Proposal:
    return Proposal(
        proposal_id=Hash(number.to_bytes(32, "big")),
        message_number=SmallCode(OPEN),
        body=Data(b""),
        proposed_by=UserId("officer-1"),
        proposer_holder=HolderId(EXCHANGE),
        proposed_at=Height(1),
        expires_at=Instant(expires_at),
    )


class TestTheActs:
    def test_who_may_sign_is_looked_up_again_once_a_row_says_otherwise(
        self, keyed: Ledger
    ) -> None:
        execution = begun(keyed)
        execution.execute(act("one"))
        holder = execution.state.holders.get("company-a")
        assert holder is not None
        gone = replace(holder, status=HolderStatus.TERMINATED)
        execution.overlay.apply(Changes.of(put(HOLDERS, "company-a", gone)))
        with pytest.raises(InadmissibleError) as caught:
            execution.execute(act("two"))
        assert caught.value.reason is Inadmissible.NO_LIVE_KEY

    def test_work_units_are_looked_up_again_once_a_row_says_otherwise(self, keyed: Ledger) -> None:
        execution = begun(keyed)
        assert execution.execute(act("one")).gas == open_rule(OPEN).gas
        dearer = replace(open_rule(OPEN), gas=Count(7))
        execution.overlay.apply(Changes.of(put_public(ACCESS, dearer)))
        assert execution.execute(act("two")).gas == 7

    def test_an_act_has_its_receipt_its_place_and_its_gas(self, keyed: Ledger) -> None:
        keyed.given(put_public(ACCESS, replace(open_rule(OPEN), gas=Count(7))))
        execution = begun(keyed)
        outcomes = [execution.execute(act("one")), execution.execute(act("two"))]
        receipts = [outcome.receipt for outcome in outcomes]
        assert [receipt.index for receipt in receipts if receipt] == [0, 1]
        assert all(receipt is not None and receipt.done for receipt in receipts)
        assert [each.receipt_bytes for each in outcomes] == [
            encode_receipt(r) for r in receipts if r
        ]
        assert (execution.gas, [each.gas for each in outcomes]) == (14, [7, 7])
        assert execution.state.account_ids("company-a")[-2:] == ["company-a/3", "company-a/4"]

    def test_an_act_costs_what_it_touches_besides(self, keyed: Ledger) -> None:
        message = RotateSeed(account_id=None, seed=seed_of("new"))
        rotation = replace(act(), message_number=NUMBERS[RotateSeed], message=message)
        for number in range(40):
            keyed.given_user("company-a", f"user-{number}")
        execution = begun(keyed)
        assert (execution.execute(rotation).gas, execution.gas) == (3, 3)

    @pytest.mark.parametrize(("most", "fits"), [(2, False), (3, True), (None, True)])
    def test_an_act_has_to_fit_where_anybody_chooses(
        self, keyed: Ledger, most: int | None, fits: bool
    ) -> None:
        keyed.given(put_public(ACCESS, replace(open_rule(OPEN), gas=Count(3))))
        execution = begun(keyed)
        execution.most_gas = most
        if fits:
            execution.execute(act())
        else:
            with pytest.raises(OverBudgetError):
                execution.execute(act())
        assert (execution.gas, len(execution.outcomes), bool(execution.overlay.rows)) == (
            (3, 1, True) if fits else (0, 0, False)
        )

    def test_a_refused_act_counts_as_used(self, keyed: Ledger) -> None:
        keyed.given(drop_public(ACCESS, open_rule(OPEN)))
        execution = begun(keyed)
        outcome = execution.execute(act())
        assert outcome.receipt is not None
        assert (outcome.receipt.done, outcome.gas, list(execution.ids)) == (
            False,
            1,
            [act().act_id],
        )
        assert execution.overlay.rows == {}

    def test_an_inadmissible_one_of_a_decided_block_is_answered(self, keyed: Ledger) -> None:
        execution = begun(keyed)
        outcome = execution.pass_over(Inadmissible.MALFORMED)
        assert (outcome.inadmissible, outcome.receipt_bytes, outcome.gas) == (
            Inadmissible.MALFORMED,
            b"",
            0,
        )
        after = execution.execute(act()).receipt
        assert after is not None
        assert after.index == 1


def revoke(ledger: Ledger) -> None:
    given_key(ledger, "company-a", "company-a-user", "a", revoked=True)


def terminate(ledger: Ledger) -> None:
    holder = ledger.state.holders.get("company-a")
    assert holder is not None
    ledger.given(put(HOLDERS, "company-a", replace(holder, status=HolderStatus.TERMINATED)))


class TestWhatMayNotBeInABlock:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (act(chain_id="sim-other"), Inadmissible.OTHER_CHAIN),
            (act(until=1), Inadmissible.EXPIRED),
            (act(until=2 + REPLAY_WINDOW_HEIGHTS + 1), Inadmissible.TOO_FAR_AHEAD),
            (act(key="nobody's"), Inadmissible.NO_LIVE_KEY),
        ],
        ids=lambda each: each.name if isinstance(each, Inadmissible) else "",
    )
    def test_inadmissible(self, keyed: Ledger, given: Act, expected: Inadmissible) -> None:
        assert reason(begun(keyed), given) is expected

    @pytest.mark.parametrize("until", [2, 2 + REPLAY_WINDOW_HEIGHTS])
    def test_the_first_and_the_last_height_that_it_may_name(
        self, keyed: Ledger, until: int
    ) -> None:
        assert begun(keyed).execute(act(until=until)).receipt is not None

    @pytest.mark.parametrize("change", [revoke, terminate])
    def test_a_key_that_lives_no_more(
        self, keyed: Ledger, change: Callable[[Ledger], None]
    ) -> None:
        change(keyed)
        assert reason(begun(keyed), act()) is Inadmissible.NO_LIVE_KEY

    def test_twice_in_one_block(self, keyed: Ledger) -> None:
        execution = begun(keyed)
        execution.execute(act())
        with pytest.raises(InadmissibleError, match="DUPLICATE"):
            execution.execute(act())

    def test_once_more_within_the_window(self, keyed: Ledger) -> None:
        window = Window()
        window.add(1, (act().act_id,))
        assert reason(begun(keyed, window), act()) is Inadmissible.DUPLICATE


class TestTheLeafOfActs:
    def test_it_names_the_acts_in_their_order(self, keyed: Ledger) -> None:
        execution = begun(keyed)
        execution.execute(act("one"))
        execution.execute(act("two"))
        finish_block(execution)
        leaf = execution.state.acts.get(number_key(2))
        assert leaf is not None
        assert leaf.digest == sha256(act("one").act_id + act("two").act_id).digest()

    def test_a_block_without_acts_changes_no_hash(self, keyed: Ledger) -> None:
        before = keyed.seal()
        execution = begun(keyed)
        finish_block(execution)
        keyed.store.seal(execution.overlay)
        assert keyed.store.app_hash == before

    @pytest.mark.parametrize(("height", "there"), [(302, True), (303, False), (900, False)])
    def test_it_goes_with_the_first_acts_after_its_window(
        self, keyed: Ledger, height: int, there: bool
    ) -> None:
        execution = begun(keyed)
        execution.execute(act())
        finish_block(execution)
        keyed.store.seal(execution.overlay)
        keyed.store.height = Height(height - 1)
        later = begin_block(keyed.store, Window(), NOW)
        later.execute(act("later", until=height))
        finish_block(later)
        keyed.store.seal(later.overlay)
        assert (keyed.store.public(ACTS.row_key(number_key(2))) is not None) is there
        assert keyed.store.public(ACTS.row_key(number_key(height))) is not None

    def test_idle_blocks_leave_it_where_it_is(self, keyed: Ledger) -> None:
        execution = begun(keyed)
        execution.execute(act())
        finish_block(execution)
        keyed.store.seal(execution.overlay)
        root = keyed.store.app_hash
        for height in (302, 303, 304):
            keyed.store.height = Height(height - 1)
            idle = begin_block(keyed.store, Window(), NOW)
            finish_block(idle)
            keyed.store.seal(idle.overlay)
            assert keyed.store.app_hash == root


class TestTime:
    def test_now_is_the_blocks_time(self, keyed: Ledger) -> None:
        assert begun(keyed, now=NOW + 5).now == NOW + 5

    def test_a_stepped_clock_says_what_now_is(self, keyed: Ledger) -> None:
        chain = keyed.state.chain.get(b"chain")
        assert chain is not None
        keyed.given(
            put_public(CHAIN, replace(chain, clock=ClockKind.STEPPED)),
            put_public(CLOCK, Clock(now=Instant(77))),
        )
        assert begun(keyed).now == 77


class TestWhatIsDue:
    def test_it_is_done_first_when_its_time_has_come(self, keyed: Ledger) -> None:
        keyed.given(
            put(PROPOSALS, EXCHANGE, proposal(1, NOW)),
            put(PROPOSALS, EXCHANGE, proposal(2, NOW + 1)),
        )
        execution = begun(keyed)
        left = [row.expires_at for row in execution.state.proposals.of(EXCHANGE).all()]
        assert (left, execution.gas) == ([NOW + 1], DUE_GAS_PER_ITEM)

    def test_it_takes_at_most_half_of_a_block_and_goes_on_in_the_next(self, keyed: Ledger) -> None:
        half = MAX_BLOCK_GAS // 2 // DUE_GAS_PER_ITEM
        keyed.given(
            *(put(PROPOSALS, EXCHANGE, proposal(number, NOW)) for number in range(half + 3))
        )
        execution = begun(keyed)
        assert execution.gas == half * DUE_GAS_PER_ITEM
        keyed.store.seal(execution.overlay)
        following = begin_block(keyed.store, Window(), NOW)
        assert following.gas == 3 * DUE_GAS_PER_ITEM
        assert list(following.overlay.due_items()) == []
