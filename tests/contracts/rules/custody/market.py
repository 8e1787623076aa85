"""A market for tests: who may trade, an offer to begin with, and what a lawful act says."""

from dataclasses import replace
from typing import Any, Final

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.custody import Movement
from cfi.contracts.state.rows.membership import (
    ELIGIBILITY,
    HOLDERS,
    RESOLUTIONS,
    BoardResolution,
    Eligibility,
    HolderStatus,
)
from cfi.contracts.state.rows.protections import PROTECTIONS, Protection, Protections
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.messages.custody.accept_trade import AcceptTrade
from cfi.contracts.wire.messages.custody.donate_lot import DonateLot
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.offers import terms_hash
from cfi.contracts.wire.parties import EligibilityCategory
from cfi.contracts.wire.quantities import (
    CentsPerTonne,
    Instant,
    Seconds,
    SmallCode,
    Tonnes,
)
from cfi.contracts.wire.schema import Hash, schema_of
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from tests.contracts.ledger import NOW, Ledger

DAY: Final = 86_400
A_LOT: Final = LotId("XA-2003-0000000001")
NO_SUCH_ACT: Final = Hash(bytes(32))


def given_standing(ledger: Ledger, *holder_ids: str, until: int = NOW + 360 * DAY) -> None:
    """Let holders trade."""
    for holder_id in holder_ids:
        ledger.given(
            put(
                ELIGIBILITY,
                holder_id,
                Eligibility(
                    holder_id=HolderId(holder_id),
                    category=EligibilityCategory.A,
                    column_one=SmallCode(1),
                    column_two=SmallCode(1),
                    evidence=Hash(bytes(32)),
                    review_by=Instant(until),
                    lapsed=False,
                ),
            ),
            put(RESOLUTIONS, holder_id, BoardResolution(document=Hash(bytes(32)), resolved_at=NOW)),
        )


def given_status(ledger: Ledger, holder_id: str, status: HolderStatus) -> None:
    """Change where a holder stands."""
    holder = ledger.state.holders.get(holder_id)
    assert holder is not None
    ledger.given(put(HOLDERS, holder_id, replace(holder, status=status)))


def given_protection(
    ledger: Ledger, holder_id: str, *, delay: int = 0, second_approver: bool = False
) -> None:
    """Hold up a holder's transfers to others."""
    protection = Protection(delay=Seconds(delay), second_approver=second_approver)
    row = Protections(current=protection, following=None, following_from=None)
    ledger.given(put(PROTECTIONS, holder_id, row))


def offer(**change: Any) -> OfferTrade:
    """A lawful offer of company A's first 300 t to company B."""
    lawful: dict[str, Any] = {
        "account_id": AccountId("company-a/1"),
        "lot_id": A_LOT,
        "tonnes": Tonnes(300),
        "buyer": HolderId("company-b"),
        "price": CentsPerTonne(95),
        "expires_at": Instant(NOW + 7 * DAY),
    }
    return OfferTrade(**lawful | change)


def given_offer(ledger: Ledger, **change: Any) -> Hash:
    """An offer that stands; returns its id."""
    receipt = ledger.when(offer(**change))
    assert receipt.done, receipt
    return receipt.act_id


def acceptance(ledger: Ledger, an_offer: Hash, by: str = "company-b", **change: Any) -> AcceptTrade:
    """The buyer's lawful answer to an offer."""
    incoming = ledger.state.incoming_offers.of(by).get(an_offer)
    lawful: dict[str, Any] = {
        "offer_id": an_offer,
        "terms_hash": NO_SUCH_ACT if incoming is None else terms_hash(incoming.terms),
        "target": AccountId(f"{by}/1"),
    }
    return AcceptTrade(**lawful | change)


def donation(**change: Any) -> DonateLot:
    """A lawful gift of company A's to a charity."""
    lawful: dict[str, Any] = {
        "account_id": AccountId("company-a/1"),
        "lot_id": A_LOT,
        "tonnes": Tonnes(300),
        "recipient": HolderId("charity"),
    }
    return DonateLot(**lawful | change)


def given_sale(ledger: Ledger, **change: Any) -> Hash:
    """An accepted offer, delivered or waiting; returns its id."""
    offer_id = given_offer(ledger, **change)
    receipt = ledger.when(acceptance(ledger, offer_id), by="company-b")
    assert receipt.done, receipt
    return offer_id


def told(ledger: Ledger, holder_id: str) -> list[tuple[str, str]]:
    """What a holder was told: how it ended, and with whom."""
    return [(row.ending.name, row.other) for row in ledger.state.outcomes.of(holder_id).all()]


def unlocked(ledger: Ledger, account_id: str) -> bool:
    """True if no lot of an account is locked."""
    return not any(lot.locked for lot in ledger.lots(account_id))


def movements(ledger: Ledger, account_id: str) -> list[Movement]:
    """An account's statement of this block, in order."""
    recorded = ledger.overlay.movements.get(account_owner(account_id), [])
    return [schema_of(Movement).read(raw) for raw in recorded]
