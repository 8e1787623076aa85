"""A validator whose key is on another machine: CometBFT's own signer connects, and signs."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cfi.node.consensus.cometbft.building import MODULE
from cfi.node.consensus.cometbft.gotool import go_build
from cfi.node.doctor import examine
from tests.faults.running import SCENARIO, application
from tests.network.running import (
    QUICK,
    NetworkNode,
    commit_all,
    found_homes,
    free_address,
    until,
)

SIGNER = "github.com/cometbft/cometbft/cmd/priv_val_server"
LISTENING = "0A"
"""As /proc/net/tcp has it."""


@contextmanager
def signer(folder: Path, program: Path, address: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A signer with the key and the state in a folder, until the end."""
    command = [
        str(program), "-addr", f"tcp://{address}", "-chain-id", SCENARIO.chain_id,
        "-priv-key", str(folder / "key.json"), "-priv-state", str(folder / "state.json"),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log) as process:
        try:
            yield process
        finally:
            process.kill()


def listens(address: str) -> bool:
    """Whether somebody listens there, without a connection, which would pass for the signer's."""
    host, _, port = address.rpartition(":")
    wanted = f"{bytes(reversed(socket.inet_aton(host))).hex()}:{int(port):04x}".upper()
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    return any((row[1], row[3]) == (wanted, LISTENING) for row in rows)


def test_the_key_is_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = elsewhere / "signer"
    go_build(MODULE, SIGNER, program)
    address = free_address(3)
    (home,) = found_homes(tmp_path, 1, replace(QUICK, remote_signer=address))
    shutil.move(home.validator_key, elsewhere / "key.json")
    shutil.move(home.validator_state, elsewhere / "state.json")
    node = NetworkNode(home)
    try:
        node.start()
        until(lambda: listens(address), node.ledger, node.engine)
        with signer(elsewhere, program, address) as process:
            with node.client() as client:
                commit_all(client, [application(number) for number in range(3)])
            node.reach(3)
            assert process.poll() is None
            node.stop()
    finally:
        node.kill()
    signed = json.loads((elsewhere / "state.json").read_text())
    assert int(signed["height"]) >= 3
    assert home.validator_key.read_bytes() != (elsewhere / "key.json").read_bytes()
    findings = {finding.what: finding for finding in examine(home)}
    assert findings["validator"].sound
    assert address in findings["validator"].sentence
