"""A ledger for rule tests: given some rows, when an act is decided, then these rows stand.

Acts run through the very pipeline of a block, less signatures: who signs is given by holder and user.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.changes import (
    Changes,
    Operation,
    Put,
    open_account_owner,
    open_holder_owner,
    put,
    put_public,
)
from cfi.contracts.state.held import next_work
from cfi.contracts.state.index import PUBLIC
from cfi.contracts.state.moves import issue
from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.rows.access import ACCESS, USERS, AccessRule, User
from cfi.contracts.state.rows.custody import (
    ACCOUNTS,
    Account,
    AccountKind,
    Lot,
    Origin,
    Restriction,
)
from cfi.contracts.state.rows.governance import CHAIN, PARAMETERS, Chain, ClockKind, Parameter
from cfi.contracts.state.rows.membership import HOLDERS, Holder, HolderStatus
from cfi.contracts.state.store import State
from cfi.contracts.state.table import PublicTable
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Act
from cfi.contracts.transition.apply import apply_act, commit
from cfi.contracts.transition.authorise import Signer
from cfi.contracts.transition.dispatch import DUE, RULE_BOOKS
from cfi.contracts.transition.standing import Standing
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.quantities import Count, Height, Instant, SmallCode, Tonnes, Year
from cfi.contracts.wire.receipts import Receipt
from cfi.contracts.wire.refusal import Fact, Refusal
from cfi.contracts.wire.schema import Hash, PublicKey, Seed, schema_of
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, LotId, UserId

EXCHANGE = HolderId("exchange")
NOW = Instant(1_041_379_200)
"""2003-01-01T00:00:00Z."""
EVERY_LEVEL = tuple(Level)
EVERY_ROLE = tuple(Role)


def seed_of(name: str) -> Seed:
    """A seed for a test's owner."""
    return Seed(sha256(name.encode()).digest())


def lot_name(lot: Lot) -> str:
    """A lot as the tables show it."""
    return f"{lot.lot_id}-{lot.last:010d}"


@dataclass(slots=True)
class _Nonce:
    value: int = 0


class Ledger:
    """State with an exchange, every access rule open to every class, and the time at the start of 2003.

    Who may send what is tested by the access table's own tests; here everybody may, so that a rule's own refusals show.
    """

    def __init__(self) -> None:
        self.store = State()
        self.overlay: Overlay = self.store.overlay()
        self.state = StateView(self.overlay)
        self.now = NOW
        self.height = Height(1)
        self.receipt: Receipt | None = None
        self.gas = 0
        """Work units of the last act beyond those of its kind."""
        self._nonce = _Nonce()
        self._write(
            put_public(CHAIN, Chain(chain_id=Identifier("sim-test"), genesis_hash=Hash(bytes(32)), clock=ClockKind.BLOCK, exchange=EXCHANGE, app_version=Count(1))),
            *(put_public(ACCESS, open_rule(number)) for number in sorted(NUMBERS.values())),
        )
        self.parameter("proposal_seconds", 30 * 86_400)
        self.parameter("validator_change_divisor", 3)
        self.parameter("upgrade_notice_heights", 100)
        self.parameter("loosening_delay_seconds", 7 * 86_400)
        self.given_holder(EXCHANGE, HolderClass.EXCHANGE, users={"officer-1": EVERY_ROLE, "officer-2": EVERY_ROLE})

    # Given

    def _write(self, *parts: Operation | Changes) -> None:
        self.overlay.apply(Changes.of(*parts))

    def given(self, *parts: Operation | Changes) -> None:
        """Write rows as they are, unchecked."""
        self._write(*parts)

    def parameter(self, name: str, value: int) -> None:
        """Set a parameter."""
        self._write(put_public(PARAMETERS, Parameter(name=Identifier(name), value=Count(value), next_value=None, next_from=None)))

    def four_eyes(self, message_type: type[Any]) -> None:
        """Make a message need a second person."""
        number = NUMBERS[message_type]
        self._write(put_public(ACCESS, replace(open_rule(number), four_eyes=True)))

    def given_holder(
        self,
        holder_id: str,
        holder_class: HolderClass = HolderClass.MEMBER,
        *,
        users: dict[str, tuple[Role, ...]] | None = None,
        first_year: int = 2003,
        not_for_profit: bool = False,
        accounts: bool = True,
    ) -> HolderId:
        """An active holder with a user for everything (`<id>-user`, an officer), a trading account `/1` and a retirement account `/2`."""
        name = HolderId(holder_id)
        holder = Holder(
            holder_id=name,
            holder_class=holder_class,
            status=HolderStatus.ACTIVE,
            not_for_profit=not_for_profit,
            admitted_at=self.now,
            first_year=Year(first_year),
            accounts_opened=Count(0),
        )
        self._write(open_holder_owner(name, seed_of(name)), put(HOLDERS, name, holder))
        for user_id, roles in (users or {f"{holder_id}-user": ()}).items():
            self.given_user(name, user_id, roles=roles)
        if accounts:
            self.given_account(name, AccountKind.TRADING)
            self.given_account(name, AccountKind.RETIREMENT)
        return name

    def given_user(
        self, holder_id: str, user_id: str, *, levels: tuple[Level, ...] = EVERY_LEVEL, roles: tuple[Role, ...] = (), officer: bool = True
    ) -> UserId:
        """An active user of a holder."""
        user = User(user_id=UserId(user_id), levels=levels, roles=roles, officer=officer, active=True, limited=False, raised_at=Instant(0))
        self._write(put(USERS, holder_id, user))
        return user.user_id

    def given_account(self, holder_id: str, kind: AccountKind = AccountKind.TRADING) -> AccountId:
        """The holder's next account."""
        holder = self.state.holders.get(holder_id)
        assert holder is not None
        number = holder.accounts_opened + 1
        account_id = AccountId(f"{holder_id}/{number}")
        self._write(
            open_account_owner(account_id, seed_of(account_id)),
            put(ACCOUNTS, account_id, Account(account_id=account_id, holder_id=HolderId(holder_id), kind=kind, opened_at=self.now)),
            put(HOLDERS, holder_id, replace(holder, accounts_opened=Count(number))),
        )
        return account_id

    def given_lot(
        self,
        account_id: str,
        tonnes: int,
        vintage: int = 2003,
        instrument: Instrument = Instrument.XA,
        *,
        restrictions: int = Restriction.NONE,
        first_owner: str | None = None,
    ) -> LotId:
        """Newly issued tonnes in an account; returns the lot's id."""
        changes = issue(
            self.state,
            self.context("exchange", "officer-1"),
            AccountId(account_id),
            instrument,
            Year(vintage),
            Tonnes(tonnes),
            Origin.ALLOCATION,
            Identifier("run"),
            restrictions=restrictions,
            first_owner=None if first_owner is None else HolderId(first_owner),
        )
        lots = [operation.row for operation in changes.operations if isinstance(operation, Put)]
        commit(self.overlay, changes)
        lot = next(row for row in lots if isinstance(row, Lot))
        return lot.lot_id

    # When

    def context(self, by: str, user: str, act_id: bytes | None = None) -> BlockContext:
        """A block context for an act of a holder's user."""
        self._nonce.value += 1
        return BlockContext(
            chain_id="sim-test",
            height=self.height,
            now=self.now,
            act_id=Hash(act_id or sha256(b"act %d" % self._nonce.value).digest()),
            holder_id=HolderId(by),
            signer=UserId(user),
        )

    def when(self, message: Any, by: str = "company-a", user: str | None = None) -> Receipt:
        """Decide a message signed by a holder's user (`<by>-user`, for the exchange `officer-1`); returns the receipt."""
        user_id = user or ("officer-1" if by == EXCHANGE else f"{by}-user")
        context = self.context(by, user_id)
        holder, signer = self.state.holders.get(by), self.state.users.of(by).get(user_id)
        assert holder is not None and signer is not None, "who signs was given"
        number = NUMBERS[type(message)]
        checked = schema_of(type(message)).decode(schema_of(type(message)).encode(message))
        act = Act(context.act_id, context.act_id, PublicKey(bytes(32)), "sim-test", Height(self.height + 10), number, checked)
        self.receipt, _, self.gas = apply_act(self.overlay, self.state, act, Signer(holder, signer), context, Count(0), book=RULE_BOOKS[1], standing=Standing(self.overlay, self.state, self.now))
        return self.receipt

    def when_both(self, message: Any, by: str = EXCHANGE, users: tuple[str, str] = ("officer-1", "officer-2")) -> Receipt:
        """Decide a message under four eyes: proposed by the first user, approved by the second."""
        self.four_eyes(type(message))
        body = schema_of(type(message)).encode(message)
        proposed = self.when(Propose(message_number=SmallCode(NUMBERS[type(message)]), body=body), by, users[0])  # type: ignore[arg-type]
        assert proposed.done, proposed
        return self.when(Approve(proposal_id=proposed.act_id, body_hash=Hash(sha256(body).digest())), by, users[1])

    def pass_time(self, seconds: int = 0, *, to: int | None = None) -> int:
        """Let time pass and do all that falls due; returns how many pieces of work were done."""
        self.now = Instant(self.now + seconds if to is None else to)
        self.height = Height(self.height + 1)
        done = 0
        while (item := next_work(self.state, 1)) is not None and item[0] <= self.now:
            _, owner, key = item
            raw = self.overlay.public(key) if owner == PUBLIC else self.overlay.owned(owner, key)
            assert raw is not None
            context = replace(self.context(EXCHANGE, "none"), signer=UserId(""))
            commit(self.overlay, DUE[key[0]](self.state, TABLES[key[0]].schema.read(raw), context))
            done += 1
            assert done < 100_000, "due work never ends"
        return done

    def seal(self) -> bytes:
        """Commit everything so far as one height; returns the app hash."""
        return self.seal_of(self.overlay)

    def seal_of(self, overlay: Overlay) -> bytes:
        """Commit a block's overlay; returns the app hash."""
        self.store.seal(overlay)
        self.overlay = self.store.overlay()
        self.state = StateView(self.overlay)
        return self.store.app_hash

    # Then

    def done(self, **facts: Fact) -> None:
        """The last act was done, with at least these facts."""
        assert self.receipt is not None and self.receipt.done, self.receipt
        told = dict(self.receipt.facts)
        assert {name: told.get(name) for name in facts} == facts

    def refused(self, code: str, section: str, facts: dict[str, Fact] | None = None) -> None:
        """The last act was refused with this code, section and facts."""
        assert self.receipt is not None
        assert not self.receipt.done, "the act was done"
        assert (Refusal(self.receipt.code).name, self.receipt.section) == (code, section)
        assert facts is None or dict(self.receipt.facts) == facts

    def lots(self, account_id: str) -> list[Lot]:
        """The lots of an account, in order."""
        return list(self.state.lots.of(account_id).all())

    def held(self, account_id: str) -> list[str]:
        """The lots of an account as `XA-2003-0000000101-0000000200`."""
        return [lot_name(lot) for lot in self.lots(account_id)]

    def tonnes(self, account_id: str, vintage: int | None = None) -> int:
        """Tonnes in an account, of one vintage or of all."""
        return sum(lot.tonnes for lot in self.lots(account_id) if vintage is None or lot.vintage == vintage)

    def retired(self, account_id: str) -> list[str]:
        """The retired ranges of an account."""
        return [f"{row.instrument.name}-{row.vintage}-{row.first:010d}-{row.first + row.tonnes - 1:010d}" for row in self.state.retired.of(account_id).all()]

    def public_rows(self) -> dict[str, dict[bytes, bytes]]:
        """What anybody may read: the rows of each public table by key."""
        return {
            table.name: {key: self.overlay.public(key) or b"" for key in self.overlay.public_keys(tag)}
            for tag, table in sorted(TABLES.items())
            if isinstance(table, PublicTable)
        }

    def tables(self) -> dict[bytes, bytes]:
        """Every row there is, to compare before and after."""
        return dict(self._rows())

    def _rows(self) -> Iterator[tuple[bytes, bytes]]:
        for kind in (b"A", b"H"):
            for owner in self.overlay.owners(kind):
                summary = self.overlay.summary(owner)
                yield owner, repr(summary).encode()
                for tag in sorted(TABLES):
                    for key in self.overlay.owned_keys(owner, tag):
                        yield owner + b"\x00" + key, self.overlay.owned(owner, key) or b""
        for tag in sorted(TABLES):
            for key in self.overlay.public_keys(tag):
                yield key, self.overlay.public(key) or b""


def open_rule(number: int) -> AccessRule:
    """An access rule that lets everybody send a message."""
    return AccessRule(
        message_number=SmallCode(number),
        classes=tuple(HolderClass),
        levels=(),
        roles=(),
        officer=False,
        four_eyes=False,
        approver_roles=EVERY_ROLE,
        while_suspended=False,
        gas=Count(1),
    )
