"""A ledger process's service and its gateway, both in this process, on a socket and on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
from yarl import URL

from cfi.client.light.signed_request import Addressee, sign_request
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.state.changes import put, put_public
from cfi.contracts.state.durable import Batch, movement_key
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.rows.governance import CHAIN
from cfi.contracts.state.rows.membership import GRANTS, ReadingGrant
from cfi.contracts.state.store import State
from cfi.contracts.state.validator_sets import founding
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash, PublicKey
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.text import HolderId, UserId
from cfi.genesis.builder import build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.assembly import embedded_service
from cfi.node.clock import machine_time
from cfi.node.consensus.embedded import EmbeddedEngine
from cfi.node.consensus.private_validator import PrivateValidator, write_fresh_state, write_key
from cfi.node.gateway.desk import Desk
from cfi.node.gateway.link_client import LedgerLink
from cfi.node.gateway.server import Listen, Server
from cfi.node.service import Service
from cfi.node.snapshot_maker import SnapshotMaker
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore
from cfi.node.storage.quarantine import Quarantine
from cfi.node.storage.snapshots import SnapshotFolder
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.genesis.founders import OFFICER_SEEDS, PLAN
from tests.node.chain import (
    CHAIN_ID,
    COMPANY,
    TERMS,
    TONNES,
    USER_SEED,
    VALIDATOR,
    VALIDATOR_SEED,
)

T = TypeVar("T")
OTHER: Final = "company-b"
OTHER_SEED: Final = sha256(b"company-b's key").digest()
AUDITOR_SEED: Final = sha256(b"an auditor's key").digest()
PAST_AUDITOR_SEED: Final = sha256(b"a past auditor's key").digest()
AUDITORS: Final = {
    "auditor-1": (AUDITOR_SEED, 4_000_000_000),
    "auditor-2": (PAST_AUDITOR_SEED, NOW + 1_000),
}
"""Each auditor's key, and when its grant ends."""
ADMISSION_SEED: Final = sha256(b"the node's admission key").digest()
NODE: Final = public_key_of(ADMISSION_SEED).hex()
MOST_SECONDS: Final = 30.0
"""No test on a socket takes longer."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine, within bounds."""

    async def bounded() -> T:
        return await asyncio.wait_for(work, MOST_SECONDS)

    return asyncio.run(bounded())


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it doesn't come to be")


def founded(genesis_hash: Hash) -> tuple[State, Batch]:
    """Two companies with keys, three accounts each, and some allowances."""
    ledger = Ledger()
    chain = ledger.state.chain.get(b"chain")
    assert chain is not None
    ledger.given(put_public(CHAIN, replace(chain, genesis_hash=genesis_hash)))
    for company, seed in ((COMPANY, USER_SEED), (OTHER, OTHER_SEED)):
        ledger.given_holder(company)
        ledger.given_account(company)
        key = UserKey(
            key=PublicKey(public_key_of(seed)),
            user_id=UserId(f"{company}-user"),
            valid_from=Instant(NOW),
            valid_to=None,
            revoked=False,
        )
        ledger.given(put(KEYS, company, key))
        ledger.given_lot(f"{company}/1", TONNES)
    given_auditors(ledger)
    ledger.given(founding([VALIDATOR], EXCHANGE))
    state, overlay = ledger.store, ledger.overlay
    state.height = -1
    writes = state.seal(overlay)
    for owner, movements in overlay.movements.items():
        writes += [(movement_key(owner, at), raw) for at, raw in enumerate(movements, start=1)]
    return state, writes


def given_auditors(ledger: Ledger) -> None:
    """An auditor whose grant is in force, and one whose grant has ended."""
    for auditor, (seed, to_at) in AUDITORS.items():
        ledger.given_holder(auditor, HolderClass.AUDITOR, accounts=False)
        key = UserKey(
            key=PublicKey(public_key_of(seed)),
            user_id=UserId(f"{auditor}-user"),
            valid_from=Instant(NOW),
            valid_to=None,
            revoked=False,
        )
        grant = ReadingGrant(
            auditor=HolderId(auditor), from_at=NOW, to_at=Instant(to_at), grounds=Hash(bytes(32))
        )
        ledger.given(put(KEYS, auditor, key), put(GRANTS, auditor, grant))


@dataclass(slots=True)
class Running:
    """A gateway that answers."""

    server: Server
    port: int
    session: aiohttp.ClientSession
    chain: "Parts"
    stop: asyncio.Event
    service: "asyncio.Task[None]"
    used: int = field(default=0)

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port of its address."""
        return f"127.0.0.1:{self.port}"

    def headers(
        self, target: str, *, method: str = "GET", seed: bytes = USER_SEED, **changed: Any
    ) -> dict[str, str]:
        """The headers of a signed request, made now unless told otherwise."""
        self.used += 1
        told: dict[str, Any] = {
            "authority": self.authority,
            "node": NODE,
            "created": int(time.time()) + 1,
            "nonce": sha256(b"%d" % self.used).digest()[:16],
            **changed,
        }
        body, to = told.pop("body", b""), Addressee(authority=told.pop("authority"), node=told.pop("node"))
        return sign_request(SigningKey(seed), method, target, body, to=to, **told)

    async def get(self, target: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and JSON of a plain request."""
        url = URL(self.base + target, encoded=True)
        async with self.session.get(url, headers=headers) as answer:
            return answer.status, await answer.json()

    async def get_signed(self, target: str, **changed: Any) -> tuple[int, Any]:
        """Status and JSON of a signed request."""
        return await self.get(target, self.headers(target, **changed))

    async def post(self, target: str, data: bytes) -> tuple[int, Any]:
        """Status and JSON of a posted body."""
        async with self.session.post(self.base + target, data=data) as answer:
            return answer.status, await answer.json()

    async def height_of(self, least: int) -> int:
        """Wait until the ledger has reached a height."""
        await until(lambda: self.chain.engine.height >= least)
        return self.chain.engine.height


@dataclass(slots=True)
class Parts:
    """What a ledger process is made of."""

    engine: EmbeddedEngine
    application: Application
    genesis: bytes
    """Signed by its officers."""
    files: BlockFiles
    database: Database
    service: Service
    socket: Path

    def close(self) -> None:
        """Let the files go."""
        self.files.close()
        self.database.close()


def ledger_parts(
    folder: Path, now: Callable[[], Timestamp] = machine_time, *, as_signed: bool = False
) -> Parts:
    """A new ledger whose chain begins now, with two companies, or with what its genesis says."""
    folder.mkdir(parents=True, exist_ok=True)
    write_key(folder / "key.json", VALIDATOR_SEED)
    write_fresh_state(folder / "signed.json")
    database = Database(folder / "store")
    began = machine_time()
    plan = replace(
        PLAN,
        chain_id=CHAIN_ID,
        time=began.seconds,
        clock_start=began.seconds,
        validators=((public_key_of(VALIDATOR_SEED), 10, public_key_of(ADMISSION_SEED)),),
    )
    document = build_genesis(plan)
    state, writes = (
        state_at_genesis(document) if as_signed else founded(genesis_hash(document))
    )
    application = Application(
        state,
        Window(),
        LedgerStore(database),
        genesis_hash(document),
        Quarantine(folder / "quarantine"),
        writes,
    )
    files = BlockFiles(folder / "blocks")
    terms = replace(TERMS, genesis_time=Timestamp(seconds=began.seconds, nanos=0))
    validator = PrivateValidator(folder / "key.json", folder / "signed.json")
    engine = EmbeddedEngine(terms, application, files, validator, now)
    engine.recover()
    admission = AdmissionBook(CHAIN_ID, ADMISSION_SEED)
    snapshots = SnapshotMaker(application, SnapshotFolder(folder / "snapshots", 2), 0)
    service = embedded_service(engine, application, admission, 0.2, snapshots)
    signed = sign_genesis(document, OFFICER_SEEDS[:2])
    socket = folder / "run" / "ledger.sock"
    return Parts(engine, application, signed, files, database, service, socket)


@asynccontextmanager
async def running(
    folder: Path, *, as_signed: bool = False, listen: Listen | None = None, **options: Any
) -> AsyncIterator[Running]:
    """A ledger and its gateway until the end of the block; options are the desk's."""
    parts = ledger_parts(folder, as_signed=as_signed)
    parts.socket.parent.mkdir()
    stop = asyncio.Event()
    task = asyncio.create_task(parts.service.run(parts.socket, stop))
    await until(parts.socket.exists)
    server = Server(Desk(LedgerLink(parts.socket), **options), listen or Listen())
    port = await server.start()
    async with aiohttp.ClientSession() as session:
        running_gateway = Running(server, port, session, parts, stop, task)
        await running_gateway.height_of(2)
        try:
            yield running_gateway
        finally:
            await server.stop()
            stop.set()
            await task
            parts.close()


def quoted(account_id: str) -> str:
    """An account's identifier in a path."""
    return account_id.replace("/", "%2F")


def open_descriptors() -> int:
    """How many files this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
