"""Each Member says which CFIs it surrenders.  (RB 4.7, 5.3.1)"""

from cfi.contracts.figures.offset_cap import usable_kinds
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import lock
from cfi.contracts.state.own import own_free_lot
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.custody import Lock, LockReason
from cfi.contracts.state.rows.true_up import ELECTIONS, Election, Stage
from cfi.contracts.state.stages import require_stage
from cfi.contracts.state.surrender import Surrender, require_usable
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_LOTS_PER_ELECTION
from cfi.contracts.wire.messages.true_up.elect_surrender import ChosenLot, ElectSurrender
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Count
from cfi.contracts.wire.refusal import Refusal, require


def elect_surrender(state: StateView, message: ElectSurrender, block: BlockContext) -> Changes:
    """Lock the chosen lots until the settlement, which takes them in the order chosen."""
    year = message.compliance_year
    require_stage(state, year, Stage.ELECTIONS)
    require(
        state.obligations.of(block.holder_id).get(number_key(year)) is not None,
        Refusal.NOTHING_OWED,
        "RB 4.7",
        compliance_year=year,
    )
    require(
        0 < len(message.lots) <= MAX_LOTS_PER_ELECTION,
        Refusal.TOO_MANY_LOTS,
        "ours",
        lots=len(message.lots),
    )
    require(
        state.holder_has_room(block.holder_id, len(message.lots)),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        lots=len(message.lots),
    )

    surrender = Surrender(
        holder_id=block.holder_id, year=year, kinds=usable_kinds(terms_of(state), year)
    )
    draft = Draft(state)
    number = _next_number(state, surrender)
    for place, chosen in enumerate(message.lots):
        draft.add(_elected(draft.state, chosen, surrender, block, Count(number + place)))
    return draft.changes


def _elected(
    state: StateView, chosen: ChosenLot, surrender: Surrender, block: BlockContext, number: Count
) -> Changes:
    lot = own_free_lot(state, block, chosen.account_id, chosen.lot_id, chosen.tonnes)
    require_usable(lot, surrender)
    require(
        chosen.tonnes % TONNES_PER_CFI == 0, Refusal.NOT_WHOLE_CFIS, "RB 4.3", asked=chosen.tonnes
    )
    require(
        state.has_room(chosen.account_id),
        Refusal.ACCOUNT_FULL,
        "RB 5.3.2",
        account_id=chosen.account_id,
    )
    held = Lock(reason=LockReason.ELECTED, act_id=block.act_id)
    changes, locked = lock(lot, chosen.tonnes, chosen.account_id, held)
    election = Election(
        year=surrender.year,
        number=number,
        account_id=chosen.account_id,
        lot_id=locked.lot_id,
        tonnes=locked.tonnes,
    )
    return Changes.of(changes, put(ELECTIONS, surrender.holder_id, election))


def _next_number(state: StateView, surrender: Surrender) -> Count:
    numbers = [
        election.number
        for election in state.elections.of(surrender.holder_id).all()
        if election.year == surrender.year
    ]
    return Count(max(numbers, default=0) + 1)
