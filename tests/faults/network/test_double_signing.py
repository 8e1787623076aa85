"""A validator's key in two processes at once: evidence in a block, its power gone, the chain goes on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from cfi.client.wallet.transactions import transaction
from cfi.contracts.state.rows.validators import OFFENCES, Offence
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.misbehaviour import MisbehaviourKind
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import address_of
from cfi.node.consensus.cometbft.node_key import read_node_id, write_node_key
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.registration import registration_of
from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.planted import REJECTS, with_plant
from tests.faults.network.running import FAULT_SECONDS, Net, four
from tests.faults.running import CAST, SCENARIO
from tests.network.running import NetworkNode, free_address, settled, until

TIMES: Final = effort(sample=1, soak=5)
VICTIM, OTHERS = 3, (0, 1, 2)


@contextmanager
def twin_of(net: Net, folder: Path) -> Iterator[NetworkNode]:
    """A second process with the victim's key, as a standby that was started too early: registered,
    connected with the others, and of another mind about every block. Both run.
    """
    victim = net.nodes[VICTIM]
    victim.stop()
    shutil.copytree(victim.home.root, folder, ignore=shutil.ignore_patterns("*.sock"))
    victim.start()
    home = Home(folder)
    write_node_key(home.node_key, os.urandom(32))
    known = [net.nodes[index].home for index in OTHERS]
    peers = tuple(f"{read_node_id(each.node_key)}@{each.settings().p2p_listen}" for each in known)
    chosen = replace(
        victim.home.settings(), name="twin", p2p_listen=free_address(5), peers=peers
    )
    settled(home, chosen)
    net.commit_these(0, [registration(home)])
    twin = NetworkNode(home, with_plant(REJECTS))
    try:
        twin.start()
        yield twin
    finally:
        twin.kill()


def registration(home: Home) -> bytes:
    """The Exchange's act that lets a node connect."""
    found = registration_of(home, SCENARIO.chain_id)
    message = RegisterNode(
        node_id=found.node_id,
        kind=PeerKind.VALIDATOR,
        holder_id=HolderId("exchange"),
        admission_key=found.admission_key,
        possession=found.possession,
    )
    return transaction(
        CAST.officer(1), SCENARIO.chain_id, message, REPLAY_WINDOW_HEIGHTS // 2, os.urandom(16)
    )


def offences(node: NetworkNode, height: int | None = None) -> list[Offence]:
    """What a node's public table of offences says, in the order in which they were reported."""
    rows = node.ask("public_rows", tag=OFFENCES.tag, height=height)["rows"]
    told = [OFFENCES.schema.decode(value) for _, value in rows]
    return sorted(told, key=lambda offence: (offence.reported_at, offence.height))


def audited(home: Home) -> str:
    """What `cfi audit replay` says of a stopped node's files, if it agrees."""
    told = CliRunner().invoke(main, ["audit", "replay", str(home.root)])
    assert told.exit_code == 0, told.output
    return told.stdout


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_key_that_signs_twice_loses_its_power_and_the_chain_goes_on(
    tmp_path: Path, market: Market, _time: int
) -> None:
    with four(tmp_path, market) as net:
        net.commit(0, 3)
        net.goes_on(0, 1, 2, 3)
        victim = net.nodes[VICTIM]
        key = PrivateValidator(victim.home.validator_key, victim.home.validator_state).public_key
        with twin_of(net, tmp_path / "twin"):
            until(lambda: bool(offences(net.nodes[0])), seconds=FAULT_SECONDS)
        height = net.goes_on(0, 1, 2, 3, blocks=3) - 1
        first, *later = offences(net.nodes[0], height)
        assert first.suspended
        assert not any(offence.suspended for offence in later), "what has no power loses none"
        for offence in (first, *later):
            assert offence.kind is MisbehaviourKind.DUPLICATE_VOTE
            assert offence.address == address_of(key)
        for node in net.nodes:
            assert offences(node, height) == [first, *later]
            assert node.block(first.reported_at).evidence
            seated = [each for each, _ in node.ask("status")["validators"]]
            assert len(seated) == len(OTHERS)
            assert key not in seated
        net.commit(VICTIM, 3)
        net.agree()
        for node in net.nodes:
            audited(node.home)
