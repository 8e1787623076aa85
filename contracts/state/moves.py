"""The only ways in which tonnes come into being, move, and end. Each conserves: what leaves one
place arrives in another.  (RB 5.3)

An act that takes several steps on the same rows puts them together in a `Draft`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import NO_CHANGES, Changes, drop, moved, put, put_public
from cfi.contracts.state.pages import final_pages
from cfi.contracts.state.rows.custody import (
    LOTS,
    RETIRED,
    SUPPLY,
    FinalState,
    Lock,
    Lot,
    Movement,
    MovementKind,
    Origin,
    Restriction,
    RetiredLot,
    RetirementReason,
    Supply,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import RANGES, CentsPerTonne, Serial, Tonnes, Year, small_code
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, Text
from cfi.contracts.wire.values import maker_of

_MOVEMENT: Final[Callable[..., Movement]] = maker_of(Movement)
_LOT: Final = maker_of(Lot)


def split(lot: Lot, tail: Tonnes) -> tuple[Lot | None, Lot]:
    """The head that stays, if any, and the tail of that many tonnes.  (RB 5.3)"""
    assert 0 < tail <= lot.tonnes, "a tail is part of its lot"
    kept = Tonnes(lot.tonnes - tail)
    if kept == 0:
        return None, lot
    return _part(lot, lot.first, kept), _part(lot, Serial(lot.first + kept), tail)


def transfer(
    block: BlockContext,
    lot: Lot,
    tonnes: Tonnes,
    source: AccountId,
    target: AccountId,
    *,
    out: MovementKind = MovementKind.TRANSFERRED,
    into: MovementKind = MovementKind.TRANSFERRED,
    parties: tuple[Identifier, Identifier] | None = None,
    price: CentsPerTonne | None = None,
    restrictions: int = Restriction.NONE,
) -> Changes:
    """Move the tail of a lot to another account; it arrives unlocked, with further restrictions if
    asked.

    `parties` are what each statement names as the other side: first for the source's, then for the
    target's; the accounts by default.
    """
    head, tail = split(lot, tonnes)
    arriving = _freed(tail, restrictions)
    to_source, to_target = parties or (Identifier(target), Identifier(source))
    return Changes.of(
        drop(LOTS, source, lot) if head is None else put(LOTS, source, head),
        put(LOTS, target, arriving),
        moved(source, movement(block, tail, out, incoming=False, other=to_source, price=price)),
        moved(target, movement(block, tail, into, incoming=True, other=to_target, price=price)),
    )


def lock(lot: Lot, tonnes: Tonnes, account_id: AccountId, held: Lock) -> tuple[Changes, Lot]:
    """Hold the tail of a lot fast; the changes and the locked lot."""
    head, tail = split(lot, tonnes)
    locked = replace(tail, lock=held)
    kept = NO_CHANGES if head is None else Changes.of(put(LOTS, account_id, head))
    return Changes.of(kept, put(LOTS, account_id, locked)), locked


def unlock(lot: Lot, account_id: AccountId) -> Changes:
    """Let a lot go."""
    return Changes.of(put(LOTS, account_id, replace(lot, lock=None)))


def retire(
    state: StateView,
    block: BlockContext,
    lot: Lot,
    tonnes: Tonnes,
    source: AccountId,
    retirement_account: AccountId,
    *,
    reason: RetirementReason,
    compliance_year: Year | None = None,
    beneficiary: Text | None = None,
) -> Changes:
    """Move the tail of a lot into a retirement account, for good, and show its serials on the
    public pages.  (RB 4.7)
    """
    head, tail = split(lot, tonnes)
    kind = MovementKind.RETIRED
    to_source, to_target = Identifier(retirement_account), Identifier(source)
    return Changes.of(
        drop(LOTS, source, lot) if head is None else put(LOTS, source, head),
        put(RETIRED, retirement_account, ended(block, tail, reason, compliance_year, beneficiary)),
        moved(source, movement(block, tail, kind, incoming=False, other=to_source)),
        moved(retirement_account, movement(block, tail, kind, incoming=True, other=to_target)),
        final_pages(state, [tail], FinalState.RETIRED, reason, beneficiary),
        supply_less(state, tail.instrument, tail.vintage, tail.tonnes),
    )


def issue(  # noqa: PLR0917
    state: StateView,
    block: BlockContext,
    account_id: AccountId,
    instrument: Instrument,
    vintage: Year,
    tonnes: Tonnes,
    origin: Origin,
    origin_id: Identifier,
    *,
    restrictions: int = Restriction.NONE,
    first_owner: HolderId | None = None,
    kind: MovementKind = MovementKind.ISSUED,
) -> Changes:
    """Bring tonnes into being: the next serials of their type and vintage, in one lot. An offset's
    or early action credit's first owner is whose account it is, unless it is named.  (RB 4.6)
    """
    supply = supply_of(state, instrument, vintage)
    lot = Lot(
        instrument=instrument,
        vintage=vintage,
        first=Serial(supply.issued + 1),
        tonnes=tonnes,
        origin=origin,
        origin_id=origin_id,
        restrictions=small_code(restrictions),
        first_owner=first_owner or _first_owner(state, account_id, instrument),
        single_ton=False,
        lock=None,
    )
    return Changes.of(
        put(LOTS, account_id, lot),
        moved(account_id, movement(block, lot, kind, incoming=True, other=None)),
        put_public(SUPPLY, replace(supply, issued=Tonnes(supply.issued + tonnes))),
    )


def _first_owner(
    state: StateView, account_id: AccountId, instrument: Instrument
) -> HolderId | None:
    if instrument is Instrument.XA:
        return None
    account = state.accounts.get(account_id)
    assert account is not None, "tonnes are issued into an account"
    return account.holder_id


def supply_of(state: StateView, instrument: Instrument, vintage: Year) -> Supply:
    """What was issued of a type and vintage, and what became of it."""
    zero = Tonnes(0)
    return state.supply.get(number_key(instrument, vintage)) or Supply(
        instrument=instrument,
        vintage=vintage,
        issued=zero,
        retired=zero,
        cancelled=zero,
        sold_outside=zero,
    )


def serials_left(state: StateView, instrument: Instrument, vintage: Year) -> int:
    """How many tonnes of a type and vintage can still be issued."""
    return RANGES[Serial][1] - supply_of(state, instrument, vintage).issued


def movement(
    block: BlockContext,
    lot: Lot,
    kind: MovementKind,
    *,
    incoming: bool,
    other: Identifier | None,
    price: CentsPerTonne | None = None,
) -> Movement:
    """A statement's entry for a lot."""
    return _MOVEMENT(
        block.act_id,
        block.height,
        kind,
        lot.instrument,
        lot.vintage,
        lot.first,
        lot.tonnes,
        incoming,
        other,
        price,
    )


def _part(lot: Lot, first: Serial, tonnes: Tonnes) -> Lot:
    """Some of a lot's serials. Written out because every split does it twice."""
    return _LOT(
        instrument=lot.instrument,
        vintage=lot.vintage,
        first=first,
        tonnes=tonnes,
        origin=lot.origin,
        origin_id=lot.origin_id,
        restrictions=lot.restrictions,
        first_owner=lot.first_owner,
        single_ton=lot.single_ton,
        lock=lot.lock,
    )


def _freed(lot: Lot, restrictions: int) -> Lot:
    """A lot without its lock and with further restrictions."""
    after = small_code(lot.restrictions | small_code(restrictions))
    if lot.lock is None and after == lot.restrictions:
        return lot
    return replace(lot, lock=None, restrictions=after)


def ended(
    block: BlockContext,
    tail: Lot,
    reason: RetirementReason,
    compliance_year: Year | None,
    beneficiary: Text | None,
) -> RetiredLot:
    """A lot as a retirement account keeps it."""
    return RetiredLot(
        instrument=tail.instrument,
        vintage=tail.vintage,
        first=tail.first,
        tonnes=tail.tonnes,
        origin=tail.origin,
        origin_id=tail.origin_id,
        reason=reason,
        compliance_year=compliance_year,
        beneficiary=beneficiary,
        at=block.now,
    )


def supply_less(
    state: StateView, instrument: Instrument, vintage: Year, retired: Tonnes
) -> Changes:
    """Count tonnes of a type and vintage as retired."""
    supply = supply_of(state, instrument, vintage)
    tonnes = Tonnes(supply.retired + retired)
    return Changes.of(put_public(SUPPLY, replace(supply, retired=tonnes)))
