"""One validator after another hands the chain over: who trusted the first follows to the last."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import PublicKey
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.demo.player import Player
from tests.faults.running import CAST
from tests.network.joining import admission, cfi, two_nodes
from tests.network.running import NetworkNode, free_address, until

SETTLED: Final = 3
"""Heights after which another set of validators signs."""


@contextmanager
def gateway(node: NetworkNode) -> Iterator[str]:
    """The node's gateway, in a process of its own."""
    address = free_address(1)
    command = [sys.executable, "-m", "cfi.node.gateway", "--log-level", "error"]
    where = ["--socket", str(node.home.socket), "--listen", address]
    with subprocess.Popen([*command, *where], stderr=subprocess.PIPE) as process:
        try:
            until(lambda: answers(address), process)
            yield f"http://{address}"
        finally:
            process.terminate()


def answers(address: str) -> bool:
    """Whether a gateway is there."""
    try:
        with urlopen(f"http://{address}/livez", timeout=10) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def synced(folder: Path, first: NetworkNode, primary: str, witness: str) -> dict[str, Any]:
    """What a member's light client says that trusts the genesis and nothing else."""
    asked = ("--gateway", primary, "--witness", witness, "--folder", folder, "--json")
    told = cfi("light", "sync", *asked, "--genesis", first.home.genesis_file)
    found: dict[str, Any] = json.loads(told)
    return found


def hand_over(first: NetworkNode, second: NetworkNode) -> int:
    """Let the second in and the first go, in steps as large as they may be; returns the height at
    which the second is alone.
    """
    keys = PrivateValidator(first.home.validator_key, first.home.validator_state)
    founder, arriving = PublicKey(keys.public_key), admission(second.home)
    player = Player(first.home.socket)
    settled = 0
    for message in (
        arriving,
        ChangeValidatorPower(key=founder, power=Count(600)),
        ChangeValidatorPower(key=arriving.key, power=Count(600)),
        ChangeValidatorPower(key=founder, power=Count(200)),
        RemoveValidator(key=founder),
    ):
        player.both(CAST.officer(1), CAST.officer(2), [message])
        settled = max(first.height, second.height) + SETTLED
        first.reach(settled)
        second.reach(settled)
    player.close()
    assert first.ask("status")["validators"] == [[arriving.key, 600]]
    return settled


def test_who_trusted_the_first_validator_follows_to_the_last(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (first, second):
        settled = hand_over(first, second)
        with gateway(first) as one, gateway(second) as other:
            told = synced(tmp_path / "trusted", first, one, other)
        assert told["witnessed"] and told["agreeing"] == [other]
        assert told["height"] >= settled - 1
        # One step from the first to the last would trust a stranger.
        assert 1 < told["headers_verified"] < told["height"]
        for node in (first, second):
            node.stop()
            replayed = json.loads(cfi("audit", "replay", node.home.root, "--json"))
            assert replayed["agrees"]
