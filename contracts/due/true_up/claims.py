"""What each Member surrenders: what it chose, or else its earliest vintages first.  (RB 4.7,
4.11.5)

Of what is chosen, only what is owed counts towards the programme-wide limit on offsets.
"""

from cfi.contracts.due.true_up.obligation import obligation_of
from cfi.contracts.due.true_up.pieces import (
    Done,
    elections_from,
    go_through,
    progress,
    surrender_of,
)
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.lots_in_order import Step, lots_in_order
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import (
    OBLIGATIONS,
    OFFSET_CLAIMS,
    AccountClaim,
    OffsetClaim,
    Place,
    Progress,
    TrueUpWork,
)
from cfi.contracts.state.surrender import free_to_use
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Cfis, Tonnes, whole_cfis
from cfi.contracts.wire.text import AccountId


def claim_offsets(state: StateView, holder: Holder, work: TrueUpWork, _: BlockContext) -> Done:
    """Fix what a Member owes, and count the offsets and early action credits that it surrenders."""
    if work.progress is not None:
        return _counted(state, work, work.progress)
    obligation = obligation_of(state, holder, work.year)
    late = state.late_true_ups.of(holder.holder_id).get(number_key(work.year))
    if obligation is None or late is not None:
        return NO_CHANGES, None
    begun = progress(holder.holder_id, None, left=obligation.owed_tonnes)
    counted, after = _counted(state, work, begun)
    return Changes.of(put(OBLIGATIONS, holder.holder_id, obligation), counted), after


def _counted(state: StateView, work: TrueUpWork, so_far: Progress) -> Done:
    """Count one piece of what would be taken, account by account."""
    counting = _Counting(state, work, so_far)
    if elections_from(state, so_far.holder_id, work.year, 0)[0]:
        after = counting.elections(so_far.number)
    else:
        after = counting.earliest_first(so_far.place)
    return counting.changes(), after


class _Counting:
    """What is still to be chosen, and the tonnes of each account's offsets (False) and early action
    credits (True).
    """

    def __init__(self, state: StateView, work: TrueUpWork, so_far: Progress) -> None:
        self._state = state
        self._holder_id = so_far.holder_id
        self._year = work.year
        self._left = so_far.left_tonnes
        self._tonnes: dict[AccountId, dict[bool, int]] = {}
        claim = state.offset_claims.of(self._holder_id).get(number_key(self._year))
        for each in () if claim is None else claim.accounts:
            self._tonnes[each.account_id] = {
                False: each.offsets * TONNES_PER_CFI,
                True: each.early * TONNES_PER_CFI,
            }

    def elections(self, after: int) -> Progress | None:
        """Count what was chosen, from a number on."""
        chosen, is_all = elections_from(self._state, self._holder_id, self._year, after)
        for election in chosen:
            lot = self._state.lots.of(election.account_id).get(election.lot_id)
            assert lot is not None, "a chosen lot stays where it is"
            self._count(election.account_id, lot.instrument, election.tonnes)
        if is_all:
            return None
        return progress(self._holder_id, None, number=chosen[-1].number, left=self._left)

    def earliest_first(self, after: Place | None) -> Progress | None:
        """Choose for who chose nothing, from a place on."""
        surrender = surrender_of(self._state, self._holder_id, self._year)
        steps = lots_in_order(self._state, self._holder_id, after, surrender.may_take)

        def choose(step: Step) -> bool:
            held = step[1]
            if free_to_use(held.lot, surrender):
                self._count(held.account_id, held.lot.instrument, held.lot.tonnes)
            return self._left >= TONNES_PER_CFI

        place = go_through(steps, choose)
        return None if place is None else progress(self._holder_id, place, left=self._left)

    def changes(self) -> Changes:
        """The claim as it stands; nothing where only allowances were chosen."""
        if not self._tonnes:
            return NO_CHANGES
        accounts = tuple(
            AccountClaim(
                account_id=account_id,
                offsets=Cfis(tonnes[False] // TONNES_PER_CFI),
                early=Cfis(tonnes[True] // TONNES_PER_CFI),
            )
            for account_id, tonnes in sorted(self._tonnes.items())
        )
        claim = OffsetClaim(year=self._year, accounts=accounts)
        return Changes.of(put(OFFSET_CLAIMS, self._holder_id, claim))

    def _count(self, account_id: AccountId, instrument: Instrument, tonnes: Tonnes) -> None:
        part = whole_cfis(min(self._left, tonnes))
        self._left = Tonnes(self._left - part)
        if part > 0 and instrument is not Instrument.XA:
            counts = self._tonnes.setdefault(account_id, {False: 0, True: 0})
            counts[instrument is Instrument.XE] += part
