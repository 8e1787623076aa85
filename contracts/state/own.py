"""What is a holder's own: another's account or lot answers exactly like none.  (RB 5.3.3)"""

from cfi.contracts.state.rows.custody import Account, AccountKind, Lot
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Tonnes
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.text import AccountId, LotId


def own_account(
    state: StateView,
    block: BlockContext,
    account_id: AccountId,
    kind: AccountKind | None = AccountKind.TRADING,
) -> Account:
    """The signer's account of a kind, or of any kind; refuses UNKNOWN_ACCOUNT otherwise."""
    account = state.accounts.get(account_id)
    if (
        account is None
        or account.holder_id != block.holder_id
        or (kind is not None and account.kind is not kind)
    ):
        raise RefusedError(Refusal.UNKNOWN_ACCOUNT, "RB 5.3.3", {"account_id": account_id})
    return account


def own_free_lot(
    state: StateView, block: BlockContext, account_id: AccountId, lot_id: LotId, tonnes: Tonnes
) -> Lot:
    """An unlocked lot in the signer's account with that many tonnes; refuses otherwise."""
    own_account(state, block, account_id)
    lot = state.lots.of(account_id).get(lot_id)
    if lot is None:
        raise RefusedError(Refusal.UNKNOWN_LOT, "RB 5.3.1", {"lot_id": lot_id})
    require(lot.lock is None, Refusal.LOT_LOCKED, "RB 5.3.1", lot_id=lot_id)
    _require_not_being_marked(state, block, lot)
    require(
        lot.single_ton or tonnes % TONNES_PER_CFI == 0,
        Refusal.NOT_WHOLE_CFIS,
        "RB 4.3",
        asked=tonnes,
    )
    require(
        0 < tonnes <= lot.tonnes,
        Refusal.NOT_ENOUGH_TONNES,
        "RB 5.3.1",
        asked=tonnes,
        held=lot.tonnes,
    )
    return lot


def _require_not_being_marked(state: StateView, block: BlockContext, lot: Lot) -> None:
    """Refuse to move allowances of a vintage between two pieces of its marking: what was moved
    behind them would escape.
    """
    if lot.instrument is not Instrument.XA:
        return
    closing = state.closings.of(block.holder_id).get(number_key(lot.vintage))
    require(
        closing is None or not closing.marking,
        Refusal.TRUE_UP_RUNNING,
        "RB 4.11.4",
        lot_id=lot.lot_id,
    )


def room_in(state: StateView, account_id: AccountId) -> None:
    """Refuse unless the account can take two rows more: a lot and what a split leaves."""
    require(state.has_room(account_id, 2), Refusal.ACCOUNT_FULL, "RB 5.3.2", account_id=account_id)
