"""RB 4.3, 5.3: whatever holders do, no tonne appears or vanishes and no serial is in two places.

Random acts of three holders, lawful and not, with time passing between them; after each step the
whole state is added up from nothing.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cfi.contracts.state.rows.custody import LockReason, Lot, RetiredLot
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.accept_trade import AcceptTrade
from cfi.contracts.wire.messages.custody.approve_transfer import ApproveTransfer
from cfi.contracts.wire.messages.custody.cancel_delayed_transfer import CancelDelayedTransfer
from cfi.contracts.wire.messages.custody.decline_offer import DeclineOffer
from cfi.contracts.wire.messages.custody.donate_for_retirement import DonateForRetirement
from cfi.contracts.wire.messages.custody.donate_lot import DonateLot
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.rotate_seed import RotateSeed
from cfi.contracts.wire.messages.custody.set_protections import SetProtections
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer
from cfi.contracts.wire.offers import terms_hash
from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Seconds, Tonnes
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, LotId, Text
from tests.contracts.ledger import Ledger, seed_of
from tests.contracts.rules.custody.market import DAY, given_standing
from tests.effort import effort

HOLDERS: Final = ("company-a", "company-b", "charity")
NOTHING: Final = Hash(bytes(32))

holders = st.sampled_from(HOLDERS)
recipients = st.sampled_from(["charity", "company-b", "charity", "company-a", "nobody"])
account_numbers = st.sampled_from([1, 3, 1, 3, 2, 4])
amounts = st.sampled_from([Tonnes(each) for each in (100, 200, 300, 400, 500, 5_000, 150, 0)])
choices = st.integers(0, 20)


@dataclass(frozen=True, slots=True)
class Range:
    """Serials of one type and vintage, wherever they are."""

    kind: tuple[int, int]
    first: int
    last: int


def ranges_of(ledger: Ledger) -> list[Range]:
    """Every serial that is held or retired."""
    found: list[Range] = []
    for holder_id in ledger.state.holder_ids():
        for account_id in ledger.state.account_ids(holder_id):
            rows: list[Lot | RetiredLot] = [
                *ledger.lots(account_id),
                *ledger.state.retired.of(account_id).all(),
            ]
            found += [
                Range((row.instrument, row.vintage), row.first, row.first + row.tonnes - 1)
                for row in rows
            ]
    return found


class Custody(RuleBasedStateMachine):
    """Holders that move, trade, donate and retire."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()

    @initialize()
    def begin(self) -> None:
        """Everybody holds something of two types and two vintages."""
        for holder_id in HOLDERS:
            self.ledger.given_holder(holder_id, not_for_profit=holder_id == "charity")
            self.ledger.given_user(holder_id, "second")
            self.ledger.given_account(holder_id)
            self.ledger.given_lot(f"{holder_id}/1", 10_500)
            self.ledger.given_lot(f"{holder_id}/1", 2_000, 2004, Instrument.XMO)
            self.ledger.given_lot(f"{holder_id}/3", 2_000)
        given_standing(self.ledger, *HOLDERS)
        self.ledger.seal()

    def a_lot(self, account_id: str, choice: int) -> LotId:
        """One of an account's lots, or one that isn't there."""
        lots = self.ledger.lots(account_id)
        return lots[choice % len(lots)].lot_id if lots else LotId("XA-2003-0000000001")

    def an_id(self, ids: list[bytes], choice: int) -> Hash:
        return Hash(ids[choice % len(ids)]) if ids else NOTHING

    def act(self, message: Any, by: str, user: str | None = None) -> None:
        """Done or refused; a refusal changes nothing."""
        before = self.ledger.tables()
        receipt = self.ledger.when(message, by, user)
        assert receipt.done or self.ledger.tables() == before

    @rule(by=holders, retirement=st.booleans())
    def open_account(self, by: str, retirement: bool) -> None:
        self.act(OpenAccount(seed=seed_of(by), retirement=retirement), by)

    @rule(by=holders, number=account_numbers, own=st.booleans())
    def rotate_seed(self, by: str, number: int, own: bool) -> None:
        account = None if own else AccountId(f"{by}/{number}")
        self.act(RotateSeed(account_id=account, seed=seed_of(f"{by}{number}")), by)

    @rule(
        by=holders,
        source=account_numbers,
        into=account_numbers,
        tonnes=amounts,
        choice=choices,
        to=st.none() | holders,
    )
    def transfer(
        self, by: str, source: int, into: int, tonnes: Tonnes, choice: int, to: str | None
    ) -> None:
        account = AccountId(f"{by}/{source}")
        message = TransferLot(
            source=account,
            lot_id=self.a_lot(account, choice),
            tonnes=tonnes,
            target=AccountId(f"{to or by}/{into}"),
        )
        self.act(message, by)

    @rule(by=holders, tonnes=amounts, choice=choices, number=account_numbers)
    def retire(self, by: str, tonnes: Tonnes, choice: int, number: int) -> None:
        account = AccountId(f"{by}/1")
        message = Retire(
            account_id=account,
            lot_id=self.a_lot(account, choice),
            tonnes=tonnes,
            retirement_account=AccountId(f"{by}/{number}"),
            beneficiary=None,
        )
        self.act(message, by)

    @rule(by=holders, to=recipients, tonnes=amounts, choice=choices, number=account_numbers)
    def offer(self, by: str, to: str, tonnes: Tonnes, choice: int, number: int) -> None:
        account = AccountId(f"{by}/{number}")
        message = OfferTrade(
            account_id=account,
            lot_id=self.a_lot(account, choice),
            tonnes=tonnes,
            buyer=HolderId(to),
            price=CentsPerTonne(95),
            expires_at=Instant(self.ledger.now + 3 * DAY),
        )
        self.act(message, by)

    @rule(pair=st.permutations(HOLDERS), tonnes=amounts, choice=choices)
    def trade(self, pair: list[str], tonnes: Tonnes, choice: int) -> None:
        """An offer, and its answer at once."""
        seller, buyer, _ = pair
        self.offer(seller, buyer, tonnes, choice, 1)
        self.accept(buyer, choice, 1)

    @rule(pair=st.permutations(HOLDERS), tonnes=amounts, choice=choices)
    def trade_under_protection(self, pair: list[str], tonnes: Tonnes, choice: int) -> None:
        """A trade that waits, and a second person's approval."""
        seller, _, _ = pair
        self.protect(seller, 1, second=True)
        self.trade(pair, tonnes, choice)
        self.approve(seller, choice)

    @rule(by=holders, choice=choices, number=account_numbers)
    def accept(self, by: str, choice: int, number: int) -> None:
        incoming = list(self.ledger.state.incoming_offers.of(by).all())
        if not incoming:
            return
        offer = incoming[choice % len(incoming)]
        message = AcceptTrade(
            offer_id=offer.offer_id,
            terms_hash=terms_hash(offer.terms),
            target=AccountId(f"{by}/{number}"),
        )
        self.act(message, by)

    @rule(by=holders, choice=choices)
    def decline(self, by: str, choice: int) -> None:
        ids = self.ledger.state.incoming_offers.of(by).keys()
        self.act(DeclineOffer(offer_id=self.an_id(ids, choice)), by)

    @rule(by=holders, choice=choices)
    def withdraw(self, by: str, choice: int) -> None:
        ids = self.ledger.state.offers.of(by).keys()
        self.act(WithdrawOffer(offer_id=self.an_id(ids, choice)), by)

    @rule(by=holders, to=recipients, tonnes=amounts, choice=choices)
    def donate(self, by: str, to: str, tonnes: Tonnes, choice: int) -> None:
        account = AccountId(f"{by}/1")
        lot_id = self.a_lot(account, choice)
        message = DonateLot(
            account_id=account, lot_id=lot_id, tonnes=tonnes, recipient=HolderId(to)
        )
        self.act(message, by)

    @rule(by=holders, tonnes=amounts, choice=choices)
    def donate_for_retirement(self, by: str, tonnes: Tonnes, choice: int) -> None:
        account = AccountId(f"{by}/1")
        message = DonateForRetirement(
            account_id=account,
            lot_id=self.a_lot(account, choice),
            tonnes=tonnes,
            retirement_account=AccountId(f"{by}/2"),
            beneficiary=Text("The town library"),
        )
        self.act(message, by)

    @rule(by=holders, days=st.integers(0, 3), second=st.booleans())
    def protect(self, by: str, days: int, second: bool) -> None:
        self.act(SetProtections(delay=Seconds(days * DAY), second_approver=second), by)

    @rule(by=holders, choice=choices)
    def cancel(self, by: str, choice: int) -> None:
        ids = self.ledger.state.deliveries.of(by).keys()
        self.act(CancelDelayedTransfer(delivery_id=self.an_id(ids, choice)), by)

    @rule(by=holders, choice=choices)
    def approve(self, by: str, choice: int) -> None:
        ids = self.ledger.state.deliveries.of(by).keys()
        self.act(ApproveTransfer(delivery_id=self.an_id(ids, choice)), by, "second")

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.ledger.pass_time(days * DAY)

    @rule()
    def a_block_ends(self) -> None:
        self.ledger.seal()

    @invariant()
    def all_that_was_issued_is_somewhere(self) -> None:
        """Also: no serial twice, for then the counts would differ or two ranges would overlap."""
        found = sorted(ranges_of(self.ledger), key=lambda each: (each.kind, each.first))
        counts: Counter[tuple[int, int]] = Counter()
        for before, after in pairwise(found):
            assert before.kind != after.kind or before.last < after.first, "a serial twice"
        for each in found:
            counts[each.kind] += each.last - each.first + 1
        issued = {
            (row.instrument, row.vintage): row.issued for row in self.ledger.state.supply.all()
        }
        assert dict(counts) == issued

    @invariant()
    def first_rows_add_up_to_the_lots(self) -> None:
        for holder_id in self.ledger.state.holder_ids():
            for account_id in self.ledger.state.account_ids(holder_id):
                summary = self.ledger.overlay.summary(account_owner(account_id))
                assert summary is not None
                told = {(row.instrument, row.vintage): row.tonnes for row in summary.totals}
                held: Counter[tuple[int, int]] = Counter()
                for lot in self.ledger.lots(account_id):
                    held[lot.instrument, lot.vintage] += lot.tonnes
                for retired in self.ledger.state.retired.of(account_id).all():
                    held[retired.instrument, retired.vintage] += retired.tonnes
                assert dict(held) == told

    @invariant()
    def the_public_pages_show_what_was_retired(self) -> None:
        shown = sum(
            entry.last - entry.first + 1
            for page in self.ledger.state.pages.all()
            for entry in page.entries
        )
        assert shown == sum(row.retired for row in self.ledger.state.supply.all())

    @invariant()
    def every_lock_has_its_reason(self) -> None:
        """A lot is locked if and only if an offer or a transfer holds it."""
        state = self.ledger.state
        for holder_id in HOLDERS:
            if state.holders.get(holder_id) is None:
                continue
            offered = set(state.offers.of(holder_id).keys())
            waiting = set(state.deliveries.of(holder_id).keys())
            locks = [
                lot.lock
                for account_id in state.account_ids(holder_id)
                for lot in self.ledger.lots(account_id)
                if lot.lock is not None
            ]
            assert {each.act_id for each in locks} == offered | waiting
            assert len(locks) == len(offered) + len(waiting)
            assert all(
                (each.reason is LockReason.OFFERED) == (each.act_id in offered) for each in locks
            )


Custody.TestCase.settings = settings(
    max_examples=effort(sample=60, soak=2_000), stateful_step_count=40, deadline=None
)
TestCustody = Custody.TestCase
