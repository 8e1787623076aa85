"""`cfi query`: what a gateway says. It is claimed, not verified: `cfi light` verifies."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from cfi.client.cli.key import passphrase_of
from cfi.client.light.http import GatewayClient, GatewayRefusedError, UnreachableError
from cfi.client.light.json_node import JsonNode
from cfi.client.wallet.keystore import KeystoreError, SigningKey, WrongPassphraseError, read_key

FAILED: Final = 1
UNREACHABLE: Final = 4
LOCKED: Final = 5
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
gateway_option = click.option("--gateway", required=True, envvar="CFI_GATEWAY", metavar="URL")


@click.group()
def query() -> None:
    """Ask a gateway; the answers are claimed, not verified."""


@query.command()
@gateway_option
def status(gateway: str) -> None:
    """Chain, height and node."""
    _print(_asked(gateway, "/v1/status", None))


@query.command()
@gateway_option
@click.argument("height", type=int, required=False)
def header(gateway: str, height: int | None) -> None:
    """A header with its commit, in CometBFT's JSON; the newest by default."""
    _print(_asked(gateway, f"/v1/headers/{height or 'latest'}", None))


@query.command()
@gateway_option
@click.argument("act_id")
@click.option("--key", "key_file", type=_FILE, required=True, help="Your keystore file.")
@click.option("--passphrase-file", type=_FILE, help="Instead of being asked.")
def receipt(gateway: str, act_id: str, key_file: Path, passphrase_file: Path | None) -> None:
    """The receipt of one of your acts, by its id."""
    try:
        key = read_key(key_file, passphrase_of(passphrase_file))
    except WrongPassphraseError as error:
        _leave(str(error), LOCKED)
    except KeystoreError as error:
        _leave(str(error), FAILED)
    _print(_asked(gateway, f"/v1/transactions/{act_id}", key))


def _asked(gateway: str, target: str, key: SigningKey | None) -> JsonNode:
    async def work() -> JsonNode:
        async with GatewayClient(gateway, key) as client:
            return await (client.get(target) if key is None else client.get_signed(target))

    try:
        return asyncio.run(work())
    except UnreachableError as error:
        _leave(str(error), UNREACHABLE)
    except GatewayRefusedError as error:
        _leave(str(error), FAILED)


def _print(answer: JsonNode) -> None:
    content: Any = answer.value
    click.echo(json.dumps(content, indent=2))


def _leave(text: str, code: int) -> NoReturn:
    click.echo(f"cfi: {text}", err=True)
    sys.exit(code)
