"""A private network: who isn't known doesn't come in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.founding import Place, fill, new_seeds
from cfi.node.home import Home
from tests.network.running import QUICK, NetworkNode, free_address, network, settled


def stranger_to(folder: Path, validator: NetworkNode) -> NetworkNode:
    """A node of the same chain that dials a validator, whom nobody has heard of."""
    known = validator.home
    address = known.settings().p2p_listen
    peer = f"{read_node_id(known.node_key)}@{address}"
    chosen = replace(QUICK, name="stranger", p2p_listen=free_address(9), peers=(peer,))
    home = Home(folder / "stranger")
    fill(Place(home, chosen, new_seeds()), known.genesis_file.read_bytes())
    settled(home, chosen)
    return NetworkNode(home)


def peers(node: NetworkNode) -> int:
    """How many nodes it is connected with."""
    told: Any = node.ask("status")["counters"]["peers"]
    return int(told)


def test_a_stranger_is_refused_though_it_knows_chain_and_address(tmp_path: Path) -> None:
    with network(tmp_path, 2) as (one, two):
        one.reach(2)
        stranger = stranger_to(tmp_path, one)
        try:
            stranger.start()
            begun = one.height
            one.reach(begun + 8)
            assert one.ask("status")["counters"]["refused_peers"] > 0
            assert "filtered ID" not in one.said(), "who knocks doesn't fill the log"
            assert (peers(one), peers(two), peers(stranger)) == (1, 1, 0)
            assert stranger.height == 0
        finally:
            stranger.kill()
