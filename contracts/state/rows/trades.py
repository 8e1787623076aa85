"""Offers, waiting deliveries, their outcomes, and sales by vintage.  (RB 4.11, 4.13, 5.3.5)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import HolderTable, number_key
from cfi.contracts.wire.offers import Terms
from cfi.contracts.wire.quantities import CentsPerTonne, Height, Instant, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, LotId, Text, UserId


@unique
class DeliveryKind(IntEnum):
    """Why a lot goes to another holder."""

    TRADE = 1
    DONATION = 2


@unique
class Ending(IntEnum):
    """How an offer or a transfer ended without a delivery."""

    EXPIRED = 1
    DECLINED = 2
    CANCELLED = 3
    """By its sender, during the delay."""
    NOT_APPROVED = 4
    """No second person approved it in time."""
    UNDELIVERABLE = 5
    """The recipient or its account couldn't take it."""
    YEAR_CLOSED = 6
    """The compliance year of the lot closed before it was accepted, or while it was to be given."""
    SENDER_TERMINATED = 7
    """The sender was no longer a holder when it fell due.  (RB 2.11)"""
    STOPPED = 8
    """By the Exchange, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A seller's open offer; its lot is locked under the offer's id."""

    offer_id: Hash
    """The identity of the act that made it."""
    account_id: AccountId
    terms: Terms
    offered_by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingOffer:
    """The buyer's copy of an open offer."""

    offer_id: Hash
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A transfer to another holder that waits; its lot is locked under the same id."""

    delivery_id: Hash
    """The offer's or the donation's."""
    kind: DeliveryKind
    sender: HolderId
    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    recipient: HolderId
    target: AccountId
    price: CentsPerTonne | None
    initiated_by: UserId
    deliver_at: Instant
    lapses_at: Instant
    """When it ends if it still needs a second person."""
    needs_approval: bool
    sent_at: Height
    """Since when its lot is held fast for it."""

    @property
    def due(self) -> Instant:
        """When it is delivered or lapses."""
        return self.lapses_at if self.needs_approval else self.deliver_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Tells a holder of an offer or a transfer that came to nothing; kept for 90 days."""

    offer_id: Hash
    ending: Ending
    holder_id: HolderId
    """Who is told."""
    other: HolderId
    lot_id: LotId
    tonnes: Tonnes
    reason: Text | None
    """Why the Exchange stopped it."""
    at: Instant
    forget_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTally:
    """Exchange Allowances of one vintage that a holder sold to, and bought from, other Members,
    Associate Members and Participants; donations and Super Reductions don't count.  (RB 4.11, 4.13)
    """

    vintage: Year
    sold_tonnes: Tonnes
    bought_tonnes: Tonnes


OFFERS: Final = HolderTable(
    name="offers",
    tag=0x33,
    row=Offer,
    key=lambda row: row.offer_id,
    due=lambda row: row.terms.expires_at,
)
INCOMING_OFFERS: Final = HolderTable(
    name="incoming_offers", tag=0x34, row=IncomingOffer, key=lambda row: row.offer_id
)
DELIVERIES: Final = HolderTable(
    name="deliveries",
    tag=0x35,
    row=Delivery,
    key=lambda row: row.delivery_id,
    due=lambda row: row.due,
)
SALES: Final = HolderTable(
    name="sales", tag=0x38, row=SalesTally, key=lambda row: number_key(row.vintage)
)
OUTCOMES: Final = HolderTable(
    name="outcomes",
    tag=0x39,
    row=Outcome,
    key=lambda row: row.offer_id,
    due=lambda row: row.forget_at,
)

TABLES: Final = (OFFERS, INCOMING_OFFERS, DELIVERIES, SALES, OUTCOMES)
