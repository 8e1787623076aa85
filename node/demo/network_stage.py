"""A simulated chain on four validators of this machine under CometBFT: their homes, their
processes, and a story that is played at each of them in turn.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cfi.contracts.wire.headers import decode_header, header_hash
from cfi.genesis.scenarios.loader import Scenario
from cfi.node.consensus.cometbft.binary import find_engine
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import Check
from cfi.node.demo.member_check import await_ready
from cfi.node.demo.player import Player
from cfi.node.demo.ports import free_port
from cfi.node.demo.stage import Performance, StageError, cast_seeds, set_stages
from cfi.node.demo.story import Story
from cfi.node.network.places import Addresses, network_homes, network_places
from cfi.node.settings import Settings
from cfi.node.tether import end, tethered

VALIDATORS: Final = 4
_PACE: Final = Settings(timeout_propose=1.0, timeout_vote=0.5, timeout_commit=0.1)
"""Nobody is far away."""
_STOP_SECONDS: Final = 60.0


def perform_together(folder: Path, told: Scenario, tell: Callable[[str], None]) -> Performance:
    """Found a network, play the story, stop the network; raises StageError, RefusedActError."""
    set_network_stage(folder, told)
    begun = time.monotonic()
    homes = network_homes(folder)
    with network_running(folder):
        player = Player(*(home.socket for home in homes))
        try:
            Story(player, told, Cast(told.chain_id), tell).play()
            player.keep_admissions(homes[-1].admissions)
            check = _agreement(player)
        finally:
            player.close()
    seconds = time.monotonic() - begun
    return Performance(homes[-1], player.acts, seconds, folder, (check,))


def set_network_stage(folder: Path, told: Scenario) -> None:
    """Found the scenario's chain in new homes, with keys that can be made again; raises
    HomeError.
    """
    find_engine(None)
    cast = Cast(told.chain_id)
    hosts = [Addresses().of(number, 0).partition(":")[0] for number in range(1, VALIDATORS + 1)]
    addresses = Addresses(p2p=free_port(*hosts), gateway=free_port(*hosts))
    set_stages(
        network_places(folder, VALIDATORS, _PACE, addresses, lambda name: cast_seeds(cast, name)),
        told,
    )


@contextmanager
def network_running(folder: Path) -> Iterator[Sequence[str]]:
    """A network's processes for a while, and its log in the folder; gives the gateways' addresses.

    Raises StageError where they don't all come up, or end before they are asked to.
    """
    gateways = [f"http://{home.settings().listen}" for home in network_homes(folder)]
    command = [sys.executable, "-m", "cfi.node", "testnet", "start", str(folder)]
    log = folder / "log"
    with log.open("ab") as out, subprocess.Popen(tethered(command), stderr=out) as network:
        try:
            for gateway in gateways:
                await_ready(gateway, network)
            yield gateways
        except OSError as error:
            raise StageError(f"the network in {folder} fails: {error}; see {log}") from error
        finally:
            end(network, _STOP_SECONDS)


def _agreement(player: Player) -> Check:
    """The header after the last act has the root that each validator came to by itself."""
    headers = player.headers(player.height + 1)
    found = decode_header(headers[0])
    equal = len({header_hash(decode_header(each)) for each in headers}) == 1
    told = f"at height {player.height}: root {found.app_hash.hex()}" if equal else "they differ"
    return Check(f"{len(headers)} validators' roots", equal, told)
