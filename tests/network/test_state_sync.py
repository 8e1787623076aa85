"""Nodes that join a running network under real CometBFT: by a snapshot, or by every block."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.headers import decode_header, header_hash
from cfi.node.ask import FaultError
from cfi.node.consensus.cometbft.node_key import node_id_of, read_node_id
from cfi.node.founding import NodeSeeds, Place, fill, new_seeds
from cfi.node.home import Home
from cfi.node.storage.snapshots import SnapshotFolder
from tests.faults.running import application
from tests.network.running import (
    QUICK,
    NetworkNode,
    commit_all,
    found_homes,
    free_address,
    settled,
    until,
)
from tests.node.snapshotting import files_below

INTERVAL: Final = 5
KEPT: Final = 1_000
"""A node that joins looks around before it takes a snapshot, and meanwhile none may go."""
ACTS: Final = [application(number) for number in range(12)]
LATER: Final = [application(number) for number in range(20, 24)]


@contextmanager
def joined(folder: Path) -> Iterator[tuple[NetworkNode, NodeSeeds]]:
    """A running validator that makes snapshots, and the keys of a node that it lets in."""
    (home,) = found_homes(
        folder, 1, replace(QUICK, snapshot_interval=INTERVAL, snapshots_kept=KEPT)
    )
    seeds = new_seeds()
    settings = replace(
        home.settings(),
        rpc_listen=free_address(1),
        peers=(f"{node_id_of(seeds.node)}@{free_address(9)}",),
    )
    settled(home, settings)
    node = NetworkNode(home)
    try:
        node.start()
        yield node, seeds
    finally:
        node.kill()


def joining(folder: Path, validator: NetworkNode, seeds: NodeSeeds, height: int) -> NetworkNode:
    """A node that trusts the validator's header of a height, 0 to replay every block."""
    theirs = validator.home.settings()
    settings = replace(
        QUICK,
        name="joiner",
        p2p_listen=free_address(2),
        peers=(f"{read_node_id(validator.home.node_key)}@{theirs.p2p_listen}",),
        snapshot_interval=INTERVAL,
        snapshots_kept=KEPT,
    )
    if height:
        trusted = header_hash(decode_header(validator.header(height))).hex()
        servers = (theirs.rpc_listen, theirs.rpc_listen)
        settings = replace(settings, sync_servers=servers, sync_height=height, sync_hash=trusted)
    home = Home(folder / "joiner")
    fill(Place(home, settings, seeds), validator.home.genesis_file.read_bytes())
    settled(home, settings)
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
    with joined(tmp_path) as (validator, seeds):
        with validator.client() as client:
            commit_all(client, ACTS)
        until(lambda: newest(validator) > 0, validator.process)
        validator.reach(newest(validator) + 3)
        node = joining(tmp_path, validator, seeds, 2)
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


def test_an_archive_node_replays_every_block(tmp_path: Path) -> None:
    with joined(tmp_path) as (validator, seeds):
        with validator.client() as client:
            told = commit_all(client, ACTS)
        top = max(height for height, _, _ in told)
        validator.reach(top + 1)
        node = joining(tmp_path, validator, seeds, 0)
        try:
            node.start()
            node.reach(top + 1)
            same_from(validator, node, range(1, top + 1))
            for act, place in zip(ACTS, told, strict=True):
                assert node.ask("receipt", act_id=act_id_of(act)) == place
        finally:
            node.kill()
