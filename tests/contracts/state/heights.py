"""Heights at random for tests: every kind of write, and what the state came to, kept plainly."""

from dataclasses import dataclass
from random import Random

from cfi.contracts.state.changes import Reseed, drop, drop_public, put
from cfi.contracts.state.moves import transfer
from cfi.contracts.state.placed import PREFIX_BYTES
from cfi.contracts.state.row_tree import Blinder, owner_leaf_key, owner_leaf_value, row_leaf
from cfi.contracts.state.rows.access import PROPOSALS, USERS, Proposal
from cfi.contracts.state.rows.governance import PARAMETERS
from cfi.contracts.state.store import State
from cfi.contracts.state.table import OwnerKey, RowKey, account_owner, holder_owner, text_key
from cfi.contracts.state.trees import OWNER_LEAF_TAG
from cfi.contracts.transition.apply import commit
from cfi.contracts.wire.quantities import Height, Instant, SmallCode, Tonnes
from cfi.contracts.wire.schema import Data, Hash, Seed
from cfi.contracts.wire.text import AccountId, HolderId, UserId
from tests.contracts.ledger import Ledger, seed_of
from tests.reference.trees import outer_root, rows_depth, rows_root

ONE, TWO = AccountId("company-a/1"), AccountId("company-b/1")


@dataclass(frozen=True)
class Kept:
    """Everything in a state, copied."""

    height: int
    app_hash: bytes
    public: dict[RowKey, bytes]
    owners: dict[OwnerKey, tuple[bytes, dict[RowKey, bytes]]]
    unique: dict[bytes, tuple[OwnerKey, RowKey]]
    due: list[tuple[int, OwnerKey, RowKey]]


def kept(state: State) -> Kept:
    """A copy of all rows with their places, and of the indexes."""
    return Kept(
        height=state.height,
        app_hash=state.app_hash,
        public={
            key: row
            for tag in range(256)
            for key in state.public_keys(tag)
            if (row := state.public(key)) is not None
        },
        owners={
            name: (owner.seed, dict(owner.rows.items()))
            for name, owner in sorted(state.accounts_and_holders.items())
        },
        unique=dict(state.indexes.unique),
        due=list(state.indexes.due),
    )


def plain_root(copy: Kept) -> bytes:
    """The root by the definition of both trees, from nothing but rows."""
    leaves: dict[bytes, bytes] = {bytes(key): row for key, row in copy.public.items()}
    for name, (seed, rows) in copy.owners.items():
        blinder = Blinder(Seed(seed))
        slots = {}
        for key, packed in rows.items():
            slot, at = int.from_bytes(packed[:4], "big"), int.from_bytes(packed[4:12], "big")
            assert slot not in slots, "two rows in one slot"
            slots[slot] = row_leaf(blinder, slot, at, key[:1] + packed[PREFIX_BYTES:])
        value = owner_leaf_value(rows_depth(slots), rows_root(slots))
        leaves[owner_leaf_key(OWNER_LEAF_TAG, blinder, name)] = value
    return outer_root(leaves)


class Writer:
    """Writes heights at random into a ledger."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)
        self.ledger = Ledger()
        self.ledger.given_holder("company-a")
        self.ledger.given_holder("company-b")
        self.ledger.given_lot(ONE, 1_000_000)
        self.opened = 0

    def write(self) -> None:
        """A few writes of any kind, not yet sealed."""
        ways = (
            self._parameter,
            self._user,
            self._proposal,
            self._lot,
            self._transfer,
            self._seed,
            self._holder,
        )
        for _ in range(self.random.randrange(1, 7)):
            self.random.choice(ways)()

    def _parameter(self) -> None:
        name = f"p{self.random.randrange(4)}"
        old = self.ledger.state.parameters.get(text_key(name))
        if old is None or self.random.random() < 0.5:
            self.ledger.parameter(name, self.random.randrange(1_000))
        else:
            self.ledger.given(drop_public(PARAMETERS, old))

    def _user(self) -> None:
        name = f"u{self.random.randrange(6)}"
        old = self.ledger.state.users.of("company-a").get(name)
        if old is None:
            self.ledger.given_user("company-a", name)
        else:
            self.ledger.given(drop(USERS, "company-a", old))

    def _proposal(self) -> None:
        proposal_id = Hash(bytes([self.random.randrange(5)]) * 32)
        old = self.ledger.state.proposals.of("exchange").get(proposal_id)
        if old is not None and self.random.random() < 0.5:
            self.ledger.given(drop(PROPOSALS, "exchange", old))
            return
        row = Proposal(
            proposal_id=proposal_id,
            message_number=SmallCode(100),
            body=Data(b"body"),
            proposed_by=UserId("officer-1"),
            proposer_holder=HolderId("exchange"),
            proposed_at=Height(1),
            expires_at=Instant(self.random.randrange(20)),
        )
        self.ledger.given(put(PROPOSALS, "exchange", row))

    def _lot(self) -> None:
        self.ledger.given_lot(ONE, 100 * self.random.randrange(1, 9))

    def _transfer(self) -> None:
        source, target = self.random.sample((ONE, TWO), 2)
        lots = self.ledger.lots(source)
        if lots:
            lot = self.random.choice(lots)
            tonnes = Tonnes(100 * self.random.randrange(1, lot.tonnes // 100 + 1))
            context = self.ledger.context(source[:-2], f"{source[:-2]}-user")
            commit(self.ledger.overlay, transfer(context, lot, tonnes, source, target))

    def _seed(self) -> None:
        owner = self.random.choice(
            (account_owner(ONE), account_owner(TWO), holder_owner("company-a"))
        )
        self.ledger.given(Reseed(owner, seed_of(f"another {self.random.random()}")))

    def _holder(self) -> None:
        self.opened += 1
        self.ledger.given_holder(f"later-{self.opened}")
