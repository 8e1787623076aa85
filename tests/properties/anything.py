"""Random acts of every kind: half follow a lawful path, half have any fields whatever."""

import random
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

from cfi.contracts.figures.dates import day_of
from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.governance import PROGRAMME
from cfi.contracts.state.rows.membership import ApplicationStage
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.messages.catalogue import MESSAGES, NUMBERS
from cfi.contracts.wire.messages.custody.accept_trade import AcceptTrade
from cfi.contracts.wire.messages.custody.approve_transfer import ApproveTransfer
from cfi.contracts.wire.messages.custody.cancel_delayed_transfer import CancelDelayedTransfer
from cfi.contracts.wire.messages.custody.decline_offer import DeclineOffer
from cfi.contracts.wire.messages.custody.donate_for_retirement import DonateForRetirement
from cfi.contracts.wire.messages.custody.donate_lot import DonateLot
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.cancel_upgrade import CancelUpgrade
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.messages.governance.withdraw_node import WithdrawNode
from cfi.contracts.wire.messages.membership.decide_application import DecideApplication
from cfi.contracts.wire.messages.membership.recommend_application import RecommendApplication
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.messages.membership.review_application import ReviewApplication
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.offers import terms_hash
from cfi.contracts.wire.parties import HolderClass, PeerKind
from cfi.contracts.wire.quantities import (
    BasisPoints,
    Cents,
    CentsPerTonne,
    Count,
    Height,
    Instant,
    Seconds,
    SmallCode,
    Tonnes,
    Year,
)
from cfi.contracts.wire.schema import LENGTHS, Data, Hash, NodeId, PublicKey, Signature, schema_of
from cfi.contracts.wire.text import (
    AccountId,
    FacilityId,
    HolderId,
    Identifier,
    LotId,
    Text,
    UserId,
)
from cfi.genesis.builder import shipped_parameters
from cfi.genesis.programmes.loader import programme
from tests.contracts.filings import establish, every_year, facility, report
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.people import key_named, possession_of
from tests.contracts.rules.custody.market import DAY, given_standing
from tests.contracts.validators import admission_possession, consensus_possession, given_validators

MEMBERS: Final = ("company-a", "company-b", "charity")
HOLDERS: Final = (*MEMBERS, EXCHANGE)
OTHERS: Final = ("newcomer", "nobody")
WORDS: Final = ("US", "1998-2001", "electric-power", "CO2", "plan", "")
NUMBERS_TRIED: Final = (0, 1, 2, 3, 5, 50, 100, 200, 300, 2_000, 10_000, 990_000, 1_000_000, -100)
FIRST_YEAR, LAST_YEAR = 1998, 2007
MOST_LISTED: Final = 3
NOTHING: Final = Hash(bytes(32))
FOUR_EYES: Final = (AllocateLateMember, ScheduleTrueUp, SuspendHolder)
IDS_KEPT: Final = 40
LAWFUL_SHARE: Final = 0.6
TIME_SHARE: Final = 0.08
SEAL_SHARE: Final = 0.1
LONGEST_DAYS: Final = 200


@dataclass(slots=True)
class Anything:
    """A ledger with Members and a programme, and the chance that plays on it."""

    chance: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    ids: list[Hash] = field(default_factory=list)
    """Acts that were done."""
    done: set[str] = field(default_factory=set)
    """Kinds of messages that were done at least once."""
    tried: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        ledger = self.ledger
        for name, value in sorted(shipped_parameters().items()):
            ledger.parameter(name, value)
        for holder_id in MEMBERS:
            ledger.given_holder(holder_id, not_for_profit=holder_id == "charity")
            ledger.given_user(holder_id, "second")
            ledger.given_account(holder_id)
        given_validators(ledger, {f"validator {number}": 20 for number in range(4)})
        given_standing(ledger, *MEMBERS)
        ledger.given(put_public(PROGRAMME, programme("phase-1")))
        for holder_id in MEMBERS:
            ledger.when(facility(emissions=every_year(1_000_000)), holder_id)
            ledger.when(establish(ledger, holder_id), EXCHANGE)
        ledger.when(AllocateAllowances(withheld_bps=BasisPoints(0), pool_seed=None), EXCHANGE)
        ledger.pass_time()
        for kind in FOUR_EYES:
            ledger.four_eyes(kind)
        ledger.seal()

    def step(self) -> None:
        """An act, some time, or the end of a block."""
        share = self.chance.random()
        if share < TIME_SHARE:
            self.ledger.pass_time(self.chance.randrange(LONGEST_DAYS) * DAY)
        elif share < TIME_SHARE + SEAL_SHARE:
            self.ledger.seal()
        else:
            self.act()

    def act(self) -> None:
        """One act, lawful or not; a refusal changes nothing."""
        by = self.chance.choice(HOLDERS)
        user = self.chance.choice([f"{by}-user", f"{by}-user", "second"])
        if by == EXCHANGE:
            user = self.chance.choice(["officer-1", "officer-2"])
        if self.ledger.state.users.of(by).get(user) is None:
            return
        lawful = self.chance.random() < LAWFUL_SHARE
        message = self.lawful(by) if lawful else self.message(by)
        if message is None:
            return
        before = self.ledger.tables()
        try:
            receipt = self.ledger.when(message, by, user)
        except CodecError:
            assert self.ledger.tables() == before
            return
        kind = type(message).__name__
        self.tried.add(kind)
        if receipt.done:
            self.done.add(kind)
            self.ids = [*self.ids[-IDS_KEPT:], receipt.act_id]
        else:
            assert self.ledger.tables() == before, f"a refused {kind} changed something"

    def lawful(self, by: str) -> Any:
        """A step of a story that may well be the right one; None if there is nothing to do."""
        state, chance = self.ledger.state, self.chance
        over = (self.ledger.now - NOW) // (365 * DAY)
        year = Year(2003 + chance.randrange(max(1, min(over, 4))))
        if by == EXCHANGE:
            member = HolderId(chance.choice(MEMBERS))
            waiting = list(state.proposals.of(EXCHANGE).all())
            if waiting and chance.random() < 0.5:
                proposal = chance.choice(waiting)
                digest = Hash(sha256(proposal.body).digest())
                return Approve(proposal_id=proposal.proposal_id, body_hash=digest)
            return chance.choice(
                [
                    BeginAudit(member=member, year=year),
                    FinaliseReport(member=member, year=year),
                    self._proposed(ScheduleTrueUp(compliance_year=year)),
                    self._application(),
                    self._application(),
                    self._proposed(AllocateLateMember(member=member)),
                    establish(self.ledger, member),
                    self._governed(),
                ]
            )
        incoming = list(state.incoming_offers.of(by).all())
        if incoming and chance.random() < 0.5:
            offer = chance.choice(incoming)
            return AcceptTrade(
                offer_id=offer.offer_id,
                terms_hash=terms_hash(offer.terms),
                target=AccountId(f"{by}/1"),
            )
        moves = [self._moved, self._retired, self._offered, self._donated, self._answered]
        return chance.choice([self._report, self._filed, *moves])(by, year)

    def _own(self, by: str) -> list[bytes]:
        """What waits for this holder's answer."""
        state = self.ledger.state
        mine = (state.offers, state.incoming_offers, state.deliveries, state.proposals)
        return [key for ids in (table.of(by).keys() for table in mine) for key in ids]

    def _application(self) -> Any:
        """The next step of a newcomer's application."""
        name = HolderId(f"newcomer-{self.chance.randrange(3)}")
        row = self.ledger.state.applications.of(EXCHANGE).get(name)
        stage = ApplicationStage.FILED if row is None else row.stage
        if row is None:
            filed = self.fill(RegisterApplication, EXCHANGE)
            user_id = UserId("administrator")
            return replace(
                filed,
                applicant=name,
                holder_class=HolderClass.MEMBER,
                documents=(Hash(bytes(32)),),
                fee_paid=Cents(0),
                first_year=day_of(self.ledger.now).year,
                direct_emissions=Tonnes(1_000_000),
                user_id=user_id,
                key=key_named(name),
                possession=possession_of(name, name, user_id),
            )
        lawful: dict[ApplicationStage, Any] = {
            ApplicationStage.FILED: ReviewApplication(
                applicant=name, complete=True, eligible=True, at_risk=False, evidence=NOTHING
            ),
            ApplicationStage.REVIEWED: RecommendApplication(
                applicant=name,
                grant=True,
                members=Count(5),
                in_favour=Count(5),
                against=Count(0),
                recused=Count(0),
                minutes=NOTHING,
            ),
        }
        return lawful.get(stage) or DecideApplication(applicant=name, grant=True, reason=None)

    def _governed(self) -> Any:
        """An act on validators, nodes or upgrades."""
        name, height = f"validator {self.chance.randrange(6)}", Height(102)
        node = NodeId(bytes([self.chance.randrange(3)] * 20))
        return self.chance.choice(
            [
                AddValidator(
                    key=key_named(name),
                    operator=HolderId(EXCHANGE),
                    power=Count(20),
                    possession=consensus_possession(name),
                ),
                RemoveValidator(key=key_named(name)),
                RegisterNode(
                    node_id=node,
                    kind=PeerKind.VALIDATOR,
                    holder_id=HolderId(EXCHANGE),
                    admission_key=key_named("a node's admissions"),
                    possession=admission_possession("a node's admissions", node),
                ),
                WithdrawNode(node_id=node),
                ScheduleUpgrade(app_version=Count(2), from_height=height),
                CancelUpgrade(from_height=height),
            ]
        )

    def _filed(self, _: str, __: Year) -> Any:
        return facility(f"plant-{self.chance.randrange(1, 9)}", emissions=every_year(100_000))

    def _answered(self, by: str, _: Year) -> Any:
        ids = self._own(by) or [NOTHING]
        act_id = Hash(self.chance.choice(ids))
        return self.chance.choice(
            [
                WithdrawOffer(offer_id=act_id),
                DeclineOffer(offer_id=act_id),
                CancelDelayedTransfer(delivery_id=act_id),
                ApproveTransfer(delivery_id=act_id),
            ]
        )

    def _donated(self, by: str, _: Year) -> Any:
        account, tonnes = AccountId(f"{by}/1"), Tonnes(100)
        lot_id = self._lot(by)
        if self.chance.random() < 0.5:
            to = HolderId("charity")
            return DonateLot(account_id=account, lot_id=lot_id, tonnes=tonnes, recipient=to)
        return DonateForRetirement(
            account_id=account,
            lot_id=lot_id,
            tonnes=tonnes,
            retirement_account=AccountId(f"{by}/2"),
            beneficiary=Text("The town library"),
        )

    def _proposed(self, inner: Any) -> Propose:
        body = Data(schema_of(type(inner)).encode(inner))
        return Propose(message_number=SmallCode(NUMBERS[type(inner)]), body=body)

    def _report(self, _: str, year: Year) -> Any:
        return report(year)

    def _moved(self, by: str, _: Year) -> Any:
        return TransferLot(
            source=AccountId(f"{by}/1"),
            lot_id=self._lot(by),
            tonnes=Tonnes(self.chance.choice((100, 5_000, 300_000))),
            target=AccountId(f"{by}/3"),
        )

    def _retired(self, by: str, _: Year) -> Any:
        return Retire(
            account_id=AccountId(f"{by}/1"),
            lot_id=self._lot(by),
            tonnes=Tonnes(self.chance.choice((100, 300))),
            retirement_account=AccountId(f"{by}/2"),
            beneficiary=None,
        )

    def _offered(self, by: str, _: Year) -> Any:
        return OfferTrade(
            account_id=AccountId(f"{by}/1"),
            lot_id=self._lot(by),
            tonnes=Tonnes(self.chance.choice((100, 40_000))),
            buyer=HolderId(self.chance.choice(MEMBERS)),
            price=CentsPerTonne(95),
            expires_at=Instant(self.ledger.now + 3 * DAY),
        )

    def _lot(self, by: str) -> LotId:
        lots = self.ledger.lots(f"{by}/{self.chance.choice((1, 1, 3))}")
        return self.chance.choice(lots).lot_id if lots else LotId("XA-2003-0000000001")

    def message(self, by: str) -> Any:
        """A message of any kind with any fields; a key comes with its proof of possession."""
        kind = MESSAGES[self.chance.choice(sorted(MESSAGES))]
        message = self.fill(kind, by)
        if isinstance(message, Propose):
            inner = self.message(by) if self.chance.random() < 0.5 else self.lawful(by)
            if inner is None or isinstance(inner, Propose | Approve):
                return None
            try:
                return self._proposed(inner)
            except CodecError:
                return None
        if hasattr(message, "possession"):
            name = f"key {self.chance.randrange(1_000)}"
            holder = getattr(message, "applicant", by)
            user_id = getattr(message, "user_id", f"{by}-user")
            proof = possession_of(name, holder, user_id)
            changed: dict[str, bytes] = {"possession": proof}
            changed |= {
                each.name: key_named(name) for each in fields(message) if each.name.endswith("key")
            }
            return replace(message, **changed)
        return message

    def fill(self, kind: type[Any], by: str) -> Any:
        """Any value of a dataclass."""
        hints = typing.get_type_hints(kind)
        return kind(**{each.name: self.value(hints[each.name], by) for each in fields(kind)})

    def value(self, hint: Any, by: str) -> Any:
        """Any value of a field's type."""
        chance = self.chance
        arguments = typing.get_args(hint)
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            some = next(each for each in arguments if each is not type(None))
            return None if chance.random() < 0.4 else self.value(some, by)
        if typing.get_origin(hint) is tuple:
            return tuple(self.value(arguments[0], by) for _ in range(chance.randrange(MOST_LISTED)))
        if hint is bool:
            return chance.random() < 0.5
        if isinstance(hint, type) and issubclass(hint, IntEnum):
            return chance.choice(list(hint))
        if is_dataclass(hint):
            return self.fill(typing.cast(type, hint), by)
        return hint(self._plain(hint, by))

    def _plain(self, hint: Any, by: str) -> Any:
        chance = self.chance
        named: dict[Any, Callable[[], object]] = {
            HolderId: lambda: chance.choice((*HOLDERS, *OTHERS)),
            UserId: lambda: chance.choice((f"{by}-user", "second", "third", "officer-1")),
            AccountId: lambda: f"{chance.choice(HOLDERS)}/{chance.randrange(1, 5)}",
            LotId: lambda: self._lot(chance.choice(HOLDERS)),
            FacilityId: lambda: f"plant-{chance.randrange(1, 4)}",
            Identifier: lambda: chance.choice(WORDS),
            Text: lambda: chance.choice(WORDS),
            Year: lambda: chance.randrange(FIRST_YEAR, LAST_YEAR),
            Instant: lambda: self.ledger.now + chance.randrange(-400, 400) * DAY,
            Seconds: lambda: chance.randrange(5) * DAY,
            Hash: lambda: chance.choice(self._own(by) or [*self.ids, Hash(bytes(32))]),
            PublicKey: lambda: key_named(f"key {chance.randrange(1_000)}"),
            Signature: lambda: bytes(64),
        }
        if hint in named:
            return named[hint]()
        if hint in LENGTHS:
            return chance.randbytes(LENGTHS[hint][0])
        return chance.choice(NUMBERS_TRIED)
