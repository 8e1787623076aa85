"""A small chain on the disk, made by the embedded engine: what the node and the auditor are tested on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cfi.contracts.state.changes import put
from cfi.contracts.state.durable import Batch, movement_key
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.rows.validators import ValidatorKey
from cfi.contracts.state.store import State
from cfi.contracts.state.validator_sets import founding, validators_at
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.envelope import Payload, payload_bytes, seal, signed_structure
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Count, Height, Tonnes
from cfi.contracts.wire.schema import Hash, Nonce, PublicKey, Signature, schema_of
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.text import AccountId, LotId, Text, UserId
from cfi.contracts.wire.validators import Validator, ValidatorSet
from cfi.node.application import Application
from cfi.node.assembly import Node
from cfi.node.consensus.embedded import ChainTerms, EmbeddedEngine
from cfi.node.consensus.private_validator import PrivateValidator, write_fresh_state, write_key
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore
from cfi.node.storage.quarantine import Quarantine
from tests.contracts.ledger import EXCHANGE, NOW, Ledger

CHAIN_ID: Final = "sim-test"
GENESIS_HASH: Final = Hash(bytes(32))
VALIDATOR_SEED: Final = sha256(b"the validator").digest()
COMPANY: Final = "company-a"
USER_SEED: Final = sha256(b"company-a's key").digest()
LOT: Final = LotId("XA-2003-0000000001")
TONNES: Final = 10_000
OFFSETS: Final = LotId("XMO-2004-0000000001")
TERMS: Final = ChainTerms(
    chain_id=CHAIN_ID,
    genesis_time=Timestamp(seconds=NOW, nanos=0),
    consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
)
VALIDATOR: Final = ValidatorKey(key=PublicKey(public_key_of(VALIDATOR_SEED)), power=Count(10))
VALIDATORS: Final = ValidatorSet.of(
    [Validator(public_key=VALIDATOR.key, voting_power=VALIDATOR.power)]
)


@dataclass(slots=True)
class Ticking:
    """A clock that goes on by 700 ms each time it is read."""

    nanos: int = NOW * 1_000_000_000

    def __call__(self) -> Timestamp:
        self.nanos += 700_000_000
        return Timestamp.of_nanos(self.nanos)


@dataclass(slots=True)
class Chain:
    """A running chain and the parts that it is made of."""

    folder: Path
    application: Application
    engine: EmbeddedEngine
    files: BlockFiles
    validator: PrivateValidator
    database: Database
    executed_again: int

    def make(self, *transactions: bytes) -> int:
        """Decide a block; returns how many of its acts were done."""
        outcomes = self.engine.make_block(list(transactions)).outcomes
        return sum(1 for each in outcomes if each.receipt is not None and each.receipt.done)

    def set_at(self, height: int) -> ValidatorSet:
        """Who signs a height."""
        return validators_at(self.application.committed_view, height)

    def close(self) -> None:
        """Let the files go, as a process that ends."""
        self.files.close()
        self.database.close()


def genesis() -> tuple[State, Batch]:
    """The state before the first block, with what its rows are on the disk: a company with two
    accounts, a retirement account, allowances and offsets.
    """
    ledger = Ledger()
    ledger.given_holder(COMPANY)
    ledger.given_account(COMPANY)
    key = UserKey(
        key=PublicKey(public_key_of(USER_SEED)),
        user_id=UserId(f"{COMPANY}-user"),
        valid_from=NOW,
        valid_to=None,
        revoked=False,
    )
    ledger.given(put(KEYS, COMPANY, key), founding([VALIDATOR], EXCHANGE))
    ledger.given_lot(f"{COMPANY}/1", TONNES)
    ledger.given_lot(f"{COMPANY}/1", 2_000, 2004, Instrument.XMO)
    state, overlay = ledger.store, ledger.overlay
    state.height = -1
    writes = state.seal(overlay)
    for owner, movements in overlay.movements.items():
        writes += [(movement_key(owner, at), raw) for at, raw in enumerate(movements, start=1)]
    return state, writes


def open_chain(
    folder: Path,
    now: Callable[[], Timestamp] | None = None,
    *,
    found: Callable[[], tuple[State, Batch]] = genesis,
    terms: ChainTerms = TERMS,
    genesis_hash: Hash = GENESIS_HASH,
) -> Chain:
    """Start, or go on from what is in the folder; raises DamagedError."""
    folder.mkdir(parents=True, exist_ok=True)
    key_path, signed_path = folder / "validator_key.json", folder / "validator_state.json"
    if not key_path.exists():
        write_key(key_path, VALIDATOR_SEED)
        write_fresh_state(signed_path)
    validator = PrivateValidator(key_path, signed_path)
    database = Database(folder / "store")
    store = LedgerStore(database)
    state, genesis_writes = found()
    loaded = store.load()
    state, window = (state, Window()) if loaded is None else loaded
    application = Application(
        state,
        window,
        store,
        genesis_hash,
        Quarantine(folder / "quarantine"),
        genesis_writes if loaded is None else [],
    )
    files = BlockFiles(folder / "blocks")
    engine = EmbeddedEngine(terms, application, files, validator, now or Ticking())
    chain = Chain(folder, application, engine, files, validator, database, 0)
    chain.executed_again = engine.recover()
    return chain


def signed(
    message: Any, number: int = 0, *, seed: bytes = USER_SEED, valid_until: int = 100
) -> bytes:
    """A transaction of the company's user; `number` makes it another act."""
    payload = Payload(
        CHAIN_ID,
        NUMBERS[type(message)],
        Height(valid_until),
        Nonce(number.to_bytes(16, "big")),
        list(schema_of(type(message)).to_items(message)),
    )
    key, told = PublicKey(public_key_of(seed)), payload_bytes(payload)
    return seal(key, told, Signature(sign(seed, signed_structure(key, told))))


def transfer(number: int, tonnes: int = 100, lot_id: LotId = LOT, target: str = "3") -> bytes:
    """An instruction to move tonnes to the company's second trading account."""
    message = TransferLot(
        source=AccountId(f"{COMPANY}/1"),
        lot_id=lot_id,
        tonnes=Tonnes(tonnes),
        target=AccountId(f"{COMPANY}/{target}"),
    )
    return signed(message, number)


def retire(number: int, tonnes: int = 100, lot_id: LotId = LOT) -> bytes:
    """An instruction to retire tonnes."""
    message = Retire(
        account_id=AccountId(f"{COMPANY}/1"),
        lot_id=lot_id,
        tonnes=Tonnes(tonnes),
        retirement_account=AccountId(f"{COMPANY}/2"),
        beneficiary=Text("a customer"),
    )
    return signed(message, number)


def contents(blocks: int) -> Sequence[Sequence[bytes]]:
    """What a chain's blocks hold: transfers, retirements, refusals, and nothing in each third."""
    several = []
    for height in range(1, blocks + 1):
        number = 10 * height
        lawful = [transfer(number), retire(number + 1), retire(number + 2, 200, OFFSETS)]
        refused = [transfer(number + 3, 10**6), transfer(number + 4, 100, LotId("XA-2003-0"))]
        several.append(() if height % 3 == 0 else (*lawful, *refused))
    return several


def embedded(node: Node) -> EmbeddedEngine:
    """The engine of a node that decides alone."""
    assert isinstance(node.engine, EmbeddedEngine)
    return node.engine


def make_chain(folder: Path, blocks: int = 5) -> Chain:
    """A chain of so many blocks; close it when done."""
    chain = open_chain(folder)
    for transactions in contents(blocks):
        chain.make(*transactions)
    return chain
