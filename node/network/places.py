"""Several validators' homes on one machine: each at a loopback address of its own, each a lasting
peer of all others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from cfi.node.consensus.cometbft.node_key import node_id_of
from cfi.node.founding import NodeSeeds, Place
from cfi.node.home import Home, HomeError
from cfi.node.settings import COMETBFT, Settings

MOST_NODES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the nodes stand: the first one's address, and what is at which port at each."""

    first: str = "127.0.0.1"
    p2p: int = 26_656
    gateway: int = 8_470
    rpc: int | None = None
    """The engine's own RPC, for nodes that join by state sync."""
    metrics: int | None = None
    """The engine's Prometheus page."""

    def of(self, number: int, port: int) -> str:
        """A port at the address of a node, by number from 1."""
        return f"{IPv4Address(self.first) + (number - 1)}:{port}"


def node_name(number: int) -> str:
    """What a node and its folder are called, by number from 1."""
    return f"node{number}"


def network_places(
    out: Path,
    count: int,
    usual: Settings,
    addresses: Addresses,
    seeds_of: Callable[[str], NodeSeeds],
) -> list[Place]:
    """The nodes of a network in a folder, with what the usual settings say besides; the keys come
    by name.
    """
    names = [node_name(number) for number in range(1, count + 1)]
    seeds = [seeds_of(name) for name in names]
    peers = [
        f"{node_id_of(each.node)}@{addresses.of(number, addresses.p2p)}"
        for number, each in enumerate(seeds, start=1)
    ]
    return [
        Place(Home(out / name), _settings(usual, name, number, addresses, peers), keys)
        for number, (name, keys) in enumerate(zip(names, seeds, strict=True), start=1)
    ]


def network_homes(out: Path) -> list[Home]:
    """The homes of a network in a folder, in their order; raises HomeError where there is none."""
    homes = []
    for number in range(1, MOST_NODES + 1):
        home = Home(out / node_name(number))
        if not home.genesis_file.exists():
            break
        homes.append(home)
    if not homes:
        raise HomeError(f"{out} holds no network: run `cfi testnet -n 4 {out}`")
    return homes


def _settings(
    usual: Settings, name: str, number: int, addresses: Addresses, peers: Sequence[str]
) -> Settings:
    def optional(port: int | None) -> str:
        return "" if port is None else addresses.of(number, port)

    return replace(
        usual,
        name=name,
        engine=COMETBFT,
        listen=addresses.of(number, addresses.gateway),
        p2p_listen=addresses.of(number, addresses.p2p),
        peers=tuple(peer for at, peer in enumerate(peers, start=1) if at != number),
        rpc_listen=optional(addresses.rpc),
        engine_metrics=optional(addresses.metrics),
    )
