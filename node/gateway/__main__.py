"""`python -m cfi.node.gateway`: the gateway as a process of its own."""

import asyncio
import errno
import os
import signal
from pathlib import Path
from typing import Final

import click

from cfi.node.gateway.names import Names
from cfi.node.gateway.server import Listen, serve
from cfi.node.logs import LEVELS, log_to_stderr

_FAILED: Final = 1
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--socket", required=True, type=click.Path(path_type=Path), help="The ledger's.")
@click.option("--listen", default="127.0.0.1:8470", show_default=True, metavar="HOST:PORT")
@click.option("--public-name", "public_names", multiple=True, metavar="HOST[:PORT]")
@click.option("--cert", type=_FILE, help="The TLS certificate chain.")
@click.option("--key", type=_FILE, help="The key of the certificate.")
@click.option("--name", default="node", show_default=True, help="The node's, for the log.")
@click.option("--log-level", type=click.Choice(tuple(LEVELS)), default="info", show_default=True)
def main(
    *,
    socket: Path,
    listen: str,
    public_names: tuple[str, ...],
    cert: Path | None,
    key: Path | None,
    name: str,
    log_level: str,
) -> None:
    """Serve a ledger's members and the public over HTTP."""
    log_to_stderr("gateway", log_level, name)
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise click.BadParameter("HOST:PORT is wanted", param_hint="--listen")
    if (cert is None) != (key is None):
        raise click.UsageError("--cert and --key go together")
    where = Listen(
        host=host.strip("[]"),
        port=int(port),
        certificate=cert,
        key=key,
        names=Names(public_names),
    )
    try:
        asyncio.run(_until_told(socket, where))
    except OSError as error:
        reason = os.strerror(error.errno or 0) if error.errno in errno.errorcode else str(error)
        click.echo(f"can't listen on {listen}: {reason}", err=True)
        raise click.exceptions.Exit(_FAILED) from error


async def _until_told(socket: Path, listen: Listen) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(socket, listen, stop)


if __name__ == "__main__":
    main()
