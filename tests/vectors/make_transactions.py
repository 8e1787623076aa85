"""Writes transactions.json: signed acts byte for byte, a receipt, and bytes that are no transaction.

Run `python -m tests.vectors.make_transactions` after a change of the format that is meant.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cfi.contracts.wire.envelope import Payload, open_frame, payload_bytes, seal, signed_structure
from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Count, Height, SmallCode, Tonnes
from cfi.contracts.wire.receipts import Receipt, encode_receipt, receipt_digest
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.schema import Hash, Nonce, PublicKey, Seed, Signature, schema_of
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.text import AccountId, LotId, Text
from tests.spoilt import spoilt

FILE: Final = Path(__file__).parent / "transactions.json"
CHAIN_ID: Final = "sim-vectors"
VALID_UNTIL: Final = Height(120)
SEED: Final = bytes(range(32))
KEY: Final = PublicKey(public_key_of(SEED))
NONCE: Final = Nonce(bytes(range(16)))
LOT: Final = LotId("XA-2003-0000000101")
TRADING: Final = AccountId("company-a/1")
RETIREMENT: Final = AccountId("company-a/2")
ACTS: Final[tuple[Any, ...]] = (
    OpenAccount(seed=Seed(bytes(32)), retirement=False),
    TransferLot(source=TRADING, lot_id=LOT, tonnes=Tonnes(300), target=AccountId("company-a/3")),
    Retire(
        account_id=TRADING,
        lot_id=LOT,
        tonnes=Tonnes(100),
        retirement_account=RETIREMENT,
        beneficiary=Text("für die Stadt"),
    ),
    Retire(
        account_id=TRADING,
        lot_id=LOT,
        tonnes=Tonnes(100),
        retirement_account=RETIREMENT,
        beneficiary=None,
    ),
    Approve(proposal_id=Hash(bytes(32)), body_hash=Hash(sha256(b"body").digest())),
)


def vectors() -> dict[str, object]:
    """What the file holds, all bytes in hex."""
    return {
        "seed": SEED.hex(),
        "key": KEY.hex(),
        "chain_id": CHAIN_ID,
        "transactions": [_transaction(message) for message in ACTS],
        "receipts": [_receipt(code) for code in (0, Refusal.NOT_ENOUGH_TONNES)],
        "inadmissible": [
            {"sentence": sentence, "reason": reason, "transaction": data.hex()}
            for sentence, reason, data in inadmissible()
        ],
    }


def written() -> str:
    """The file's text."""
    return json.dumps(vectors(), indent=1) + "\n"


def payload_of(message: Any) -> bytes:
    """A message's payload with the fixed nonce."""
    body = list(schema_of(type(message)).to_items(message))
    return payload_bytes(Payload(CHAIN_ID, NUMBERS[type(message)], VALID_UNTIL, NONCE, body))


def signed(payload: bytes) -> bytes:
    """A payload as a transaction, signed whatever it is."""
    return seal(KEY, payload, Signature(sign(SEED, signed_structure(KEY, payload))))


def inadmissible() -> list[tuple[str, str, bytes]]:
    """Bytes that may not enter a block: why, under which name, and the bytes."""
    payload = payload_of(ACTS[1])
    honest = signed(payload)
    spaced = payload.replace(b"\x19\x01\x2c", b"\x1a\x00\x00\x01\x2c")
    last_changed = spoilt(honest)
    return [
        ("nothing", "MALFORMED", b""),
        ("no tag 18", "MALFORMED", honest[1:]),
        ("a header after the template's", "MALFORMED", honest.replace(b"\xa0", b"\xa1\x01\x26", 1)),
        ("another algorithm", "MALFORMED", honest.replace(b"\xa2\x01\x27", b"\xa2\x01\x26", 1)),
        ("a byte after the end", "MALFORMED", honest + b"\x00"),
        ("the last byte missing", "MALFORMED", honest[:-1]),
        ("a number longer than it needs", "MALFORMED", signed(spaced)),
        ("five fields", "MALFORMED", signed(b"\x85" + payload[1:])),
        ("version 2", "MALFORMED", signed(b"\x86\x02" + payload[2:])),
        (
            "a number of no message",
            "MALFORMED",
            signed(payload.replace(b"\x19\x01\x2d", b"\x19\xff\xff")),
        ),
        ("a field too few in the body", "MALFORMED", signed(_without_last_field())),
        (
            "a floating point number",
            "MALFORMED",
            signed(payload.replace(b"\x19\x01\x2c", b"\xf9\x5c\xb0")),
        ),
        ("a signature with one bit changed", "BAD_SIGNATURE", last_changed),
        ("one bit changed in what is signed", "BAD_SIGNATURE", _with_another_tonnage(honest)),
    ]


def _without_last_field() -> bytes:
    body: list[object] = [TRADING, LOT, 300]
    return payload_bytes(Payload(CHAIN_ID, NUMBERS[TransferLot], VALID_UNTIL, NONCE, body))


def _with_another_tonnage(honest: bytes) -> bytes:
    return honest.replace(b"\x19\x01\x2c", b"\x19\x01\x2d", 1)


def _transaction(message: Any) -> dict[str, object]:
    payload = payload_of(message)
    data = signed(payload)
    assert len(data) <= MAX_TRANSACTION_BYTES
    frame = open_frame(data)
    return {
        "message": type(message).__name__,
        "message_number": NUMBERS[type(message)],
        "valid_until": VALID_UNTIL,
        "nonce": NONCE.hex(),
        "payload": payload.hex(),
        "signed": frame.signed.hex(),
        "signature": frame.signature.hex(),
        "transaction": data.hex(),
        "id": frame.act_id.hex(),
    }


def _receipt(code: int) -> dict[str, object]:
    act_id = open_frame(signed(payload_of(ACTS[1]))).act_id
    receipt = Receipt(
        act_id=act_id,
        height=Height(21),
        index=Count(2),
        message_number=SmallCode(NUMBERS[TransferLot]),
        code=SmallCode(code),
        section="RB 5.3.1" if code else "",
        facts=(("asked", 300), ("held", 200)) if code else (),
    )
    data = encode_receipt(receipt)
    return {
        "id": act_id.hex(),
        "code": code,
        "receipt": data.hex(),
        "digest": receipt_digest(act_id, data).hex(),
    }


if __name__ == "__main__":
    FILE.write_text(written())
