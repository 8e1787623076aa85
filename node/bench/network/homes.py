"""The homes of validators for measurements: CometBFT's settings and genesis, and beside them what
the world is to be.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cfi.contracts.wire.quantities import Count
from cfi.genesis.cometbft import engine_genesis
from cfi.node.bench.world import CHAIN_ID, GENESIS_TIME, Sizes, seed_of, validator_key
from cfi.node.consensus.cometbft.engine_home import engine_config
from cfi.node.demo.ports import free_port
from cfi.node.founding import NodeSeeds, fill
from cfi.node.home import Home
from cfi.node.network.places import Addresses, network_places, node_name
from cfi.node.settings import Settings
from cfi.node.storage.atomic import write_atomically

PACE: Final = Settings(timeout_commit=0.2, mempool_size=50_000)
"""What both sides run with, besides the usual settings."""
_APP_VERSION: Final = Count(1)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a home's genesis document tells: the world's sizes, and how many validate."""

    accounts: int
    lots: int
    validators: int

    @property
    def sizes(self) -> Sizes:
        """How much there is in the world."""
        return Sizes(self.accounts, self.lots)

    @property
    def names(self) -> list[str]:
        """The validators."""
        return [node_name(number) for number in range(1, self.validators + 1)]


def read_plan(document: bytes) -> Planned:
    """What a home's genesis document tells."""
    return Planned(**json.loads(document))


def make_homes(folder: Path, plan: Planned, joining: int = 0, usual: Settings = PACE) -> list[Home]:
    """New homes of validators, and of so many nodes that will join them, each at a loopback address
    of its own.
    """
    count = plan.validators + joining
    hosts = [Addresses().of(number, 0).partition(":")[0] for number in range(1, count + 1)]
    addresses = Addresses(p2p=free_port(*hosts), rpc=free_port(*hosts) if joining else None)
    document = json.dumps(asdict(plan)).encode()
    genesis = engine_genesis(
        document,
        chain_id=CHAIN_ID,
        time=GENESIS_TIME.seconds,
        app_version=_APP_VERSION,
        validators=map(validator_key, plan.names),
        app_hash=b"",
    )
    places = network_places(folder, count, usual, addresses, _seeds)
    for place in places:
        fill(place, document)
        write_atomically(place.home.engine_config, engine_config(place.settings).encode())
        write_atomically(place.home.engine_genesis, genesis.encode())
    return [place.home for place in places]


def _seeds(name: str) -> NodeSeeds:
    return NodeSeeds(
        validator=seed_of(name),
        node=seed_of(f"node {name}"),
        admission=seed_of(f"admission {name}"),
    )
