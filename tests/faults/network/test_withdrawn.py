"""A node whose registration ends while it is connected: it is cut off, and nobody else suffers."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from cfi.contracts.wire.messages.governance.withdraw_node import WithdrawNode
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.demo.player import Played, Player
from tests.faults.running import CAST
from tests.network.joining import CFI, cfi, joined, registration
from tests.network.running import NetworkNode, found_homes, free_address, settled, until

SECONDS: Final = 15.0
"""In which the node is out: a look, the supervisor's round, and a busy machine."""


@contextmanager
def supervised(node: NetworkNode) -> Iterator[Path]:
    """The node under `cfi start`; yields what all its parts and the supervisor write."""
    home, said = node.home, node.home.root / "start.log"
    settled(home, replace(home.settings(), listen=free_address(1)))
    with said.open("wb") as log:
        process = subprocess.Popen([*CFI, "start", "--home", str(home.root)], stderr=log)
    try:
        until(lambda: node.height > 0, process)
        yield said
    finally:
        process.terminate()
        assert process.wait(60.0) == 0, said.read_text()


def counters(node: NetworkNode) -> dict[str, Any]:
    """What the ledger counts."""
    told: dict[str, Any] = node.ask("status")["counters"]
    return told


def test_a_withdrawn_node_is_cut_off_and_the_others_go_on(tmp_path: Path) -> None:
    one, two = [NetworkNode(home) for home in found_homes(tmp_path, 2)]
    third = joined(one, tmp_path / "third")
    registered = registration(third.home)
    with ExitStack() as kept:
        kept.callback(two.kill)
        two.start()
        said = kept.enter_context(supervised(one))
        player = Player(one.home.socket)
        kept.callback(player.close)
        player.all([Played(CAST.officer(1), registered)])
        kept.callback(third.kill)
        third.start()
        until(lambda: counters(one)["peers"] == 2, third.ledger)
        third.reach(one.height)
        player.all([Played(CAST.officer(1), WithdrawNode(node_id=registered.node_id))])
        until(lambda: registered.node_id.hex() in said.read_text(), seconds=SECONDS)
        until(lambda: counters(one)["peers"] == 1, seconds=SECONDS)
        last, begun = third.height, one.height
        for node in (one, two):
            node.reach(begun + 4)
        assert third.height <= last + 1
        assert f"the engine was cut off from {registered.node_id.hex()}" in said.read_text()
        told = json.loads(cfi("status", "--home", one.home.root, "--json"))
        assert (told["peers"], told["unwelcome_peers"]) == (1, [])
        assert told["only_named_peers"] == [read_node_id(two.home.node_key)]
