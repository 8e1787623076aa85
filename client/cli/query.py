"""`cfi query`: what a gateway says. Status and headers are claimed: `cfi light` verifies. Receipts
and rows are verified with what is trusted by it.
"""

import asyncio
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import click

from cfi.client.cli.asking import or_leave
from cfi.client.cli.ending import FAILED, UNREACHABLE, leave
from cfi.client.cli.lazy import LazyGroup
from cfi.client.cli.options import (
    HexBytes,
    gateway_option,
    json_option,
    key_option,
    passphrase_option,
)
from cfi.client.cli.passphrase import opened_key
from cfi.client.cli.receipts import (
    NOT_BEGUN,
    checked_receipt,
    claimed,
    light_folder,
    receipt_json,
)
from cfi.client.light.http import GatewayClient
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.receipt import CheckedReceipt, read_act
from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.messages import as_json as shown
from cfi.client.wallet.messages import message_named
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.receipts import decode_receipt
from cfi.contracts.wire.schema import schema_of

_ROWS = "cfi.client.cli.query_rows"
_INSTRUCTIONS: Final = MappingProxyType(
    {"EstablishBaseline": "establish", "AdjustBaseline": "adjust"}
)
"""Messages, and where the gateway's answer has them."""


@click.group(
    cls=LazyGroup, places=dict.fromkeys(("account", "accounts", "holder", "public"), _ROWS)
)
def query() -> None:
    """Ask a gateway; an answer says whether it was verified here or is only claimed."""


@query.command()
@gateway_option
@json_option
def status(gateway: str, as_json: bool) -> None:
    """Chain, height and node, as the gateway claims.

    Example: cfi query status --gateway http://127.0.0.1:8470
    """
    print_json(_asked(gateway, "/v1/status", None).value, as_json)


@query.command()
@gateway_option
@json_option
@click.argument("height", type=click.IntRange(1), required=False)
def header(gateway: str, as_json: bool, height: int | None) -> None:
    """A header with its commit, in CometBFT's JSON, as the gateway claims; the newest by default.

    Example: cfi query header 1 --gateway http://127.0.0.1:8470
    """
    print_json(_asked(gateway, f"/v1/headers/{height or 'latest'}", None).value, as_json)


@query.command()
@gateway_option
@click.argument("act_id", type=HexBytes())
@key_option
@passphrase_option
@light_folder
@json_option
def receipt(
    gateway: str,
    act_id: bytes,
    key_file: Path,
    passphrase_file: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """The receipt of one of your acts, by its id: verified with what you trust by `cfi light sync`,
    else claimed.

    Example: cfi query receipt ACT_ID --gateway http://127.0.0.1:8470 --key me.json
    """
    key = opened_key(key_file, passphrase_file)
    found = or_leave("the receipt is", lambda: _receipt(gateway, key, folder, act_id))
    print_json(receipt_json(found), as_json)


@query.command()
@gateway_option
@key_option
@passphrase_option
@click.argument("member")
@click.option("--for", "wanted", type=click.Choice(list(_INSTRUCTIONS)), help="Only its fields.")
def baseline(
    gateway: str, member: str, key_file: Path, passphrase_file: Path | None, wanted: str | None
) -> None:
    """What would establish and adjust MEMBER's baseline now, and the hash of each facility as
    filed; for the Exchange. Two people propose and approve exactly these fields.

    Example: cfi query baseline company-a --for EstablishBaseline --gateway
    http://127.0.0.1:8470 --key me.json
    """
    asked = f"/v1/members/{quote(member, safe='')}/baseline"
    told = _asked(gateway, asked, opened_key(key_file, passphrase_file))
    try:
        found = {name: _instruction(told.field(at), name) for name, at in _INSTRUCTIONS.items()}
    except (MalformedError, CodecError) as error:
        leave(str(error), UNREACHABLE)
    if wanted is None:
        print_json(found | {"filing_hashes": told.field("filings").value}, as_json=True)
    elif "refusal" in found[wanted]:
        leave("{refusal} ({section})".format(**found[wanted]), FAILED)
    else:
        print_json(found[wanted], as_json=True)


def _instruction(told: JsonNode, name: str) -> dict[str, Any]:
    """A message's fields, or why it would be refused."""
    if told.field("body").absent:
        return {part: told.field(part).text() for part in ("refusal", "section")}
    schema = schema_of(message_named(name))
    fields: dict[str, Any] = shown(schema.decode(told.field("body").hexadecimal()))
    return fields


def _receipt(gateway: str, key: SigningKey, folder: Path, act_id: bytes) -> CheckedReceipt:
    checked = checked_receipt(gateway, key, folder, act_id)
    if checked is not None:
        return checked
    told = read_act(_asked(gateway, f"/v1/transactions/{act_id.hex()}", key))
    return claimed(decode_receipt(told.receipt), NOT_BEGUN)


def _asked(gateway: str, target: str, key: SigningKey | None) -> JsonNode:
    async def work() -> JsonNode:
        async with GatewayClient(gateway, key) as client:
            return await (client.get(target) if key is None else client.get_signed(target))

    return or_leave("the answer is", lambda: asyncio.run(work()))


def print_json(content: object, as_json: bool) -> None:
    """For programs on one line, for people on many."""
    click.echo(json.dumps(content, indent=None if as_json else 2))
