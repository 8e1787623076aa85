"""A sole validator, and a second node with a home of its own, made as on another machine."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import HolderId
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.demo.player import Played, Player
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.registration import registration_of
from tests.faults.running import CAST, SCENARIO, application
from tests.network.running import QUICK, NetworkNode, commit_all, free_address, network, settled

CFI = (sys.executable, "-c", "from cfi.node.main import main; main()")
EXCHANGE = "exchange"
POWER = 300
"""As much as may join a sole validator of power 1,000 in one step."""


def cfi(*arguments: object) -> str:
    """What a command prints that ends well."""
    told = CliRunner().invoke(main, [str(each) for each in arguments])
    assert told.exit_code == 0, told.output
    return told.stdout


def joined(first: NetworkNode, root: Path) -> NetworkNode:
    """A node whose home `cfi join` made, with this machine's pace."""
    peer = f"{read_node_id(first.home.node_key)}@{first.home.settings().p2p_listen}"
    cfi(
        "join", "--home", root, "--genesis", first.home.genesis_file, "--peer", peer,
        "--p2p-listen", free_address(2), "--name", "second",
    )  # fmt: skip
    home = Home(root)
    chosen = home.settings()
    quick = replace(
        QUICK, name=chosen.name, p2p_listen=chosen.p2p_listen, peers=chosen.peers
    )
    settled(home, quick)
    return NetworkNode(home)


def registration(home: Home) -> RegisterNode:
    found = registration_of(home, SCENARIO.chain_id)
    return RegisterNode(
        node_id=found.node_id,
        kind=PeerKind.VALIDATOR,
        holder_id=HolderId(EXCHANGE),
        admission_key=found.admission_key,
        possession=found.possession,
    )


def admission(home: Home) -> AddValidator:
    """What `cfi validator prove` says, and a power."""
    chain = ("--chain-id", SCENARIO.chain_id, "--operator", EXCHANGE)
    told = json.loads(cfi("validator", "prove", home.validator_key, *chain))
    return AddValidator(
        key=PublicKey(bytes.fromhex(told["key"])),
        operator=HolderId(told["operator"]),
        power=Count(POWER),
        possession=Signature(bytes.fromhex(told["possession"])),
    )


@contextmanager
def two_nodes(folder: Path) -> Iterator[tuple[NetworkNode, NetworkNode]]:
    """The validator with some blocks, and the node that it let in, registered and caught up."""
    with network(folder, 1) as (first,):
        second = joined(first, folder / "second")
        try:
            with first.client() as client:
                commit_all(client, [application(number) for number in range(5)])
            player = Player(first.home.socket)
            player.all([Played(CAST.officer(1), registration(second.home))])
            player.close()
            second.start()
            second.reach(first.height)
            yield first, second
        finally:
            second.kill()
