"""`cfi tx`: sign a message and hand it in."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from cfi.client.cli.ending import (
    BAD_INPUT,
    FAILED,
    NOT_VERIFIED,
    UNREACHABLE,
    leave,
    system_sentence,
)
from cfi.client.cli.options import A_FILE, GATEWAY, HexBytes, json_option, passphrase_option
from cfi.client.cli.passphrase import opened_key
from cfi.client.cli.prompts import require_agreed
from cfi.client.cli.proposal import found_proposal
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
from cfi.client.light.json_node import MAX_JSON_BYTES, JsonNode, MalformedError
from cfi.client.light.receipt import CheckedReceipt, NotProvedError
from cfi.client.light.store import LightStore, StoreError
from cfi.client.light.sync import DivergedError
from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.messages import MessageError, fields_of, message_from_json, message_named
from cfi.client.wallet.proposals import approving, proposing, spoken
from cfi.client.wallet.transactions import act_id_of, transaction, unsigned_payload
from cfi.contracts.state.rows.access import Proposal
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.rotate_key import RotateKey
from cfi.contracts.wire.messages.access.withdraw_proposal import WithdrawProposal
from cfi.contracts.wire.receipts import Receipt, decode_receipt
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.schema import Hash

_TWO_PEOPLE: Final = (
    "cfi: two people decide this: send it with --propose, then another person's Approve --proposal"
)
DRY_RUN: Final = "a dry run, nothing happened"
STANDARD_INPUT: Final = "-"
VALID_FOR: Final = 100
"""Heights for which an act may be taken, unless told otherwise."""


@click.command()
@click.argument("message")
@click.argument("file", default=STANDARD_INPUT)
@click.option(
    "--gateway", envvar="CFI_GATEWAY", type=GATEWAY, metavar="URL", help="The gateway's address."
)
@click.option("--key", "key_file", type=A_FILE, help="Your keystore file.")
@passphrase_option
@light_folder
@click.option(
    "--valid-for",
    type=click.IntRange(1),
    default=VALID_FOR,
    show_default=True,
    help="Heights from now.",
)
@click.option("--propose", is_flag=True, help="Propose it: a second person has to approve.")
@click.option(
    "--proposal", "proposal_id", type=HexBytes(), metavar="ID",
    help="What to Approve, or to WithdrawProposal, in place of FILE; it is shown first.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Ask what would come of it; change nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--fields", "show_fields", is_flag=True, help="Print what MESSAGE takes.")
@json_option
def tx(
    *,
    message: str,
    file: str,
    gateway: str | None,
    key_file: Path | None,
    passphrase_file: Path | None,
    folder: Path,
    valid_for: int,
    propose: bool,
    proposal_id: bytes | None,
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

    An act that two people decide is sent with --propose by the first; the second sends Approve
    with --proposal and the id of the first one's act.

    Example: cfi tx TransferLot transfer.json --gateway http://127.0.0.1:8470 --key me.json --yes
    """
    if show_fields:
        _show_fields(message)
        return
    built = None if proposal_id is not None else _composed(message, file, propose=propose)
    if gateway is None or key_file is None:
        raise click.UsageError("--gateway and --key are needed to send")
    _require_about_a_proposal(message, proposal_id, propose=propose)
    key = opened_key(key_file, passphrase_file)
    if proposal_id is not None:
        built = _about(message, found_proposal(gateway, key, folder, proposal_id))
    if not yes and not dry_run:
        require_agreed(f"Send {spoken(built)}?")
    store = LightStore(folder)
    receipt = _answered(gateway, key, built, valid_for, None if dry_run else store)
    checked = claimed(receipt, DRY_RUN) if dry_run else _checked(gateway, key, folder, receipt)
    _show(checked, as_json)
    if not receipt.done and Refusal(receipt.code) is Refusal.NEEDS_FOUR_EYES:
        click.echo(_TWO_PEOPLE, err=True)
    sys.exit(0 if receipt.done else FAILED)


def send_rotation(
    gateway: str, old: SigningKey, new: SigningKey, folder: Path, built: RotateKey, *, as_json: bool
) -> bool:
    """Sign a key's own replacement, hand it in, and show its receipt, which only the new key may
    read once it is done; True if it is.
    """
    receipt = _answered(gateway, old, built, VALID_FOR, LightStore(folder))
    reader = new if receipt.done else old
    _show(_checked(gateway, reader, folder, receipt), as_json)
    return receipt.done


def _show_fields(message: str) -> None:
    try:
        click.echo(json.dumps(fields_of(message), indent=2))
    except MessageError as error:
        leave(str(error), BAD_INPUT)


def _composed(name: str, file: str, *, propose: bool) -> Any:
    """The message in a file, or its proposal."""
    try:
        message_named(name)
        built = message_from_json(name, JsonNode.parse(_content(file)).value)
        return proposing(built) if propose else built
    except OSError as error:
        leave(system_sentence(error), BAD_INPUT)
    except (MessageError, MalformedError) as error:
        leave(str(error), BAD_INPUT)


def _content(file: str) -> bytes:
    """What stands in a file, no more of it than can be read as JSON."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(MAX_JSON_BYTES + 1)
    with Path(file).open("rb") as opened:
        return opened.read(MAX_JSON_BYTES + 1)


def _require_about_a_proposal(name: str, proposal_id: bytes | None, *, propose: bool) -> None:
    if proposal_id is None:
        return
    if propose or name not in (Approve.__name__, WithdrawProposal.__name__):
        raise click.UsageError("--proposal goes with Approve or WithdrawProposal alone")


def _about(name: str, proposal: Proposal) -> Approve | WithdrawProposal:
    if name == Approve.__name__:
        return approving(proposal)
    return WithdrawProposal(proposal_id=Hash(proposal.proposal_id))


def _checked(gateway: str, key: SigningKey, folder: Path, receipt: Receipt) -> CheckedReceipt:
    try:
        checked = checked_receipt(gateway, key, folder, receipt.act_id)
    except (NotProvedError, SyncError, DivergedError) as error:
        leave(f"the receipt is not verified: {error}", NOT_VERIFIED)
    except (UnavailableError, StoreError) as error:
        return claimed(receipt, str(error))
    if checked is None:
        return claimed(receipt, NOT_BEGUN)
    if checked.receipt != receipt:
        leave("the receipt is not verified: the gateway gave two", NOT_VERIFIED)
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
        leave(str(error), UNREACHABLE)
    except GatewayRefusedError as error:
        leave(str(error), FAILED)


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
