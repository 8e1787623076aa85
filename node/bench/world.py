"""A ledger for measurements: holders, accounts and lots by the numbers, served on a socket.

Run as a process: it builds the state, serves it as a node does, and says `ready`.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cfi.client.memory import settle_memory
from cfi.client.tree_process import TreeProcess
from cfi.contracts.state.changes import (
    Changes,
    moved,
    open_account_owner,
    open_holder_owner,
    put,
    put_public,
)
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.moves import movement
from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.rows.access import ACCESS, KEYS, USERS, AccessRule, User, UserKey
from cfi.contracts.state.rows.custody import (
    ACCOUNTS,
    LOTS,
    SUPPLY,
    Account,
    AccountKind,
    Lot,
    MovementKind,
    Origin,
    Supply,
)
from cfi.contracts.state.rows.governance import CHAIN, Chain, ClockKind
from cfi.contracts.state.rows.membership import HOLDERS, Holder, HolderStatus
from cfi.contracts.state.rows.validators import ValidatorKey
from cfi.contracts.state.store import State
from cfi.contracts.state.trees import Trees
from cfi.contracts.state.validator_sets import founding
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.parties import HolderClass, Level
from cfi.contracts.wire.quantities import (
    Count,
    Height,
    Instant,
    Serial,
    SmallCode,
    Tonnes,
    Year,
)
from cfi.contracts.wire.schema import Hash, PublicKey, Seed
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, UserId
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.assembly import embedded_service
from cfi.node.clock import machine_time
from cfi.node.consensus.embedded import ChainTerms, EmbeddedEngine
from cfi.node.consensus.private_validator import PrivateValidator, write_fresh_state, write_key
from cfi.node.snapshot_maker import SnapshotMaker
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore
from cfi.node.storage.quarantine import Quarantine
from cfi.node.storage.snapshots import SnapshotFolder

CHAIN_ID: Final = "sim-bench"
VALIDATORS: Final = ("validator",)
NO_GENESIS: Final = Hash(bytes(32))
"""The hash of no document: the world isn\'t one\'s."""
GENESIS_TIME: Final = Timestamp(seconds=1_750_000_000, nanos=0)
VINTAGE: Final = Year(2003)
LOT_TONNES: Final = Tonnes(100)
POWER: Final = Count(1_000)
ACCOUNTS_OF_HOLDER: Final = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is."""

    accounts: int
    lots: int

    @property
    def lots_of_account(self) -> int:
        """Lots in each account at the start."""
        return self.lots // self.accounts


def holder_of(account: int) -> HolderId:
    """The holder of an account by its number from 0."""
    return HolderId(f"holder-{account // ACCOUNTS_OF_HOLDER}")


def account_id(account: int) -> AccountId:
    """An account's identifier by its number from 0."""
    return AccountId(f"{holder_of(account)}/{account % ACCOUNTS_OF_HOLDER + 1}")


def first_serial(lot: int) -> Serial:
    """A lot's first serial by its number from 0."""
    return Serial(lot * LOT_TONNES + 1)


def seed_of(name: str) -> Seed:
    """A seed for anything, by name."""
    return Seed(sha256(name.encode()).digest())


def validator_key(name: str) -> ValidatorKey:
    """A validator by name, as powerful as any other."""
    return ValidatorKey(key=PublicKey(public_key_of(seed_of(name))), power=POWER)


def build(
    sizes: Sizes,
    trees: Trees | None = None,
    validators: Sequence[str] = VALIDATORS,
    genesis: Hash = NO_GENESIS,
) -> tuple[State, Batch]:
    """The state at height 0, over given trees or its own, and its writes; the validators are told
    by name, and `genesis` is the hash of the document that the chain begins with.
    """
    state = State(trees)
    overlay = state.overlay()
    overlay.apply(_frame(validators, genesis))
    for account in range(sizes.accounts):
        if account % ACCOUNTS_OF_HOLDER == 0:
            overlay.apply(_holder(account, min(ACCOUNTS_OF_HOLDER, sizes.accounts - account)))
        overlay.apply(_account(account, sizes))
    _supply(overlay, sizes)
    return state, state.found(overlay) + overlay.movement_writes()


def _frame(validators: Sequence[str], genesis: Hash) -> Changes:
    rule = AccessRule(
        message_number=SmallCode(NUMBERS[TransferLot]),
        classes=(HolderClass.MEMBER,),
        levels=(Level.SUPER_USER,),
        roles=(),
        officer=False,
        four_eyes=False,
        approver_roles=(),
        while_suspended=False,
        gas=Count(1),
    )
    chain = Chain(
        chain_id=Identifier(CHAIN_ID),
        genesis_hash=genesis,
        clock=ClockKind.BLOCK,
        exchange=HolderId("exchange"),
        app_version=Count(1),
    )
    return Changes.of(
        put_public(ACCESS, rule),
        put_public(CHAIN, chain),
        founding(map(validator_key, validators), HolderId("exchange")),
    )


def _holder(account: int, accounts: int) -> Changes:
    holder_id = holder_of(account)
    holder = Holder(
        holder_id=holder_id,
        holder_class=HolderClass.MEMBER,
        status=HolderStatus.ACTIVE,
        not_for_profit=False,
        admitted_at=Instant(0),
        first_year=VINTAGE,
        accounts_opened=Count(accounts),
    )
    user = User(
        user_id=UserId("user"),
        levels=(Level.SUPER_USER,),
        roles=(),
        officer=True,
        active=True,
        limited=False,
        raised_at=Instant(0),
    )
    key = UserKey(
        key=PublicKey(public_key_of(seed_of(holder_id))),
        user_id=user.user_id,
        valid_from=Instant(0),
        valid_to=None,
        revoked=False,
    )
    return Changes.of(
        open_holder_owner(holder_id, seed_of("owner " + holder_id)),
        put(HOLDERS, holder_id, holder),
        put(USERS, holder_id, user),
        put(KEYS, holder_id, key),
    )


def _account(number: int, sizes: Sizes) -> Changes:
    name = account_id(number)
    account = Account(
        account_id=name,
        holder_id=holder_of(number),
        kind=AccountKind.TRADING,
        opened_at=Instant(0),
    )
    block = BlockContext(
        chain_id=CHAIN_ID,
        height=Height(0),
        now=Instant(0),
        act_id=Hash(bytes(32)),
        holder_id=HolderId("exchange"),
        signer=UserId("user"),
    )
    first = number * sizes.lots_of_account
    lots = [_lot(at) for at in range(first, first + sizes.lots_of_account)]
    entry = MovementKind.ISSUED
    return Changes.of(
        open_account_owner(name, seed_of(name)),
        put(ACCOUNTS, name, account),
        *(put(LOTS, name, lot) for lot in lots),
        *(moved(name, movement(block, lot, entry, incoming=True, other=None)) for lot in lots),
    )


def _lot(number: int) -> Lot:
    return Lot(
        instrument=Instrument.XA,
        vintage=VINTAGE,
        first=first_serial(number),
        tonnes=LOT_TONNES,
        origin=Origin.ALLOCATION,
        origin_id=Identifier("bench"),
        restrictions=SmallCode(0),
        first_owner=None,
        single_ton=False,
        lock=None,
    )


def _supply(overlay: Overlay, sizes: Sizes) -> None:
    zero = Tonnes(0)
    issued = Tonnes(sizes.lots_of_account * sizes.accounts * LOT_TONNES)
    supply = Supply(
        instrument=Instrument.XA,
        vintage=VINTAGE,
        issued=issued,
        retired=zero,
        cancelled=zero,
        sold_outside=zero,
    )
    overlay.apply(Changes.of(put_public(SUPPLY, supply)))


def node(
    home: Path, sizes: Sizes, trees: Trees | None = None
) -> tuple[EmbeddedEngine, Application]:
    """A node's engine and application over a new state in a folder."""
    state, writes = build(sizes, trees)
    store = LedgerStore(Database(home / "ledger"))
    quarantine = Quarantine(home / "quarantine")
    application = Application(state, Window(), store, NO_GENESIS, quarantine, writes)
    write_key(home / "key.json", seed_of("validator"))
    write_fresh_state(home / "state.json")
    validator = PrivateValidator(home / "key.json", home / "state.json")
    terms = ChainTerms(
        chain_id=CHAIN_ID,
        genesis_time=GENESIS_TIME,
        consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
    )
    files = BlockFiles(home / "blocks")
    return EmbeddedEngine(terms, application, files, validator, machine_time), application


async def _serve(home: Path, sizes: Sizes) -> None:
    trees = TreeProcess()
    engine, application = node(home, sizes, trees)
    engine.make_block([])  # the first height makes the world durable
    application.store.compact()
    admission = AdmissionBook(CHAIN_ID, seed_of("admission"))
    snapshots = SnapshotMaker(application, SnapshotFolder(home / "snapshots", 1), 0)
    service = embedded_service(engine, application, admission, 10.0, snapshots)
    settle_memory()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    running = asyncio.create_task(service.run(home / "ledger.sock", stop))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await running
    trees.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Sizes(int(sys.argv[2]), int(sys.argv[3]))))
