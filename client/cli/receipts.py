"""How a receipt is shown: what it says, and whether it was verified here or is merely claimed."""

import asyncio
from pathlib import Path
from typing import Any, Final

import click

from cfi.client.light.receipt import CheckedReceipt
from cfi.client.light.session import Session
from cfi.client.light.store import LightStore, NotBegunError
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.receipts import Receipt
from cfi.contracts.wire.refusal import Refusal

NOT_BEGUN: Final = "nothing is trusted here; begin with: cfi light sync"
light_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("cfi-light"),
    show_default=True,
    envvar="CFI_LIGHT",
    help="What you trust, by cfi light sync: receipts are verified with it.",
)


def checked_receipt(
    gateway: str, key: SigningKey, folder: Path, act_id: bytes
) -> CheckedReceipt | None:
    """The receipt of an act, verified by what is trusted in a folder; None where nothing is.

    Raises NotProvedError and what Session.sync raises.
    """

    async def work() -> CheckedReceipt:
        async with Session.opened(LightStore(folder), gateway, key=key) as session:
            return await session.receipt(act_id)

    try:
        return asyncio.run(work())
    except NotBegunError:
        return None


def claimed(receipt: Receipt, because: str) -> CheckedReceipt:
    """A receipt that is only the ledger's word."""
    return CheckedReceipt(receipt=receipt, claimed_because=because)


def receipt_json(checked: CheckedReceipt) -> dict[str, Any]:
    """A receipt's content with its standing."""
    receipt = checked.receipt
    facts = {
        name: value.hex() if isinstance(value, bytes) else value for name, value in receipt.facts
    }
    return {
        "act_id": receipt.act_id.hex(),
        "height": receipt.height,
        "done": receipt.done,
        "refusal": None if receipt.done else Refusal(receipt.code).name,
        "section": receipt.section or None,
        "facts": facts,
        "verified": checked.verified,
        "standing": checked.standing,
    }
