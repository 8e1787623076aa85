"""`cfi status`: what a running node says of itself."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from cfi.client.cli.options import json_option
from cfi.contracts.wire.headers import Timestamp
from cfi.node.ask import ask
from cfi.node.command_line import home_option, show, told
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.home import Home
from cfi.node.settings import COMETBFT
from cfi.node.signing import Share, signing_shares


@click.command()
@home_option
@json_option
@told
def status(root: Path, as_json: bool) -> None:
    """Height, root, peers, what waits and who signed, as the running ledger says. The programme's
    time is the stepped clock's, or that of the headers.

    Example: cfi status --home ./node
    """
    home = Home(root)
    settings = home.settings()
    said = ask(home.socket, "status")
    shares = signing_shares(home.socket, said["height"])
    content = {
        "engine": settings.engine,
        "chain_id": said["chain_id"],
        "height": said["height"],
        "app_hash": said["app_hash"].hex(),
        "genesis_hash": said["genesis_hash"].hex(),
        "time": _moment(Timestamp.of_nanos(said["time"]).seconds),
        "programme_time": _moment(said["programme_time"]),
        "waiting": said["waiting"],
        "rules": said["app_version"],
        "held_work": said["held_work"],
        "validators": [
            {"key": key.hex(), "power": power, **asdict(shares.get(key, Share()))}
            for key, power in said["validators"]
        ],
    }
    if settings.engine == COMETBFT:
        counters = said["counters"]
        content["node_id"] = read_node_id(home.node_key)
        content["peers"] = counters["peers"]
        content["unwelcome_peers"] = list(counters["unwelcome_peers"])
        content["only_named_peers"] = counters["only_named_peers"]
        content["catching_up"] = counters["catching_up"]
        content["clock_off_seconds"] = round(counters["clock_off_nanos"] / 1e9, 1)
    show(content, as_json)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
