"""Nodes that join a running network under real CometBFT: by a snapshot, or by every block."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.wire.headers import decode_header, header_hash
from cfi.contracts.wire.officers import AnchorFile
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier
from cfi.genesis.officers import sign_anchor, verify_genesis
from cfi.node.ask import FaultError
from cfi.node.consensus.cometbft.node_key import node_id_of, read_node_id
from cfi.node.demo.player import Played, Player
from cfi.node.founding import NodeSeeds, Place, fill, new_seeds
from cfi.node.home import Home
from cfi.node.storage.snapshots import SnapshotFolder
from tests.faults.running import CAST, application
from tests.network.joining import cfi, registration
from tests.network.running import (
    QUICK,
    START_SECONDS,
    NetworkNode,
    commit_all,
    found_homes,
    free_address,
    settled,
    until,
)
from tests.node.snapshotting import files_below

GUIDE: Final = Path(__file__).parents[2] / "docs/guides/backup.md"
INTERVAL: Final = 5
KEPT: Final = 1_000
"""A node that joins looks around before it takes a snapshot, and meanwhile none may go."""
ACTS: Final = [application(number) for number in range(12)]
LATER: Final = [application(number) for number in range(20, 24)]


@contextmanager
def joined(folder: Path) -> Iterator[tuple[list[NetworkNode], NodeSeeds]]:
    """Two running validators that make snapshots, and the keys of a node that they let in."""
    homes = found_homes(folder, 2, replace(QUICK, snapshot_interval=INTERVAL, snapshots_kept=KEPT))
    seeds = new_seeds()
    known = f"{node_id_of(seeds.node)}@{free_address(9)}"
    for home in homes:
        settings = home.settings()
        peers = (*settings.peers, known)
        settled(home, replace(settings, rpc_listen=free_address(1), peers=peers))
    with running(*homes) as nodes:
        yield nodes, seeds


@contextmanager
def running(*homes: Home) -> Iterator[list[NetworkNode]]:
    """Nodes of these homes, started; all are gone at the end."""
    nodes = [NetworkNode(home) for home in homes]
    try:
        for node in nodes:
            node.start()
        yield nodes
    finally:
        for node in nodes:
            node.kill()


def joining(
    folder: Path, servers: Sequence[NetworkNode], seeds: NodeSeeds, height: int
) -> NetworkNode:
    """A node that trusts the first server's header of a height, and compares the others' with it;
    height 0 to replay every block.
    """
    first = servers[0]
    theirs = first.home.settings()
    settings = replace(
        QUICK,
        name="joiner",
        p2p_listen=free_address(2),
        peers=(f"{read_node_id(first.home.node_key)}@{theirs.p2p_listen}",),
        snapshot_interval=INTERVAL,
        snapshots_kept=KEPT,
    )
    if height:
        trusted = header_hash(decode_header(first.header(height))).hex()
        shown = tuple(each.home.settings().rpc_listen for each in servers)
        settings = replace(settings, sync_servers=shown, sync_height=height, sync_hash=trusted)
    home = Home(folder / "joiner")
    fill(Place(home, settings, seeds), first.home.genesis_file.read_bytes())
    settled(home, settings)
    return NetworkNode(home)


def anchored(node: NetworkNode, height: int, path: Path) -> Path:
    """An anchor of a node's header, signed by the officers."""
    header = decode_header(node.header(height))
    data, document = verify_genesis(node.home.genesis_file.read_bytes())
    anchor = AnchorFile(
        chain_id=Identifier(document.chain_id),
        genesis_hash=genesis_hash(data),
        height=Height(height),
        header_hash=Hash(header_hash(header)),
        time=Instant(header.time.seconds),
        period=Seconds(86_400),
    )
    path.write_bytes(sign_anchor(anchor, [CAST.officer(each).seed for each in (1, 2)]))
    return path


def joined_by_the_guide(folder: Path, servers: Sequence[NetworkNode], height: int) -> NetworkNode:
    """A node whose home the guide's own command makes, registered, with this machine's pace."""
    first, second = servers
    (command,) = [line for line in GUIDE.read_text().splitlines() if line.startswith("cfi join")]
    given = iter(each.home.settings().rpc_listen for each in servers)
    peer = f"{read_node_id(first.home.node_key)}@{first.home.settings().p2p_listen}"
    words = command.replace("./genesis.cbor", str(first.home.genesis_file))
    words = words.replace("./anchor.cbor", str(anchored(first, height, folder / "anchor.cbor")))
    words = words.replace("./joiner", str(folder / "joiner")).replace("NODE-ID@HOST:PORT", peer)
    while "HOST:PORT" in words:
        words = words.replace("HOST:PORT", next(given), 1)
    cfi(*words.split()[1:], "--p2p-listen", free_address(2))
    home = Home(folder / "joiner")
    chosen = home.settings()
    assert second.home.settings().rpc_listen in chosen.sync_servers
    pace = replace(
        chosen,
        timeout_propose=QUICK.timeout_propose,
        timeout_vote=QUICK.timeout_vote,
        timeout_commit=QUICK.timeout_commit,
        empty_block_seconds=QUICK.empty_block_seconds,
        sync_discovery=QUICK.sync_discovery,
        snapshot_interval=INTERVAL,
        snapshots_kept=KEPT,
    )
    settled(home, pace)
    player = Player(first.home.socket)
    player.all([Played(CAST.officer(1), registration(home))])
    player.close()
    return NetworkNode(home)


def snapshots(node: NetworkNode) -> SnapshotFolder:
    return SnapshotFolder(node.home.snapshots, 9)


def newest(node: NetworkNode) -> int:
    """The height of the newest snapshot, 0 without one."""
    return max((each.told.height for each in snapshots(node).all()), default=0)


def same_from(one: NetworkNode, other: NetworkNode, heights: range) -> None:
    """Both have the same headers."""
    for height in heights:
        assert one.header(height) == other.header(height)


def test_a_node_joins_by_a_snapshot_and_goes_on(tmp_path: Path) -> None:
    with joined(tmp_path) as (validators, _):
        validator = validators[0]
        with validator.client() as client:
            commit_all(client, ACTS)
        node = joined_by_the_guide(tmp_path, validators, 2)
        until(lambda: newest(validator) > 0, validator.process)
        validator.reach(newest(validator) + 3)
        try:
            node.start()
            until(lambda: node.height > 0, node.ledger, node.engine)
            with validator.client() as client:
                told = commit_all(client, LATER)
            top = max(height for height, _, _ in told)
            validator.reach(top + 2)
            node.reach(top + 2)
            same_from(validator, node, range(top, top + 2))
            for act, place in zip(LATER, told, strict=True):
                assert node.ask("receipt", act_id=act_id_of(act)) == place
            with pytest.raises(FaultError, match="not-kept"):
                node.ask("receipt", act_id=act_id_of(ACTS[0]))
            agreed = newest(validator)
            until(lambda: snapshots(node).of(agreed) is not None, node.ledger, node.engine)
            (mine, theirs) = (snapshots(each).of(agreed) for each in (node, validator))
            assert mine is not None
            assert theirs is not None
            assert files_below(mine.folder) == files_below(theirs.folder)
            # Started again it needs no snapshot, and goes on.
            node.kill()
            node.start()
            validator.reach(top + 5)
            node.reach(top + 5)
            same_from(validator, node, range(top + 4, top + 5))
        finally:
            node.kill()


def test_where_two_servers_show_two_histories_nothing_is_taken(tmp_path: Path) -> None:
    """One key signed both: neither can be told from the right one."""
    (home,) = found_homes(
        tmp_path, 1, replace(QUICK, snapshot_interval=INTERVAL, snapshots_kept=KEPT)
    )
    seeds = new_seeds()
    known = f"{node_id_of(seeds.node)}@{free_address(9)}"
    copy = Home(tmp_path / "other")
    shutil.copytree(home.root, copy.root)
    for place in (home, copy):
        apart = replace(
            home.settings(), p2p_listen=free_address(1), rpc_listen=free_address(1), peers=(known,)
        )
        settled(place, apart)
    with running(home, copy) as (one, other):
        until(lambda: min(newest(one), newest(other)) > 0, one.process, other.process)
        for each in (one, other):
            each.reach(newest(each) + 3)
        assert one.header(2) != other.header(2)
        node = joining(tmp_path, (one, other), seeds, 2)
        try:
            node.start_ledger()
            node.start_engine()
            assert node.engine is not None
            assert node.engine.wait(START_SECONDS) != 0
            assert "witness" in node.said()
            assert node.height == 0
            assert snapshots(node).all() == []
        finally:
            node.kill()


def test_an_archive_node_replays_every_block(tmp_path: Path) -> None:
    with joined(tmp_path) as (validators, seeds):
        validator = validators[0]
        with validator.client() as client:
            told = commit_all(client, ACTS)
        top = max(height for height, _, _ in told)
        validator.reach(top + 1)
        node = joining(tmp_path, validators, seeds, 0)
        try:
            node.start()
            node.reach(top + 1)
            same_from(validator, node, range(1, top + 1))
            for act, place in zip(ACTS, told, strict=True):
                assert node.ask("receipt", act_id=act_id_of(act)) == place
        finally:
            node.kill()
