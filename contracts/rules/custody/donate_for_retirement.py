"""A donation to a party without an account is retired in the donor's.  (RB 4.13)"""

from cfi.contracts.state import moves
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.own import own_account, own_free_lot, room_in
from cfi.contracts.state.pages import may_end_at_once
from cfi.contracts.state.rows.custody import AccountKind, RetirementReason
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.donate_for_retirement import DonateForRetirement


def donate_for_retirement(
    state: StateView, message: DonateForRetirement, block: BlockContext
) -> Changes:
    """Retire the tail of a lot for the recipient."""
    lot = own_free_lot(state, block, message.account_id, message.lot_id, message.tonnes)
    own_account(state, block, message.retirement_account, AccountKind.RETIREMENT)
    room_in(state, message.retirement_account)
    may_end_at_once(message.tonnes, message.beneficiary)

    return moves.retire(
        state,
        block,
        lot,
        message.tonnes,
        message.account_id,
        message.retirement_account,
        reason=RetirementReason.DONATION,
        beneficiary=message.beneficiary,
    )
