"""Puts together what drives a ledger under CometBFT."""

from typing import Final

from cfi.contracts.state.programme_clock import programme_time
from cfi.contracts.wire.quantities import Instant
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.audience import Audience
from cfi.node.consensus.cometbft.checking import Checker
from cfi.node.consensus.cometbft.driver import Driver
from cfi.node.consensus.cometbft.engine_home import may_dial
from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.consensus.cometbft.forwarder import Forwarder
from cfi.node.consensus.cometbft.link import EngineLink
from cfi.node.consensus.cometbft.peers import PeerFilter
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.consensus.cometbft.server import AbciServer
from cfi.node.consensus.cometbft.watching import EngineWatch
from cfi.node.consensus.embedded import ChainTerms
from cfi.node.counters import Counters
from cfi.node.home import Home
from cfi.node.mempool import MOST_OF_HOLDER, Mempool
from cfi.node.queries import Queries
from cfi.node.reception import Reception
from cfi.node.service import Service
from cfi.node.settings import Settings
from cfi.node.snapshot_maker import SnapshotMaker
from cfi.node.state_sync import StateSync
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.snapshots import SnapshotFolder

_QUIET_HEIGHTS: Final = 3
_SHARE_OF_HOLDER: Final = 4
"""A holder's acts may take the fourth part of the room."""


def cometbft_service(
    home: Home,
    settings: Settings,
    terms: ChainTerms,
    genesis: bytes,
    application: Application,
    *,
    files: BlockFiles,
    admission: AdmissionBook,
) -> tuple[Service, Follower]:
    """The service of a ledger whose blocks CometBFT decides, and the chain as it follows it;
    `genesis` is the signed document.
    """
    audience, counters = Audience(), Counters(longest_quiet_nanos=_longest_quiet(settings))
    of_holder = min(MOST_OF_HOLDER, max(1, settings.mempool_size // _SHARE_OF_HOLDER))
    mempool = Mempool(settings.mempool_size, most_of_holder=of_holder)
    rpc = EngineRpc(home.engine_socket)
    follower = Follower(terms, application, files, rpc, audience, counters=counters)
    now = Instant(follower.next_block_time.seconds)
    application.now = programme_time(application.committed_view, now)
    forwarder = Forwarder(rpc, application.memory)
    reception = Reception(application, mempool, admission, forwarder.offer)
    snapshots = SnapshotFolder(home.snapshots, settings.snapshots_kept)
    maker = SnapshotMaker(application, snapshots, settings.snapshot_interval)
    peers = PeerFilter(settings, application, lambda: follower.next_block_time)
    driver = Driver(
        application,
        genesis,
        mempool,
        Checker(application, mempool, reception, counters),
        follower,
        peers=peers,
        state_sync=StateSync(application, snapshots, follower.restored),
        counters=counters,
        commit_pause=settings.timeout_commit,
    )
    server = AbciServer(home.abci_socket, driver)
    queries = Queries(follower, application, mempool, admission, counters)
    queries.add("make_snapshot", maker.question)
    lasting = settings.peers if may_dial(settings) else ()
    watch = EngineWatch(rpc, follower, peers, counters, lasting)
    link = EngineLink(rpc, server, forwarder, follower, watch)
    return Service(queries, reception, audience, (link, maker)), follower


def _longest_quiet(settings: Settings) -> int:
    """In how many nanoseconds a block has come unless something is wrong: a few heights without a
    transaction, each of a few rounds.
    """
    rounds = settings.timeout_propose + 2 * settings.timeout_vote
    height = settings.empty_block_seconds + settings.timeout_commit + rounds
    return int(_QUIET_HEIGHTS * height * 1_000_000_000)
