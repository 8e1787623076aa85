"""Surrendering CFIs for a compliance year: what is usable, and how it is taken.  (RB 4.3, 4.7)"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cfi.contracts.state import moves
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.restrictions import NOT_FOR_COMPLIANCE, bar_of, section_of
from cfi.contracts.state.rows.custody import AccountKind, Lot, RetirementReason
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.refusal import Facts, Refusal, RefusedError
from cfi.contracts.wire.text import AccountId, HolderId

_NOTHING: Final[Facts] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lot and the account that it lies in."""

    account_id: AccountId
    lot: Lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrender:
    """For whom and for which year CFIs are surrendered, and of which types they may be."""

    holder_id: HolderId
    year: Year
    kinds: tuple[Instrument, ...]

    def may_take(self, instrument: Instrument, vintage: Year) -> bool:
        """True unless the type or the vintage alone can't be used for the year."""
        return instrument in self.kinds and vintage <= self.year


def bar_to_surrender(lot: Lot, surrender: Surrender) -> tuple[Refusal, str, Facts] | None:
    """Why a lot can't be used for a year, with the section and what there is to tell; None if it
    can.
    """
    if lot.vintage > surrender.year:
        return Refusal.VINTAGE_TOO_LATE, "RB 4.3", _NOTHING
    bar = bar_of(lot, NOT_FOR_COMPLIANCE)
    if bar is not None:
        return Refusal.LOT_RESTRICTED, section_of(lot, bar), {"restriction": bar.name}
    if lot.instrument not in surrender.kinds:
        return Refusal.NOT_USABLE_THIS_YEAR, "RB 4.11.5", _NOTHING
    if lot.instrument is Instrument.XE and lot.first_owner != surrender.holder_id:
        return Refusal.NOT_FIRST_OWNER, "RB 4.3", _NOTHING
    return None


def require_usable(lot: Lot, surrender: Surrender) -> None:
    """Refuse unless the lot can be used for the year."""
    bar = bar_to_surrender(lot, surrender)
    if bar is not None:
        refusal, section, more = bar
        facts = {"lot_id": lot.lot_id, "compliance_year": surrender.year, **more}
        raise RefusedError(refusal, section, facts)


def free_to_use(lot: Lot, surrender: Surrender) -> bool:
    """True if nothing holds a lot fast and it can be used for the year."""
    return not lot.locked and bar_to_surrender(lot, surrender) is None


def retirement_accounts(state: StateView, holder_id: HolderId) -> Iterator[AccountId]:
    """Where a holder's surrendered CFIs go: its retirement accounts that have room.  (RB 4.7)"""
    for account_id in state.account_ids(holder_id):
        account = state.accounts.get(account_id)
        if (
            account is not None
            and account.kind is AccountKind.RETIREMENT
            and state.has_room(account_id)
        ):
            yield account_id


def surrendered(
    state: StateView, block: BlockContext, held: Held, tonnes: Tonnes, surrender: Surrender
) -> Changes:
    """Retire the tail of a lot for a compliance year; refuses ACCOUNT_FULL where the holder has to
    open another retirement account first.
    """
    account_id = next(retirement_accounts(state, surrender.holder_id), None)
    if account_id is None:
        raise RefusedError(Refusal.ACCOUNT_FULL, "RB 5.3.2", {"account_kind": "retirement"})
    return moves.retire(
        state,
        block,
        held.lot,
        tonnes,
        held.account_id,
        account_id,
        reason=RetirementReason.COMPLIANCE,
        compliance_year=surrender.year,
    )
