"""`cfi tx`: sign a message and hand it in."""

import asyncio
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from cfi.client.cli.key import passphrase_of
from cfi.client.cli.receipts import (
    NOT_BEGUN,
    checked_receipt,
    claimed,
    light_folder,
    receipt_json,
)
from cfi.client.light.admissions import NoEvidenceError, receipt_for
from cfi.client.light.bisection import SyncError, UnavailableError
from cfi.client.light.http import GatewayClient, GatewayRefusedError, UnreachableError
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.receipt import CheckedReceipt, NotProvedError
from cfi.client.light.store import LightStore, StoreError
from cfi.client.light.sync import DivergedError
from cfi.client.wallet.keystore import KeystoreError, SigningKey, WrongPassphraseError, read_key
from cfi.client.wallet.messages import MessageError, fields_of, message_from_json
from cfi.client.wallet.transactions import act_id_of, transaction, unsigned_payload
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.receipts import Receipt, decode_receipt
from cfi.contracts.wire.schema import Data, schema_of

FAILED: Final = 1
BAD_INPUT: Final = 2
NOT_VERIFIED: Final = 3
UNREACHABLE: Final = 4
LOCKED: Final = 5
DRY_RUN: Final = "a dry run, nothing happened"
_VALID_FOR: Final = 100
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("message")
@click.argument("file", type=click.File("r"), default="-")
@click.option("--gateway", envvar="CFI_GATEWAY", metavar="URL", help="The gateway's address.")
@click.option("--key", "key_file", type=_FILE, help="Your keystore file.")
@click.option("--passphrase-file", type=_FILE, help="Instead of being asked.")
@light_folder
@click.option("--valid-for", default=_VALID_FOR, show_default=True, help="Heights from now.")
@click.option("--propose", is_flag=True, help="Propose it: another person has to approve.")
@click.option("--approve", metavar="PROPOSAL", help="Approve exactly this, by its proposal's id.")
@click.option("--dry-run", is_flag=True, help="Ask what would come of it; change nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--fields", "show_fields", is_flag=True, help="Print what MESSAGE takes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def tx(
    message: str,
    file: Any,
    gateway: str | None,
    key_file: Path | None,
    passphrase_file: Path | None,
    folder: Path,
    valid_for: int,
    propose: bool,
    approve: str | None,
    dry_run: bool,
    yes: bool,
    show_fields: bool,
    as_json: bool,
) -> None:
    """Sign MESSAGE, whose fields are the JSON object in FILE, and wait for its receipt.

    Resending the same bytes is safe: one act has one effect. The receipt is verified with what you
    trust by `cfi light sync`. The node's signed word that it took the act is kept beside that, in
    admissions/, for an auditor (`cfi audit admissions`). Exit status: 0 done, 1 refused, 3 a
    receipt that headers contradict.

    What takes two people of the Exchange, one sends with --propose, the other, from the same
    fields, with --approve.

    Example: cfi tx TransferLot transfer.json --gateway http://127.0.0.1:8470 --key me.json --yes
    """
    try:
        if show_fields:
            click.echo(json.dumps(fields_of(message), indent=2))
            return
        built = message_from_json(message, json.load(file))
        sent = _for_two(built, approve, propose=propose)
    except (MessageError, json.JSONDecodeError) as error:
        _leave(str(error), BAD_INPUT)
    if gateway is None or key_file is None:
        raise click.UsageError("--gateway and --key are needed to send")
    try:
        key = read_key(key_file, passphrase_of(passphrase_file))
    except WrongPassphraseError as error:
        _leave(str(error), LOCKED)
    except KeystoreError as error:
        _leave(str(error), FAILED)
    if not yes and not dry_run:
        what = "Approve" if approve else "Propose" if propose else "Send"
        click.confirm(f"{what} {built}?", abort=True, err=True)
    store = LightStore(folder)
    receipt = _answered(gateway, key, sent, valid_for, None if dry_run else store)
    checked = claimed(receipt, DRY_RUN) if dry_run else _checked(gateway, key, folder, receipt)
    _show(checked, as_json)
    sys.exit(0 if receipt.done else FAILED)


def _for_two(built: Any, approve: str | None, *, propose: bool) -> Any:
    """The message itself, or what proposes or approves it."""
    if not propose and approve is None:
        return built
    if propose and approve is not None:
        raise click.UsageError("--propose and --approve are for two people")
    body = schema_of(type(built)).encode(built)
    if approve is None:
        return Propose(message_number=SmallCode(NUMBERS[type(built)]), body=Data(body))
    given = {"proposal_id": approve, "body_hash": sha256(body).hexdigest()}
    return message_from_json(Approve.__name__, given)


def _checked(gateway: str, key: SigningKey, folder: Path, receipt: Receipt) -> CheckedReceipt:
    try:
        checked = checked_receipt(gateway, key, folder, receipt.act_id)
    except (NotProvedError, SyncError, DivergedError) as error:
        _leave(f"the receipt is not verified: {error}", NOT_VERIFIED)
    except (UnavailableError, StoreError) as error:
        return claimed(receipt, str(error))
    if checked is None:
        return claimed(receipt, NOT_BEGUN)
    if checked.receipt != receipt:
        _leave("the receipt is not verified: the gateway gave two", NOT_VERIFIED)
    return checked


def _answered(
    gateway: str, key: SigningKey, built: Any, valid_for: int, store: LightStore | None
) -> Receipt:
    """What came of it: a dry run where there is no store for its admission receipt."""

    async def work() -> Receipt:
        async with GatewayClient(gateway, key) as client:
            status = await client.get("/v1/status")
            height = status.field("height").number(0, 2**62)
            chain_id = status.field("chain_id").text()
            if store is None:
                unsigned = unsigned_payload(chain_id, built, height + valid_for)
                told = await client.dry_run(unsigned)
                return decode_receipt(told.field("receipt").hexadecimal())
            signed = transaction(key, chain_id, built, height + valid_for)
            click.echo(f"act {act_id_of(signed).hex()}", err=True)
            try:
                answer = await client.submit(signed, wait=True)
            except GatewayRefusedError as error:
                if error.admission is not None:
                    _keep(store, error.admission, signed, chain_id)
                raise
            _keep(store, _admission_in(answer), signed, chain_id)
            committed = answer.field("committed")
            if committed.absent:
                raise UnreachableError(
                    "admitted, but in no block yet: look with `cfi query receipt`"
                )
            return decode_receipt(committed.field("receipt").hexadecimal())

    try:
        return asyncio.run(work())
    except (UnreachableError, MalformedError, CodecError) as error:
        _leave(str(error), UNREACHABLE)
    except GatewayRefusedError as error:
        _leave(str(error), FAILED)


def _admission_in(answer: JsonNode) -> bytes:
    """The admission receipt; empty, which is none, where the answer has no bytes for it."""
    try:
        return answer.field("admission").hexadecimal()
    except MalformedError:
        return b""


def _keep(store: LightStore, admission: bytes, signed: bytes, chain_id: str) -> None:
    try:
        receipt_for(admission, act_id_of(signed), chain_id)
        click.echo(f"admission {store.save_admission(admission)}", err=True)
    except NoEvidenceError as error:
        click.echo(f"cfi: the gateway's admission receipt is no evidence: {error}", err=True)
    except StoreError as error:
        click.echo(f"cfi: the admission receipt is not kept: {error}", err=True)


def _show(checked: CheckedReceipt, as_json: bool) -> None:
    content = receipt_json(checked)
    if as_json:
        click.echo(json.dumps(content))
        return
    for name, value in content.items():
        click.echo(f"{name:8} {value}")


def _leave(text: str, code: int) -> NoReturn:
    for line in text.splitlines():
        click.echo(f"cfi: {line}", err=True)
    sys.exit(code)
