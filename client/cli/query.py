"""`cfi query`: what a gateway says. It is claimed, not verified: `cfi light` verifies, and receipts
are verified with what is trusted by it.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn
from urllib.parse import quote

import click

from cfi.client.cli.key import passphrase_of
from cfi.client.cli.receipts import (
    NOT_BEGUN,
    checked_receipt,
    claimed,
    light_folder,
    receipt_json,
)
from cfi.client.light.bisection import SyncError, UnavailableError
from cfi.client.light.http import GatewayClient, GatewayRefusedError, UnreachableError
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.receipt import CheckedReceipt, NotProvedError, read_act
from cfi.client.light.store import StoreError
from cfi.client.light.sync import DivergedError
from cfi.client.wallet.keystore import KeystoreError, SigningKey, WrongPassphraseError, read_key
from cfi.client.wallet.messages import message_json, message_named
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.receipts import decode_receipt
from cfi.contracts.wire.schema import schema_of

FAILED: Final = 1
NOT_VERIFIED: Final = 3
UNREACHABLE: Final = 4
LOCKED: Final = 5
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_INSTRUCTIONS: Final = MappingProxyType(
    {"EstablishBaseline": "establish", "AdjustBaseline": "adjust"}
)
"""Messages, and where the gateway's answer has them."""
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
@light_folder
def receipt(
    gateway: str, act_id: str, key_file: Path, passphrase_file: Path | None, folder: Path
) -> None:
    """The receipt of one of your acts, by its id: verified with what you trust by `cfi light sync`,
    else claimed.
    """
    key = _opened(key_file, passphrase_file)
    click.echo(json.dumps(receipt_json(_receipt(gateway, key, folder, _id_of(act_id))), indent=2))


@query.command()
@gateway_option
@click.argument("member")
@click.option("--key", "key_file", type=_FILE, required=True, help="Your keystore file.")
@click.option("--passphrase-file", type=_FILE, help="Instead of being asked.")
@click.option("--for", "wanted", type=click.Choice(list(_INSTRUCTIONS)), help="Only its fields.")
def baseline(
    gateway: str, member: str, key_file: Path, passphrase_file: Path | None, wanted: str | None
) -> None:
    """What would establish and adjust MEMBER's baseline now, and the hash of each facility as
    filed; for the Exchange. Two people propose and approve exactly these fields.

    Example: cfi query baseline company-a --for EstablishBaseline --key me.json > it.json
    """
    asked = f"/v1/members/{quote(member, safe='')}/baseline"
    told = _asked(gateway, asked, _opened(key_file, passphrase_file))
    try:
        found = {name: _instruction(told.field(at), name) for name, at in _INSTRUCTIONS.items()}
    except (MalformedError, CodecError) as error:
        _leave(str(error), UNREACHABLE)
    if wanted is None:
        _print(JsonNode(found | {"filing_hashes": told.field("filings").value}))
    elif "refusal" in found[wanted]:
        _leave("{refusal} ({section})".format(**found[wanted]), FAILED)
    else:
        _print(JsonNode(found[wanted]))


def _instruction(told: JsonNode, name: str) -> dict[str, Any]:
    """A message's fields, or why it would be refused."""
    if told.field("body").absent:
        return {part: told.field(part).text() for part in ("refusal", "section")}
    schema = schema_of(message_named(name))
    return message_json(schema.decode(told.field("body").hexadecimal()))


def _opened(key_file: Path, passphrase_file: Path | None) -> SigningKey:
    try:
        return read_key(key_file, passphrase_of(passphrase_file))
    except WrongPassphraseError as error:
        _leave(str(error), LOCKED)
    except KeystoreError as error:
        _leave(str(error), FAILED)


def _id_of(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise click.BadParameter("32 bytes in hex are wanted", param_hint="ACT_ID") from error


def _receipt(gateway: str, key: SigningKey, folder: Path, act_id: bytes) -> CheckedReceipt:
    try:
        checked = checked_receipt(gateway, key, folder, act_id)
        if checked is not None:
            return checked
        told = read_act(_asked(gateway, f"/v1/transactions/{act_id.hex()}", key))
        return claimed(decode_receipt(told.receipt), NOT_BEGUN)
    except (NotProvedError, SyncError, DivergedError) as error:
        _leave(f"the receipt is not verified: {error}", NOT_VERIFIED)
    except (GatewayRefusedError, StoreError) as error:
        _leave(str(error), FAILED)
    except (UnavailableError, MalformedError, CodecError) as error:
        _leave(str(error), UNREACHABLE)


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
