"""`cfi testnet`: several validators' homes with one genesis, and all of them run on one machine."""

import os
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

import click
from typing_extensions import override

from cfi.contracts.state.genesis import genesis_hash
from cfi.node.assembly import read_home_genesis
from cfi.node.command_line import say, told
from cfi.node.founding import found_network, new_seeds
from cfi.node.founding_options import founding_of, founding_options
from cfi.node.home import Home, usable
from cfi.node.network.places import MOST_NODES, Addresses, network_homes, network_places
from cfi.node.parts import node_parts
from cfi.node.settings import Settings
from cfi.node.supervisor import Part, supervise


class _Address(click.ParamType[str]):
    """An IPv4 address, and room for as many nodes after it."""

    name = "address"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; raises BadParameter."""
        try:
            return str(IPv4Address(value) + MOST_NODES - MOST_NODES)
        except ValueError:
            self.fail(f"{value!r} is no address like 127.0.0.1", param, ctx)


_PORT: Final = click.IntRange(1, 65_535)
_ADDRESS: Final = _Address()
_OUT: Final = click.Path(file_okay=False, path_type=Path)

_EXAMPLES: Final = """\b
cfi testnet -n 4 OUT --chain-id sim-1 --programme phase-1   make their homes
cfi testnet start OUT                                       run all on this machine
cfi start --home OUT/node1                                  or each by itself
"""


class _MakeUnlessTold(click.Group):
    """`cfi testnet -n 4 OUT` is `cfi testnet make -n 4 OUT`."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = (*self.commands, *ctx.help_option_names)
        return super().parse_args(ctx, args if not args or args[0] in known else ["make", *args])


@click.group(cls=_MakeUnlessTold, epilog=_EXAMPLES)
def testnet() -> None:
    """Several validators under CometBFT."""


@testnet.command()
@click.option(
    "-n", "count", type=click.IntRange(1, MOST_NODES), default=4, show_default=True,
    help="How many validators, of equal power.",
)  # fmt: skip
@founding_options
@click.option(
    "--first-address", type=_ADDRESS, default=Addresses().first, show_default=True,
    help="The first node's; the others' follow it.",
)  # fmt: skip
@click.option("--p2p-port", type=_PORT, default=Addresses().p2p, show_default=True)
@click.option("--gateway-port", type=_PORT, default=Addresses().gateway, show_default=True)
@click.option("--rpc-port", type=_PORT, help="For nodes that join by state sync; none by default.")
@click.option("--metrics-port", type=_PORT, help="The engine's metrics; none by default.")
@click.option(
    "--timeout-commit", type=float, default=Settings().timeout_commit, show_default=True,
    help="Seconds between a decided block and the next height.",
)  # fmt: skip
@click.argument("out", type=_OUT)
@told
def make(
    *,
    count: int,
    first_address: str,
    p2p_port: int,
    gateway_port: int,
    rpc_port: int | None,
    metrics_port: int | None,
    timeout_commit: float,
    out: Path,
    **founding: Any,
) -> None:
    """Make the homes OUT/node1 and so on, with one signed genesis, each a peer of all others.

    Example: cfi testnet -n 4 ./net --chain-id sim-1 --programme phase-1 --clock-start 2003-01-01
    """
    addresses = Addresses(
        first=first_address,
        p2p=p2p_port,
        gateway=gateway_port,
        rpc=rpc_port,
        metrics=metrics_port,
    )
    usual = usable(Settings(timeout_commit=timeout_commit))
    places = network_places(out, count, usual, addresses, lambda _: new_seeds())
    keys = out / "keys"
    found_network(places, founding_of(**founding), keys)
    data, document = read_home_genesis(places[0].home)
    click.echo(f"chain     {document.chain_id}, {count} validators")
    click.echo(f"genesis   {genesis_hash(data).hex()}")
    click.echo(f"officers  {keys}: move these key files away from this machine")
    click.echo(f"next      cfi testnet start {out}")


@testnet.command()
@click.argument("out", type=_OUT)
@told
def start(out: Path) -> None:
    """Run all nodes in OUT until SIGTERM: one log, one exit; if a part of one ends, all end.

    Example: cfi testnet start ./net
    """
    homes = network_homes(out)
    locks: list[int] = []
    try:
        for home in homes:
            locks.append(home.lock())  # noqa: PERF401 - those taken are let go if one isn't free
        code = supervise([part for home in homes for part in _parts(home)], say)
    finally:
        for lock in locks:
            os.close(lock)
    sys.exit(code)


def _parts(home: Home) -> list[Part]:
    genesis, _ = read_home_genesis(home)
    return node_parts(home, home.settings(), genesis, f"{home.root.name} ")
