"""The settlement: what each Member chose is retired, as far as it owes and the limits allow; the
rest goes back to it.  (RB 4.7, 4.11.5, 12.4)
"""

from dataclasses import replace

from cfi.contracts.due.true_up.pieces import (
    Done,
    elections_from,
    go_through,
    progress,
    surrender_of,
)
from cfi.contracts.state.changes import NO_CHANGES, Changes, drop, put
from cfi.contracts.state.lots_in_order import Step, lots_in_order
from cfi.contracts.state.moves import split, unlock
from cfi.contracts.state.retiring import Retiring
from cfi.contracts.state.rows.custody import Lot, Restriction, RetirementReason
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import (
    ELECTIONS,
    OBLIGATIONS,
    OFFSET_CLAIMS,
    AccountClaim,
    Election,
    Obligation,
    OffsetClaim,
    Place,
    Progress,
    TrueUpWork,
)
from cfi.contracts.state.surrender import Held, Surrender, free_to_use
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Cfis, Tonnes, whole_cfis
from cfi.contracts.wire.text import AccountId


def settle_holder(state: StateView, holder: Holder, work: TrueUpWork, block: BlockContext) -> Done:
    """Settle one holder: a Member's obligation, or all that an Exchange Participant holds."""
    surrender = surrender_of(state, holder.holder_id, work.year)
    place = None if work.progress is None else work.progress.place
    if holder.holder_class is HolderClass.EXCHANGE_PARTICIPANT:
        return _retire_all(state, surrender, work.progress, block)
    obligation = state.obligations.of(holder.holder_id).get(number_key(work.year))
    if obligation is None:
        return NO_CHANGES, None
    settling = _Settling(state, obligation, surrender, block)
    chosen, is_all = elections_from(state, holder.holder_id, work.year, 0)
    if chosen:
        went_through = settling.elections(chosen)
        after = None if is_all and went_through else progress(holder.holder_id, None)
    else:
        after = settling.earliest_first(place)
    return settling.changes(done=after is None), after


class _Settling:
    """One piece of a Member's settlement."""

    def __init__(
        self, state: StateView, obligation: Obligation, surrender: Surrender, block: BlockContext
    ) -> None:
        self._state = state
        self._obligation = obligation
        self._surrender = surrender
        self._retiring = Retiring(state, block, surrender)
        self._left = obligation.short_tonnes
        self._let_go: list[Changes] = []
        claims = state.offset_claims.of(surrender.holder_id)
        self._claim = claims.get(number_key(surrender.year))
        self._allowed: dict[tuple[AccountId, bool], int] = {}
        for each in () if self._claim is None else self._claim.accounts:
            self._allowed[each.account_id, False] = each.offsets * TONNES_PER_CFI
            self._allowed[each.account_id, True] = each.early * TONNES_PER_CFI

    def elections(self, chosen: list[Election]) -> bool:
        """Retire what is owed and allowed of the chosen lots, and let the rest go; False where a
        lot was cut, of which the rest stays chosen.
        """
        holder_id = self._surrender.holder_id
        for election in chosen:
            lot = self._state.lots.of(election.account_id).get(election.lot_id)
            assert lot is not None, "a chosen lot stays where it is"
            taken = self._take(Held(account_id=election.account_id, lot=lot))
            rest = lot if taken == 0 else split(lot, taken)[0]
            if rest is not None and self._retiring.cut:
                chosen_still = replace(election, tonnes=rest.tonnes)
                self._let_go.append(Changes.of(put(ELECTIONS, holder_id, chosen_still)))
                return False
            if rest is not None:
                self._let_go.append(unlock(rest, election.account_id))
            self._let_go.append(Changes.of(drop(ELECTIONS, holder_id, election)))
        return True

    def earliest_first(self, after: Place | None) -> Progress | None:
        """Retire what is owed and allowed, from a place on, of who chose nothing."""
        holder_id = self._surrender.holder_id
        steps = lots_in_order(self._state, holder_id, after, self._surrender.may_take)

        def take(step: Step) -> bool:
            if free_to_use(step[1].lot, self._surrender):
                self._take(step[1])
            return self._left >= TONNES_PER_CFI and not self._retiring.full

        place = go_through(steps, take, self._retiring)
        return None if place is None else progress(holder_id, place)

    def changes(self, *, done: bool) -> Changes:
        """What the piece comes to; of the claim nothing stays when all is done."""
        surrendered = Tonnes(self._obligation.owed_tonnes - self._left)
        after = replace(self._obligation, surrendered_tonnes=surrendered)
        return Changes.of(
            self._retiring.changes,
            *self._let_go,
            put(OBLIGATIONS, self._surrender.holder_id, after),
            NO_CHANGES if self._claim is None else self._rest_of(self._claim, done=done),
        )

    def _take(self, held: Held) -> Tonnes:
        """Retire what is owed, allowed and has room of one lot; the tonnes retired."""
        place = (held.account_id, held.lot.instrument is Instrument.XE)
        most: int = min(self._left, held.lot.tonnes)
        limited = held.lot.instrument is not Instrument.XA
        if limited:
            most = min(most, self._allowed.get(place, 0))
        owed = whole_cfis(most)
        taken = Tonnes(0) if owed == 0 else self._retiring.take(held, owed)
        if limited and taken > 0:
            self._allowed[place] -= taken
        self._left = Tonnes(self._left - taken)
        return taken

    def _rest_of(self, claim: OffsetClaim, *, done: bool) -> Changes:
        holder_id = self._surrender.holder_id
        if done:
            return Changes.of(drop(OFFSET_CLAIMS, holder_id, claim))
        accounts = tuple(
            AccountClaim(
                account_id=each.account_id,
                offsets=Cfis(self._allowed[each.account_id, False] // TONNES_PER_CFI),
                early=Cfis(self._allowed[each.account_id, True] // TONNES_PER_CFI),
            )
            for each in claim.accounts
        )
        return Changes.of(put(OFFSET_CLAIMS, holder_id, replace(claim, accounts=accounts)))


def _retire_all(
    state: StateView, surrender: Surrender, so_far: Progress | None, block: BlockContext
) -> Done:
    """Retire what an Exchange Participant holds, Super Reductions excepted, as far as it has room.
    Where that takes several pieces, all is gone through again until nothing is found: meanwhile
    something may have been moved behind the place that was reached.  (RB 12.4, 4.11.2.1)
    """
    after, before = (None, 0) if so_far is None else (so_far.place, so_far.number)
    retiring = Retiring(state, block, surrender, RetirementReason.TRUE_UP)
    steps = lots_in_order(state, surrender.holder_id, after, lambda _, __: True)

    def take(step: Step) -> bool:
        if not _stays(step[1].lot):
            retiring.take(step[1], step[1].lot.tonnes)
        return not retiring.full

    place = go_through(steps, take, retiring)
    found = before + retiring.count
    if place is not None:
        return retiring.changes, progress(surrender.holder_id, place, number=found)
    again = so_far is not None and found > 0 and not retiring.full
    return retiring.changes, progress(surrender.holder_id, None) if again else None


def _stays(lot: Lot) -> bool:
    return lot.locked or lot.bars(Restriction.SUPER_REDUCTION)
