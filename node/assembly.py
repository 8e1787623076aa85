"""One place where a node is put together from its home."""

from collections.abc import Callable
from dataclasses import dataclass

from cfi.client.tree_process import TreeProcess
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.genesis import GenesisDocument, GenesisError, genesis_hash
from cfi.contracts.state.store import State
from cfi.contracts.state.trees import Trees
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.transition.window import Window
from cfi.contracts.wire import signatures
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.genesis.officers import verify_genesis
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.audience import Audience
from cfi.node.clock import machine_time
from cfi.node.consensus.cometbft.assembly import cometbft_service
from cfi.node.consensus.embedded import ChainTerms, EmbeddedEngine
from cfi.node.consensus.engine import Engine
from cfi.node.consensus.maker import BlockMaker
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.counters import Counters
from cfi.node.home import Home, HomeError
from cfi.node.mempool import Mempool
from cfi.node.queries import Queries
from cfi.node.reception import Reception
from cfi.node.service import Service
from cfi.node.settings import COMETBFT, Settings
from cfi.node.snapshot_maker import SnapshotMaker
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError, Database
from cfi.node.storage.ledger_store import LedgerStore
from cfi.node.storage.quarantine import Quarantine
from cfi.node.storage.snapshots import SnapshotFolder


@dataclass(frozen=True, slots=True)
class Node:
    """A ledger process ready to serve."""

    service: Service
    engine: Engine
    application: Application
    database: Database
    files: BlockFiles
    trees: TreeProcess
    replayed: int

    def close(self) -> None:
        """Let the disk and the trees go."""
        self.files.close()
        self.database.close()
        self.trees.close()


def read_home_genesis(home: Home) -> tuple[bytes, GenesisDocument]:
    """The home's genesis, its officers' signatures verified; raises HomeError."""
    try:
        return verify_genesis(home.genesis_file.read_bytes())
    except FileNotFoundError as error:
        raise HomeError(f"{home.root} has no genesis: run `cfi init --home {home.root}`") from error
    except GenesisError as error:
        raise HomeError(f"{home.genesis_file} is refused: {error}") from error


def assemble(home: Home) -> Node:
    """Recover from the disk whatever was decided, and make a service of it.

    Raises HomeError, DamagedError, UnsupportedVersionError.
    """
    signatures.self_test()
    data, document = read_home_genesis(home)
    settings = home.settings()
    database, trees = Database(home.ledger), TreeProcess()
    try:
        application = loaded_application(home, data, database, trees)
        terms = _terms(document)
        admission = AdmissionBook(document.chain_id, home.admission_key.read_bytes())
        if settings.engine == COMETBFT:
            return under_cometbft(
                home,
                settings,
                terms,
                data,
                application,
                database=database,
                trees=trees,
                admission=admission,
            )
        validator = PrivateValidator(home.validator_key, home.validator_state)
        latest_first = max(application.store.restored_at(), 1)
        files = BlockFiles(home.blocks, validator.last.height, latest_first)
        engine = EmbeddedEngine(terms, application, files, validator, machine_time)
        replayed = engine.recover()
        folder = SnapshotFolder(home.snapshots, settings.snapshots_kept)
        snapshots = SnapshotMaker(application, folder, settings.snapshot_interval)
        service = embedded_service(
            engine, application, admission, settings.empty_block_seconds, snapshots
        )
    except BaseException:
        database.close()
        trees.close()
        raise
    return Node(service, engine, application, database, files, trees, replayed)


def under_cometbft(
    home: Home,
    settings: Settings,
    terms: ChainTerms,
    genesis: bytes,
    application: Application,
    *,
    database: Database,
    trees: TreeProcess,
    admission: AdmissionBook,
) -> Node:
    """A node whose blocks CometBFT decides; `genesis` is the signed document."""
    files = BlockFiles(home.blocks, latest_first=application.store.restored_at() + 1)
    service, follower = cometbft_service(
        home, settings, terms, genesis, application, files=files, admission=admission
    )
    return Node(service, follower, application, database, files, trees, 0)


def embedded_service(
    engine: EmbeddedEngine,
    application: Application,
    admission: AdmissionBook,
    empty_block_interval: float,
    snapshots: SnapshotMaker,
) -> Service:
    """The service of a ledger that makes its blocks by itself; the interval is in seconds."""
    mempool, audience = Mempool(), Audience()
    maker = BlockMaker(engine, application, mempool, audience, empty_block_interval)
    reception = Reception(application, mempool, admission, maker.offer)
    queries = Queries(engine, application, mempool, admission, Counters())
    queries.add("make_snapshot", snapshots.question)
    return Service(queries, reception, audience, (maker, snapshots))


def loaded_application(
    home: Home,
    genesis: bytes,
    database: Database,
    trees: Trees,
    founded: Callable[[bytes, Trees], tuple[State, Batch]] = state_at_genesis,
) -> Application:
    """The application over empty trees as the disk has it, or as it is founded; raises
    DamagedError.
    """
    store, digest = LedgerStore(database), genesis_hash(genesis)
    quarantine = Quarantine(home.quarantine)
    committed = store.committed()
    if committed is not None and committed.genesis_hash != digest:
        raise DamagedError("the store belongs to another genesis")
    loaded = store.load(trees)
    if loaded is None:
        state, writes = founded(genesis, trees)
        return Application(state, Window(), store, digest, quarantine, writes)
    state, window = loaded
    return Application(state, window, store, digest, quarantine, [])


def _terms(document: GenesisDocument) -> ChainTerms:
    return ChainTerms(
        chain_id=document.chain_id,
        genesis_time=Timestamp(seconds=document.time, nanos=0),
        consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
    )
