"""A node that joins meets a liar's snapshot first: it is refused, and an honest one taken later."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from cfi.node.consensus.cometbft.node_key import node_id_of, read_node_id
from cfi.node.founding import new_seeds
from tests.effort import effort
from tests.faults.network.lying import LIES
from tests.faults.network.market import Market
from tests.faults.network.relays import relays
from tests.faults.network.running import FAULT_SECONDS, Net
from tests.network.running import QUICK, NetworkNode, free_address, settled, until
from tests.network.test_state_sync import (
    INTERVAL,
    KEPT,
    joining,
    newest,
    same_from,
    snapshots,
)

HONEST, LIAR, JOINER = range(3)
REFUSED: Final = {
    "chunk": '"message": "a chunk is refused", "reason": "chunk 0 is not the one that',
    "snapshot": '"message": "a snapshot is refused"',
}


@contextmanager
def honest_and_liar(folder: Path, market: Market, lie: str) -> Iterator[Net]:
    """Two running validators, one of which lies, and a node that would join by their snapshots; it
    reaches both through wires.
    """
    seeds = new_seeds()
    homes = market.homes(folder)
    addressed = {free_address(number): home for number, home in enumerate(homes, 1)}
    unseen = f"{node_id_of(seeds.node)}@{free_address(9)}"
    for address, home in addressed.items():
        known = [f"{read_node_id(each.node_key)}@{at}" for at, each in addressed.items() if each != home]
        settings = replace(
            QUICK,
            name=home.root.name,
            p2p_listen=address,
            peers=(*known, unseen),
            rpc_listen=free_address(1),
            snapshot_interval=INTERVAL,
            snapshots_kept=KEPT,
        )
        settled(home, settings)
    liar = ("tests.faults.network.lying", lie)
    with relays() as wires:
        net = Net([NetworkNode(homes[HONEST]), NetworkNode(homes[LIAR], program=liar)], wires, market)
        try:
            for node in net.nodes:
                node.start()
            net.nodes[HONEST].reach(2)
            joiner = joining(folder, net.nodes, seeds, 2)
            peers = tuple(
                f"{read_node_id(home.node_key)}@"
                f"{wires.add(JOINER, index, home.settings().p2p_listen)}"
                for index, home in enumerate(homes)
            )
            settled(joiner.home, replace(joiner.home.settings(), peers=peers))
            net.nodes.append(joiner)
            wires.start()
            yield net
        finally:
            for node in net.nodes:
                node.kill()


@pytest.mark.parametrize("lie", LIES * effort(sample=1, soak=10))
def test_a_liars_snapshot_is_refused_and_an_honest_one_taken(
    tmp_path: Path, market_of_two: Market, lie: str
) -> None:
    with honest_and_liar(tmp_path, market_of_two, lie) as net:
        honest, liar, node = net.nodes
        net.commit(HONEST, 12)
        until(lambda: min(newest(honest), newest(liar)) > 0, honest.process, liar.process)
        honest.reach(newest(liar) + 3)

        net.wires.part({HONEST}, {LIAR, JOINER})
        node.start()
        until(
            lambda: REFUSED[lie] in node.said(), node.ledger, node.engine, seconds=FAULT_SECONDS
        )
        assert node.height == 0
        assert snapshots(node).all() == []

        net.wires.heal()
        until(lambda: node.height > 0, node.ledger, node.engine, seconds=FAULT_SECONDS)
        later = net.fresh(4)
        top = net.commit_these(LIAR, later)
        node.reach(top + 2)
        honest.reach(top + 2)
        same_from(honest, node, range(top, top + 2))
        for act_id in net.ids(later):
            assert node.ask("receipt", act_id=act_id) == net.acknowledged[act_id]
        assert node.said().count("took over a snapshot") == 1
        net.agree(HONEST, LIAR)
